/** A cluster and a copy of it, which run the same job under the same claim. */

import type { GroupId } from '../../../src/base/ids.ts'
import { Prng } from '../../../src/base/prng.ts'
import { over } from '../logged/faults.ts'
import type { Cluster } from './cluster.ts'
import { isAtHome, type Met } from './moments.ts'
import { journalOf } from './names.ts'
import type { Site } from './operator.ts'
import { HOME } from './output.ts'
import { after, type Injection, type Scene, whenMet } from './scene.ts'

/** More than a copy needs until it leads and publishes. */
const COPY_MS = 6000
const BESIDE_MS = 200
/** Until somebody says whether it leads. */
const DOUBT_MS = 400

/** All of it, until the answer is called. */
function standsStill({ fleet }: Cluster): () => void {
  const paused = fleet.members.filter(({ isPaused }) => !isPaused)
  for (const member of paused) member.pause()
  return () => {
    for (const member of paused) if (member.isPaused) member.resume()
  }
}

/**
 * The newest cluster that is still there to be copied. It goes on beside its copy, or stands still
 * until that has published something, and then is slow to read it, or in doubt about it.
 */
export const cloned: Injection = (scene, { salt, forMs }) => {
  const { operator } = scene
  const site = operator.sites.at(-1)
  if (site === undefined) return 'missed'
  if (salt % 3 === 0) operator.clone(site)
  else if (salt % 3 === 1) readsLate(scene, site, salt)
  else {
    const isIt = ({ moment, cluster, log }: Met) =>
      moment === 'committing' && log === HOME && cluster === site.cluster
    whenMet(scene, 'cloned', isIt, met => {
      site.cluster.plan(met.member, 'end-transaction', 'lost-answer')
      after(scene, 0, () => readsInDoubt(scene, site, met.group, forMs))
    })
    return 'missed'
  }
  return over
}

function readsLate(scene: Scene, site: Site, salt: number): void {
  const { moments, logs } = scene.world
  const copy = scene.operator.clone(site)
  const wake = standsStill(site.cluster)
  after(scene, COPY_MS, wake)
  const isPublishing = (met: Met) => met.moment === 'committing' && met.cluster === copy
  moments.await(isPublishing, ({ group }) => {
    after(scene, new Prng(salt).below(BESIDE_MS), wake)
    const isReading = isAtHome('ended', group)
    moments.await(
      met => isReading(met) && met.cluster === site.cluster,
      () => logs.home.loseLeader(journalOf(group), 1),
    )
  })
}

/**
 * It finds entries that it has not committed, and nobody says whether it leads until it has
 * committed as many. Its copy stands still in its turn.
 */
function readsInDoubt(scene: Scene, site: Site, group: GroupId, forMs: number): void {
  const { moments, judge } = scene.world
  const { cluster } = site
  const copy = scene.operator.clone(site)
  const wake = standsStill(cluster)
  after(scene, COPY_MS, wake)
  const isPublishing = isAtHome('committing', group)
  const isAhead = (met: Met) =>
    isPublishing(met) &&
    met.cluster === copy &&
    judge.truth.of(group).journaled > cluster.lastSeq(group)
  moments.await(isAhead, () => {
    after(scene, 0, wake)
    const isReading = isAtHome('ended', group)
    moments.await(
      met => isReading(met) && met.cluster === cluster,
      ({ member }) => {
        after(scene, DOUBT_MS, cluster.ignore(member))
        after(scene, 0, () => after(scene, forMs, standsStill(copy)))
      },
    )
  })
}

/** Faults that wait for the moment in which a publisher is most easily misled. */

import type { GroupId } from '../../../src/base/ids.ts'
import { Prng } from '../../../src/base/prng.ts'
import type { Met, Moment } from './moments.ts'
import { journalOf } from './names.ts'
import { HOME } from './output.ts'
import type { PublishFault } from './scenario.ts'
import { after, groupAt, type Injection, over, type Scene, siteAt, whenMet } from './scene.ts'

/** After it woke. */
const ALONE_MS = 1500
const DEAF_MS = 500

function isAt(moment: Moment, group: GroupId): (met: Met) => boolean {
  return met => met.moment === moment && met.group === group && met.sink === HOME
}

/** The next transaction of whoever leads is lost, decided or not: the journal is read back. */
function isSpoiled(scene: Scene, { salt, whom }: PublishFault): boolean {
  const site = siteAt(scene, salt)
  const member = site?.cluster.fleet.leaderNode(groupAt(scene, whom))
  if (site === undefined || member === undefined) return false
  const call = salt % 2 === 0 ? 'produce' : 'end-transaction'
  site.cluster.plan(member, call, 'lost-answer')
  return true
}

/**
 * Meanwhile another leads and publishes. Whoever wakes alone hears of it from the journal first;
 * else his replica hears of all at once, and he in the middle of his reading does not yet.
 */
export const readBackLate: Injection = (scene, fault) => {
  const { whom, salt, forMs } = fault
  if (!isSpoiled(scene, fault)) return 'missed'
  const moment = salt % 3 === 0 ? 'taking' : 'ended'
  const deed = salt % 3 === 1 ? wakesDeaf : wakesAlone
  whenMet(scene, 'read-back-late', isAt(moment, groupAt(scene, whom)), met => {
    deed(scene, met, forMs)
  })
  return 'missed'
}

function wakesAlone(scene: Scene, { cluster, member }: Met, forMs: number): void {
  after(scene, 0, () => {
    member.pause()
    after(scene, forMs + ALONE_MS, cluster.part(member))
    after(scene, forMs, () => member.resume())
  })
}

/** There is more to read, and for a while nobody shows it. */
function wakesDeaf(scene: Scene, { cluster, member, group }: Met, forMs: number): void {
  cluster.plan(member, 'fetch', 'lost-answer')
  after(scene, 0, () => {
    member.pause()
    after(scene, forMs, () => {
      after(scene, DEAF_MS, cluster.deafen(member))
      scene.world.logs.home.loseLeader(journalOf(group))
      member.resume()
    })
  })
}

/** The end was told by one leader of the partition, and the records are asked of another. */
export const readBackMoved: Injection = (scene, fault) => {
  const group = groupAt(scene, fault.whom)
  if (!isSpoiled(scene, fault)) return 'missed'
  whenMet(scene, 'read-back-moved', isAt('ended', group), () => {
    const { home } = scene.world.logs
    if (fault.salt % 5 === 0) home.moveLeader(journalOf(group))
    else home.loseLeader(journalOf(group))
  })
  return 'missed'
}

/**
 * It has committed a transaction, and has more to let out when it wakes. The id is its successor's
 * in a moment: what it still decides lies behind what that one knows.
 */
export const wokenAlone: Injection = (scene, { whom, forMs }) => {
  const group = groupAt(scene, whom)
  const isTaking = isAt('taking', group)
  whenMet(scene, 'woken-alone', isAt('committing', group), ({ cluster, member: old }) => {
    after(scene, 0, () => {
      old.pause()
      after(scene, forMs + ALONE_MS, cluster.part(old))
      after(scene, forMs, () => old.resume())
    })
    const isSuccessor = (met: Met) => isTaking(met) && met.cluster === cluster && met.member !== old
    scene.world.moments.await(isSuccessor, ({ member }) => {
      cluster.plan(member, 'init-producer', 'late-call')
      after(scene, 0, () => old.resume())
    })
  })
  return 'missed'
}

/** More than a copy needs until it leads and publishes. */
const COPY_MS = 6000
const BESIDE_MS = 200

/**
 * The newest cluster that is still there to be copied. It goes on beside its copy, or stands still
 * until that has published something, and then is slow to read it.
 */
export const cloned: Injection = (scene, { salt }) => {
  const { operator, world } = scene
  const site = operator.sites.at(-1)
  if (site === undefined) return 'missed'
  const { cluster } = site
  const copy = operator.clone(site)
  if (salt % 3 === 0) return over
  const paused = cluster.fleet.members.filter(({ isPaused }) => !isPaused)
  for (const member of paused) member.pause()
  const wake = (): void => {
    for (const member of paused) if (member.isPaused) member.resume()
  }
  after(scene, COPY_MS, wake)
  const isPublishing = (met: Met) => met.moment === 'committing' && met.cluster === copy
  world.moments.await(isPublishing, ({ group }) => {
    after(scene, new Prng(salt).below(BESIDE_MS), wake)
    const isReading = isAt('ended', group)
    world.moments.await(
      met => isReading(met) && met.cluster === cluster,
      () => world.logs.home.loseLeader(journalOf(group), 1),
    )
  })
  return over
}

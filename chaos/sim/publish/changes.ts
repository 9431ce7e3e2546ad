/** What is done to a job on purpose: it is stopped and goes on, here or elsewhere, or deleted. */

import type { GroupId } from '../../../src/base/ids.ts'
import type { Progress } from '../../../src/journal/types.ts'
import { over } from '../logged/faults.ts'
import { US_PER_MS } from '../world/clock.ts'
import type { Cluster } from './cluster.ts'
import type { Desk } from './desk.ts'
import { unwatched } from './door.ts'
import { encodeEnd, encodeResume } from './entry.ts'
import { journalOf, markersOf } from './names.ts'
import { mustHold, type Site } from './operator.ts'
import { SINKS } from './output.ts'
import { after, type Injection, type Scene } from './scene.ts'

const LOOK_MS = 20
/** Beyond the time in which a second claim is made. */
const STALE_MS = 6000
/** Of the time in which a job that was started again runs. */
const LATE_SHARE = 0.5
/** A claim must be misled in every partition. */
const TELLERS = 2

/**
 * Its log is ended; when all of it is out, other groups begin where these ended, or all at the
 * highest numbers of any, as where there are more of them or less.
 */
export const stopped =
  (isRescaled: boolean): Injection =>
  scene => {
    const site = scene.operator.sites.at(-1)
    if (site === undefined) return 'missed'
    scene.operator.open++
    whenEnded(scene, site, ends => {
      scene.operator.open--
      goesOn(scene, ends, isRescaled)
    })
    return over
  }

type Ends = ReadonlyMap<GroupId, Progress>

/** Whatever befalls the nodes, and also when all is healed: it was begun. */
function whenEnded(scene: Scene, site: Site, done: (ends: Ends) => void): void {
  const { queue, judge } = scene.world
  const ends = new Map<GroupId, Progress>()
  for (const group of judge.truth.groups) {
    const end = endOf(site.cluster, group)
    if (end !== undefined) ends.set(group, end)
  }
  if (ends.size === judge.truth.groups.length) {
    const { name: cluster, claim } = site.cluster
    const { generation } = claim
    for (const [group, end] of ends) {
      judge.onProgress({ group, generation }, end)
      judge.onEnded({ cluster, group, generation }, end.journaled)
    }
    done(ends)
  } else queue.after(LOOK_MS * US_PER_MS, { fire: () => whenEnded(scene, site, done) })
}

/** undefined: there is still something to let out. */
function endOf(cluster: Cluster, group: GroupId): Progress | undefined {
  const desk = cluster.leader(group)
  const outbox = desk?.machine.outbox
  if (desk === undefined || outbox === undefined) return undefined
  const { generation } = cluster.claim
  if (outbox.ended !== generation) {
    say(desk, encodeEnd(generation))
    return undefined
  }
  if (desk.journal?.isDrained !== true) return undefined
  const published = outbox.standing.sinks.map(cursor => ({ ...cursor, offset: 0 }))
  return { journaled: outbox.lastSeq, offset: 0, published }
}

function say({ seat }: Desk, entry: Uint8Array): void {
  if (seat.life.isPaused) return
  seat.group.propose(seat.status().term, entry, () => {})
}

function goesOn(scene: Scene, ends: Ends, isRescaled: boolean): void {
  const { operator, world } = scene
  const { judge, queue } = world
  if (!isRescaled) {
    operator.goOn(group => ends.get(group) as Progress)
    return
  }
  // Readers see late what is decided, and nothing tells the judge then where numbers are left out.
  const isSeen = (group: GroupId, { journaled }: Progress): boolean =>
    judge.truth.of(group).history.schedules.length === journaled
  if (!judge.isComplete() || ![...ends].every(([group, end]) => isSeen(group, end))) {
    queue.after(LOOK_MS * US_PER_MS, { fire: () => goesOn(scene, ends, isRescaled) })
    return
  }
  const highest = highestOf([...ends.values()])
  for (const group of ends.keys()) judge.onLeftOut(group, highest)
  operator.goOn(() => highest)
}

function highestOf(ends: readonly Progress[]): Progress {
  const all = ends.flatMap(({ published }) => published)
  const published = [...SINKS].sort().flatMap(sink => {
    const upTo = Math.max(0, ...all.filter(one => one.sink === sink).map(one => one.upTo))
    return upTo === 0 ? [] : [{ sink, upTo, offset: 0 }]
  })
  return { journaled: Math.max(...ends.map(({ journaled }) => journaled)), offset: 0, published }
}

/**
 * The same groups are told that they go on, under another claim, when all is out; maybe twice. Who
 * stopped and started the job before was told nothing, and says it late a second time.
 */
export const restarted: Injection = (scene, { salt, forMs }) => {
  const { operator } = scene
  const site = operator.sites.at(-1)
  if (site === undefined) return 'missed'
  let left = 1 + (salt % 2)
  const restart = (): void => {
    const { generation } = site.cluster.claim
    operator.open++
    whenEnded(scene, site, () => {
      operator.open--
      again(scene, site, encodeResume(generation))
      operator.restart(site, () => {
        after(scene, LATE_SHARE * forMs, () => again(scene, site, encodeEnd(generation)))
        if (--left > 0) after(scene, forMs, restart)
      })
    })
  }
  restart()
  return over
}

function again({ world }: Scene, { cluster }: Site, entry: Uint8Array): void {
  for (const group of world.judge.truth.groups) {
    const desk = cluster.leader(group)
    if (desk !== undefined) say(desk, entry)
  }
}

/** Another job takes its name; `isCut`: whoever deletes it gets as far as the first group. */
export const deleted =
  (isCut: boolean): Injection =>
  ({ operator, world }) => {
    const site = operator.sites.at(-1)
    if (site === undefined) return 'missed'
    const { claim } = site.cluster
    const { judge } = world
    const gone = (): void => judge.onDeleted(claim.generation)
    judge.onDeleting(claim.generation)
    const cut = operator.ask(
      { kind: 'delete', claim },
      {
        ...unwatched,
        committed: () => {
          if (isCut && cut()) operator.submit(gone)
        },
      },
      outcome => {
        mustHold(outcome)
        gone()
        operator.submit()
      },
    )
    return over
  }

/** Whoever claims second may be told what there was before the first. */
export const takenStale: Injection = (scene, { forMs }) => {
  const { operator, world } = scene
  const { home, away } = world.logs
  for (const group of world.judge.truth.groups) {
    home.replaceLeader(journalOf(group), forMs + STALE_MS, () => {}, TELLERS)
    away.replaceLeader(markersOf(group), forMs + STALE_MS, () => {}, TELLERS)
  }
  operator.takeOver()
  after(scene, forMs, () => operator.takeOver())
  return over
}

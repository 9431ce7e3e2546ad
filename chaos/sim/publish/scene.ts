/** What a fault of this play is given, and what it says of itself; whom it hits, by number. */

import type { GroupId } from '../../../src/base/ids.ts'
import { defaultJournalBounds, type JournalBounds } from '../../../src/journal/bounds.ts'
import { trimJournal } from '../../../src/journal/trim-driver.ts'
import { pick } from '../fleet/injection.ts'
import type { Outcome } from '../logged/faults.ts'
import { US_PER_MS } from '../world/clock.ts'
import type { SimLog } from '../world/log/log.ts'
import type { Tally } from '../world/tally.ts'
import type { Cluster, World } from './cluster.ts'
import type { JournalFaultKind } from './kinds.ts'
import type { Met } from './moments.ts'
import { journalOf, nameOf } from './names.ts'
import type { Operator, Site } from './operator.ts'
import type { LogName } from './output.ts'
import type { PublishFault } from './scenario.ts'

export interface Scene {
  readonly world: World
  readonly operator: Operator
  readonly tally: Tally<JournalFaultKind>
  /** No fault does anything any more, however long ago it began. */
  isHealed: boolean
}

export type Injection = (scene: Scene, fault: PublishFault) => Outcome

export function logNameAt(salt: number): LogName {
  // The home log is where most is asked.
  return salt % 4 === 0 ? 'away' : 'home'
}

export function logAt({ world }: Scene, salt: number): SimLog {
  return world.logs[logNameAt(salt)]
}

export function groupAt({ world }: Scene, at: number): GroupId {
  return pick(world.judge.truth.groups, at) as GroupId
}

export function siteAt({ operator }: Scene, at: number): Site | undefined {
  return pick(operator.sites, at)
}

/** Nothing is done in the middle of a process's own turn, nor once all is healed. */
export function after(scene: Scene, delayMs: number, deed: () => void): void {
  const delayUs = Math.max(1, Math.round(delayMs * US_PER_MS))
  scene.world.queue.after(delayUs, {
    fire: () => {
      if (!scene.isHealed) deed()
    },
  })
}

/** When it comes to that, which counts as a hit. */
export function whenMet(
  scene: Scene,
  kind: JournalFaultKind,
  isIt: (met: Met) => boolean,
  deed: (met: Met) => void,
): void {
  scene.world.moments.await(isIt, met => {
    scene.tally.hit(kind)
    deed(met)
  })
}

interface Trim {
  readonly bounds?: JournalBounds
  readonly seqMax?: number
}

/**
 * Of what the cluster knows to be journaled: what the group's own state holds is in its image, and
 * in the checkpoint that is made of it.
 */
export function trim(scene: Scene, cluster: Cluster, group: GroupId, how: Trim = {}): void {
  const { bounds = defaultJournalBounds, seqMax = Number.POSITIVE_INFINITY } = how
  const journaled = cluster.leader(group)?.machine.outbox?.progress.journaled ?? 0
  if (journaled === 0) return
  const seq = Math.min(journaled, seqMax)
  const { claim } = cluster
  const subject = { group: nameOf(group), claim, journal: journalOf(group), seq }
  trimJournal({ log: scene.world.logs.home.client(), subject, bounds }, ({ error }) => {
    if (error === undefined) scene.tally.hit('journal-trimmed')
  })
}

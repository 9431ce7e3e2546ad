/**
 * All that a run of publishers is made of, as plain JSON: a cluster of whole nodes, two logs, what
 * is put in, and every fault with its time.
 */

import type { JournalBounds } from '../../../src/journal/bounds.ts'
import type { FleetProfile } from '../fleet/scenario.ts'
import type { Fault } from '../logged/draw.ts'
import type { LogProfile } from '../world/log/faults.ts'
import type { PublishFaultKind } from './kinds.ts'

export type PublishFault = Fault<PublishFaultKind>

export interface FeedProfile {
  /** Up to twice so long between two inputs of a group. */
  readonly everyMs: number
  /** Inputs that come together, at most. */
  readonly burst: number
  /** Outputs of one input, for each sink. */
  readonly homeMax: number
  readonly sideMax: number
  readonly awayMax: number
  readonly outputBytesMax: number
}

export interface PublishProfile {
  readonly fleet: FleetProfile
  readonly log: LogProfile
  readonly bounds: JournalBounds
  readonly feed: FeedProfile
  /** The chance that a question to the group is not answered. */
  readonly questionsLost: number
  /** A publisher hears so late what its replica has come to: who leads, what was applied. */
  readonly hearUs: number
  /** How often images are taken besides, each behind what its leader knew to be out. */
  readonly flushMs: number
}

export interface PublishScenario {
  readonly seed: number
  readonly nodes: number
  readonly groups: number
  readonly safetyMs: number
  readonly profile: PublishProfile
  readonly faults: readonly PublishFault[]
}

/**
 * All that a run of a cluster is made of, as plain JSON: whole nodes that host the groups of one
 * random job, a log, what is put in, and every fault with its time.
 */

import type { TakingBounds } from '../../../src/engine/batch/taking.ts'
import type { SenderBounds } from '../../../src/engine/exchange/bounds.ts'
import type { FeedBounds } from '../../../src/group/feed/bounds.ts'
import type { JournalBounds } from '../../../src/journal/bounds.ts'
import type { FleetProfile } from '../fleet/scenario.ts'
import type { Fault } from '../logged/draw.ts'
import type { LogProfile } from '../world/log/faults.ts'
import type { JobProfile } from './job.ts'
import type { ClusterFaultKind } from './kinds.ts'

export type ClusterFault = Fault<ClusterFaultKind>

export interface StreamProfile {
  /** A word on a stream takes up to twice so long. */
  readonly delayMeanUs: number
}

/** What work takes of a node's one thread. */
export interface CostProfile {
  readonly recordUs: number
  readonly entryUs: number
}

export interface ClusterProfile {
  readonly fleet: FleetProfile
  readonly log: LogProfile
  readonly bounds: JournalBounds
  readonly taking: TakingBounds
  readonly sender: SenderBounds
  readonly feed: FeedBounds
  readonly streams: StreamProfile
  readonly costs: CostProfile
  /** Of two nodes, so far what time it is differs. */
  readonly skewMs: number
  /** A group hears so late that its replica leads, or leads no more. */
  readonly hearUs: number
  /** How often somebody looks at the state of a replica. */
  readonly lookMs: number
}

export interface ClusterScenario {
  readonly seed: number
  readonly nodes: number
  readonly job: JobProfile
  readonly safetyMs: number
  readonly profile: ClusterProfile
  readonly faults: readonly ClusterFault[]
}

/**
 * All that a run of whole nodes is made of, as plain JSON: several groups on several nodes, each
 * node with one disk, one log and one connection to each other, and every fault with its time.
 */

import type { LinkLimits } from '../../../src/raft/links/limits.ts'
import type { RaftLimits, RaftTimes } from '../../../src/raft/options.ts'
import type { StoreLimits } from '../../../src/raft/store/limits.ts'
import type { WorkloadOptions } from '../clients/mix.ts'
import type { DiskProfile } from '../world/disk.ts'
import type { WireProfile } from '../world/transport.ts'
import type { FleetFaultKind } from './kinds.ts'
import type { MachineProfile } from './machine.ts'

/** The node that leads the first group when the fault begins, or the n-th that it can hit. */
export type FleetTarget = 'leader' | number

export interface FleetFault {
  readonly atMs: number
  readonly kind: FleetFaultKind
  readonly who: FleetTarget
  readonly whom: number
  readonly forMs: number
  readonly amount: number
  /** Seeds whatever the fault draws when it hits. */
  readonly salt: number
}

export interface FleetProfile {
  readonly wire: WireProfile
  readonly disk: DiskProfile
  readonly machine: MachineProfile
  readonly times: RaftTimes
  readonly limits: RaftLimits
  readonly links: LinkLimits
  readonly store: StoreProfile
  readonly state: StateProfile
  readonly workload: WorkloadOptions
}

export interface StateProfile {
  /** Whether the machines' state is in rows that outlive their process. */
  readonly isKept: boolean
  /** Whether the machine's boot can be told from another. */
  readonly isBootKnown: boolean
}

/** Small enough that segments come and go within a run. */
export interface StoreProfile extends StoreLimits {
  /** Entries of a group between two of its images. */
  readonly imageEntries: number
}

export interface FleetScenario {
  readonly seed: number
  readonly nodes: number
  readonly groups: number
  /** Voters of each group. */
  readonly replication: number
  readonly safetyMs: number
  readonly profile: FleetProfile
  readonly faults: readonly FleetFault[]
}

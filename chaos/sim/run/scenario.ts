/**
 * All that a run is made of, as plain JSON: how its world behaves, what its clients do, and every
 * fault with its time. A run is a function of its scenario alone, so a scenario that once failed
 * stays the same test when the generator has long changed.
 */

import type { RaftLimits, RaftTimes } from '../../../src/raft/options.ts'
import type { WorkloadOptions } from '../clients/mix.ts'
import type { ApplyProfile } from '../host/applier.ts'
import type { DiskProfile } from '../world/disk.ts'
import type { FaultKind } from '../world/faults.ts'
import type { NetworkProfile } from '../world/network.ts'

/** The leader when the fault begins, or the n-th of those that it can hit, counted round. */
export type Target = 'leader' | number

/** One shape for all kinds: what a kind does not need, it ignores. */
export interface Fault {
  readonly atMs: number
  readonly kind: FaultKind
  readonly who: Target
  readonly whom: Target
  readonly forMs: number
  /** How much: a chance, a factor, a number of messages, as the kind says. */
  readonly amount: number
  /**
   * Seeds whatever the fault draws when it hits, so that taking away one fault leaves the others as
   * they are.
   */
  readonly salt: number
}

export interface Profile {
  readonly network: NetworkProfile
  readonly disk: DiskProfile
  readonly apply: ApplyProfile
  readonly times: RaftTimes
  readonly limits: RaftLimits
  readonly tickMs: number
  readonly workload: WorkloadOptions
}

export interface Scenario {
  readonly seed: number
  readonly voters: number
  readonly learners: number
  /** Voters are never made fewer. */
  readonly votersMin: number
  /** Replicas are never made more. */
  readonly replicasMax: number
  /** How long faults last; healing follows. */
  readonly safetyMs: number
  readonly profile: Profile
  readonly faults: readonly Fault[]
}

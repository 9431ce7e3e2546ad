/** The doors through which the simulated clients reach the world. */

import type { ReplicaId } from '../../../src/base/ids.ts'
import type { NO_ONE, Role } from '../../../src/raft/types.ts'
import type { ApplyResult, Machine } from '../machine.ts'

/** The part of the base generator that clients draw from. */
export interface Draws {
  /** A whole number in [0, n). */
  below(n: number): number
  /** A whole number from low to high, both included. */
  between(low: number, high: number): number
  chance(probability: number): boolean
}

export type Outcome =
  | { readonly kind: 'ok'; readonly result: ApplyResult }
  /** Certainly never applied, now or later. */
  | { readonly kind: 'failed' }
  | { readonly kind: 'unknown' }

export interface HostStatus {
  readonly role: Role
  readonly term: number
  readonly leader: ReplicaId | typeof NO_ONE
}

/** A running replica that accepts calls. A crash may leave any of them without an answer. */
export interface HostPort {
  readonly id: ReplicaId
  /** When it started, in the time of the run. */
  readonly startedMs: number
  status(): HostStatus
  propose(expectedTerm: number, data: Uint8Array, onOutcome: (outcome: Outcome) => void): void
  /** `onReady` once the machine may answer; `onLost` when it never will, or was refused. */
  read(onReady: (machine: Machine) => void, onLost: () => void): void
}

export interface WorkloadPort {
  readonly prng: Draws
  nowMs(): number
  after(delayMs: number, fire: () => void): void
  /** In an order that depends on the seed alone. */
  replicas(): readonly HostPort[]
}

/**
 * The state machine that the simulator replicates: registers, append-only lists and queues under many keys.
 * Deterministic; its state hash is kept up to date by every command and can be computed again from nothing.
 */

import type { Entry } from '../../src/raft/types.ts'

/** What a key holds: a register's value (0: never written), or the items of a list or queue. */
export type Value = number | readonly number[]

export interface ApplyResult {
  /** cas: the value was the expected one. dequeue: there was an item. Everything else: true. */
  readonly ok: boolean
  /** dequeue: the item. */
  readonly value?: number
}

export interface Machine {
  readonly appliedIndex: number
  apply(entry: Entry): ApplyResult
  read(key: number): Value
  snapshot(): Uint8Array
  restore(bytes: Uint8Array): void
  stateHash(): number
  /** The state hash computed again from the whole state. */
  recomputedHash(): number
}

/** A group as those see it whom a node serves: its replica here, and where its leader is. */

import type { GroupId } from '../base/ids.ts'

export type ProposeOutcome =
  | { readonly kind: 'applied'; readonly index: number; readonly result: unknown }
  /** It certainly did not happen. */
  | { readonly kind: 'refused'; readonly code: string; readonly message: string }
  /** It may have happened, or may yet. */
  | { readonly kind: 'unknown' }

export type ReadOutcome =
  /** The state here now reflects everything that was answered before the question. */
  | { readonly kind: 'ready' }
  | { readonly kind: 'refused'; readonly code: string; readonly message: string }
  | { readonly kind: 'lost' }

export interface ServedGroup<Machine> {
  readonly id: GroupId
  readonly machine: Machine
  propose(data: Uint8Array, done: (outcome: ProposeOutcome) => void): void
  read(done: (outcome: ReadOutcome) => void): void
  /** Where the leader's node is reached; undefined: not known, or it is this one. */
  leaderAddress(): string | undefined
}

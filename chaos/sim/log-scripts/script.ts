/**
 * Scripts for logs of streams: what some producers and readers do, one step after the other. A
 * script makes sense on any body of the door: what each step must answer follows from those before,
 * so that two bodies that played it can be compared answer by answer.
 */

import type { Isolation } from '../../../src/base/stream-log.ts'

export type How = 'commit' | 'abort'

export type Step =
  /** Outside of any transaction, so many records into each of these partitions. */
  | { readonly do: 'append'; readonly to: readonly number[]; readonly count: number }
  /** A new producer takes the id; the one that had it is a zombie from now on. */
  | { readonly do: 'begin'; readonly who: number }
  | {
      readonly do: 'send'
      readonly who: number
      readonly to: readonly number[]
      readonly count: number
    }
  /** A record over the limit, into a partition of the open transaction. */
  | { readonly do: 'send-too-large'; readonly who: number; readonly to: number }
  /** Records for a topic that there is not, with others for one that there is. */
  | { readonly do: 'send-nowhere'; readonly who: number; readonly to: number }
  | { readonly do: 'end'; readonly who: number; readonly how: How }
  /** The process is gone, and what it had open stays so. */
  | { readonly do: 'leave'; readonly who: number }
  | { readonly do: 'zombie-send'; readonly who: number; readonly to: readonly number[] }
  | { readonly do: 'zombie-end'; readonly who: number; readonly how: How }
  /** Shares are of the way from the start to the end, in thousandths. */
  | {
      readonly do: 'read'
      readonly from: number
      readonly share: number
      readonly isolation: Isolation
      readonly maxBytes: number
    }
  | { readonly do: 'ends' }
  | { readonly do: 'delete'; readonly from: number; readonly share: number }
  /** What is to come cannot be deleted, nor read. */
  | { readonly do: 'beyond'; readonly from: number; readonly by: number }
  /** Another decides about this id; then all ids are taken anew, by clients that know nothing. */
  | { readonly do: 'move'; readonly who: number }

export interface Script {
  readonly seed: number
  readonly partitions: number
  readonly steps: readonly Step[]
}

/** Shares are whole numbers up to here. */
export const WHOLE = 1000

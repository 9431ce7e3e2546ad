/**
 * What changes a log: each is written whole or not at all, and whoever takes the same ones in the
 * same order has the same log.
 */

import type { LogError } from '../../../base/stream-log.ts'
import type { NewBlock } from './block.ts'
import type { Block, Verdict } from './partition.ts'
import type { Settings } from './settings.ts'

/** Blocks for one partition, by its number, which no other ever has. */
export interface Part {
  readonly partition: number
  readonly blocks: readonly NewBlock[]
}

export type Op =
  | {
      readonly kind: 'create'
      readonly topic: string
      readonly partitions: number
      readonly settings: Settings
    }
  | { readonly kind: 'drop'; readonly topic: string }
  | { readonly kind: 'append'; readonly parts: readonly Part[] }
  /** A new life under an id; what the one before left open is aborted. */
  | { readonly kind: 'begin'; readonly id: string; readonly timeoutMs: number }
  | { readonly kind: 'send'; readonly producer: number; readonly parts: readonly Part[] }
  | { readonly kind: 'end'; readonly producer: number; readonly verdict: Verdict }
  /** It was open for too long: it is aborted, and its life is over. */
  | { readonly kind: 'expire'; readonly producer: number }
  /** It is this late: what was done since it was last told was done by now. */
  | { readonly kind: 'time'; readonly wallMs: number }
  /** Nobody has used the id for long: it is forgotten. */
  | { readonly kind: 'dismiss'; readonly producer: number }
  | { readonly kind: 'forget'; readonly partition: number; readonly before: number }
  /** The same block, further behind in the log, so that the segment it was in may go. */
  | { readonly kind: 'move'; readonly partition: number; readonly block: Block }

export type Refusable<T> =
  | { readonly error: LogError }
  | { readonly error?: never; readonly value: T }

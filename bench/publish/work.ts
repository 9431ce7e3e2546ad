/** What the processes of this benchmark are told to do: one argument, in JSON. */

import type { JournalBounds } from '../../src/journal/bounds.ts'
import type { Seat } from '../../src/journal/plan.ts'
import type { Target } from './output.ts'

/** A log that runs, and how it is called. */
export interface LogPlace {
  /** A name of `bodies.ts`. */
  readonly body: string
  readonly address: string
}

/** How outputs come to be. */
export type Beat =
  /** An entry every so often. */
  | { readonly everyMs: number; readonly outputs: number }
  /** As many entries as it takes for so many outputs to wait. */
  | { readonly waiting: number; readonly outputs: number }

interface Common {
  readonly log: LogPlace
  readonly warmMs: number
  readonly measuredMs: number
  readonly sizeBytes: number
  readonly partitions: number
  readonly readerRestMs: number
}

export interface PublishWork extends Common {
  readonly kind: 'publish'
  readonly groups: number
  readonly beat: Beat
  readonly bounds: Partial<JournalBounds>
}

export interface TakeoverWork extends Common {
  readonly kind: 'takeover'
}

export interface FirstWork extends Common {
  readonly kind: 'first'
  /** Each by a process that has never published. */
  readonly takeovers: number
  /** So long each of them follows before it leads. */
  readonly followMs: number
}

/** One of those processes. */
export interface SuccessorWork {
  readonly kind: 'succeed'
  readonly log: LogPlace
  readonly target: Target
  readonly seat: Seat
  readonly group: number
  readonly groups: number
  readonly sizeBytes: number
  readonly followMs: number
}

export interface ReadWork {
  readonly kind: 'read'
  readonly log: LogPlace
  readonly target: Target
  /** After each fetch: who does not ask how late outputs come, need not be woken by each. */
  readonly restMs: number
}

export type Work = PublishWork | TakeoverWork | FirstWork | SuccessorWork | ReadWork

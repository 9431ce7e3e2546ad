/**
 * What the machines here ask of the outside, one call at a time, and what they are answered. A call
 * has a serial of its own: an answer to any other than the last is late, and says nothing.
 */

import type { Random } from '../base/env.ts'
import type {
  Fetched,
  LogAnswer,
  LogError,
  LogErrorCode,
  PartitionRecords,
  TopicDescription,
} from '../base/stream-log.ts'
import type { JournalBounds } from './bounds.ts'
import type { Verdict } from './group.ts'
import type { News } from './news.ts'

export type Ask =
  | { readonly kind: 'describe'; readonly topic: string }
  /** For a takeover that may come. */
  | { readonly kind: 'prepare' }
  /** A ReadIndex. */
  | { readonly kind: 'confirm'; readonly term: number }
  /** Of a new producer, where there is none. */
  | { readonly kind: 'init' }
  /** Of the journal, uncommitted: behind all that was acknowledged. */
  | { readonly kind: 'end' }
  | { readonly kind: 'start' }
  /** Committed. */
  | { readonly kind: 'fetch'; readonly offset: number }
  /** From the budget that all groups share. */
  | { readonly kind: 'turn' }
  | { readonly kind: 'send'; readonly records: readonly PartitionRecords[] }
  | { readonly kind: 'commit' }

export type Call = Ask & { readonly serial: number }

export type Answer =
  | { readonly kind: 'describe'; readonly answer: LogAnswer<TopicDescription> }
  | { readonly kind: 'confirm'; readonly verdict: Verdict }
  | { readonly kind: 'prepare' | 'init' | 'commit'; readonly answer: LogAnswer<void> }
  | { readonly kind: 'end' | 'start'; readonly answer: LogAnswer<number> }
  | { readonly kind: 'fetch'; readonly answer: LogAnswer<Fetched> }
  | { readonly kind: 'turn' }
  | { readonly kind: 'send'; readonly answer: LogAnswer<readonly number[]> }

/** What a publisher wants done, in this order. */
export interface Duties {
  /** 1. Close the producer; nobody wants what is on its way any more. */
  readonly close: boolean
  /** 2. Give back the turn, or stop waiting for it. */
  readonly giveBack: boolean
  /** 3. The ledger knows more: releases follow from it. */
  readonly learned: boolean
  /** 4. Say so, in this order. */
  readonly news: readonly News[]
  /** 5. One question; its answer is wanted by its serial. */
  readonly call: Call | undefined
}

/** Worth asking again soon, with nothing changed: nobody answered, or nothing was done. */
export function isPassing({ code }: LogError): boolean {
  return code === 'busy' || code === 'unavailable'
}

/** Bounded, growing, and drawn by chance, so that two who wait do not meet again and again. */
export class Backoff {
  readonly #minMs: number
  readonly #maxMs: number
  readonly #uint32: () => number
  #nextMs: number

  constructor(minMs: number, maxMs: number, uint32: () => number) {
    this.#minMs = minMs
    this.#maxMs = maxMs
    this.#uint32 = uint32
    this.#nextMs = minMs
  }

  /** Between half and all of what it has grown to. */
  next(): number {
    const wholeMs = this.#nextMs
    this.#nextMs = Math.min(2 * wholeMs, this.#maxMs)
    return wholeMs * (0.5 + this.#uint32() / 2 ** 33)
  }

  reset(): void {
    this.#nextMs = this.#minMs
  }
}

/** How long to wait before a producer that was lost is followed by another. */
export class Retries {
  readonly #unanswered: Backoff
  /** In the end so far that whoever else has the id can finish a transaction meanwhile. */
  readonly #fenced: Backoff

  constructor({ retryMinMs, retryMaxMs, transactionMs }: JournalBounds, random: Random) {
    const uint32 = (): number => random.uint32()
    this.#unanswered = new Backoff(retryMinMs, retryMaxMs, uint32)
    this.#fenced = new Backoff(retryMinMs, 2 * transactionMs, uint32)
  }

  next(code?: LogErrorCode): number {
    return code === 'fenced' ? this.#fenced.next() : this.#unanswered.next()
  }

  /** Something was committed, or a new term began. */
  reset(): void {
    this.#unanswered.reset()
    this.#fenced.reset()
  }
}

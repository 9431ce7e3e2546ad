/**
 * When a leader tells its group what is durable outside: lazily, when it would free much, and
 * before an image. Never more than the ledger knows, so never ahead of the journal.
 */

import type { JournalBounds } from './bounds.ts'
import type { Ledger } from './ledger.ts'
import type { Outbox } from './outbox.ts'
import type { Progress } from './types.ts'

export interface ProposerParts {
  readonly outbox: Outbox
  readonly ledger: Ledger
  readonly bounds: JournalBounds
}

export class Proposer {
  readonly #parts: ProposerParts
  #term = 0
  #isOpen = false
  #isWanted = false
  #askedMs = Number.NEGATIVE_INFINITY

  constructor(parts: ProposerParts) {
    this.#parts = parts
  }

  /** 0: it does not lead. */
  onTerm(term: number): void {
    this.#term = term
    this.#isWanted &&= term > 0
  }

  /** Soon: an image is to be taken. */
  want(): void {
    this.#isWanted = this.#term > 0
  }

  /** The group's state knows what is known here, or nothing can be done about it. */
  get isCurrent(): boolean {
    return this.#term === 0 || !this.#hasMore()
  }

  /** The term to propose in, and what; told once. */
  takeProposal(nowMs: number): { term: number; progress: Progress } | undefined {
    const dueMs = this.dueMs(nowMs)
    if (dueMs === undefined || dueMs > nowMs) return undefined
    this.#isOpen = true
    this.#isWanted = false
    this.#askedMs = nowMs
    return { term: this.#term, progress: this.#parts.ledger.progress }
  }

  /** Applied or not: the outbox shows it. */
  onAnswer(): void {
    this.#isOpen = false
  }

  dueMs(nowMs: number): number | undefined {
    if (this.#term === 0 || this.#isOpen || !this.#hasMore()) return undefined
    const { outbox, bounds } = this.#parts
    const { progressMs, progressBytes, retryMinMs } = bounds
    // At the bound nothing is taken until it is told what may go.
    const isFull = outbox.bytes >= bounds.outboxBytesMax
    const isSoon = this.#isWanted || isFull || this.#freedBytes() >= progressBytes
    // Soon, but not in a circle: the last one may have been refused.
    return Math.max(nowMs, this.#askedMs + (isSoon ? retryMinMs : progressMs))
  }

  #hasMore(): boolean {
    const { outbox, ledger } = this.#parts
    const { journaled, published } = outbox.progress
    if (ledger.journaled > journaled) return true
    const known = new Map(published.map(({ sink, upTo }) => [sink, upTo]))
    return ledger.cursors.some(({ sink, upTo }) => upTo > (known.get(sink) ?? 0))
  }

  #freedBytes(): number {
    const { outbox, ledger } = this.#parts
    let left = outbox.schedules.bytesBehind(ledger.journaled)
    for (const sink of outbox.sinks) {
      left += outbox.runs(sink)?.bytesBehind(ledger.upTo(sink)) ?? 0
    }
    return outbox.bytes - left
  }
}

/**
 * When the next transaction is due: at once where nothing happened for a while, after a pause that
 * follows how long transactions take under load, so that each holds more; later where nobody waits
 * for what it would hold, never where it would hold nothing. And how large it may be: one that the
 * log cannot take in its time is not tried again as large.
 */

import type { JournalBounds } from './bounds.ts'

/** What there is to let out. */
export interface Waiting {
  readonly hasOutputs: boolean
  /** Somebody waits for schedules: other sinks, the next stage, the end of the log. */
  readonly isUrgent: boolean
  readonly scheduleBytes: number
  readonly bytes: number
}

/** A transaction is at least so small a part of its bounds. */
const PORTION_MIN = 1 / 4096
/** One that took so much of its time at most may be followed by a larger one. */
const QUICK = 1 / 4
/** How much of the last transaction's time is believed at once. */
const WEIGHT = 0.25

export class Pace {
  readonly #bounds: JournalBounds
  #beganMs = Number.NEGATIVE_INFINITY
  #usualMs = 0
  #portion = 1
  /** Since when schedules wait. */
  #sinceMs: number | undefined

  constructor(bounds: JournalBounds) {
    this.#bounds = bounds
  }

  /** So much of its bounds may a transaction hold. */
  get portion(): number {
    return this.#portion
  }

  /** The pause from beginning to beginning. */
  get pauseMs(): number {
    const { paceMinMs, paceMaxMs, paceTimes } = this.#bounds
    return Math.min(Math.max(paceTimes * this.#usualMs, paceMinMs), paceMaxMs)
  }

  /** undefined: never, as things stand. */
  dueMs(nowMs: number, waiting: Waiting): number | undefined {
    const { hasOutputs, isUrgent, scheduleBytes, bytes } = waiting
    const { journalMs, journalBytes, eagerBytes } = this.#bounds
    if (scheduleBytes === 0) this.#sinceMs = undefined
    else this.#sinceMs ??= nowMs
    if (!hasOutputs && scheduleBytes === 0) return undefined
    const isAwaited = hasOutputs || isUrgent || scheduleBytes >= journalBytes
    if (!isAwaited) return (this.#sinceMs ?? nowMs) + journalMs
    return bytes >= eagerBytes ? nowMs : Math.max(nowMs, this.#beganMs + this.pauseMs)
  }

  began(nowMs: number): void {
    this.#beganMs = nowMs
    this.#sinceMs = undefined
  }

  committed(nowMs: number): void {
    const tookMs = nowMs - this.#beganMs
    this.#usualMs += WEIGHT * (tookMs - this.#usualMs)
    const isQuick = tookMs <= QUICK * this.#bounds.transactionMs
    if (isQuick) this.#portion = Math.min(2 * this.#portion, 1)
  }

  /** A transaction that was begun came to no end that is known. */
  lost(): void {
    this.#portion = Math.max(this.#portion / 2, PORTION_MIN)
  }
}

/**
 * What a publisher says to people: each trouble once, that it is over, and what is for good. That
 * nobody answers, or an earlier transaction is being finished, passes by itself: it is told when it
 * goes on for long.
 */

import type { Trouble } from './types.ts'

export type News =
  | ({ readonly kind: 'stalled' | 'halted' } & Trouble)
  /** The trouble that was told last is over. */
  | { readonly kind: 'resumed' }

interface Told extends Trouble {
  /** Reading back well does not end it. */
  readonly inTransaction: boolean
  /** It should end by itself. */
  readonly passes: boolean
}

interface Silence {
  readonly sinceMs: number
  readonly inTransaction: boolean
  readonly trouble: Trouble
}

export class Newsroom {
  readonly #silenceMs: number
  #news: News[] = []
  /** What was told last, and is not over. */
  #told: Told | undefined
  #silence: Silence | undefined

  constructor(silenceMs: number) {
    this.#silenceMs = silenceMs
  }

  /** Taken once. */
  take(): readonly News[] {
    const news = this.#news
    this.#news = []
    return news
  }

  /** Leads anew: what was in an earlier term, others may have ended meanwhile. */
  lead(): void {
    this.#silence = undefined
    if (this.#told !== undefined) this.#told = { ...this.#told, inTransaction: false }
  }

  stall({ code, message }: Trouble, inTransaction: boolean): void {
    this.#silence = undefined
    if (this.#told?.code === code && this.#told.message === message) return
    this.#told = { code, message, inTransaction, passes: false }
    this.#news.push({ kind: 'stalled', code, message })
  }

  /** It will pass, or go on. One that was told goes on whatever its sentence is now. */
  pass(met: Trouble, nowMs: number, isInTransaction: boolean): void {
    const { sinceMs = nowMs, inTransaction = false, trouble = met } = this.#silence ?? {}
    // An earlier transaction that is being finished is what comes of another trouble.
    const told = met.code === 'busy' ? trouble : met
    this.#silence = { sinceMs, inTransaction: inTransaction || isInTransaction, trouble: told }
    if (nowMs - sinceMs < this.#silenceMs || this.#told?.passes === true) return
    const { code, message } = told
    this.#told = { code, message, inTransaction: this.#silence.inTransaction, passes: true }
    this.#news.push({ kind: 'stalled', code, message })
  }

  /** The journal was read back; `isMore`: it says that more is out than was known before. */
  read(isMore: boolean): void {
    if (isMore) {
      this.commit()
      return
    }
    if (this.#silence?.inTransaction === false) this.#silence = undefined
    if (this.#told?.inTransaction === false) this.#resume()
  }

  commit(): void {
    this.#silence = undefined
    this.#resume()
  }

  #resume(): void {
    if (this.#told !== undefined) this.#news.push({ kind: 'resumed' })
    this.#told = undefined
  }

  halt({ code, message }: Trouble): void {
    this.#news.push({ kind: 'halted', code, message })
  }
}

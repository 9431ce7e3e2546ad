/**
 * What a replica asks of its log beside its publisher, one thing at a time. While it follows: that
 * the log gets ready for it to take over, again and again, since connections grow old and those who
 * lead or coordinate move. Nothing that this finds out is believed: it only makes what is asked
 * later quick. From when it leads: how its topics are set, beside the taking of the id and the
 * read-back, and until all of them are as they should be. The publisher writes nothing before.
 */

import type { Random } from '../../base/env.ts'
import { invariant } from '../../base/errors.ts'
import type { LogAnswer, LogError, TopicDescription } from '../../base/stream-log.ts'
import type { JournalBounds } from '../bounds.ts'
import { type Answer, type Ask, Backoff, type Call, isPassing } from '../calls.ts'
import type { Inspection } from '../settings.ts'

export interface StandbyOptions {
  readonly inspection: Inspection
  readonly bounds: Pick<JournalBounds, 'readyMs' | 'stallMs' | 'askMinMs' | 'askMaxMs'>
  readonly random: Random
}

/** In this order. */
export interface StandbyDuties {
  /** 1. The publisher is told what came of a question about a topic. */
  readonly inspected: { readonly met: LogError | undefined } | undefined
  /** 2. A question. */
  readonly call: Call | undefined
}

export class Standby {
  readonly #options: StandbyOptions
  readonly #backoff: Backoff
  #nowMs = 0
  #leads = false
  /** Nothing is asked before. */
  #restUntilMs = 0
  #serial = 0
  #open: Ask['kind'] | undefined
  #inspected: StandbyDuties['inspected']

  constructor(options: StandbyOptions) {
    const { bounds, random } = options
    this.#options = options
    this.#backoff = new Backoff(bounds.askMinMs, bounds.askMaxMs, () => random.uint32())
  }

  /** Before every other fact. */
  tick(nowMs: number): void {
    this.#nowMs = Math.max(this.#nowMs, nowMs)
  }

  /** From here on; what was found before is of another time. */
  onLead(): void {
    this.#options.inspection.begin()
    this.#begin(true)
    this.#restUntilMs = 0
  }

  /** What a leader used is ready still. */
  onDeposed(): void {
    if (!this.#leads) return
    this.#begin(false)
    this.#restUntilMs = this.#nowMs + this.#aWhile()
  }

  #begin(leads: boolean): void {
    this.#leads = leads
    this.#open = undefined
    this.#inspected = undefined
    this.#serial++
    this.#backoff.reset()
  }

  onAnswer(serial: number, answer: Answer): void {
    if (serial !== this.#serial || this.#open === undefined) return
    invariant(answer.kind === this.#open, 'JOURNAL what was asked is answered', answer.kind)
    this.#open = undefined
    if (answer.kind === 'describe') this.#onDescribed(answer.answer)
    // Who cannot be made ready now is not ready, and nothing else is wrong.
    else this.#restUntilMs = this.#nowMs + this.#aWhile()
  }

  takeDuties(): StandbyDuties {
    const ask = this.#isDue && this.#nowMs >= this.#restUntilMs ? this.#ask() : undefined
    if (ask !== undefined) this.#open = ask.kind
    const call = ask === undefined ? undefined : { ...ask, serial: ++this.#serial }
    const inspected = this.#inspected
    this.#inspected = undefined
    return { inspected, call }
  }

  /** When duties may come without a fact; undefined: they will not. */
  wakeAtMs(): number | undefined {
    return this.#isDue ? this.#restUntilMs : undefined
  }

  get #isDue(): boolean {
    return this.#open === undefined && this.#ask() !== undefined
  }

  #ask(): Ask | undefined {
    if (!this.#leads) return { kind: 'prepare' }
    const { topic } = this.#options.inspection
    return topic === undefined ? undefined : { kind: 'describe', topic }
  }

  #onDescribed(answer: LogAnswer<TopicDescription>): void {
    const { inspection, bounds } = this.#options
    const met = answer.error ?? inspection.take(answer.value)
    this.#inspected = { met }
    if (met === undefined) this.#backoff.reset()
    else if (isPassing(met)) this.#restUntilMs = this.#nowMs + this.#backoff.next()
    else {
      inspection.refuse()
      this.#restUntilMs = this.#nowMs + bounds.stallMs
    }
  }

  /** Drawn by chance, so that the groups of a node do not ask all at once. */
  #aWhile(): number {
    const { bounds, random } = this.#options
    return bounds.readyMs * (0.5 + random.uint32() / 2 ** 33)
  }
}

/**
 * How a transactional id is taken and its partition read back: `init` until it succeeds, which says
 * that every earlier transaction of the id is decided; only then the end, uncommitted; then what is
 * committed, from where it was known, until the position reaches that end. A leader asks its own
 * group before every `init` whether it leads: only such a one may fence another. A claim looks
 * first whether topics are set so that what is written stays; publishers look beside (`standby/`).
 *
 * Used by publishers (`confirmTerm` is theirs) and by claims, which no group leads.
 */

import type { Random } from '../base/env.ts'
import { invariant, WeirError } from '../base/errors.ts'
import type { Fetched, LogAnswer, LogError, TopicDescription } from '../base/stream-log.ts'
import type { JournalBounds } from './bounds.ts'
import { type Answer, type Ask, Backoff, isPassing } from './calls.ts'
import type { Verdict } from './group.ts'
import { JOURNAL_BEHIND, type Reading } from './reading.ts'
import type { Inspection } from './settings.ts'
import type { Trouble } from './types.ts'

export type Outcome =
  | { readonly kind: 'read' }
  /** The group is led by another. */
  | { readonly kind: 'deposed' }
  /** The log refused, in a way that asking again soon would not change. */
  | { readonly kind: 'refused'; readonly error: LogError }
  /** What lies in the partition cannot be gone on from. */
  | { readonly kind: 'unreadable'; readonly trouble: Trouble }

type Stage = 'describe' | 'confirm' | 'init' | 'end' | 'start' | 'fetch'

export interface TakeoverOptions {
  readonly reading: Reading
  /** undefined: nobody is asked before `init`. */
  readonly confirmTerm: number | undefined
  /** Of the topics; undefined: they are not looked at. */
  readonly inspection?: Inspection
  readonly bounds: JournalBounds
  readonly random: Random
}

const HELD_UP: LogError = {
  code: 'busy',
  message:
    'a transaction of somebody else is open in the partition that is read back: nothing is shown ' +
    'behind it: find whose it is, and abort it (for Kafka: kafka-transactions.sh find-hanging)',
}

export class Takeover {
  readonly #options: TakeoverOptions
  readonly #backoff: Backoff
  #stage: Stage
  #end = 0
  #waitMs = 0
  #outcome: Outcome | undefined
  #passing: LogError | undefined

  constructor(options: TakeoverOptions) {
    const { bounds, random } = options
    this.#options = options
    this.#backoff = new Backoff(bounds.askMinMs, bounds.askMaxMs, () => random.uint32())
    this.#stage = options.inspection?.topic === undefined ? this.#first() : 'describe'
  }

  #first(): Stage {
    return this.#options.confirmTerm === undefined ? 'init' : 'confirm'
  }

  get outcome(): Outcome | undefined {
    return this.#outcome
  }

  /** What the last question met, where it is worth asking it again. */
  get passing(): LogError | undefined {
    return this.#passing
  }

  /** How long to wait before the next question; taken once. */
  takeWait(): number {
    const waitMs = this.#waitMs
    this.#waitMs = 0
    return waitMs
  }

  /** What to ask now, or after the wait. */
  ask(): Ask {
    switch (this.#stage) {
      case 'describe':
        return { kind: 'describe', topic: this.#options.inspection?.topic ?? '' }
      case 'confirm':
        return { kind: 'confirm', term: this.#options.confirmTerm ?? 0 }
      case 'fetch':
        return { kind: 'fetch', offset: this.#options.reading.position }
      default:
        return { kind: this.#stage }
    }
  }

  onAnswer(answer: Answer): void {
    invariant(answer.kind === this.#stage, 'JOURNAL what was asked is answered', answer.kind)
    const { error } = 'answer' in answer ? answer.answer : {}
    this.#passing = error !== undefined && isPassing(error) ? error : undefined
    if (answer.kind === 'describe') this.#onDescribed(answer.answer)
    else if (answer.kind === 'confirm') this.#onVerdict(answer.verdict)
    else if (answer.kind === 'init') this.#onInit(answer.answer)
    else if (answer.kind === 'end') this.#onNumber(answer.answer, end => this.#onEnd(end))
    else if (answer.kind === 'start') this.#onNumber(answer.answer, at => this.#onStart(at))
    else if (answer.kind === 'fetch') this.#onFetched(answer.answer)
  }

  #onDescribed(answer: LogAnswer<TopicDescription>): void {
    const { inspection } = this.#options
    const error = answer.error ?? inspection?.take(answer.value)
    if (error !== undefined && isPassing(error)) this.#again('describe')
    else if (error !== undefined) this.#refused(error)
    else if (inspection?.topic === undefined) this.#stage = this.#first()
    if (error === undefined) this.#backoff.reset()
  }

  #onVerdict(verdict: Verdict): void {
    if (verdict === 'deposed') this.#outcome = { kind: 'deposed' }
    else if (verdict === 'leads') this.#stage = 'init'
    else this.#again('confirm')
  }

  #onInit({ error }: LogAnswer<void>): void {
    if (error === undefined) {
      this.#backoff.reset()
      this.#stage = 'end'
    } else if (!isPassing(error)) this.#refused(error)
    else this.#again(this.#first())
  }

  #onNumber(answer: LogAnswer<number>, take: (value: number) => void): void {
    const { error } = answer
    if (error === undefined) {
      this.#backoff.reset()
      take(answer.value)
    } else if (isPassing(error)) this.#again(this.#stage)
    else this.#refused(error)
  }

  #onEnd(end: number): void {
    this.#end = end
    if (this.#options.reading.position > end) this.#stage = 'start'
    else this.#goOn()
  }

  /** What lay between was trimmed: whatever is wanted lies behind. */
  #onStart(start: number): void {
    const { reading } = this.#options
    if (start > reading.position) {
      reading.skipTo(start)
      // The last record always stays: where none lies before the end, others have written behind.
      if (start >= this.#end) this.#stage = 'end'
      else this.#goOn()
      return
    }
    const message =
      `the journal ends at ${this.#end} and was to be read from ${reading.position}; it was ` +
      'deleted or is another one: restore the job from a checkpoint to a new journal topic'
    this.#outcome = { kind: 'unreadable', trouble: { code: JOURNAL_BEHIND, message } }
  }

  #onFetched(answer: LogAnswer<Fetched>): void {
    const { error } = answer
    if (error !== undefined) {
      if (isPassing(error)) this.#again('fetch')
      else if (error.code === 'offset-out-of-range') this.#stage = 'start'
      else this.#refused(error)
      return
    }
    const { reading } = this.#options
    const before = reading.position
    try {
      reading.take(answer.value)
    } catch (error) {
      if (!(error instanceof WeirError)) throw error
      const trouble = { code: error.code, message: error.message }
      this.#outcome = { kind: 'unreadable', trouble }
      return
    }
    if (reading.position > before) {
      this.#goOn()
      return
    }
    // What is acknowledged is not yet shown to readers: it will be, unless somebody holds it up.
    this.#passing = HELD_UP
    this.#again('fetch')
  }

  #goOn(): void {
    this.#backoff.reset()
    if (this.#options.reading.position < this.#end) this.#stage = 'fetch'
    else this.#outcome = { kind: 'read' }
  }

  #again(stage: Stage): void {
    this.#stage = stage
    this.#waitMs = this.#backoff.next()
  }

  #refused(error: LogError): void {
    this.#outcome = { kind: 'refused', error }
  }
}

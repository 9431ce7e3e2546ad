/** Test support: simulated time, a log that answers when it is told to, and what came of it. */

import { EventQueue, SimClock, US_PER_MS } from '../../../../chaos/sim/world/clock.ts'
import { utf8Of } from '../../../base/bytes.ts'
import { Prng } from '../../../base/prng.ts'
import type {
  Asked,
  Fetched,
  FetchOptions,
  Isolation,
  LogDone,
  LogErrorCode,
  Partition,
  StoredRecord,
  StreamLog,
  TransactionalProducer,
} from '../../../base/stream-log.ts'
import { FEED_BOUNDS } from '../bounds.ts'

export const PARTITION: Partition = { topic: 'in', partition: 0 }

export class Time {
  readonly queue = new EventQueue()
  readonly clock = new SimClock(this.queue)
  readonly random = new Prng(1)

  pass(ms: number): void {
    this.queue.runUntil(this.queue.nowUs + ms * US_PER_MS)
  }

  /** Lets happen what is due at once. */
  turn(): void {
    this.pass(0)
  }
}

interface Question {
  readonly from: number
  readonly how: FetchOptions
  readonly done: LogDone<Fetched>
  isCancelled: boolean
}

/** Nothing but fetches and ends is asked of it. */
export class HeldLog implements StreamLog {
  readonly isOneProcess = false
  readonly fetches: Question[] = []
  readonly ends: { readonly isolation: Isolation; readonly done: LogDone<number> }[] = []
  /** All offsets that were ever asked for. */
  readonly asked: number[] = []

  fetch(_: Partition, from: number, how: FetchOptions, done: LogDone<Fetched>): Asked {
    const question = { from, how, done, isCancelled: false }
    this.asked.push(from)
    this.fetches.push(question)
    return {
      cancel: () => {
        question.isCancelled = true
        this.fetches.splice(this.fetches.indexOf(question), 1)
      },
    }
  }

  end(_: Partition, isolation: Isolation, done: LogDone<number>): void {
    this.ends.push({ isolation, done })
  }

  /** The oldest fetch that is open; undefined: none is. */
  get open(): number | undefined {
    return this.fetches[0]?.from
  }

  /** Answers the fetch that asked from there, or the oldest. */
  answer(texts: readonly (string | null)[], more: Partial<Fetched> = {}, from = this.open): void {
    const question = this.#take(from)
    const records = texts.map((text, at) => recordOf(question.from + at, text))
    const position = question.from + texts.length
    question.done({ value: { records, position, seenEnd: position, ...more } })
  }

  fail(code: LogErrorCode, from = this.open): void {
    this.#take(from).done({ error: { code, message: `${code}; look at the log` } })
  }

  answerEnd(value: number): void {
    this.ends.shift()?.done({ value })
  }

  failEnd(): void {
    this.ends.shift()?.done({ error: { code: 'unavailable', message: 'nobody; ask again' } })
  }

  #take(from: number | undefined): Question {
    const at = this.fetches.findIndex(one => one.from === from)
    const [question] = this.fetches.splice(at, 1)
    if (at < 0 || question === undefined) throw new Error(`nobody asks from ${from}`)
    return question
  }

  cluster = unasked
  describe = unasked
  create = unasked
  drop = unasked
  start = unasked
  deleteRecords = unasked
  append = unasked
  prepare = unasked

  producer(): TransactionalProducer {
    return unasked()
  }
}

function unasked(): never {
  throw new Error('a reader does not ask that')
}

export function recordOf(offset: number, text: string | null, timestampMs = 0): StoredRecord {
  return { offset, key: null, value: text === null ? null : utf8Of(text), headers: [], timestampMs }
}

export const BOUNDS = { ...FEED_BOUNDS, pieceRows: 4 }

/**
 * One way of reading a partition: one fetch at a time from where somebody wants to read on, and its
 * answer in pieces, so that nobody has to decode all of it in one go. What was read for another
 * place than the one that is wanted is forgotten.
 */

import type { Clock, Random, Timer } from '../../base/env.ts'
import type {
  Asked,
  Fetched,
  LogAnswer,
  LogError,
  Partition,
  StoredRecord,
  StreamLog,
} from '../../base/stream-log.ts'
import type { FeedBounds } from './bounds.ts'
import { Pause } from './pause.ts'

export interface LaneParts {
  readonly clock: Clock
  readonly random: Random
  readonly log: StreamLog
  readonly partition: Partition
  readonly bounds: FeedBounds
  readonly listener: LaneListener
}

export interface LaneListener {
  /** There is an answer, or a fetch may be asked again: `want` is to be called. */
  onReady(): void
  onAnswered(): void
  onFailed(error: LogError): void
}

/** All offsets from one up to, without, another, and the records that stand there. */
export interface Piece {
  readonly from: number
  readonly to: number
  readonly records: readonly StoredRecord[]
  /** Whoever answered knew of nothing behind it. */
  readonly isEnd: boolean
}

interface Answer extends Fetched {
  /** Where the next piece begins, */
  at: number
  /** and with which record. */
  next: number
}

export class Lane {
  readonly #parts: LaneParts
  readonly #pause: Pause
  #asked: { readonly from: number; readonly call: Asked } | undefined
  #answer: Answer | undefined
  /** Runs while nothing is to be asked. */
  #timer: Timer | undefined
  #isClosed = false

  constructor(parts: LaneParts) {
    this.#parts = parts
    this.#pause = new Pause(parts.random, parts.bounds)
  }

  /** Where to read on; undefined: not now, what is on its way is kept. */
  want(from: number | undefined): void {
    if (from === undefined || this.#isClosed) return
    if (this.#answer !== undefined && this.#answer.at !== from) this.#answer = undefined
    if (this.#asked !== undefined && this.#asked.from !== from) this.#cancel()
    const isBusy = this.#asked !== undefined || this.#timer !== undefined
    if (this.#answer === undefined && !isBusy) this.#ask(from)
  }

  /** What stands there, as far as it is here; behind `want` of the same place. */
  next(from: number | undefined): Piece | undefined {
    const answer = this.#answer
    if (answer === undefined || from === undefined) return undefined
    const { records, position, seenEnd } = answer
    const end = this.#endOf(answer)
    const isLast = end === records.length
    const to = isLast ? position : (records[end - 1] as StoredRecord).offset + 1
    const isEnd = isLast && position >= seenEnd
    const piece = { from, to, records: records.slice(answer.next, end), isEnd }
    answer.at = to
    answer.next = end
    if (isLast) this.#answer = undefined
    return piece
  }

  close(): void {
    this.#isClosed = true
    this.#cancel()
    this.#timer?.cancel()
    this.#answer = undefined
  }

  /** Before which record a piece ends; one goes along in any case. */
  #endOf({ records, next }: Answer): number {
    const { pieceRows, pieceBytes } = this.#parts.bounds
    let end = next
    for (let bytes = 0; end < records.length && end - next < pieceRows; end++) {
      bytes += records[end]?.value?.length ?? 0
      if (bytes > pieceBytes && end > next) break
    }
    return end
  }

  #ask(from: number): void {
    const { log, partition, bounds } = this.#parts
    const { fetchBytes: maxBytes, waitMs } = bounds
    const how = { isolation: 'committed' as const, maxBytes, waitMs }
    const call = log.fetch(partition, from, how, answer => this.#onAnswer(from, answer))
    this.#asked = { from, call }
  }

  #cancel(): void {
    this.#asked?.call.cancel()
    this.#asked = undefined
  }

  #onAnswer(from: number, answer: LogAnswer<Fetched>): void {
    const { listener, bounds } = this.#parts
    this.#asked = undefined
    if (answer.error !== undefined) {
      this.#rest(this.#pause.nextMs())
      listener.onFailed(answer.error)
      return
    }
    this.#pause.onSuccess()
    this.#answer = { ...answer.value, at: from, next: 0 }
    if (answer.value.position === from) this.#rest(bounds.emptyMs)
    listener.onAnswered()
    listener.onReady()
  }

  #rest(ms: number): void {
    this.#timer = this.#parts.clock.after(ms, () => {
      this.#timer = undefined
      this.#parts.listener.onReady()
    })
  }
}

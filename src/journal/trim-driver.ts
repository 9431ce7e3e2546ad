/**
 * Trimming at work, over the StreamLog door: asks where a partition begins and ends, reads it all,
 * and has deleted what is no longer wanted. An error ends it: nothing is lost by trimming later.
 */

import type { StreamLog } from '../base/stream-log.ts'
import type { JournalBounds } from './bounds.ts'
import { Trimming, type TrimSubject } from './trimming.ts'
import type { Trouble } from './types.ts'

export interface TrimParts {
  readonly log: StreamLog
  readonly subject: TrimSubject
  readonly bounds: JournalBounds
}

type TrimDone = (
  answer: { readonly error: Trouble } | { readonly error?: never; readonly value: number },
) => void

/** Answers where the partition begins now. Throws nothing: a damaged record is an error, too. */
export function trimJournal({ log, subject, bounds }: TrimParts, done: TrimDone): void {
  const { journal } = subject
  log.start(journal, started => {
    if (started.error !== undefined) done(started)
    else {
      log.end(journal, 'committed', ended => {
        if (ended.error !== undefined) done(ended)
        else new TrimRun({ log, subject, bounds }, started.value, done).begin(ended.value)
      })
    }
  })
}

class TrimRun {
  readonly #parts: TrimParts
  readonly #start: number
  readonly #done: TrimDone

  constructor(parts: TrimParts, start: number, done: TrimDone) {
    this.#parts = parts
    this.#start = start
    this.#done = done
  }

  begin(end: number): void {
    this.#readOn(new Trimming(this.#parts.subject, this.#start, end))
  }

  #readOn(trimming: Trimming): void {
    if (trimming.isDone) {
      this.#delete(trimming.before)
      return
    }
    const { log, subject, bounds } = this.#parts
    const how = {
      isolation: 'committed',
      maxBytes: bounds.fetchBytesMax,
      waitMs: bounds.fetchMs,
    } as const
    log.fetch(subject.journal, trimming.reading.position, how, answer => {
      const error = answer.error ?? trimming.take(answer.value)
      if (error !== undefined) this.#done({ error })
      else this.#readOn(trimming)
    })
  }

  #delete(before: number | undefined): void {
    if (before === undefined || before <= this.#start) {
      this.#done({ value: this.#start })
      return
    }
    const { log, subject } = this.#parts
    log.deleteRecords(subject.journal, before, ({ error }) => {
      this.#done(error === undefined ? { value: before } : { error })
    })
  }
}

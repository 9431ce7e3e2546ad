/**
 * What stands in a partition: records and the markers that end transactions, each at its offset.
 * Nothing is ever forgotten, so that checkers see what readers cannot see any more; only a new
 * leader may lack what nobody was told of.
 */

import { invariant } from '../../../../src/base/errors.ts'
import type { NewRecord, StoredRecord } from '../../../../src/base/stream-log.ts'

export type Verdict = 'commit' | 'abort'

/** A producer in one of its lives. */
export interface Life {
  readonly producer: number
  readonly epoch: number
}

/** As far as this partition is concerned. */
export interface Transaction extends Life {
  readonly first: number
  verdict: Verdict | undefined
}

export type Entry =
  | {
      readonly kind: 'record'
      readonly record: StoredRecord
      /** Outside of any: undefined. */
      readonly transaction: Transaction | undefined
    }
  | {
      readonly kind: 'marker'
      readonly life: Life
      /** What it ended; a marker that was written again ends nothing. */
      readonly ended: Transaction | undefined
      readonly epochBefore: number | undefined
    }

export class Entries {
  readonly #all: Entry[] = []
  readonly #open = new Map<number, Transaction>()
  /** The last that was seen here, by producer. */
  readonly #epochs = new Map<number, number>()

  /** Where the next one will stand. */
  get end(): number {
    return this.#all.length
  }

  at(offset: number): Entry {
    const entry = this.#all[offset]
    invariant(entry !== undefined, 'an-entry-at-each-offset', offset)
    return entry
  }

  epochOf(producer: number): number | undefined {
    return this.#epochs.get(producer)
  }

  isOpen({ producer, epoch }: Life): boolean {
    return this.#open.get(producer)?.epoch === epoch
  }

  append(records: readonly NewRecord[], life: Life | undefined): void {
    const transaction = life === undefined ? undefined : this.#opened(life)
    for (const record of records) {
      const stored = copied(record, this.end)
      this.#all.push({ kind: 'record', record: stored, transaction })
    }
  }

  mark(life: Life, verdict: Verdict): void {
    const ended = this.#open.get(life.producer)
    if (ended !== undefined) ended.verdict = verdict
    this.#open.delete(life.producer)
    const epochBefore = this.#epochs.get(life.producer)
    this.#epochs.set(life.producer, life.epoch)
    this.#all.push({ kind: 'marker', life, ended, epochBefore })
  }

  /** Before the first transaction that is not decided by what lies before `end`. */
  stableBefore(end: number): number {
    const open = [...this.#open.values()].map(({ first }) => first)
    const decidedLater = this.#all.slice(end).flatMap(entry => {
      return entry.kind === 'marker' && entry.ended !== undefined ? [entry.ended.first] : []
    })
    return Math.min(end, ...open, ...decidedLater)
  }

  /** From there on there was never anything. */
  truncate(to: number): void {
    while (this.end > to) {
      const entry = this.#all.pop()
      if (entry?.kind === 'marker') this.#unmark(entry)
      else if (entry?.transaction?.first === this.end) {
        this.#open.delete(entry.transaction.producer)
      }
    }
  }

  #unmark({ life, ended, epochBefore }: Entry & { kind: 'marker' }): void {
    if (ended !== undefined) {
      ended.verdict = undefined
      this.#open.set(ended.producer, ended)
    }
    if (epochBefore === undefined) this.#epochs.delete(life.producer)
    else this.#epochs.set(life.producer, epochBefore)
  }

  #opened(life: Life): Transaction {
    const known = this.#open.get(life.producer)
    if (known !== undefined) return known
    const transaction: Transaction = { ...life, first: this.end, verdict: undefined }
    this.#open.set(life.producer, transaction)
    this.#epochs.set(life.producer, life.epoch)
    return transaction
  }
}

/** A copy: what was sent is the sender's to use again. */
function copied(record: NewRecord, offset: number): StoredRecord {
  const { key, value, headers, timestampMs } = record
  return {
    offset,
    key: key?.slice() ?? null,
    value: value?.slice() ?? null,
    headers: headers.map(header => ({ name: header.name, value: header.value.slice() })),
    timestampMs,
  }
}

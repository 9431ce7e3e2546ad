/**
 * What a reader gets of the bytes of one partition: the records that he may see, from the offset
 * that he asked for, and where to read on. The position moves behind marks and hidden records too,
 * else a reader would ask for them for ever.
 */

import type { Fetched, StoredRecord } from '../../../base/stream-log.ts'
import { AbortedFilter, type AbortedTransaction } from './aborted.ts'
import { type Batch, batchesOf } from './header.ts'
import { recordsOf } from './records.ts'
import { malformed } from './wire.ts'

export interface FetchedBytes {
  readonly bytes: Buffer
  /** Missing for whoever reads what is not committed: everything is seen then. */
  readonly aborted: readonly AbortedTransaction[]
  readonly seenEnd: number
}

export interface Asking {
  readonly offset: number
  readonly maxBytes: number
}

const CONTROL_TYPE_AT = 2

/** Of a control batch, which has one record; none where compaction took it, and what it ended. */
function controlTypeOf(batch: Batch): number | undefined {
  if (batch.count === 0) return undefined
  for (const { key } of recordsOf(batch)) {
    if (key === null || key.length < CONTROL_TYPE_AT + 2) break
    return ((key[CONTROL_TYPE_AT] as number) << 8) | (key[CONTROL_TYPE_AT + 1] as number)
  }
  throw malformed('a control batch has no control record')
}

function sizeOf({ key, value, headers }: StoredRecord): number {
  let size = (key?.length ?? 0) + (value?.length ?? 0)
  for (const header of headers) size += header.name.length + header.value.length
  return size
}

/** Takes records until there is no room; one that is larger comes alone. */
class Basket {
  readonly records: StoredRecord[] = []
  #roomBytes: number
  isFull = false

  constructor(maxBytes: number) {
    this.#roomBytes = maxBytes
  }

  /** False: it did not go in, and nothing behind it may. */
  add(record: StoredRecord): boolean {
    const size = sizeOf(record)
    this.isFull = this.records.length > 0 && size > this.#roomBytes
    if (this.isFull) return false
    this.#roomBytes -= size
    this.records.push(record)
    return true
  }
}

/** The offset of the first record that did not go in, or the one behind the batch. */
function fill(basket: Basket, batch: Batch, from: number): number {
  for (const record of recordsOf(batch)) {
    if (record.offset >= from && !basket.add(record)) return record.offset
  }
  return batch.lastOffset + 1
}

export function fetchedOf(answer: FetchedBytes, { offset, maxBytes }: Asking): Fetched {
  const filter = new AbortedFilter(answer.aborted)
  const basket = new Basket(maxBytes)
  let position = offset
  for (const batch of batchesOf(answer.bytes)) {
    const isSeen = filter.isSeen(batch, () => controlTypeOf(batch))
    const next = isSeen ? fill(basket, batch, offset) : batch.lastOffset + 1
    position = Math.max(position, next)
    if (basket.isFull) break
  }
  if (position === offset && answer.bytes.length > 0) {
    throw malformed('an answer holds bytes and no record behind the offset that was asked for')
  }
  return { records: basket.records, position, seenEnd: answer.seenEnd }
}

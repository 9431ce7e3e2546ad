/**
 * Records that were appended together, as bytes: what the log writes, keeps in memory for a while,
 * and reads again. A block has a checksum of its own, for what lies on a disk may change.
 */

import { ByteReader, ByteWriter, wholeText } from '../../../base/bytes.ts'
import { crc32c } from '../../../base/crc32c.ts'
import type { Header, NewRecord, StoredRecord } from '../../../base/stream-log.ts'

/** Whoever reads one record reads all of its block. */
const BLOCK_BYTES = 64 * 1024

/** Bytes of records that have no offsets yet. */
export interface NewBlock {
  readonly count: number
  readonly sizeBytes: number
  readonly crc: number
  /** The latest of the times of its records. */
  readonly newestMs: number
  bytes: Uint8Array | undefined
  /** Where the bytes stand: a segment, and the place in it; 0 while they are not written. */
  segment: number
  at: number
}

/** Large enough for anything but key, value and headers. */
const RECORD_BYTES = 32

/** What a record takes at most. */
export function recordBytes({ key, value, headers }: NewRecord): number {
  let size = RECORD_BYTES + (key?.length ?? 0) + (value?.length ?? 0)
  // A letter takes three bytes at most, or four where it counts for two.
  for (const header of headers) size += 3 * header.name.length + header.value.length + 16
  return size
}

export function blocksOf(records: readonly NewRecord[]): readonly NewBlock[] {
  const blocks: NewBlock[] = []
  const out = new ByteWriter()
  let count = 0
  let newestMs = Number.NEGATIVE_INFINITY
  const finish = (): void => {
    const bytes = out.finish()
    const crc = crc32c(bytes)
    blocks.push({ count, sizeBytes: bytes.length, crc, newestMs, bytes, segment: 0, at: 0 })
    count = 0
    newestMs = Number.NEGATIVE_INFINITY
  }
  for (const record of records) {
    if (count > 0 && out.size + recordBytes(record) > BLOCK_BYTES) finish()
    writeRecord(out, record)
    newestMs = Math.max(newestMs, record.timestampMs)
    count++
  }
  if (count > 0) finish()
  return blocks
}

/** Those of a whole block, in order; copies, so that nobody changes what others will read. */
export function recordsOf(bytes: Uint8Array, first: number): readonly StoredRecord[] {
  const input = new ByteReader(bytes)
  const records: StoredRecord[] = []
  while (input.left > 0) records.push(readRecord(input, first + records.length))
  return records
}

function writeRecord(out: ByteWriter, { key, value, headers, timestampMs }: NewRecord): void {
  writeMaybe(out, key)
  writeMaybe(out, value)
  out.float64(timestampMs).varint(headers.length)
  for (const header of headers) out.text(wholeText(header.name)).bytes(header.value)
}

function readRecord(input: ByteReader, offset: number): StoredRecord {
  const key = readMaybe(input)
  const value = readMaybe(input)
  const timestampMs = input.float64()
  const headers: Header[] = []
  for (let left = input.varint(); left > 0; left--) {
    headers.push({ name: input.text(), value: input.bytes().slice() })
  }
  return { offset, key, value, headers, timestampMs }
}

/** Nothing is told from no bytes. */
function writeMaybe(out: ByteWriter, bytes: Uint8Array | null): void {
  if (bytes === null) out.varint(0)
  else out.varint(bytes.length + 1).raw(bytes)
}

function readMaybe(input: ByteReader): Uint8Array | null {
  const size = input.varint()
  return size === 0 ? null : input.raw(size - 1).slice()
}

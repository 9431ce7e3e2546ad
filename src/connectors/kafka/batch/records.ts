/**
 * The records of a batch, out and in. Keys, values and headers come back as they were given, the
 * order of headers too.
 */

import { gunzipSync } from 'node:zlib'
import { crc32c } from '../../../base/crc32c.ts'
import { WeirError } from '../../../base/errors.ts'
import type { Header, NewRecord, StoredRecord } from '../../../base/stream-log.ts'
import {
  type Batch,
  BEHIND_LENGTH,
  CRC_AT,
  CRC_FROM,
  HEAD_BYTES,
  LENGTH_AT,
  MAGIC,
  TRANSACTIONAL,
} from './header.ts'
import { malformed, varintSize, WireReader, WireWriter } from './wire.ts'

/** What one compressed batch may become: more is an attack or a mistake. */
const BODY_BYTES_MAX = 64 * 1024 * 1024
const codecs = ['none', 'gzip', 'snappy', 'lz4', 'zstd']
const GZIP = 1

/** The code of a batch that is compressed in a way that is not read here. */
export const UNREADABLE_CODEC = 'unsupported'

function bodyOf({ compression, body }: Batch): Buffer {
  if (compression === 0) return body
  if (compression === GZIP) return gunzipSync(body, { maxOutputLength: BODY_BYTES_MAX })
  const codec = codecs[compression] ?? `codec ${compression}`
  throw new WeirError(
    UNREADABLE_CODEC,
    `records are compressed with ${codec}, which is not read here: set compression.type of the ` +
      'topic to gzip or uncompressed, and of its producers',
  )
}

function headersOf(reader: WireReader): readonly Header[] {
  const count = reader.varint()
  if (count < 0 || count > reader.left) throw malformed('a record has an impossible header count')
  const headers: Header[] = []
  for (let i = 0; i < count; i++) {
    const name = reader.raw(reader.varint()).toString('utf8')
    headers.push({ name, value: reader.maybeBytes(reader.varint()) ?? new Uint8Array(0) })
  }
  return headers
}

function recordOf(reader: WireReader, batch: Batch): StoredRecord {
  const length = reader.varint()
  const end = reader.at + length
  reader.int8()
  const timestampMs = batch.timestampMs + reader.varlong()
  const offset = batch.offset + reader.varint()
  const key = reader.maybeBytes(reader.varint())
  const value = reader.maybeBytes(reader.varint())
  const headers = headersOf(reader)
  if (reader.at !== end) throw malformed('a record is not as long as it says')
  return { offset, key, value, headers, timestampMs: batch.brokerTimestampMs ?? timestampMs }
}

export function* recordsOf(batch: Batch): Generator<StoredRecord> {
  const reader = new WireReader(bodyOf(batch))
  for (let i = 0; i < batch.count; i++) yield recordOf(reader, batch)
}

/** Who writes a batch: in a transaction, or only so that the broker knows what it has already. */
export interface Author {
  readonly producerId: number
  readonly epoch: number
  readonly firstSequence: number
  /** Of any transaction. */
  readonly isOutside?: boolean
}
const NOBODY: Author = { producerId: -1, epoch: -1, firstSequence: -1 }

const sizeOfMaybe = (bytes: Uint8Array | null) =>
  bytes === null ? 1 : varintSize(bytes.length) + bytes.length

function bodySize(record: NewRecord, timestampDelta: number, at: number): number {
  let size = 1 + varintSize(timestampDelta) + varintSize(at)
  size += sizeOfMaybe(record.key) + sizeOfMaybe(record.value) + varintSize(record.headers.length)
  for (const { name, value } of record.headers) {
    const nameBytes = Buffer.byteLength(name)
    size += varintSize(nameBytes) + nameBytes + sizeOfMaybe(value)
  }
  return size
}

/** An upper bound of what a record takes in a batch, for whoever cuts batches. */
export const encodedSizeMax = (record: NewRecord): number => bodySize(record, 2 ** 52, 2 ** 31) + 5

function writeRecord(writer: WireWriter, record: NewRecord, timestampDelta: number, at: number) {
  writer
    .varint(bodySize(record, timestampDelta, at))
    .int8(0)
    .varint(timestampDelta)
    .varint(at)
  writer.maybeBytes(record.key).maybeBytes(record.value).varint(record.headers.length)
  for (const { name, value } of record.headers) {
    writer.maybeBytes(Buffer.from(name, 'utf8')).maybeBytes(value)
  }
}

/** One batch, of at least one record; nobody's in particular when it has no author. */
export function encodedBatch(records: readonly NewRecord[], author?: Author): Buffer {
  const { producerId, epoch, firstSequence } = author ?? NOBODY
  const firstMs = records[0]?.timestampMs ?? 0
  const latestMs = records.reduce((latest, one) => Math.max(latest, one.timestampMs), firstMs)
  const sizeBytes = records.reduce((sum, one) => sum + encodedSizeMax(one), BATCH_BYTES)
  const writer = new WireWriter(sizeBytes)
  writer.int64(0).int32(0).int32(-1).int8(MAGIC).int32(0)
  const isInside = author !== undefined && author.isOutside !== true
  writer.int16(isInside ? TRANSACTIONAL : 0).int32(records.length - 1)
  writer.int64(firstMs).int64(latestMs)
  writer.int64(producerId).int16(epoch).int32(firstSequence).int32(records.length)
  for (const [at, one] of records.entries()) {
    writeRecord(writer, one, one.timestampMs - firstMs, at)
  }
  writer.int32At(LENGTH_AT, writer.size - BEHIND_LENGTH)
  writer.uint32At(CRC_AT, crc32c(writer.view(CRC_FROM)))
  return writer.view()
}

/** What a batch takes besides its records. */
export const BATCH_BYTES = HEAD_BYTES

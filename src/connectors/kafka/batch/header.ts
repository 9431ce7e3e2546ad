/**
 * The head of a record batch (magic 2), which a transaction's records share: where it begins and
 * ends, who wrote it, and whether its records are people's or marks of the broker.
 */

import { crc32c } from '../../../base/crc32c.ts'
import { malformed, WireReader } from './wire.ts'

/** Up to the first record; offset and length of the batch come before what its length counts. */
export const HEAD_BYTES = 61
export const LENGTH_AT = 8
export const BEHIND_LENGTH = 12
export const CRC_AT = 17
export const CRC_FROM = 21

export const MAGIC = 2
const MAGIC_AT = 16
export const TRANSACTIONAL = 0x10
const COMPRESSION = 0x07
const LOG_APPEND_TIME = 0x08
const CONTROL = 0x20

export interface Batch {
  readonly offset: number
  /** Also of a record that was compacted away. */
  readonly lastOffset: number
  readonly isTransactional: boolean
  readonly isControl: boolean
  /** 0: none. */
  readonly compression: number
  readonly timestampMs: number
  /** The broker's time counts for all, not the producer's. */
  readonly brokerTimestampMs: number | undefined
  readonly producerId: number
  readonly count: number
  /** The records, as they came: perhaps compressed. */
  readonly body: Buffer
}

function check(bytes: Buffer): void {
  const magic = bytes.readInt8(MAGIC_AT)
  if (magic !== MAGIC) throw malformed(`records of format ${magic}, which nobody writes since 2017`)
  if (crc32c(bytes.subarray(CRC_FROM)) !== bytes.readUInt32BE(CRC_AT)) {
    throw malformed('a batch of records has another checksum than it says')
  }
}

function batchOf(bytes: Buffer): Batch {
  if (bytes.length < HEAD_BYTES) throw malformed('a batch of records is shorter than its head')
  check(bytes)
  const reader = new WireReader(bytes)
  const offset = reader.int64()
  reader.at = CRC_FROM
  const attributes = reader.int16()
  const lastOffset = offset + reader.int32()
  const timestampMs = reader.int64()
  const latestMs = reader.int64()
  const producerId = reader.int64()
  reader.at = HEAD_BYTES - 4
  return {
    offset,
    lastOffset,
    isTransactional: (attributes & TRANSACTIONAL) !== 0,
    isControl: (attributes & CONTROL) !== 0,
    compression: attributes & COMPRESSION,
    timestampMs,
    brokerTimestampMs: (attributes & LOG_APPEND_TIME) === 0 ? undefined : latestMs,
    producerId,
    count: reader.int32(),
    body: bytes.subarray(HEAD_BYTES),
  }
}

/** The batches that came whole; a broker cuts off the last one where its answer is full. */
export function* batchesOf(bytes: Buffer): Generator<Batch> {
  let at = 0
  while (bytes.length - at >= BEHIND_LENGTH) {
    const length = bytes.readInt32BE(at + LENGTH_AT)
    if (length < 0) throw malformed('a batch of records has a negative length')
    const end = at + BEHIND_LENGTH + length
    if (end > bytes.length) return
    yield batchOf(bytes.subarray(at, end))
    at = end
  }
}

/**
 * What a reader sends to a group: all records of a stretch of its source that are for this group.
 * The offsets from `from` up to, without, `to` are covered without gaps, also where no record was
 * for the group, and the records of one offset are never split. What it says besides (watermark,
 * idle, barrier) stands at `to`, behind the records.
 *
 * A channel has one schema. Canonical: one frame, one encoding; whatever the writer would not have
 * said is refused.
 */

import { ByteReader, type ByteWriter, malformed } from '../../base/bytes.ts'
import { invariant } from '../../base/errors.ts'
import { type Records, recordsOf } from '../columns/records.ts'
import { readRecords, writeRecords } from '../columns/records-codec.ts'
import type { Schema } from '../schema/schema.ts'
import { FRAME_BYTES_MAX } from './bounds.ts'
import type { Reader } from './state.ts'
import { readAfter, readWatermarks, writeWatermarks } from './wire.ts'

export interface Frame {
  readonly channel: number
  readonly generation: number
  readonly readerTerm: number
  readonly from: number
  readonly to: number
  /** Their origin is this channel, their offsets ascend. */
  readonly records: Records
  /** Nothing with an earlier time comes any more. */
  readonly watermark?: number | undefined
  /** The reader has nothing more and has waited long enough; or: it is no longer so. */
  readonly idle?: boolean | undefined
  /** The epoch that is cut here. */
  readonly barrier?: number | undefined
}

const HAS_RECORDS = 1
const HAS_WATERMARK = 2
const HAS_IDLE = 4
const IS_IDLE = 8
const HAS_BARRIER = 16
const FORM_MAX = 31

export function readerOf({ generation, readerTerm }: Frame): Reader {
  return { generation, term: readerTerm }
}

/** No records, and yet of this channel. */
export function noRecords(schema: Schema, channel: number): Records {
  return { ...recordsOf(schema, []), origin: { channel, offsets: new Float64Array(0) } }
}

/** Of records whose origin is known. */
export function offsetsOf(records: Records): Float64Array {
  invariant(records.origin !== undefined, 'records-of-a-channel-have-offsets')
  return records.origin.offsets
}

/** The first row at or after the offset. */
export function rowOf(records: Records, offset: number): number {
  const offsets = offsetsOf(records)
  let low = 0
  let high = records.size
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((offsets[middle] as number) < offset) low = middle + 1
    else high = middle
  }
  return low
}

/** What is wrong with a frame, if anything is. */
function troubleOf(frame: Frame): string | undefined {
  const { channel, from, to, records, watermark, barrier } = frame
  if (from > to) return 'a frame ends before it begins'
  if (records.origin?.channel !== channel) return 'records of a frame are not of its channel'
  if (Number.isNaN(watermark) || watermark === -Infinity) return 'a watermark says nothing'
  if (barrier === 0) return 'a barrier has no epoch'
  let before = from
  const { offsets } = records.origin
  for (let row = 0; row < records.size; row++) {
    const offset = offsets[row] as number
    if (!Number.isSafeInteger(offset) || offset < before) return 'offsets of a frame do not ascend'
    before = offset
  }
  return records.size > 0 && before >= to ? 'a record lies behind the end of its frame' : undefined
}

function formOf({ records, watermark, idle, barrier }: Frame): number {
  return (
    (records.size > 0 ? HAS_RECORDS : 0) |
    (watermark === undefined ? 0 : HAS_WATERMARK) |
    (idle === undefined ? 0 : HAS_IDLE) |
    (idle === true ? IS_IDLE : 0) |
    (barrier === undefined ? 0 : HAS_BARRIER)
  )
}

export function writeFrame(out: ByteWriter, frame: Frame): void {
  invariant(troubleOf(frame) === undefined, 'a-frame-is-sound', () => troubleOf(frame) ?? '')
  const { channel, generation, readerTerm, from, to, records, watermark, barrier } = frame
  out.uint8(formOf(frame)).varint(channel).varint(generation).varint(readerTerm)
  out.varint(from).varint(to - from)
  if (watermark !== undefined) writeWatermarks(out, [watermark])
  if (barrier !== undefined) out.varint(barrier)
  if (records.size > 0) writeRecords(out, records)
}

/** `schemaOf`: of a channel's records; undefined for a channel that the group does not have. */
export function decodeFrame(
  bytes: Uint8Array,
  schemaOf: (channel: number) => Schema | undefined,
): Frame {
  if (bytes.length > FRAME_BYTES_MAX) throw malformed('a frame is too large')
  const reader = new ByteReader(bytes)
  const frame = readFrame(reader, schemaOf)
  reader.done()
  const trouble = troubleOf(frame)
  if (trouble !== undefined) throw malformed(trouble)
  return frame
}

function readFrame(reader: ByteReader, schemaOf: (channel: number) => Schema | undefined): Frame {
  const form = reader.uint8()
  const isUnknown = form > FORM_MAX || (form & (HAS_IDLE | IS_IDLE)) === IS_IDLE
  if (isUnknown) throw malformed('a frame has an unknown form')
  const channel = reader.varint()
  const generation = reader.varint()
  const readerTerm = reader.varint()
  const from = reader.varint()
  const to = readAfter(reader, from)
  const watermark = (form & HAS_WATERMARK) === 0 ? undefined : readWatermarks(reader, 1)[0]
  const idle = (form & HAS_IDLE) === 0 ? undefined : (form & IS_IDLE) !== 0
  const barrier = (form & HAS_BARRIER) === 0 ? undefined : reader.varint()
  const schema = schemaOf(channel)
  if (schema === undefined) throw malformed('a frame is for a channel that is not here')
  const hasRecords = (form & HAS_RECORDS) !== 0
  const records = hasRecords ? readRecords(reader, schema) : noRecords(schema, channel)
  if (hasRecords && records.size === 0) throw malformed('a frame announces records and has none')
  return { channel, generation, readerTerm, from, to, records, watermark, idle, barrier }
}

/**
 * What a frame holds: the head of its segment, or one turn: a record for each write of each group
 * that was folded into it.
 */

import type { ByteReader, ByteWriter } from '../../base/bytes.ts'
import { MALFORMED_BYTES, ByteReader as Reader } from '../../base/bytes.ts'
import { WeirError } from '../../base/errors.ts'
import { type GroupId, groupId, type ReplicaId, replicaId } from '../../base/ids.ts'
import {
  readEntry,
  readHardState,
  readImage,
  sizeOf,
  writeEntry,
  writeHardState,
  writeImage,
} from '../log/codec.ts'
import type { Entry, HardState, Image } from '../types.ts'

export interface FiledImage {
  readonly image: Image
  /** Empty: the image a group is founded with has no bytes. */
  readonly file: string
}

/** One durable step of one group; the parts count in this order. */
export interface LogRecord {
  readonly group: GroupId
  /** The group is gone, and all that was recorded of it. */
  readonly isRemoved?: boolean
  /** The group begins, with an install and a hard state. */
  readonly created?: ReplicaId | undefined
  /** Takes the place of the whole log of the group. */
  readonly install?: FiledImage | undefined
  readonly hardState?: HardState | undefined
  /** Discards every entry at or above the first of them. */
  readonly entries: readonly Entry[]
  /** Covers the log up to its index. */
  readonly compact?: FiledImage | undefined
}

export const HEAD_FRAME = 1
export const TURN_FRAME = 2

const REMOVED = 1
const CREATED = 2
const INSTALL = 4
const HARD_STATE = 8
const ENTRIES = 16
const COMPACT = 32
const FLAGS_END = 64

/** Around the entries of a record, with an image and its file. */
const RECORD_OVERHEAD_BYTES = 64

/** About what a record takes in a frame. */
export function recordBytes(entries: readonly Entry[]): number {
  let size = RECORD_OVERHEAD_BYTES
  for (const entry of entries) size += sizeOf(entry)
  return size
}

export function writeRecord(out: ByteWriter, record: LogRecord): void {
  const { created, install, hardState, entries, compact } = record
  out.varint(record.group)
  out.uint8(flagsOf(record))
  if (created !== undefined) out.varint(created)
  if (install !== undefined) writeFiled(out, install)
  if (hardState !== undefined) writeHardState(out, hardState)
  if (entries.length > 0) out.varint(entries.length)
  for (const entry of entries) writeEntry(out, entry)
  if (compact !== undefined) writeFiled(out, compact)
}

/** The records of a turn's payload, in order. */
export function readRecords(payload: Uint8Array, take: (record: LogRecord) => void): void {
  const input = new Reader(payload)
  if (input.uint8() !== TURN_FRAME) throw new WeirError(MALFORMED_BYTES, 'a turn was expected')
  while (input.left > 0) take(readRecord(input))
}

function flagsOf({ isRemoved, created, install, hardState, entries, compact }: LogRecord): number {
  return (
    (isRemoved === true ? REMOVED : 0) |
    (created === undefined ? 0 : CREATED) |
    (install === undefined ? 0 : INSTALL) |
    (hardState === undefined ? 0 : HARD_STATE) |
    (entries.length === 0 ? 0 : ENTRIES) |
    (compact === undefined ? 0 : COMPACT)
  )
}

function readRecord(input: ByteReader): LogRecord {
  const group = groupId(input.varint())
  const flags = input.uint8()
  if (flags >= FLAGS_END) throw new WeirError(MALFORMED_BYTES, 'unknown part of a record')
  return {
    group,
    isRemoved: (flags & REMOVED) > 0,
    created: flags & CREATED ? replicaId(input.varint()) : undefined,
    install: flags & INSTALL ? readFiled(input) : undefined,
    hardState: flags & HARD_STATE ? readHardState(input) : undefined,
    entries: flags & ENTRIES ? readEntries(input) : [],
    compact: flags & COMPACT ? readFiled(input) : undefined,
  }
}

function readEntries(input: ByteReader): Entry[] {
  const count = input.varint()
  const entries: Entry[] = []
  for (let i = 0; i < count; i++) entries.push(readEntry(input))
  return entries
}

export function writeFiled(out: ByteWriter, { image, file }: FiledImage): void {
  writeImage(out, image)
  out.text(file)
}

export function readFiled(input: ByteReader): FiledImage {
  return { image: readImage(input), file: input.text() }
}

/**
 * The records of a journal partition, in bytes. Versioned and canonical; a checksum over all of it
 * stands at the end, so that a damaged record is told from a foreign one. Whoever reads one that no
 * Weir wrote gets an error that names the place and says what to do: nothing in a journal is ever
 * skipped.
 */

import { ByteReader, ByteWriter, MALFORMED_BYTES } from '../base/bytes.ts'
import { crc32c } from '../base/crc32c.ts'
import { invariant, WeirError } from '../base/errors.ts'
import { NAME_CHARS_MAX, SEATS_MAX, SINKS_MAX } from './bounds.ts'
import type { Claim, Scheduled, SinkCursor } from './types.ts'

interface Signed extends Claim {
  /** Whose partition it is: `job/stage/3`. */
  readonly group: string
}

/** Schedules of the entries from `fromSeq` to `toSeq`; a marker, if it is the last of its kind. */
export interface PublishedRecord extends Signed {
  readonly kind: 'published'
  readonly fromSeq: number
  /** `fromSeq - 1` where a transaction holds outputs only. */
  readonly toSeq: number
  readonly schedules: readonly Scheduled[]
  /** By ascending name (in UTF-16). */
  readonly published: readonly SinkCursor[]
}

/** A claim, as it stands in each of its partitions. */
export interface GenerationRecord extends Signed {
  readonly kind: 'generation'
  /** How many partitions it is written to: it holds once it is in all of them. */
  readonly seats: number
}

/** The job was deleted on purpose; another of its name may begin with a later generation. */
export interface DeletedRecord extends Signed {
  readonly kind: 'deleted'
}

export type JournalRecord = PublishedRecord | GenerationRecord | DeletedRecord

/** `WeirJ`. */
const MAGIC = [0x57, 0x65, 0x69, 0x72, 0x4a]
const VERSION = 5
const PUBLISHED = 1
const GENERATION = 2
const DELETED = 3
const CHECKSUM_BYTES = 4
/** Before the version: what no version changes. */
const HEAD_BYTES = MAGIC.length + 1

const kinds = { published: PUBLISHED, generation: GENERATION, deleted: DELETED } as const

export function encodeRecord(record: JournalRecord): Uint8Array {
  const out = new ByteWriter()
  for (const byte of MAGIC) out.uint8(byte)
  out.uint8(VERSION).uint8(kinds[record.kind])
  writeName(out, record.group)
  out.varint(record.generation)
  writeName(out, record.owner)
  out.varint(record.deleted ?? 0)
  if (record.kind === 'published') writePublished(out, record)
  if (record.kind === 'generation') out.varint(record.seats)
  return out.uint32(crc32c(out.view)).finish()
}

function writeName(out: ByteWriter, name: string): void {
  const isName = name.length > 0 && name.length <= NAME_CHARS_MAX
  invariant(isName, 'JOURNAL a name is neither empty nor endless', name.length)
  out.text(name)
}

function writePublished(out: ByteWriter, record: PublishedRecord): void {
  const { fromSeq, toSeq, schedules, published } = record
  invariant(schedules.length === toSeq - fromSeq + 1, 'JOURNAL a record holds what it names')
  out.varint(fromSeq).varint(schedules.length)
  for (const { schedule, digest } of schedules) out.bytes(schedule).varint(digest)
  writeCursors(out, published)
}

/** Also of `Progress`, which has more to say of each. */
export function writeCursors<T extends SinkCursor>(
  out: ByteWriter,
  cursors: readonly T[],
  writeMore?: (cursor: T) => void,
): void {
  invariant(cursors.length <= SINKS_MAX, 'JOURNAL sinks of a group are bounded')
  out.varint(cursors.length)
  let before: string | undefined
  for (const cursor of cursors) {
    const { sink, upTo } = cursor
    invariant(before === undefined || sink > before, 'JOURNAL cursors ascend', sink)
    writeName(out, sink)
    out.varint(upTo)
    writeMore?.(cursor)
    before = sink
  }
}

export function readCursors(input: ByteReader): SinkCursor[]
export function readCursors<T>(input: ByteReader, more: (cursor: SinkCursor) => T): T[]
export function readCursors(
  input: ByteReader,
  more: (cursor: SinkCursor) => unknown = cursor => cursor,
): unknown[] {
  const size = input.varint()
  if (size > SINKS_MAX) throw malformed('too many sinks are named')
  let before: string | undefined
  return Array.from({ length: size }, () => {
    const sink = readName(input)
    if (before !== undefined && sink <= before) throw malformed('sinks are not in order')
    before = sink
    return more({ sink, upTo: input.varint() })
  })
}

/** Where a record lies, and whose partition that is. */
export interface Place {
  readonly topic: string
  readonly partition: number
  readonly offset: number
}

/** Throws WeirError: `journal-foreign`, `journal-damaged` or `journal-version`. */
export function decodeRecord(value: Uint8Array | null, group: string, place: Place): JournalRecord {
  if (value === null || !isOurs(value)) throw foreign(place, 'is none of a journal')
  const size = value.length - CHECKSUM_BYTES
  if (size < HEAD_BYTES) throw damaged(place, 'it is too short')
  const sum = new ByteReader(value.subarray(size)).uint32()
  if (sum !== crc32c(value.subarray(0, size))) throw damaged(place, 'its checksum is another')
  const version = value[MAGIC.length]
  if (version !== VERSION) throw unknownVersion(place, version)
  const record = readRecord(value.subarray(HEAD_BYTES, size), place)
  if (record.group !== group) throw foreign(place, `is of ${record.group}, not of ${group}`)
  return record
}

function isOurs(value: Uint8Array): boolean {
  return MAGIC.every((byte, at) => value[at] === byte)
}

function readRecord(body: Uint8Array, place: Place): JournalRecord {
  try {
    return readBody(body)
  } catch (error) {
    if (!(error instanceof WeirError) || error.code !== MALFORMED_BYTES) throw error
    throw damaged(place, error.message)
  }
}

function readBody(body: Uint8Array): JournalRecord {
  const input = new ByteReader(body)
  const kind = input.uint8()
  const group = readName(input)
  const generation = input.varint()
  if (generation === 0) throw malformed('a generation is none')
  const signed: Signed = {
    group,
    generation,
    owner: readName(input),
    ...readDeleted(input, generation),
  }
  const record = readKind(input, kind, signed)
  input.done()
  return record
}

function readKind(input: ByteReader, kind: number, signed: Signed): JournalRecord {
  switch (kind) {
    case PUBLISHED:
      return readPublished(input, signed)
    case GENERATION:
      return { kind: 'generation', ...signed, seats: readSeats(input) }
    case DELETED:
      return { kind: 'deleted', ...signed }
    default:
      throw malformed('a record is of an unknown kind')
  }
}

function readSeats(input: ByteReader): number {
  const seats = input.varint()
  if (seats === 0 || seats > SEATS_MAX) throw malformed('a claim spans no number of partitions')
  return seats
}

function readDeleted(input: ByteReader, generation: number): { deleted?: number } {
  const deleted = input.varint()
  if (deleted >= generation) throw malformed('a claim is of a generation that was deleted')
  return deleted === 0 ? {} : { deleted }
}

function readPublished(input: ByteReader, signed: Signed): PublishedRecord {
  const fromSeq = input.varint()
  const size = input.varint()
  // Each schedule has its length and its digest at least: a larger number would only take memory.
  if (2 * size > input.left) throw malformed('a record holds fewer schedules than it says')
  const toSeq = fromSeq + size - 1
  if (fromSeq === 0 || !Number.isSafeInteger(toSeq)) throw malformed('a seq is none')
  const schedules = Array.from({ length: size }, () => readScheduled(input))
  return { kind: 'published', ...signed, fromSeq, toSeq, schedules, published: readCursors(input) }
}

function readScheduled(input: ByteReader): Scheduled {
  return { schedule: input.bytes(), digest: input.varint() }
}

function readName(input: ByteReader): string {
  const name = input.text()
  if (name === '') throw malformed('a name is empty')
  if (name.length > NAME_CHARS_MAX) throw malformed('a name is too long')
  return name
}

function malformed(what: string): WeirError {
  return new WeirError(MALFORMED_BYTES, what)
}

function at({ topic, partition, offset }: Place): string {
  return `the record at offset ${offset} of ${topic}/${partition}`
}

function foreign(place: Place, what: string): WeirError {
  const message =
    `${at(place)} ${what}; something else writes to this topic: give the job a journal topic ` +
    'of its own, or take that writer away and restore the job to a new topic'
  return new WeirError('journal-foreign', message, { ...place })
}

function damaged(place: Place, what: string): WeirError {
  const message =
    `${at(place)} was written by Weir and is damaged (${what}); see whether another replica of ` +
    'the partition is whole, else restore the job from a checkpoint to a new journal topic'
  return new WeirError('journal-damaged', message, { ...place })
}

function unknownVersion(place: Place, version = 0): WeirError {
  const whose =
    version > VERSION
      ? 'a later Weir has run this job: upgrade this node'
      : 'an earlier Weir has run this job: go on with that one, or delete the job there and ' +
        'begin it anew on new topics'
  const message = `${at(place)} is of version ${version}, and ${VERSION} is known here; ${whose}`
  return new WeirError('journal-version', message, { ...place })
}

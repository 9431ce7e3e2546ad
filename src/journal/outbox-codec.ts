/**
 * Progress and outboxes in bytes: a Progress entry of the Raft log, and an outbox's part of an
 * image. Canonical and versioned, since both outlive the program that wrote them.
 */

import { ByteReader, ByteWriter, MALFORMED_BYTES } from '../base/bytes.ts'
import { WeirError } from '../base/errors.ts'
import { type HeldRun, type HeldSchedule, Outbox, type OutboxImage } from './outbox.ts'
import { readCursors, writeCursors } from './record.ts'
import type { Difference } from './replay.ts'
import type { Progress } from './types.ts'

const PROGRESS_VERSION = 1
const OUTBOX_VERSION = 3
/** About so much is made at once. */
const PIECE_BYTES = 64 * 1024

export function encodeProgress(progress: Progress): Uint8Array {
  const out = new ByteWriter().uint8(PROGRESS_VERSION)
  writeProgress(out, progress)
  return out.finish()
}

export function decodeProgress(bytes: Uint8Array): Progress {
  const input = opened(bytes, PROGRESS_VERSION)
  const progress = readProgress(input)
  input.done()
  return progress
}

export function encodeOutbox(outbox: Outbox): Uint8Array {
  const out = new ByteWriter()
  for (const piece of outboxPieces(outbox)) out.raw(piece)
  return out.finish()
}

/** As it is now; each piece is made when it is asked for. `decodeOutbox` takes them as one. */
export function outboxPieces(outbox: Outbox): Iterable<Uint8Array> {
  return piecesOf(outbox.cut())
}

function* piecesOf(image: OutboxImage): Iterable<Uint8Array> {
  const out = new ByteWriter()
  writeStanding(out, image)
  out.varint(image.schedules.length)
  for (const { seq, generation, schedule, digest } of image.schedules) {
    out.varint(seq).varint(generation).bytes(schedule).varint(digest)
    if (out.size >= PIECE_BYTES) yield out.finish()
  }
  out.varint(image.runs.length)
  for (const { sink, seq, generation, first, count, bytes } of image.runs) {
    out.text(sink).varint(seq).varint(generation).varint(first).varint(count)
    out.varint(bytes.length)
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
      out.raw(bytes.subarray(at, at + PIECE_BYTES))
      if (out.size >= PIECE_BYTES) yield out.finish()
    }
  }
  yield out.finish()
}

function writeStanding(out: ByteWriter, image: OutboxImage): void {
  const { progress, lastSeq, generation, ended, difference, sinks } = image
  out.uint8(OUTBOX_VERSION)
  writeProgress(out, progress)
  out.varint(lastSeq).varint(generation).varint(ended)
  writeDifference(out, difference)
  writeCursors(out, sinks)
}

/** Schedules and runs are views of the bytes. */
export function decodeOutbox(bytes: Uint8Array): Outbox {
  const input = opened(bytes, OUTBOX_VERSION)
  const image: OutboxImage = {
    progress: readProgress(input),
    lastSeq: input.varint(),
    generation: input.varint(),
    ended: input.varint(),
    difference: readDifference(input),
    sinks: readCursors(input),
    schedules: readMany(input, readSchedule),
    runs: readMany(input, readRun),
  }
  input.done()
  check(image)
  return Outbox.restored(image)
}

function opened(bytes: Uint8Array, version: number): ByteReader {
  const input = new ByteReader(bytes)
  if (input.uint8() !== version) throw malformed('the version is unknown')
  return input
}

function writeProgress(out: ByteWriter, { journaled, offset, published }: Progress): void {
  out.varint(journaled).varint(offset)
  writeCursors(out, published, cursor => out.varint(cursor.offset))
}

function readProgress(input: ByteReader): Progress {
  const journaled = input.varint()
  const offset = input.varint()
  const published = readCursors(input, cursor => ({ ...cursor, offset: input.varint() }))
  return { journaled, offset, published }
}

/** A seq is never 0. */
function writeDifference(out: ByteWriter, difference: Difference | undefined): void {
  out.varint(difference?.seq ?? 0)
  if (difference === undefined) return
  const { topic, partition, offset } = difference.place
  out.text(topic).varint(partition).varint(offset)
}

function readDifference(input: ByteReader): Difference | undefined {
  const seq = input.varint()
  if (seq === 0) return undefined
  const topic = input.text()
  return { seq, place: { topic, partition: input.varint(), offset: input.varint() } }
}

function readMany<T>(input: ByteReader, read: (input: ByteReader) => T): T[] {
  const size = input.varint()
  // Each takes a byte at least: a larger number would only take memory.
  if (size > input.left) throw malformed('there is less than it says')
  return Array.from({ length: size }, () => read(input))
}

function readSchedule(input: ByteReader): HeldSchedule {
  const [seq, generation] = [input.varint(), input.varint()]
  return { seq, generation, schedule: input.bytes(), digest: input.varint() }
}

function readRun(input: ByteReader): HeldRun {
  const sink = input.text()
  const seq = input.varint()
  const generation = input.varint()
  const first = input.varint()
  return { sink, seq, generation, first, count: input.varint(), bytes: input.bytes() }
}

/** What the outbox would stop the program for. */
function check({ progress, lastSeq, sinks, schedules, runs }: OutboxImage): void {
  let next = schedules[0]?.seq ?? lastSeq + 1
  for (const { seq } of schedules) {
    if (seq !== next++) throw malformed('schedules do not follow each other')
  }
  if (next !== lastSeq + 1 || progress.journaled > lastSeq) throw malformed('a seq is missing')
  const last = new Map(sinks.map(({ sink, upTo }) => [sink, upTo]))
  const reached = new Map<string, number>()
  let newest = ''
  for (const { sink, seq, first, count } of runs) {
    if (sink < newest) throw malformed('sinks are not in order')
    newest = sink
    const before = reached.get(sink) ?? first - 1
    const follows = first === before + 1 && first > 0 && count > 0 && seq <= lastSeq
    if (!follows) throw malformed('outputs do not follow each other')
    reached.set(sink, first + count - 1)
  }
  for (const [sink, end] of reached) {
    if (last.get(sink) !== end) throw malformed('an output is missing')
  }
  for (const { sink, upTo } of progress.published) {
    if (upTo > (last.get(sink) ?? 0)) throw malformed('more is published than there is')
  }
}

function malformed(what: string): WeirError {
  return new WeirError(MALFORMED_BYTES, `${what}; they were damaged or are of another format`)
}

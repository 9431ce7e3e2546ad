/**
 * What a replay needs to take an entry again just so: the entry without its delta and its outputs.
 * Every entry that has a seq has a schedule, derived here and only here, and a replay takes only
 * that. Some dozen bytes each, because the journal holds all of them.
 */

import { ByteReader, type ByteWriter, malformed } from '../../base/bytes.ts'
import { invariant } from '../../base/errors.ts'
import { CHANNELS_MAX } from '../channels/bounds.ts'
import type { ChannelChange, Input, Movement, Reader } from '../channels/state.ts'
import { readAfter, readWatermarks, writeWatermarks } from '../channels/wire.ts'
import type { Sequenced } from './entry.ts'

/** Of a batch: its place in the input. What came of it has a digest, which stands beside it. */
export interface BatchSchedule extends Movement {
  readonly kind: 'batch'
}

/** One member for each kind of entry that has a seq. */
export type Schedule = BatchSchedule

export function scheduleOf(entry: Sequenced): Schedule {
  const { kind, seq, now, inputs, changes } = entry
  return { kind, seq, now, inputs, changes }
}

/** Where schedules that should follow each other do not. */
export interface Break {
  readonly seq: number
  readonly why: 'seq' | 'now' | 'cursor'
}

/**
 * The first break in a run of schedules, as a journal holds them, which begins behind `before`. A
 * book knows more (`judge`); this is for who has the journal alone.
 */
export function breakIn(
  schedules: Iterable<Schedule>,
  before: { readonly seq: number; readonly now: number },
): Break | undefined {
  const cursors = new Map<number, number>()
  let { seq, now } = before
  for (const schedule of schedules) {
    if (schedule.seq !== seq + 1) return { seq: schedule.seq, why: 'seq' }
    if (schedule.now < now) return { seq: schedule.seq, why: 'now' }
    seq = schedule.seq
    now = schedule.now
    for (const { channel, opened } of schedule.changes) {
      if (opened !== undefined) cursors.set(channel, opened)
    }
    for (const { channel, from, to } of schedule.inputs) {
      if ((cursors.get(channel) ?? from) !== from) return { seq, why: 'cursor' }
      cursors.set(channel, to)
    }
  }
  return undefined
}

const BATCH = 0

const OPENED = 1
const READER = 2
const WATERMARK = 4
const IDLE = 8
const IS_IDLE = 16
const CHANGE_MAX = 31

export function writeSchedule(out: ByteWriter, schedule: Schedule): void {
  out.uint8(BATCH).varint(schedule.seq).varint(schedule.now)
  writeInputs(out, schedule.inputs)
  writeChanges(out, schedule.changes)
}

function writeInputs(out: ByteWriter, inputs: readonly Input[]): void {
  out.varint(inputs.length)
  let next = 0
  for (const { channel, from, to } of inputs) {
    invariant(channel >= next && from < to, 'inputs-ascend-and-take', channel)
    out
      .varint(channel - next)
      .varint(from)
      .varint(to - from)
    next = channel + 1
  }
}

function changeForm({ opened, reader, watermark, idle }: ChannelChange): number {
  return (
    (opened === undefined ? 0 : OPENED) |
    (reader === undefined ? 0 : READER) |
    (watermark === undefined ? 0 : WATERMARK) |
    (idle === undefined ? 0 : IDLE) |
    (idle === true ? IS_IDLE : 0)
  )
}

function writeChanges(out: ByteWriter, changes: readonly ChannelChange[]): void {
  out.varint(changes.length)
  let next = 0
  for (const change of changes) {
    const { channel, opened, reader } = change
    const form = changeForm(change)
    invariant(channel >= next && form > 0, 'changes-ascend-and-change', channel)
    out.varint(channel - next).uint8(form)
    if (opened !== undefined) out.varint(opened)
    if (reader !== undefined) out.varint(reader.generation).varint(reader.term)
    next = channel + 1
  }
  const watermarks = changes.flatMap(({ watermark }) => watermark ?? [])
  if (watermarks.length > 0) writeWatermarks(out, watermarks)
}

export function readSchedule(reader: ByteReader): Schedule {
  if (reader.uint8() !== BATCH) throw malformed('an entry is of an unknown kind')
  const seq = reader.varint()
  const now = reader.varint()
  const inputs = readInputs(reader)
  const changes = readChanges(reader)
  if (seq === 0) throw malformed('an entry has no seq')
  return { kind: 'batch', seq, now, inputs, changes }
}

export function decodeSchedule(bytes: Uint8Array): Schedule {
  const reader = new ByteReader(bytes)
  const schedule = readSchedule(reader)
  reader.done()
  return schedule
}

function readCount(reader: ByteReader): number {
  const count = reader.varint()
  if (count > CHANNELS_MAX) throw malformed('an entry names too many channels')
  return count
}

function readInputs(reader: ByteReader): readonly Input[] {
  const inputs: Input[] = []
  let next = 0
  for (let left = readCount(reader); left > 0; left--) {
    const channel = readAfter(reader, next)
    const from = reader.varint()
    const to = readAfter(reader, from)
    if (from === to) throw malformed('an input takes nothing')
    inputs.push({ channel, from, to })
    next = channel + 1
  }
  return inputs
}

interface Form {
  readonly form: number
  readonly channel: number
  readonly opened: number | undefined
  readonly reader: Reader | undefined
}

function readForm(reader: ByteReader, next: number): Form {
  const channel = readAfter(reader, next)
  const form = reader.uint8()
  const isUnknown = form === 0 || form > CHANGE_MAX || (form & (IDLE | IS_IDLE)) === IS_IDLE
  if (isUnknown) throw malformed('a change has an unknown form')
  const opened = (form & OPENED) === 0 ? undefined : reader.varint()
  const hasReader = (form & READER) !== 0
  const who = hasReader ? { generation: reader.varint(), term: reader.varint() } : undefined
  return { form, channel, opened, reader: who }
}

function readChanges(reader: ByteReader): readonly ChannelChange[] {
  const forms: Form[] = []
  let next = 0
  for (let left = readCount(reader); left > 0; left--) {
    const form = readForm(reader, next)
    forms.push(form)
    next = form.channel + 1
  }
  const count = forms.filter(({ form }) => (form & WATERMARK) !== 0).length
  const watermarks = count === 0 ? new Float64Array(0) : readWatermarks(reader, count)
  if (watermarks.includes(-Infinity)) throw malformed('a watermark says nothing')
  let at = 0
  return forms.map(({ form, channel, opened, reader: who }) => {
    const watermark = (form & WATERMARK) === 0 ? undefined : watermarks[at++]
    const idle = (form & IDLE) === 0 ? undefined : (form & IS_IDLE) !== 0
    return {
      channel,
      ...(opened === undefined ? {} : { opened }),
      ...(who === undefined ? {} : { reader: who }),
      ...(watermark === undefined ? {} : { watermark }),
      ...(idle === undefined ? {} : { idle }),
    }
  })
}

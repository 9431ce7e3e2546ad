/**
 * What an output looks like in its log, and what a reader makes of it: whose it is, its number, the
 * input that it was made of, and who wrote it.
 */

import { ByteReader, ByteWriter } from '../../../src/base/bytes.ts'
import { crc32c } from '../../../src/base/crc32c.ts'
import type { NewRecord, Partition } from '../../../src/base/stream-log.ts'
import { IDENTITY_HEADER } from '../../../src/journal/identity.ts'
import type { Output, SinkRun } from '../../../src/journal/types.ts'

export const HOME = 'home'
export const SIDE = 'side'
export const AWAY = 'away'
/** The first has the journal. Each is called as its first sink. */
export const LOGS = [HOME, AWAY] as const
export type LogName = (typeof LOGS)[number]
export const SINKS = [HOME, SIDE, AWAY] as const
export type SinkName = (typeof SINKS)[number]
export const sinksOf: Readonly<Record<LogName, readonly SinkName[]>> = {
  home: [HOME, SIDE],
  away: [AWAY],
}

export function logOf(sink: SinkName): LogName {
  return sink === AWAY ? AWAY : HOME
}

/** Of each topic of outputs; all groups share them. */
export const OUTPUT_PARTITIONS = 2

export interface Seen {
  readonly group: string
  readonly sink: string
  readonly number: number
  /** Of the input. */
  readonly id: number
  /** The claim of whoever wrote it. */
  readonly claimed: number
  /** As its header has it. */
  readonly identity: string
}

export interface Rendering {
  readonly group: string
  readonly claimed: number
}

/** The bytes of a run begin with the id of its input. */
export function runBytes(id: number, count: number, bytes: number): Uint8Array {
  const head = new ByteWriter().uint32(id).finish()
  const whole = new Uint8Array(Math.max(head.length, count * bytes))
  whole.set(head)
  return whole
}

/** Of all that an entry did: this machine has no other state than its outbox. */
export function digestOf(runs: readonly SinkRun[]): number {
  const head = new ByteWriter()
  return runs.reduce((digest, { sink, first, count, bytes }) => {
    head.text(sink).varint(first).varint(count)
    return crc32c(bytes, crc32c(head.finish(), digest))
  }, 0)
}

/** Of the input that a run was made of. */
export function idIn(run: SinkRun): number {
  return new ByteReader(run.bytes).uint32()
}

function partitionOf(sink: string, number: number): Partition {
  return { topic: sink, partition: number % OUTPUT_PARTITIONS }
}

export function rendered(run: SinkRun, { group, claimed }: Rendering): readonly Output[] {
  const { sink, first, count, bytes } = run
  const id = idIn(run)
  const padding = Math.floor(bytes.length / count)
  return Array.from({ length: count }, (_, at) => {
    const number = first + at
    const value = encode({ group, sink, number, id, claimed }, padding)
    const record = { key: null, value, headers: [], timestampMs: 0 }
    return { ...partitionOf(sink, number), record }
  })
}

function encode(seen: Omit<Seen, 'identity'>, padding: number): Uint8Array {
  const { group, sink, number, id, claimed } = seen
  const out = new ByteWriter().text(group).text(sink).varint(number).varint(id)
  return out.varint(claimed).bytes(new Uint8Array(padding)).finish()
}

export function seenIn({ value, headers }: Pick<NewRecord, 'value' | 'headers'>): Seen {
  const input = new ByteReader(value ?? new Uint8Array(0))
  const [group, sink, number] = [input.text(), input.text(), input.varint()]
  const own = headers.filter(({ name }) => name === IDENTITY_HEADER)
  const identity = own.map(header => new TextDecoder().decode(header.value)).join()
  return { group, sink, number, id: input.varint(), claimed: input.varint(), identity }
}

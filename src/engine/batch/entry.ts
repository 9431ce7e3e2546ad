/**
 * The entries of a group that have a seq: what changes anything that operators or sinks see. A
 * batch so far; a kind that is added has a member in both unions, here and in schedule.ts, and a
 * first byte of its own.
 *
 * Written are the schedule first, then what came of it: whoever wants the schedule alone reads no
 * further. The digest is checked on reading, so a damaged batch is found before it is applied.
 */

import { ByteReader, type ByteWriter, malformed } from '../../base/bytes.ts'
import { invariant } from '../../base/errors.ts'
import type { Movement } from '../channels/state.ts'
import { digestOf } from './digest.ts'
import { readSchedule, scheduleOf, writeSchedule } from './schedule.ts'

/** Sinks of one group. */
export const SINKS_MAX = 256

/** What one batch has for one sink: outputs number `first` and on. */
export interface SinkOutput {
  readonly sink: string
  /** The first output of all has number 1. */
  readonly first: number
  readonly count: number
  /** Them in bytes, under the schema of the sink. */
  readonly records: Uint8Array
}

/** Records taken together, and what the group's operators made of them. */
export interface Batch extends Movement {
  readonly kind: 'batch'
  /** What the batch writes to the group's state. */
  readonly delta: Uint8Array
  /** By ascending name (in UTF-16), each at most once, none empty. */
  readonly outputs: readonly SinkOutput[]
  /** Of delta and outputs. */
  readonly digest: number
}

/** One member for each kind of entry that has a seq. */
export type Sequenced = Batch

export interface Made {
  readonly delta: Uint8Array
  readonly outputs: readonly SinkOutput[]
}

/** A movement and what was made of it, sealed by the digest. */
export function batchOf(movement: Movement, { delta, outputs }: Made): Batch {
  const { seq, now, changes } = movement
  const inputs = movement.inputs.map(({ channel, from, to }) => ({ channel, from, to }))
  const digest = digestOf(delta, outputs)
  return { kind: 'batch', seq, now, inputs, changes, delta, outputs, digest }
}

export function writeEntry(out: ByteWriter, entry: Sequenced): void {
  invariant(entry.outputs.length <= SINKS_MAX, 'sinks-of-a-group-are-bounded')
  writeSchedule(out, scheduleOf(entry))
  out.varint(entry.digest).bytes(entry.delta).varint(entry.outputs.length)
  let before: string | undefined
  for (const { sink, first, count, records } of entry.outputs) {
    const follows = before === undefined || sink > before
    invariant(follows && first > 0 && count > 0, 'outputs-ascend-and-count', sink)
    out.text(sink).varint(first).varint(count).bytes(records)
    before = sink
  }
}

/** Delta and records are views of `bytes`, not copies. */
export function decodeEntry(bytes: Uint8Array): Sequenced {
  const reader = new ByteReader(bytes)
  const schedule = readSchedule(reader)
  const digest = reader.varint()
  const delta = reader.bytes()
  const outputs = readOutputs(reader)
  reader.done()
  if (digestOf(delta, outputs) !== digest) throw malformed('a batch is not as it was made')
  return { ...schedule, delta, outputs, digest }
}

function readOutputs(reader: ByteReader): readonly SinkOutput[] {
  const outputs: SinkOutput[] = []
  const size = reader.varint()
  if (size > SINKS_MAX) throw malformed('a batch has too many sinks')
  for (let at = 0; at < size; at++) {
    const sink = reader.text()
    const first = reader.varint()
    const count = reader.varint()
    const before = outputs[at - 1]
    const follows = before === undefined || sink > before.sink
    const isCounted = first > 0 && count > 0 && Number.isSafeInteger(first + count)
    if (!(follows && isCounted)) throw malformed('outputs are not in order')
    outputs.push({ sink, first, count, records: reader.bytes() })
  }
  return outputs
}

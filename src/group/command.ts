/**
 * What stands in the log of a job's group: batches, which carry what they did; what the journal and
 * the owner of the job have to say; cuts of epochs. The first byte of an entry says which it is.
 */

import { ByteReader, ByteWriter, malformed } from '../base/bytes.ts'
import { type Batch, decodeEntry, writeEntry } from '../engine/batch/entry.ts'
import type { Barrier } from '../engine/channels/barrier.ts'
import { CHANNELS_MAX } from '../engine/channels/bounds.ts'
import type { BarrierAt } from '../engine/exchange/mark.ts'
import { decodeProgress } from '../journal/outbox-codec.ts'
import type { Progress } from '../journal/types.ts'

export type Command =
  /** Computed by the leader of this term, on all that stands before it in the log. */
  | { readonly kind: 'batch'; readonly term: number; readonly batch: Batch }
  | { readonly kind: 'progress'; readonly progress: Progress }
  /** Batches behind it are of this generation: its first entry. */
  | { readonly kind: 'generation'; readonly generation: number }
  /** Of the log of this generation: no batch behind it counts. */
  | { readonly kind: 'end'; readonly generation: number }
  | { readonly kind: 'barrier'; readonly barrier: Barrier }
  /** Of a source that this group reads: where an epoch cuts it. */
  | { readonly kind: 'barrier-at'; readonly place: Place }

/** A reader is known by the first of its channels. */
export interface Place extends BarrierAt {
  readonly channel: number
}

const BATCH = 1
const PROGRESS = 2
const GENERATION = 3
const END = 4
const BARRIER = 5
const BARRIER_AT = 6

/** Written to and finished within one call. */
const out = new ByteWriter()

export function encodeBatch(term: number, batch: Batch): Uint8Array {
  writeEntry(out.uint8(BATCH).varint(term), batch)
  return out.finish()
}

/** `progress` in bytes, as the journal has it. */
export function encodeProgressCommand(progress: Uint8Array): Uint8Array {
  return out.uint8(PROGRESS).raw(progress).finish()
}

export function encodeGeneration(generation: number): Uint8Array {
  return out.uint8(GENERATION).varint(generation).finish()
}

export function encodeEnd(generation: number): Uint8Array {
  return out.uint8(END).varint(generation).finish()
}

export function encodeBarrier({ epoch, offsets }: Barrier): Uint8Array {
  out.uint8(BARRIER).varint(epoch).varint(offsets.length)
  for (const { channel, offset } of offsets) out.varint(channel).varint(offset)
  return out.finish()
}

export function encodeBarrierAt({ epoch, channel, offset }: Place): Uint8Array {
  return out.uint8(BARRIER_AT).varint(epoch).varint(channel).varint(offset).finish()
}

/** Delta and records of a batch are views of `bytes`, not copies. */
export function decodeCommand(bytes: Uint8Array): Command {
  const input = new ByteReader(bytes)
  const command = readCommand(input.uint8(), input)
  input.done()
  return command
}

function readCommand(kind: number, input: ByteReader): Command {
  switch (kind) {
    case BATCH:
      return { kind: 'batch', term: input.varint(), batch: decodeEntry(input.raw(input.left)) }
    case PROGRESS:
      return { kind: 'progress', progress: decodeProgress(input.raw(input.left)) }
    case GENERATION:
      return { kind: 'generation', generation: numbered(input) }
    case END:
      return { kind: 'end', generation: numbered(input) }
    case BARRIER:
      return { kind: 'barrier', barrier: readBarrier(input) }
    case BARRIER_AT: {
      const place = { epoch: input.varint(), channel: input.varint(), offset: input.varint() }
      return { kind: 'barrier-at', place }
    }
    default:
      throw malformed('an entry of a group is of an unknown kind')
  }
}

function numbered(input: ByteReader): number {
  const generation = input.varint()
  if (generation === 0) throw malformed('generations are counted from 1')
  return generation
}

function readBarrier(input: ByteReader): Barrier {
  const epoch = input.varint()
  const count = input.varint()
  if (count > CHANNELS_MAX) throw malformed('a barrier names too many channels')
  const offsets: { channel: number; offset: number }[] = []
  for (let left = count; left > 0; left--) {
    const channel = input.varint()
    const before = offsets.at(-1)
    if (before !== undefined && channel <= before.channel) {
      throw malformed('channels of a barrier do not ascend')
    }
    offsets.push({ channel, offset: input.varint() })
  }
  return { epoch, offsets }
}

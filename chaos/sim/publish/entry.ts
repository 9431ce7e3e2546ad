/**
 * What the publishing machine takes, in bytes: inputs, which become numbered outputs; Progress,
 * which is the journal's own; and the entries that say where a cluster begins and where it ends.
 */

import { ByteReader, ByteWriter, MALFORMED_BYTES } from '../../../src/base/bytes.ts'
import { WeirError } from '../../../src/base/errors.ts'
import { decodeProgress, encodeProgress } from '../../../src/journal/outbox-codec.ts'
import type { Place } from '../../../src/journal/record.ts'
import type { Progress, Scheduled } from '../../../src/journal/types.ts'

/** So many outputs for each sink; `id` is given once in a run, whichever cluster takes it. */
export interface Input {
  readonly id: number
  readonly home: number
  readonly side: number
  readonly away: number
  /** Of each output. */
  readonly bytes: number
}

/** What stands in the journal of an input, and where; by which generation. */
export interface Replayed extends Scheduled {
  readonly generation: number
  readonly place: Place
}

export interface Beginning {
  /** All up to here is out, in the numbers of these cursors. */
  readonly before: Progress
  /** Journaled, and perhaps not all out. */
  readonly replayed: readonly Replayed[]
  readonly known: Progress
}

export type Command =
  | ({ readonly kind: 'input' } & Input)
  | { readonly kind: 'progress'; readonly progress: Progress }
  | ({ readonly kind: 'beginning' } & Beginning)
  /** Of the log of this generation. */
  | { readonly kind: 'end'; readonly generation: number }
  /** This generation goes on with the log. */
  | { readonly kind: 'resume'; readonly generation: number }

const INPUT = 1
const PROGRESS = 2
const BEGINNING = 3
const END = 4
const RESUME = 5

/** All that a replay needs: the schedule of an entry, too. */
export function encodeInput({ id, home, side, away, bytes }: Input): Uint8Array {
  const out = new ByteWriter().uint8(INPUT).varint(id)
  return out.varint(home).varint(side).varint(away).varint(bytes).finish()
}

export function encodeProgressEntry(progress: Uint8Array): Uint8Array {
  return new ByteWriter().uint8(PROGRESS).bytes(progress).finish()
}

export function encodeBeginning({ before, replayed, known }: Beginning): Uint8Array {
  const out = new ByteWriter().uint8(BEGINNING).bytes(encodeProgress(before))
  out.varint(replayed.length)
  for (const { generation, schedule, digest, place } of replayed) {
    out.varint(generation).bytes(schedule).varint(digest)
    out.text(place.topic).varint(place.partition).varint(place.offset)
  }
  return out.bytes(encodeProgress(known)).finish()
}

export function encodeEnd(generation: number): Uint8Array {
  return new ByteWriter().uint8(END).varint(generation).finish()
}

export function encodeResume(generation: number): Uint8Array {
  return new ByteWriter().uint8(RESUME).varint(generation).finish()
}

export function decodeEntry(bytes: Uint8Array): Command {
  const input = new ByteReader(bytes)
  switch (input.uint8()) {
    case INPUT:
      return { kind: 'input', ...readInput(input) }
    case PROGRESS:
      return { kind: 'progress', progress: decodeProgress(input.bytes()) }
    case BEGINNING:
      return { kind: 'beginning', ...readBeginning(input) }
    case END:
      return { kind: 'end', generation: input.varint() }
    case RESUME:
      return { kind: 'resume', generation: input.varint() }
    default:
      throw new WeirError(MALFORMED_BYTES, 'an entry of an unknown kind')
  }
}

export function decodeInput(bytes: Uint8Array): Input {
  const command = decodeEntry(bytes)
  if (command.kind !== 'input') throw new WeirError(MALFORMED_BYTES, 'a schedule is an input')
  return command
}

function readInput(input: ByteReader): Input {
  const [id, home, side] = [input.varint(), input.varint(), input.varint()]
  return { id, home, side, away: input.varint(), bytes: input.varint() }
}

function readBeginning(input: ByteReader): Beginning {
  const before = decodeProgress(input.bytes())
  const replayed = Array.from({ length: input.varint() }, () => readReplayed(input))
  return { before, replayed, known: decodeProgress(input.bytes()) }
}

function readReplayed(input: ByteReader): Replayed {
  const [generation, schedule, digest] = [input.varint(), input.bytes(), input.varint()]
  const topic = input.text()
  const place = { topic, partition: input.varint(), offset: input.varint() }
  return { generation, schedule, digest, place }
}

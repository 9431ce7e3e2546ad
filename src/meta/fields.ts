/** What commands and the state have in common in bytes. */

import { type ByteReader, type ByteWriter, malformed } from '../base/bytes.ts'
import { nodeId } from '../base/ids.ts'
import { OFFSETS_MAX, STAGES_MAX } from './bounds.ts'
import type { NodeWord } from './command.ts'
import type { MetaStage, StartingOffset } from './state.ts'

/** Of commands and images alike. */
const VERSION = 1

export const versioned = (out: ByteWriter): ByteWriter => out.uint8(VERSION)

export function mustBeVersioned(input: ByteReader): void {
  if (input.uint8() !== VERSION) throw malformed('this is of an unknown version of meta')
}

export function writeList<T>(
  out: ByteWriter,
  rows: readonly T[],
  write: (out: ByteWriter, row: T) => ByteWriter,
): ByteWriter {
  out.varint(rows.length)
  for (const row of rows) write(out, row)
  return out
}

export function readList<T>(
  input: ByteReader,
  countMax: number,
  read: (input: ByteReader) => T,
): readonly T[] {
  const count = input.varint()
  // Each takes a byte at least: no room is made for what cannot follow.
  if (count > countMax || count > input.left) throw malformed('a list is longer than it may be')
  return Array.from({ length: count }, () => read(input))
}

export function writeNode(out: ByteWriter, { id, store, boot, ...rest }: NodeWord): ByteWriter {
  out.text(id).text(store).varint(boot)
  return out.text(rest.zone).text(rest.host).text(rest.address).text(rest.http)
}

export function readNode(input: ByteReader): NodeWord {
  const [id, store, boot] = [nodeId(input.text()), input.text(), input.varint()]
  const [zone, host, address, http] = [input.text(), input.text(), input.text(), input.text()]
  return { id, store, boot, zone, host, address, http }
}

/** The plan of a job, as far as it is known here, and where its sources begin. */
interface Shape {
  readonly replication: number
  readonly stages: readonly MetaStage[]
  readonly offsets: readonly StartingOffset[]
}

export function writeShape(out: ByteWriter, { replication, stages, offsets }: Shape): ByteWriter {
  out.varint(replication)
  writeList(out, stages, (_, { name, partitions }) => out.text(name).varint(partitions))
  return writeList(out, offsets, (_, { source, partition, offset }) => {
    return out.text(source).varint(partition).varint(offset)
  })
}

export function readShape(input: ByteReader): Shape {
  const replication = input.varint()
  const stages = readList(input, STAGES_MAX, () => {
    return { name: input.text(), partitions: input.varint() }
  })
  const offsets = readList(input, OFFSETS_MAX, () => {
    return { source: input.text(), partition: input.varint(), offset: input.varint() }
  })
  return { replication, stages, offsets }
}

/** One of few words: its place among them. */
export function readWord<T>(input: ByteReader, words: readonly T[]): T {
  const word = words[input.uint8()]
  if (word === undefined) throw malformed('a word is none of those that it may be')
  return word
}

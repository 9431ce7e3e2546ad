/**
 * The head of a segment: all of the ledger but its blocks, so that no older segment is needed for
 * anything but the blocks that stand there; and which is the oldest that has any.
 */

import { ByteReader, ByteWriter, malformed } from '../../../base/bytes.ts'
import type { Joint } from '../../../base/segments/scan.ts'
import { readSettings, writeSettings } from './codec.ts'
import type { LedgerState, TopicState } from './ledger.ts'
import type { PartitionState } from './partition.ts'
import type { Producer } from './producers.ts'

export interface Head extends Joint {
  /** Older segments are not needed: they may be gone. */
  readonly oldest: number
  readonly state: LedgerState
}

/** The first byte of a frame says what it is. */
const HEAD_FRAME = 1
export const TURN_FRAME = 2

export function encodeHead({ previousBytes, previousChain, oldest, state }: Head): Uint8Array {
  const out = new ByteWriter().uint8(HEAD_FRAME).varint(previousBytes).uint32(previousChain)
  writeState(out.varint(oldest), state)
  return out.finish()
}

export function decodeHead(payload: Uint8Array): Head {
  const input = new ByteReader(payload)
  if (input.uint8() !== HEAD_FRAME) throw malformed('a head was expected')
  const [previousBytes, previousChain] = [input.varint(), input.uint32()]
  const [oldest, state] = [input.varint(), readState(input)]
  input.done()
  return { previousBytes, previousChain, oldest, state }
}

export function writeState(out: ByteWriter, state: LedgerState): void {
  const { numbers, topics, producerNumbers, producers } = state
  out.varint(numbers).varint(producerNumbers)
  writeList(out, topics, writeTopic)
  writeList(out, producers, writeProducer)
}

export function readState(input: ByteReader): LedgerState {
  const [numbers, producerNumbers] = [input.varint(), input.varint()]
  const [topics, producers] = [readList(input, readTopic), readList(input, readProducer)]
  return { numbers, topics, producerNumbers, producers }
}

function writeTopic(out: ByteWriter, { name, settings, partitions }: TopicState): void {
  out.text(name)
  writeSettings(out, settings)
  writeList(out, partitions, writePartition)
}

function readTopic(input: ByteReader): TopicState {
  const [name, settings] = [input.text(), readSettings(input)]
  return { name, settings, partitions: readList(input, readPartition) }
}

function writePartition(out: ByteWriter, { number, start, end, open }: PartitionState): void {
  out.varint(number).varint(start).varint(end)
  writeList(out, [...open], (to, [producer, first]) => to.varint(producer).varint(first))
}

function readPartition(input: ByteReader): PartitionState {
  const [number, start, end] = [input.varint(), input.varint(), input.varint()]
  const open = readList(input, from => [from.varint(), from.varint()] as const)
  return { number, start, end, open: new Map(open) }
}

/** What it has open, the partitions say. */
function writeProducer(out: ByteWriter, producer: Producer): void {
  const { id, number, epoch, timeoutMs, sequence, offsets, usedMs } = producer
  out.text(id).varint(number).varint(epoch).varint(timeoutMs).varint(sequence).varint(usedMs)
  writeList(out, offsets, (to, offset) => to.varint(offset))
}

function readProducer(input: ByteReader): Producer {
  const [id, number, epoch] = [input.text(), input.varint(), input.varint()]
  const [timeoutMs, sequence, usedMs] = [input.varint(), input.varint(), input.varint()]
  const offsets = readList(input, from => from.varint())
  const now = { open: new Set<number>(), openedMs: 0 }
  return { id, number, epoch, timeoutMs, sequence, offsets, usedMs, ...now }
}

function writeList<T>(
  out: ByteWriter,
  list: readonly T[],
  write: (out: ByteWriter, item: T) => void,
): void {
  out.varint(list.length)
  for (const item of list) write(out, item)
}

function readList<T>(input: ByteReader, read: (input: ByteReader) => T): T[] {
  const list: T[] = []
  for (let left = input.varint(); left > 0; left--) list.push(read(input))
  return list
}

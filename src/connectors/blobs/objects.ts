/**
 * The objects of a log as bytes. Each says whose it is and which, so that one that was copied to
 * another place is not believed. An entry names the attempt that wrote it, by a random id, and that
 * of the entry before it: from the newest one backwards it is certain which entries count.
 */

import type { ByteReader, ByteWriter } from '../../base/bytes.ts'
import { openSealed, sealedFile } from '../../base/segments/sealed-file.ts'
import { readOp, writeOp } from '../log/state/codec.ts'
import { readState, writeState } from '../log/state/head.ts'
import { refused } from '../log/state/judge.ts'
import type { LedgerState } from '../log/state/ledger.ts'
import type { Op, Refusable } from '../log/state/ops.ts'
import type { Block, Verdict } from '../log/state/partition.ts'

/** Whose an object is, and which: of a sequence, by its name, the one of this number. */
export interface Place {
  readonly log: string
  readonly sequence: string
  readonly number: number
}

export interface Entry {
  readonly number: number
  /** Of the attempt that wrote it. */
  readonly id: string
  /** Of the one that wrote the entry before; empty for the first. */
  readonly previous: string
  readonly op: Op
}

/** Blocks by the number of their partition. */
export type Blocks = readonly (readonly [partition: number, blocks: readonly Block[]])[]

/** All that is known behind the entry of its number, but for the bytes of records. */
export interface Image {
  readonly number: number
  /** Of the attempt that wrote that entry. */
  readonly id: string
  readonly state: LedgerState
  readonly blocks: Blocks
}

const NAME = 0x6e424c57
const ENTRY = 0x65424c57
const IMAGE = 0x69424c57

const verdicts: readonly (Verdict | undefined)[] = [undefined, 'commit', 'abort']

export function encodeName(name: string, format?: number): Uint8Array {
  return sealedFile({ magic: NAME, format }, out => out.text(name))
}

export function decodeName(key: string, bytes: Uint8Array): Refusable<string> {
  const name = openSealed(bytes, NAME, input => ({ text: input.text() }))
  return typeof name === 'string' ? unread(key, name) : { value: name.text }
}

/** Tells the op's blocks where they are from now on. */
export function encodeEntry(place: Place, entry: Entry, format?: number): Uint8Array {
  return sealedFile({ magic: ENTRY, format }, out => {
    writePlace(out, place)
    writeOp(out.text(entry.id).text(entry.previous), entry.op, (block, at) => {
      block.segment = place.number
      block.at = at
    })
  })
}

/** Its blocks know where they are, and have their bytes if these are to be kept. */
export function decodeEntry(
  key: string,
  place: Place,
  bytes: Uint8Array,
  keepsBytes: boolean,
): Refusable<Entry> {
  const found = openSealed(bytes, ENTRY, input => {
    const at = readPlace(input)
    const [id, previous] = [input.text(), input.text()]
    const placeOf = (view: Uint8Array) => view.byteOffset - bytes.byteOffset
    return { at, entry: { number: at.number, id, previous, op: readOp(input, at.number, placeOf) } }
  })
  if (typeof found === 'string') return unread(key, found)
  if (!isSame(found.at, place)) return foreign(key, found.at)
  if (keepsBytes) keepBytes(found.entry.op, bytes)
  return { value: found.entry }
}

export function encodeImage(place: Place, { id, state, blocks }: Image): Uint8Array {
  return sealedFile({ magic: IMAGE }, out => {
    writePlace(out, place)
    writeState(out.text(id), state)
    out.varint(blocks.length)
    for (const [partition, all] of blocks) {
      out.varint(partition).varint(all.length)
      for (const block of all) writeBlock(out, block)
    }
  })
}

export function decodeImage(key: string, place: Place, bytes: Uint8Array): Refusable<Image> {
  const found = openSealed(bytes, IMAGE, input => {
    const at = readPlace(input)
    const [id, state] = [input.text(), readState(input)]
    const blocks: [number, readonly Block[]][] = []
    for (let left = input.varint(); left > 0; left--) {
      const partition = input.varint()
      const all: Block[] = []
      for (let more = input.varint(); more > 0; more--) all.push(readBlock(input))
      blocks.push([partition, all])
    }
    return { at, image: { number: at.number, id, state, blocks } }
  })
  if (typeof found === 'string') return unread(key, found)
  return isSame(found.at, place) ? { value: found.image } : foreign(key, found.at)
}

function writePlace(out: ByteWriter, { log, sequence, number }: Place): void {
  out.text(log).text(sequence).varint(number)
}

function readPlace(input: ByteReader): Place {
  return { log: input.text(), sequence: input.text(), number: input.varint() }
}

function isSame(one: Place, other: Place): boolean {
  const { log, sequence, number } = other
  return one.log === log && one.sequence === sequence && one.number === number
}

function writeBlock(out: ByteWriter, block: Block): void {
  const { first, count, producer, verdict, newestMs, crc, sizeBytes, segment, at } = block
  out.varint(first).varint(count).varint(producer).uint8(verdicts.indexOf(verdict))
  out.float64(newestMs).uint32(crc).varint(sizeBytes).varint(segment).varint(at)
}

function readBlock(input: ByteReader): Block {
  const [first, count, producer] = [input.varint(), input.varint(), input.varint()]
  const verdict = verdicts[input.uint8()]
  const [newestMs, crc, sizeBytes] = [input.float64(), input.uint32(), input.varint()]
  const [segment, at] = [input.varint(), input.varint()]
  const bytes = undefined
  return { first, count, producer, verdict, newestMs, crc, sizeBytes, segment, at, bytes }
}

function keepBytes(op: Op, bytes: Uint8Array): void {
  if (op.kind !== 'append' && op.kind !== 'send') return
  for (const { blocks } of op.parts) {
    for (const block of blocks) block.bytes = bytes.slice(block.at, block.at + block.sizeBytes)
  }
}

function unread(key: string, why: 'damaged' | 'other-format'): ReturnType<typeof refused> {
  if (why === 'damaged') {
    const advice = 'restore it from a copy, or take it away if it is not of this log'
    return refused('unavailable', `the object ${key} is damaged, or nothing of a log; ${advice}`)
  }
  const message = `the object ${key} has a format that is not known here`
  return refused(
    'unsupported',
    `${message}; take the version of Weir that wrote it, or a newer one`,
  )
}

function foreign(key: string, { log, sequence, number }: Place): ReturnType<typeof refused> {
  const whose = `object ${number} of ${sequence} in the log ${log}`
  return refused(
    'other-cluster',
    `the object ${key} is ${whose}; take it away, or use another prefix`,
  )
}

/**
 * The bytes of one message between replicas: a letter for its type, the group, the envelope, then
 * its fields in the order of `messages.ts`. One message has one encoding and every other is
 * refused. Whether a message makes sense is for the core to judge (validate.ts).
 *
 * What is read keeps its own copy of the entries, unless they are most of a large packet: an entry
 * that stays in the log must not hold the packets of a hundred other groups in memory.
 */

import { ByteReader, type ByteWriter, MALFORMED_BYTES } from '../../base/bytes.ts'
import { invariant, WeirError } from '../../base/errors.ts'
import { type GroupId, groupId, type ReplicaId, replicaId } from '../../base/ids.ts'
import { readEntry, readImage, writeEntry, writeImage } from '../log/codec.ts'
import type { Message, MessageType } from '../messages.ts'
import type { Entry, ReadId } from '../types.ts'

/** Beats are no letters of their own: they travel in tables (beats.ts). */
export type BeatType = 'heartbeat' | 'heartbeat-reply'
type LetterType = Exclude<MessageType, BeatType>
export type Letter = Extract<Message, { type: LetterType }>

/** An empty entry: index, term, kind and size of a byte each. */
const ENTRY_BYTES_MIN = 4
/** A timeout-now: code, group, from, to, term. */
export const LETTER_BYTES_MIN = 5
/** Entries are kept in the packet that brought them only if it is so large and mostly they. */
const SHARED_PACKET_BYTES_MIN = 64 * 1024

interface Envelope {
  readonly from: ReplicaId
  readonly to: ReplicaId
  readonly term: number
}

interface Codec<M> {
  write(out: ByteWriter, message: M): void
  read(input: PacketInput, envelope: Envelope): M
}

type Codecs = { readonly [T in LetterType]: Codec<Extract<Message, { type: T }>> }

/** A reader that knows how much a packet may still ask it to make. */
export class PacketInput extends ByteReader {
  readonly packetBytes: number
  #itemsLeft: number

  constructor(bytes: Uint8Array, itemsMax: number) {
    super(bytes)
    this.packetBytes = bytes.length
    this.#itemsLeft = itemsMax
  }

  /** How many items follow, of so many bytes at least: a count that cannot be true is refused. */
  count(bytesMin: number): number {
    const count = this.varint()
    mustHold(count * bytesMin <= this.left, 'a count is larger than what follows')
    mustHold(count <= this.#itemsLeft, 'a packet holds more than any packet may')
    this.#itemsLeft -= count
    return count
  }

  flag(): boolean {
    const byte = this.uint8()
    mustHold(byte <= 1, 'a flag is neither 0 nor 1')
    return byte === 1
  }

  group(): GroupId {
    const group = this.varint()
    mustHold(group > 0, 'a group has no number')
    return groupId(group)
  }

  envelope(): Envelope {
    const from = replicaId(this.varint())
    const to = replicaId(this.varint())
    return { from, to, term: this.varint() }
  }

  /** Bytes that may outlive this packet. */
  kept(): Uint8Array {
    const view = this.bytes()
    const isShared =
      this.packetBytes >= SHARED_PACKET_BYTES_MIN && 2 * view.length >= this.packetBytes
    return isShared ? view : view.slice()
  }
}

export function mustHold(holds: boolean, what: string): void {
  if (!holds) {
    const cause = 'the packet was damaged or is of another version'
    throw new WeirError(MALFORMED_BYTES, `${what}; ${cause}`)
  }
}

export function writeEnvelope(out: ByteWriter, { from, to, term }: Envelope): void {
  out.varint(from).varint(to).varint(term)
}

function writeFlag(out: ByteWriter, flag: boolean): void {
  out.uint8(flag ? 1 : 0)
}

const lastEntry: Codec<{ lastIndex: number; lastTerm: number }> = {
  write: (out, m) => out.varint(m.lastIndex).varint(m.lastTerm),
  read: input => ({ lastIndex: input.varint(), lastTerm: input.varint() }),
}

const granted: Codec<{ granted: boolean }> = {
  write: (out, m) => writeFlag(out, m.granted),
  read: input => ({ granted: input.flag() }),
}

function varintBytes(value: number): number {
  let bytes = 1
  for (let rest = value; rest > 127; rest = Math.floor(rest / 128)) bytes++
  return bytes
}

const entryBytes = ({ index, term, data: { length } }: Entry): number =>
  varintBytes(index) + varintBytes(term) + 1 + varintBytes(length) + length

/** Behind their number stands their size, so that a reader can take all of them in one copy. */
function writeEntries(out: ByteWriter, entries: readonly Entry[]): void {
  let size = 0
  for (const entry of entries) size += entryBytes(entry)
  out.varint(entries.length).varint(size)
  const start = out.size
  for (const entry of entries) writeEntry(out, entry)
  invariant(out.size - start === size, 'entries-have-the-size-that-was-said', size)
}

function readEntries(input: PacketInput): readonly Entry[] {
  const count = input.count(ENTRY_BYTES_MIN)
  const block = new ByteReader(input.kept())
  const entries: Entry[] = []
  for (let i = 0; i < count; i++) entries.push(readEntry(block))
  block.done()
  return entries
}

function writeReadId(out: ByteWriter, { replica, boot, serial }: ReadId): void {
  out.varint(replica).varint(boot).varint(serial)
}

function readReadId(input: PacketInput): ReadId {
  const replica = replicaId(input.varint())
  const boot = input.varint()
  return { replica, boot, serial: input.varint() }
}

const codecs: Codecs = {
  'pre-vote': {
    write: lastEntry.write,
    read: (input, e) => ({ type: 'pre-vote', ...e, ...lastEntry.read(input, e) }),
  },
  'pre-vote-reply': {
    write: granted.write,
    read: (input, e) => ({ type: 'pre-vote-reply', ...e, ...granted.read(input, e) }),
  },
  vote: {
    write: (out, m) => {
      lastEntry.write(out, m)
      writeFlag(out, m.forced)
    },
    read: (input, e) => ({
      type: 'vote',
      ...e,
      ...lastEntry.read(input, e),
      forced: input.flag(),
    }),
  },
  'vote-reply': {
    write: granted.write,
    read: (input, e) => ({ type: 'vote-reply', ...e, ...granted.read(input, e) }),
  },
  append: {
    write: (out, m) => {
      out.varint(m.prevIndex).varint(m.prevTerm).varint(m.commit)
      writeEntries(out, m.entries)
    },
    read: (input, { from, to, term }) => {
      const prevIndex = input.varint()
      const prevTerm = input.varint()
      const commit = input.varint()
      const entries = readEntries(input)
      return { type: 'append', from, to, term, prevIndex, prevTerm, commit, entries }
    },
  },
  'append-reply': {
    write: (out, m) => {
      writeFlag(out, m.ok)
      out.varint(m.index).varint(m.hintIndex).varint(m.hintTerm)
    },
    read: (input, { from, to, term }) => {
      const ok = input.flag()
      const index = input.varint()
      const hintIndex = input.varint()
      const hintTerm = input.varint()
      return { type: 'append-reply', from, to, term, ok, index, hintIndex, hintTerm }
    },
  },
  snapshot: {
    write: (out, m) => {
      writeImage(out, m.image)
      out.varint(m.offset).bytes(m.data)
      writeFlag(out, m.last)
    },
    read: (input, { from, to, term }) => {
      const image = readImage(input)
      const offset = input.varint()
      const data = input.kept()
      return { type: 'snapshot', from, to, term, image, offset, data, last: input.flag() }
    },
  },
  'snapshot-reply': {
    write: (out, m) => {
      out.varint(m.imageIndex).varint(m.offset)
      writeFlag(out, m.done)
    },
    read: (input, { from, to, term }) => {
      const imageIndex = input.varint()
      const offset = input.varint()
      return { type: 'snapshot-reply', from, to, term, imageIndex, offset, done: input.flag() }
    },
  },
  'timeout-now': {
    write: () => {},
    read: (_, { from, to, term }) => ({ type: 'timeout-now', from, to, term }),
  },
  read: {
    write: (out, m) => writeReadId(out, m.read),
    read: (input, { from, to, term }) => ({
      type: 'read',
      from,
      to,
      term,
      read: readReadId(input),
    }),
  },
  'read-reply': {
    write: (out, m) => {
      writeReadId(out, m.read)
      out.varint(m.index)
    },
    read: (input, { from, to, term }) => {
      const read = readReadId(input)
      return { type: 'read-reply', from, to, term, read, index: input.varint() }
    },
  },
}

/** The number of a type on the wire is its place here; new ones come at the end. */
const letterTypes: readonly LetterType[] = [
  'pre-vote',
  'pre-vote-reply',
  'vote',
  'vote-reply',
  'append',
  'append-reply',
  'snapshot',
  'snapshot-reply',
  'timeout-now',
  'read',
  'read-reply',
]

export function writeLetter(out: ByteWriter, group: GroupId, message: Letter): void {
  out.uint8(letterTypes.indexOf(message.type)).varint(group)
  writeEnvelope(out, message)
  const codec = codecs[message.type] as Codec<Letter>
  codec.write(out, message)
}

export function readLetter(input: PacketInput): readonly [GroupId, Letter] {
  const type = letterTypes[input.uint8()]
  mustHold(type !== undefined, 'a message has an unknown type')
  const group = input.group()
  const codec = codecs[type as LetterType] as Codec<Letter>
  return [group, codec.read(input, input.envelope())]
}

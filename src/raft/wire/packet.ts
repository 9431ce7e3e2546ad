/**
 * A packet: what one node says to another in one turn, the messages of all groups together.
 *
 *     packet = FORMAT, beats, replies, letters, CRC-32C of all before it in four bytes
 *     beats   = count, then for each heartbeat: group, from, to, term, commit, round
 *     replies = count, then for each heartbeat-reply: group, from, to, term, round
 *     letters = count, then every other message (message-codec.ts), in the order in which they
 *               were added
 *
 * All numbers are varints of src/base/bytes.ts. Beats stand in front, so that a receiver hears that
 * its leaders live before it works on anything else, and in tables, so that an idle group costs
 * about ten bytes a beat. What was read may alias the packet's bytes, which nobody changes.
 *
 * The checksum is there because what TCP's sixteen bits let through would be believed: an entry
 * with one bit turned over on its way to a follower makes two states of one log.
 */

import { ByteWriter } from '../../base/bytes.ts'
import { crc32c } from '../../base/crc32c.ts'
import { invariant } from '../../base/errors.ts'
import type { GroupId } from '../../base/ids.ts'
import type { Heartbeat, HeartbeatReply, Message } from '../messages.ts'
import {
  LETTER_BYTES_MIN,
  mustHold,
  PacketInput,
  readLetter,
  writeEnvelope,
  writeLetter,
} from './message-codec.ts'

/** The first byte: no handshake begins with it. */
const FORMAT = 1
/** Beats, messages and entries in one packet: a hostile one makes no more objects than these. */
export const PACKET_ITEMS_MAX = 2 ** 18
/** From here on a packet is full, which leaves room for the largest append. */
const FULL_ITEMS = PACKET_ITEMS_MAX / 2
export const PACKET_FULL_BYTES = 1024 * 1024

const BEAT_BYTES_MIN = 6
const REPLY_BYTES_MIN = 5
const CHECKSUM_BYTES = 4
/** What stands before the beats, before each table, and at the end. */
const FRAME_BYTES_MAX = 1 + 3 * 8 + CHECKSUM_BYTES

/** Takes messages until `finish`; copies what it takes, and may be used again afterwards. */
export class PacketWriter {
  readonly #beats = new ByteWriter()
  readonly #replies = new ByteWriter()
  readonly #letters = new ByteWriter()
  readonly #packet = new ByteWriter()
  #beatCount = 0
  #replyCount = 0
  #letterCount = 0
  #entryCount = 0

  /** Messages that are in it. */
  get count(): number {
    return this.#beatCount + this.#replyCount + this.#letterCount
  }

  /** The packet will not be larger than this. */
  get size(): number {
    return FRAME_BYTES_MAX + this.#beats.size + this.#replies.size + this.#letters.size
  }

  /** Time to send it and to begin another. */
  get isFull(): boolean {
    return this.size >= PACKET_FULL_BYTES || this.count + this.#entryCount >= FULL_ITEMS
  }

  add(group: GroupId, message: Message): void {
    if (message.type === 'heartbeat') {
      this.#beatCount++
      writeBeat(this.#beats, group, message)
    } else if (message.type === 'heartbeat-reply') {
      this.#replyCount++
      writeReply(this.#replies, group, message)
    } else {
      this.#letterCount++
      if (message.type === 'append') this.#entryCount += message.entries.length
      writeLetter(this.#letters, group, message)
    }
  }

  finish(): Uint8Array {
    const items = this.count + this.#entryCount
    invariant(items <= PACKET_ITEMS_MAX, 'packet-is-sent-when-it-is-full', items)
    const packet = this.#packet.uint8(FORMAT)
    this.#beats.moveTo(packet.varint(this.#beatCount))
    this.#replies.moveTo(packet.varint(this.#replyCount))
    this.#letters.moveTo(packet.varint(this.#letterCount))
    this.#beatCount = 0
    this.#replyCount = 0
    this.#letterCount = 0
    this.#entryCount = 0
    return sealed(packet.uint32(0).finish())
  }
}

/** All or nothing: throws WeirError('malformed-bytes') before the first message is taken. */
export function readPacket(
  bytes: Uint8Array,
  take: (group: GroupId, message: Message) => void,
): void {
  mustHold(bytes[0] === FORMAT, 'this is no packet')
  const input = new PacketInput(unsealed(bytes), PACKET_ITEMS_MAX)
  input.uint8()
  const groups: GroupId[] = []
  const messages: Message[] = []
  const note = (group: GroupId, message: Message): void => {
    groups.push(group)
    messages.push(message)
  }
  for (let left = input.count(BEAT_BYTES_MIN); left > 0; left--) {
    note(input.group(), readBeat(input))
  }
  for (let left = input.count(REPLY_BYTES_MIN); left > 0; left--) {
    note(input.group(), readReply(input))
  }
  for (let left = input.count(LETTER_BYTES_MIN); left > 0; left--) {
    const [group, letter] = readLetter(input)
    note(group, letter)
  }
  input.done()
  for (const [i, message] of messages.entries()) take(groups[i] as GroupId, message)
}

/** Fills in the checksum, for which there is room. */
function sealed(packet: Uint8Array): Uint8Array {
  const end = packet.length - CHECKSUM_BYTES
  const checksum = crc32c(packet.subarray(0, end))
  for (let i = 0; i < CHECKSUM_BYTES; i++) packet[end + i] = checksum >>> (8 * i)
  return packet
}

function unsealed(packet: Uint8Array): Uint8Array {
  const end = packet.length - CHECKSUM_BYTES
  mustHold(end > 0, 'a packet is too small')
  const said = packet.subarray(0, end)
  mustHold(checksumAt(packet, end) === crc32c(said), 'a packet does not match its checksum')
  return said
}

/** Little endian. */
function checksumAt(packet: Uint8Array, at: number): number {
  let checksum = 0
  for (let i = CHECKSUM_BYTES - 1; i >= 0; i--) checksum = (checksum << 8) | (packet[at + i] ?? 0)
  return checksum >>> 0
}

function writeBeat(out: ByteWriter, group: GroupId, beat: Heartbeat): void {
  out.varint(group)
  writeEnvelope(out, beat)
  out.varint(beat.commit).varint(beat.round)
}

function readBeat(input: PacketInput): Heartbeat {
  const { from, to, term } = input.envelope()
  const commit = input.varint()
  return { type: 'heartbeat', from, to, term, commit, round: input.varint() }
}

function writeReply(out: ByteWriter, group: GroupId, reply: HeartbeatReply): void {
  out.varint(group)
  writeEnvelope(out, reply)
  out.varint(reply.round)
}

function readReply(input: PacketInput): HeartbeatReply {
  const { from, to, term } = input.envelope()
  return { type: 'heartbeat-reply', from, to, term, round: input.varint() }
}

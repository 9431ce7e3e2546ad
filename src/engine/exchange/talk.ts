/**
 * What is said on a stream of an exchange, in bytes: proto/exchange.proto is the text for others.
 * Each message carries a checksum, because what a frame says is replicated and published: a bit
 * that turned over on its way must not be. Canonical: one message, one encoding.
 */

import { ByteReader, ByteWriter, malformed } from '../../base/bytes.ts'
import { crc32c } from '../../base/crc32c.ts'
import { FRAME_BYTES_MAX } from '../channels/bounds.ts'
import type { Reader } from '../channels/state.ts'

/** What is meant by a stream, and where it begins. */
export interface Opening {
  readonly cluster: string
  readonly job: string
  readonly generation: number
  readonly channel: number
  /** Of the stage that takes, the group's number. */
  readonly group: number
  /** In which the group that asks is led: its streams of lower terms are over. */
  readonly term: number
  readonly cursor: number
  readonly bytes: number
}

/** A group to its sender; first of all, and only then, the hello. */
export type Ask =
  | { readonly kind: 'hello'; readonly opening: Opening }
  | { readonly kind: 'grant'; readonly bytes: number }
  | { readonly kind: 'rewind'; readonly reader: Reader; readonly cursor: number }
  | { readonly kind: 'wanted'; readonly epoch: number }
  | { readonly kind: 'taken'; readonly cursor: number }

export interface Refusal {
  readonly code: string
  readonly message: string
}

/** A sender to a group; a refusal is the last word. */
export type Told =
  | { readonly kind: 'frame'; readonly bytes: Uint8Array }
  | { readonly kind: 'refusal'; readonly refusal: Refusal }

/** What else stands around a frame. */
const AROUND_BYTES = 16
/** Of any message. */
const TALK_BYTES_MAX = FRAME_BYTES_MAX + AROUND_BYTES

const CHECKSUM_BYTES = 4
const PROTOCOL = 1

const HELLO = 1
const GRANT = 2
const REWIND = 3
const WANTED = 4
const TAKEN = 5
const FRAME = 6
const REFUSAL = 7

/** Written to and finished within one call. */
const out = new ByteWriter()

export function encodeAsk(ask: Ask): Uint8Array {
  writeAsk(ask)
  return sealed()
}

function writeAsk(ask: Ask): void {
  switch (ask.kind) {
    case 'hello': {
      const { cluster, job, generation, channel, group, term, cursor, bytes } = ask.opening
      out.uint8(HELLO).varint(PROTOCOL).text(cluster).text(job).varint(generation)
      out.varint(channel).varint(group).varint(term).varint(cursor).varint(bytes)
      return
    }
    case 'grant':
      out.uint8(GRANT).varint(ask.bytes)
      return
    case 'rewind':
      out.uint8(REWIND).varint(ask.reader.generation).varint(ask.reader.term).varint(ask.cursor)
      return
    case 'wanted':
      out.uint8(WANTED).varint(ask.epoch)
      return
    default:
      out.uint8(TAKEN).varint(ask.cursor)
  }
}

export function encodeTold(told: Told): Uint8Array {
  if (told.kind === 'frame') out.uint8(FRAME).raw(told.bytes)
  else out.uint8(REFUSAL).text(told.refusal.code).text(told.refusal.message)
  return sealed()
}

function sealed(): Uint8Array {
  const said = out.finish()
  return out.raw(said).uint32(crc32c(said)).finish()
}

/** Throws WeirError('malformed-bytes') for whatever is none. */
export function decodeAsk(bytes: Uint8Array): Ask {
  const reader = opened(bytes)
  const ask = readAsk(reader)
  reader.done()
  return ask
}

function readAsk(reader: ByteReader): Ask {
  const kind = reader.uint8()
  switch (kind) {
    case HELLO:
      return { kind: 'hello', opening: readOpening(reader) }
    case GRANT:
      return { kind: 'grant', bytes: reader.varint() }
    case REWIND: {
      const who = { generation: reader.varint(), term: reader.varint() }
      return { kind: 'rewind', reader: who, cursor: reader.varint() }
    }
    case WANTED:
      return { kind: 'wanted', epoch: reader.varint() }
    case TAKEN:
      return { kind: 'taken', cursor: reader.varint() }
    default:
      throw malformed('a group asks for something unknown')
  }
}

function readOpening(reader: ByteReader): Opening {
  const protocol = reader.varint()
  if (protocol !== PROTOCOL) {
    throw malformed(`a group speaks protocol ${protocol} of exchanges, this node ${PROTOCOL}`)
  }
  return {
    cluster: reader.text(),
    job: reader.text(),
    generation: reader.varint(),
    channel: reader.varint(),
    group: reader.varint(),
    term: reader.varint(),
    cursor: reader.varint(),
    bytes: reader.varint(),
  }
}

/** A frame's bytes are a view of these, not a copy. */
export function decodeTold(bytes: Uint8Array): Told {
  const reader = opened(bytes)
  const kind = reader.uint8()
  if (kind === FRAME) return { kind: 'frame', bytes: bytes.subarray(1, -CHECKSUM_BYTES) }
  if (kind !== REFUSAL) throw malformed('a sender tells something unknown')
  const refusal = { code: reader.text(), message: reader.text() }
  reader.done()
  return { kind: 'refusal', refusal }
}

function opened(bytes: Uint8Array): ByteReader {
  if (bytes.length > TALK_BYTES_MAX) throw malformed('a message of an exchange is too large')
  if (bytes.length <= CHECKSUM_BYTES) throw malformed('a message of an exchange is too small')
  const said = bytes.subarray(0, -CHECKSUM_BYTES)
  const checksum = new ByteReader(bytes.subarray(-CHECKSUM_BYTES)).uint32()
  if (checksum !== crc32c(said)) throw malformed('a message of an exchange was damaged on its way')
  return new ByteReader(said)
}

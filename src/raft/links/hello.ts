/**
 * The first frame each way: who is calling whom, with which protocol. Its beginning (magic, kind,
 * range of protocols) never changes, so that any two versions can at least tell each other that
 * they have no protocol in common. What follows is laid down by the lowest protocol of the range.
 *
 *     hello   = 'WEIR', 1, min, max, cluster, node, store, boot, opening, lane, to, CRC-32C of it
 *     refusal = 'WEIR', 2, code, message, CRC-32C of it
 *
 * The checksum is there because what a hello says is remembered: a boot with one bit turned over
 * would lock its node out for good. A refusal may also come later: it is the last word before a
 * connection is closed.
 */

import { ByteReader, ByteWriter, MALFORMED_BYTES } from '../../base/bytes.ts'
import { crc32c } from '../../base/crc32c.ts'
import { WeirError } from '../../base/errors.ts'
import { type NodeId, nodeId } from '../../base/ids.ts'

/** `turn` carries what is said in each turn, `image` the chunks of images, which may be slow. */
export type Lane = 'turn' | 'image'
export const lanes: readonly Lane[] = ['turn', 'image']

export interface ProtocolRange {
  readonly min: number
  readonly max: number
}

/** What this version speaks. */
export const PROTOCOL: ProtocolRange = { min: 1, max: 1 }

/** What a node says of itself. */
export interface HelloSelf {
  readonly protocol: ProtocolRange
  readonly cluster: string
  readonly node: NodeId
  /** The random id of its data folder. */
  readonly store: string
  /** How often that folder has been opened. */
  readonly boot: number
  /** A random id of this opening of it: two copies of a folder count the same boots. */
  readonly opening: string
}

export interface Hello extends HelloSelf {
  readonly lane: Lane
  /** Whom it means to speak to. */
  readonly to: NodeId
}

export interface LinkRefusal {
  readonly code: string
  readonly message: string
}

export type Greeting =
  | { readonly kind: 'hello'; readonly hello: Hello }
  | { readonly kind: 'unknown-protocol'; readonly protocol: ProtocolRange }
  | { readonly kind: 'refusal'; readonly refusal: LinkRefusal }

/** 'WEIR', little endian. */
const MAGIC = 0x52494557
const HELLO = 1
const REFUSAL = 2
/** Behind the magic number. */
const KIND_AT = 4
const CHECKSUM_BYTES = 4
/** A frame above this size is no greeting, whatever it holds. */
const GREETING_BYTES_MAX = 4096
/** Of the message of a refusal: it names what the others said, and must fit a greeting. */
const REFUSAL_CHARS_MAX = 1200

export function encodeHello(hello: Hello): Uint8Array {
  const { protocol, cluster, node, store, boot, opening, lane, to } = hello
  const out = new ByteWriter().uint32(MAGIC).uint8(HELLO)
  out.varint(protocol.min).varint(protocol.max)
  out.text(cluster).text(node).text(store).varint(boot).text(opening)
  return sealed(out.uint8(lanes.indexOf(lane)).text(to))
}

export function encodeRefusal({ code, message }: LinkRefusal): Uint8Array {
  // Half a pair of surrogates would be no text.
  const cut = message.slice(0, REFUSAL_CHARS_MAX).replace(/[\uD800-\uDBFF]$/, '')
  return sealed(new ByteWriter().uint32(MAGIC).uint8(REFUSAL).text(code).text(cut))
}

function sealed(out: ByteWriter): Uint8Array {
  const said = out.finish()
  return out.raw(said).uint32(crc32c(said)).finish()
}

/** Throws WeirError('malformed-bytes') for whatever is no greeting. */
export function readGreeting(bytes: Uint8Array, spoken: ProtocolRange): Greeting {
  mustHold(bytes.length <= GREETING_BYTES_MAX, 'the first frame is too large')
  mustHold(bytes.length > CHECKSUM_BYTES, 'the first frame is too small')
  const said = bytes.subarray(0, -CHECKSUM_BYTES)
  const checksum = new ByteReader(bytes.subarray(-CHECKSUM_BYTES)).uint32()
  const input = new ByteReader(said)
  mustHold(input.uint32() === MAGIC, 'the first frame is of another program')
  mustHold(checksum === crc32c(said), 'the first frame was damaged on its way')
  const kind = input.uint8()
  if (kind === REFUSAL) return refusalIn(input)
  mustHold(kind === HELLO, 'the first frame is neither hello nor refusal')
  return readHello(input, spoken)
}

function refusalIn(input: ByteReader): Greeting {
  const refusal = { code: input.text(), message: input.text() }
  input.done()
  return { kind: 'refusal', refusal }
}

/** A refusal among other frames, which begin otherwise; undefined: it is none, or was damaged. */
export function readRefusal(frame: Uint8Array): LinkRefusal | undefined {
  if (frame[0] !== (MAGIC & 0xff) || frame[KIND_AT] !== REFUSAL) return undefined
  try {
    const greeting = readGreeting(frame, PROTOCOL)
    return greeting.kind === 'refusal' ? greeting.refusal : undefined
  } catch (error) {
    if (!(error instanceof WeirError)) throw error
    return undefined
  }
}

function readHello(input: ByteReader, spoken: ProtocolRange): Greeting {
  const protocol = { min: input.varint(), max: input.varint() }
  mustHold(protocol.min > 0 && protocol.min <= protocol.max, 'a range of protocols is empty')
  if (protocol.min > spoken.max || protocol.max < spoken.min) {
    return { kind: 'unknown-protocol', protocol }
  }
  const cluster = input.text()
  const node = nodeId(input.text())
  const store = input.text()
  const boot = input.varint()
  const opening = input.text()
  const lane = lanes[input.uint8()]
  const to = nodeId(input.text())
  input.done()
  if (lane === undefined) throw malformed('a hello names an unknown lane')
  const self = { protocol, cluster, node, store, boot, opening }
  return { kind: 'hello', hello: { ...self, lane, to } }
}

function mustHold(holds: boolean, what: string): void {
  if (!holds) throw malformed(what)
}

function malformed(what: string): WeirError {
  return new WeirError(MALFORMED_BYTES, `${what}; is it a node of this version that calls?`)
}

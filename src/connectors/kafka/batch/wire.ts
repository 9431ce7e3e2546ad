/**
 * Numbers and texts as Kafka's protocol has them: big endian, and zigzag varints inside of record
 * batches. The reader trusts nobody: what ends too early is a WeirError('malformed-bytes').
 */

import { MALFORMED_BYTES } from '../../../base/bytes.ts'
import { invariant, WeirError } from '../../../base/errors.ts'

const TWO_32 = 2 ** 32
const VARINT_BYTES_MAX = 5
const VARLONG_BYTES_MAX = 10
const FIRST_BYTES = 1024

export function malformed(what: string): WeirError {
  return new WeirError(
    MALFORMED_BYTES,
    `${what}; the answer of the broker was damaged, or is of another format: look at its log`,
  )
}

export class WireReader {
  readonly #bytes: Buffer
  at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  get left(): number {
    return this.#bytes.length - this.at
  }

  #take(size: number): number {
    if (size < 0 || size > this.left) throw malformed('bytes end too early')
    const { at } = this
    this.at += size
    return at
  }

  int8(): number {
    return this.#bytes.readInt8(this.#take(1))
  }

  int16(): number {
    return this.#bytes.readInt16BE(this.#take(2))
  }

  int32(): number {
    return this.#bytes.readInt32BE(this.#take(4))
  }

  uint32(): number {
    return this.#bytes.readUInt32BE(this.#take(4))
  }

  /** Exact up to 2^53, which no offset, id or time of day comes near. */
  int64(): number {
    const at = this.#take(8)
    return this.#bytes.readInt32BE(at) * TWO_32 + this.#bytes.readUInt32BE(at + 4)
  }

  /** Zigzag, 7 bits a byte, lowest first; fits 32 bits. */
  varint(): number {
    const value = this.#groups(VARINT_BYTES_MAX)
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2
  }

  /** The same of 64 bits, exact up to 2^52. */
  varlong(): number {
    const value = this.#groups(VARLONG_BYTES_MAX)
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2
  }

  #groups(bytesMax: number): number {
    let value = 0
    let scale = 1
    for (let i = 0; i < bytesMax; i++) {
      const byte = this.#bytes[this.#take(1)] as number
      value += (byte & 0x7f) * scale
      if (byte < 0x80) return value
      scale *= 128
    }
    throw malformed('a number does not end')
  }

  /** A view. */
  raw(size: number): Buffer {
    const at = this.#take(size)
    return this.#bytes.subarray(at, at + size)
  }

  text(): string {
    return this.raw(this.int16()).toString('utf8')
  }

  /** A view; none when their number is -1. */
  maybeBytes(size: number): Uint8Array | null {
    if (size < 0) return null
    const at = this.#take(size)
    return new Uint8Array(this.#bytes.buffer, this.#bytes.byteOffset + at, size)
  }
}

export class WireWriter {
  #bytes: Buffer
  size = 0

  /** `sizeBytes`: what will be written, as far as it is known; more is taken all the same. */
  constructor(sizeBytes = FIRST_BYTES) {
    this.#bytes = Buffer.allocUnsafe(sizeBytes)
  }

  #room(more: number): number {
    const at = this.size
    this.size += more
    if (this.size > this.#bytes.length) {
      const grown = Buffer.allocUnsafe(Math.max(this.size, 2 * this.#bytes.length))
      this.#bytes.copy(grown, 0, 0, at)
      this.#bytes = grown
    }
    return at
  }

  int8(value: number): this {
    const at = this.#room(1)
    this.#bytes.writeInt8(value, at)
    return this
  }

  int16(value: number): this {
    const at = this.#room(2)
    this.#bytes.writeInt16BE(value, at)
    return this
  }

  int32(value: number): this {
    const at = this.#room(4)
    this.#bytes.writeInt32BE(value, at)
    return this
  }

  int64(value: number): this {
    const at = this.#room(8)
    this.#bytes.writeInt32BE(Math.floor(value / TWO_32), at)
    this.#bytes.writeUInt32BE(value - Math.floor(value / TWO_32) * TWO_32, at + 4)
    return this
  }

  varint(value: number): this {
    let rest = value < 0 ? -2 * value - 1 : 2 * value
    while (rest > 0x7f) {
      this.#byte((rest % 128) | 0x80)
      rest = Math.floor(rest / 128)
    }
    return this.#byte(rest)
  }

  #byte(value: number): this {
    const at = this.#room(1)
    this.#bytes[at] = value
    return this
  }

  raw(bytes: Uint8Array): this {
    const at = this.#room(bytes.length)
    this.#bytes.set(bytes, at)
    return this
  }

  /** Behind a varint of their number, which is -1 for none. */
  maybeBytes(bytes: Uint8Array | null): this {
    return bytes === null ? this.varint(-1) : this.varint(bytes.length).raw(bytes)
  }

  text(text: string | null): this {
    if (text === null) return this.int16(-1)
    const bytes = Buffer.from(text, 'utf8')
    return this.int16(bytes.length).raw(bytes)
  }

  /** Over what was written there. */
  int32At(at: number, value: number): this {
    invariant(at + 4 <= this.size, 'written-before', at)
    this.#bytes.writeInt32BE(value, at)
    return this
  }

  uint32At(at: number, value: number): this {
    invariant(at + 4 <= this.size, 'written-before', at)
    this.#bytes.writeUInt32BE(value, at)
    return this
  }

  /** What was written, as it lies: it holds until more is. */
  view(from = 0): Buffer {
    return this.#bytes.subarray(from, this.size)
  }
}

/** Bytes that `varint` takes. */
export function varintSize(value: number): number {
  let rest = value < 0 ? -2 * value - 1 : 2 * value
  let size = 1
  while (rest > 0x7f) {
    rest = Math.floor(rest / 128)
    size++
  }
  return size
}

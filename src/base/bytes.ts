/**
 * Bytes out and bytes in. Canonical: a value has exactly one encoding and the reader refuses every
 * other, so that equal values have equal bytes and equal checksums. The writer trusts its caller;
 * the reader trusts nobody: whatever is malformed throws WeirError('malformed-bytes'), and nothing
 * is ever read past the end.
 */

import { invariant, WeirError } from './errors.ts'

/** The code of every refusal by a reader, and by the codecs that are built on it. */
export const MALFORMED_BYTES = 'malformed-bytes'

/** What a reader of bytes says when it refuses them, and codecs that are built on it. */
export function malformed(what: string, where?: { at: number; size: number }): WeirError {
  return new WeirError(
    MALFORMED_BYTES,
    `${what}; they were damaged or are of another format`,
    where,
  )
}

/** 2^53 - 1 takes seven bytes of 7 bits and one of 4. */
const VARINT_BYTES_MAX = 8
const FIRST_CAPACITY = 256
const TWO_28 = 2 ** 28
const SHORT_TEXT = 64

const SHORT_PART = 32
const FLOAT_BYTES = 8

const encoder = new TextEncoder()
const float = new Float64Array(1)
/** Of `float`, on machines that are little endian, which all are that Node runs on but one. */
const floatBytes = new Uint8Array(float.buffer)
const CANONICAL_NAN = [0, 0, 0, 0, 0, 0, 0xf8, 0x7f]
/** Lone halves of a surrogate pair: they have no UTF-8. */
const LONE_SURROGATE = /\p{Surrogate}/u
const LONE_SURROGATES = /\p{Surrogate}/gu
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** The bytes of a text that is whole. */
export function utf8Of(text: string): Uint8Array {
  return asciiOf(text) ?? encoded(text)
}

function encoded(text: string): Uint8Array {
  invariant(!LONE_SURROGATE.test(text), 'text-is-unicode', text)
  return encoder.encode(text)
}

/** Short plain texts, which most are: the general way takes several times as long. */
function asciiOf(text: string): Uint8Array | undefined {
  const { length } = text
  if (length > SHORT_TEXT) return undefined
  const bytes = new Uint8Array(length)
  for (let at = 0; at < length; at++) {
    const code = text.charCodeAt(at)
    if (code > 0x7f) return undefined
    bytes[at] = code
  }
  return bytes
}

function isCanonicalNan(): boolean {
  return CANONICAL_NAN.every((byte, at) => floatBytes[at] === byte)
}

/** The text as Unicode: halves of surrogate pairs, which JavaScript allows, are replaced. */
export function wholeText(text: string): string {
  return LONE_SURROGATE.test(text) ? text.replace(LONE_SURROGATES, '\ufffd') : text
}

/** Grows as it is written to; after `finish` the same memory takes the next value. */
export class ByteWriter {
  #buffer = new Uint8Array(FIRST_CAPACITY)
  #size = 0

  get size(): number {
    return this.#size
  }

  uint8(value: number): this {
    invariant(value === (value & 0xff), 'fits-uint8', value)
    this.#room(1)
    this.#buffer[this.#size++] = value
    return this
  }

  /** Little endian. */
  uint32(value: number): this {
    invariant(value === value >>> 0, 'fits-uint32', value)
    this.#room(4)
    const buffer = this.#buffer
    const at = this.#size
    buffer[at] = value
    buffer[at + 1] = value >>> 8
    buffer[at + 2] = value >>> 16
    buffer[at + 3] = value >>> 24
    this.#size = at + 4
    return this
  }

  /** 32 bits, with or without a sign, the highest first: their bytes sort as they do. */
  word(value: number): this {
    this.#room(4)
    const buffer = this.#buffer
    const at = this.#size
    buffer[at] = value >>> 24
    buffer[at + 1] = value >>> 16
    buffer[at + 2] = value >>> 8
    buffer[at + 3] = value
    this.#size = at + 4
    return this
  }

  /** 7 bits a byte, lowest first, the top bit set on all but the last. */
  varint(value: number): this {
    invariant(Number.isSafeInteger(value) && value >= 0, 'fits-varint', value)
    this.#room(VARINT_BYTES_MAX)
    let rest = value
    // Bitwise operators see 32 bits only; above that, four groups are taken off by division.
    while (rest >= TWO_28) {
      this.#buffer[this.#size++] = (rest % 128) | 0x80
      rest = Math.floor(rest / 128)
    }
    while (rest > 0x7f) {
      this.#buffer[this.#size++] = (rest & 0x7f) | 0x80
      rest >>>= 7
    }
    this.#buffer[this.#size++] = rest
    return this
  }

  /** Bytes as they are: the reader must know how many. */
  raw(bytes: Uint8Array): this {
    this.#room(bytes.length)
    this.#buffer.set(bytes, this.#size)
    this.#size += bytes.length
    return this
  }

  /** Bytes behind their number. */
  bytes(bytes: Uint8Array): this {
    return this.varint(bytes.length).raw(bytes)
  }

  /** A part of longer bytes, as it is. Short ones are copied in a loop: a view costs more. */
  part(source: Uint8Array, start: number, end: number): this {
    if (end - start > SHORT_PART) return this.raw(source.subarray(start, end))
    this.#room(end - start)
    const buffer = this.#buffer
    let to = this.#size
    for (let at = start; at < end; at++) {
      buffer[to++] = source[at] as number
    }
    this.#size = to
    return this
  }

  /** IEEE 754, little endian; every NaN is the same. */
  float64(value: number): this {
    float[0] = Number.isNaN(value) ? Number.NaN : value
    return this.raw(floatBytes)
  }

  /** UTF-8 behind its number of bytes. */
  text(text: string): this {
    return this.bytes(utf8Of(text))
  }

  /** A byte is left out, for the size of what is written next; says where. */
  gap(): number {
    this.#room(1)
    return this.#size++
  }

  /** A number below 2^28 goes there, as a varint; says where what is behind it begins now. */
  fill(gap: number, value: number): number {
    const start = gap + 1
    let more = 0
    for (let rest = value >>> 7; rest > 0; rest >>>= 7) more++
    if (more > 0) {
      this.#room(more)
      this.#buffer.copyWithin(start + more, start, this.#size)
      this.#size += more
    }
    for (let i = 0; i < more; i++) this.#buffer[gap + i] = (value >>> (7 * i)) | 0x80
    this.#buffer[gap + more] = value >>> (7 * more)
    return start + more
  }

  /** What was written so far, as it lies: it holds until more is. */
  get view(): Uint8Array {
    return this.#buffer.subarray(0, this.#size)
  }

  /** What was written goes to the end of another. The writer is empty again. */
  moveTo(out: ByteWriter): void {
    out.raw(this.#buffer.subarray(0, this.#size))
    this.#size = 0
  }

  /** What was written is forgotten; its memory is kept. */
  clear(): void {
    this.#size = 0
  }

  /** A copy of what was written. The writer is empty again. */
  finish(): Uint8Array {
    const written = this.#buffer.slice(0, this.#size)
    this.#size = 0
    return written
  }

  #room(more: number): void {
    const wanted = this.#size + more
    if (wanted > this.#buffer.length) {
      const grown = new Uint8Array(Math.max(wanted, 2 * this.#buffer.length))
      grown.set(this.#buffer)
      this.#buffer = grown
    }
  }
}

/** Reads from the first byte to the last; `done` says that nothing is left over. */
export class ByteReader {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  /** Bytes not yet read. */
  get left(): number {
    return this.#bytes.length - this.#at
  }

  uint8(): number {
    this.#need(1)
    return this.#bytes[this.#at++] as number
  }

  uint32(): number {
    this.#need(4)
    const b = this.#bytes
    const at = this.#at
    this.#at += 4
    const low = (b[at] as number) | ((b[at + 1] as number) << 8)
    return (low | ((b[at + 2] as number) << 16) | ((b[at + 3] as number) << 24)) >>> 0
  }

  /** Reads what a writer's `varint` wrote, and no longer form of it. */
  varint(): number {
    let value = 0
    let scale = 1
    for (let i = 0; i < VARINT_BYTES_MAX; i++) {
      const byte = this.uint8()
      value += (byte & 0x7f) * scale
      if (byte < 0x80) {
        this.#check(byte > 0 || i === 0, 'a number is longer than it needs to be')
        this.#check(value <= Number.MAX_SAFE_INTEGER, 'a number is above 2^53 - 1')
        return value
      }
      scale *= 128
    }
    return this.#malformed('a number does not end')
  }

  /** The next byte, which stays the next. */
  peek(): number {
    this.#need(1)
    return this.#bytes[this.#at] as number
  }

  float64(): number {
    floatBytes.set(this.raw(FLOAT_BYTES))
    const value = float[0] as number
    if (Number.isNaN(value)) this.#check(isCanonicalNan(), 'a NaN has other bits than ours')
    return value
  }

  /** A view, not a copy: it changes when the bytes under it change. */
  raw(size: number): Uint8Array {
    invariant(size >= 0, 'raw-takes-a-size', size)
    this.#need(size)
    const start = this.#at
    this.#at += size
    return this.#bytes.subarray(start, this.#at)
  }

  /** A view, not a copy: it changes when the bytes under it change. */
  bytes(): Uint8Array {
    return this.raw(this.varint())
  }

  text(): string {
    const encoded = this.bytes()
    try {
      return decoder.decode(encoded)
    } catch {
      return this.#malformed('a text is not UTF-8')
    }
  }

  done(): void {
    this.#check(this.left === 0, 'bytes are left over')
  }

  #need(size: number): void {
    this.#check(size <= this.left, 'the bytes end too early')
  }

  #check(holds: boolean, what: string): void {
    if (!holds) {
      this.#malformed(what)
    }
  }

  #malformed(what: string): never {
    throw malformed(what, { at: this.#at, size: this.#bytes.length })
  }
}

/**
 * The grammar of JSON (RFC 8259) over bytes, strict: it takes what `JSON.parse` takes of their
 * text, and nothing else, except that bytes which are no UTF-8 are refused wherever they stand, as
 * are values beyond the limits. Each reading begins at a place, returns the place behind what it
 * read, or -1 and says in `trouble` why. It may look at bytes behind a record's end, but never
 * believes them.
 */

import { type Limits, limitsOf } from '../limits.ts'
import { TroubleAt, type TroubleCode } from '../trouble.ts'
import { utf8End } from './utf8.ts'

export const QUOTE = 0x22
export const COMMA = 0x2c
const COLON = 0x3a
export const BACKSLASH = 0x5c
export const OPEN_ARRAY = 0x5b
export const CLOSE_ARRAY = 0x5d
export const OPEN_OBJECT = 0x7b
export const CLOSE_OBJECT = 0x7d
const MINUS = 0x2d
const PLUS = 0x2b
const POINT = 0x2e
const ZERO = 0x30
const SPACE = 0x20
const WORD_BYTES = 4

/** Bytes that stand for themselves in a text. */
const PLAIN = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= SPACE && byte < 0x80 && byte !== QUOTE && byte !== BACKSLASH ? 1 : 0,
)
/** What may follow a backslash, but `u`. */
const ESCAPED = new Set([...'"\\/bfnrt'].map(sign => sign.charCodeAt(0)))
const LITERALS: ReadonlyMap<number, Uint8Array> = new Map(
  ['true', 'false', 'null'].map(word => [
    word.charCodeAt(0),
    Uint8Array.from(word, sign => sign.charCodeAt(0)),
  ]),
)
const NO_BYTES = new Uint8Array(0)

const isHex = (byte: number): boolean =>
  (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x46) || (byte >= 0x61 && byte <= 0x66)

/**
 * Behind all bytes from here on that stand for themselves: four by four, then one by one. Of four
 * bytes at once, the highest bit of each is set where it is below 0x20 or a quote (which an xor
 * with 2 brings there), where it is a backslash, or where it is above 0x7f. Borrows make errors
 * only above the lowest that is set.
 */
export function plainEnd(bytes: Uint8Array, view: DataView, start: number, end: number): number {
  const last = end - WORD_BYTES
  let at = start
  while (at <= last) {
    const four = view.getInt32(at, true)
    const odd =
      (((four ^ 0x02020202) - 0x21212121) | ((four ^ 0x5c5c5c5c) - 0x01010101) | four) & 0x80808080
    if (odd !== 0) return at + ((31 - Math.clz32(odd & -odd)) >> 3)
    at += WORD_BYTES
  }
  while (at < end && PLAIN[bytes[at] as number] === 1) at++
  return at
}

export class Lexer {
  readonly limits: Limits
  bytes: Uint8Array = NO_BYTES
  /** Whether a text read since this was last set to false held a backslash. */
  escaped = false
  trouble: TroubleAt | undefined
  /** Of the same bytes. */
  view: DataView = new DataView(NO_BYTES.buffer)

  constructor(limits: Limits = limitsOf()) {
    this.limits = limits
  }

  attach(bytes: Uint8Array): void {
    this.bytes = bytes
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  }

  fail(code: TroubleCode, reason: string, at: number): -1 {
    this.trouble = new TroubleAt(code, reason, at)
    return -1
  }

  malformed(what: string, at: number, end: number): -1 {
    return this.fail('malformed', at < end ? what : 'the record ends too early', Math.min(at, end))
  }

  space(start: number, end: number): number {
    const { bytes } = this
    let at = start
    while (at < end) {
      const byte = bytes[at] as number
      if (byte > SPACE || (byte !== SPACE && byte !== 0x0a && byte !== 0x0d && byte !== 0x09)) break
      at++
    }
    return at
  }

  /** `start` is behind the opening quote; the result is the place of the closing one. */
  text(start: number, end: number): number {
    const { bytes } = this
    let at = start
    for (;;) {
      at = plainEnd(this.bytes, this.view, at, end)
      const byte = at < end ? (bytes[at] as number) : -1
      if (byte === QUOTE) break
      at = byte > 0x7f ? this.#wide(at, end) : this.#escape(byte, at, end)
      if (at < 0) return -1
    }
    if (at - start <= this.limits.textBytesMax) return at
    const max = this.limits.textBytesMax
    return this.fail('text-too-long', `a text has more than ${max} bytes`, start - 1)
  }

  #wide(at: number, end: number): number {
    const next = utf8End(this.bytes, at, end)
    return next > 0 ? next : this.fail('not-utf8', 'a byte is no UTF-8 here', at)
  }

  #escape(byte: number, at: number, end: number): number {
    if (byte !== BACKSLASH) return this.malformed('a text holds a control character', at, end)
    this.escaped = true
    const sign = at + 1 < end ? (this.bytes[at + 1] as number) : -1
    if (ESCAPED.has(sign)) return at + 2
    if (sign !== 0x75) return this.malformed('no such escape', at + 1, end)
    for (let digit = at + 2; digit < at + 6; digit++) {
      if (digit >= end || !isHex(this.bytes[digit] as number)) {
        return this.malformed('\\u wants four hexadecimal digits', digit, end)
      }
    }
    return at + 6
  }

  number(start: number, end: number): number {
    const { bytes } = this
    let at = bytes[start] === MINUS ? start + 1 : start
    at = at < end && bytes[at] === ZERO ? at + 1 : this.#digits(at, end)
    if (at > 0 && at < end && bytes[at] === POINT) at = this.#digits(at + 1, end)
    if (at > 0 && at < end && ((bytes[at] as number) | SPACE) === 0x65) {
      const sign = at + 1 < end ? bytes[at + 1] : 0
      at = this.#digits(sign === PLUS || sign === MINUS ? at + 2 : at + 1, end)
    }
    if (at < 0 || at - start <= this.limits.numberBytesMax) return at
    const max = this.limits.numberBytesMax
    return this.fail('number-too-long', `a number has more than ${max} characters`, start)
  }

  /** One at least. */
  #digits(start: number, end: number): number {
    const { bytes } = this
    let at = start
    while (at < end && (bytes[at] as number) >= ZERO && (bytes[at] as number) <= 0x39) at++
    return at > start ? at : this.malformed('a digit is missing', at, end)
  }

  /** Any value, inside of `depth` others; `start` is at its first byte. */
  value(start: number, end: number, depth: number): number {
    const first = start < end ? (this.bytes[start] as number) : -1
    if (first === QUOTE) {
      const close = this.text(start + 1, end)
      return close < 0 ? -1 : close + 1
    }
    if (first === OPEN_OBJECT) return this.#object(start, end, depth + 1)
    if (first === OPEN_ARRAY) return this.#array(start, end, depth + 1)
    if (first === MINUS || (first >= ZERO && first <= 0x39)) return this.number(start, end)
    return this.#literal(first, start, end)
  }

  #literal(first: number, start: number, end: number): number {
    const word = LITERALS.get(first)
    if (word === undefined) return this.malformed('a value is missing', start, end)
    for (let i = 1; i < word.length; i++) {
      if (start + i >= end || this.bytes[start + i] !== word[i]) {
        return this.malformed('no such word', start + i, end)
      }
    }
    return start + word.length
  }

  /** Whether one more object or array may stand inside of the others. */
  mayNest(depth: number, at: number): boolean {
    if (depth <= this.limits.depthMax) return true
    const max = this.limits.depthMax
    this.fail('too-deep', `objects and arrays are more than ${max} deep`, at)
    return false
  }

  #object(start: number, end: number, depth: number): number {
    if (!this.mayNest(depth, start)) return -1
    let at = this.space(start + 1, end)
    if (at < end && this.bytes[at] === CLOSE_OBJECT) return at + 1
    for (;;) {
      at = this.key(at, end)
      if (at >= 0) at = this.colon(at + 1, end)
      if (at >= 0) at = this.value(at, end, depth)
      if (at >= 0) at = this.#next(at, end, CLOSE_OBJECT)
      if (at < 0 || this.bytes[at - 1] === CLOSE_OBJECT) return at
      at = this.space(at, end)
    }
  }

  #array(start: number, end: number, depth: number): number {
    if (!this.mayNest(depth, start)) return -1
    let at = this.space(start + 1, end)
    if (at < end && this.bytes[at] === CLOSE_ARRAY) return at + 1
    for (;;) {
      at = this.value(at, end, depth)
      if (at >= 0) at = this.#next(at, end, CLOSE_ARRAY)
      if (at < 0 || this.bytes[at - 1] === CLOSE_ARRAY) return at
      at = this.space(at, end)
    }
  }

  /** The place of the key's closing quote. */
  key(start: number, end: number): number {
    if (start < end && this.bytes[start] === QUOTE) return this.text(start + 1, end)
    return this.malformed('a key in quotes is missing', start, end)
  }

  /** From behind a key to the value. */
  colon(start: number, end: number): number {
    const at = this.space(start, end)
    if (at < end && this.bytes[at] === COLON) return this.space(at + 1, end)
    return this.malformed('a colon is missing', at, end)
  }

  /** Behind the comma or the closing bracket that follows a value. */
  #next(start: number, end: number, close: number): number {
    const at = this.space(start, end)
    const byte = at < end ? this.bytes[at] : -1
    if (byte === COMMA || byte === close) return at + 1
    return this.malformed('a comma or a closing bracket is missing', at, end)
  }

  /** Behind the comma or the brace that follows a member of an object. */
  next(start: number, end: number): number {
    return this.#next(start, end, CLOSE_OBJECT)
  }
}

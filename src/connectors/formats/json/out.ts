/**
 * Bytes of JSON in the making. Written to straight, one value after the other; what has been
 * written is given away by `take` and never touched again.
 */

import { DAY_MS } from '../../../base/calendar.ts'
import { base64Size, writeBase64 } from '../convert/base64.ts'
import { dateText } from '../convert/text.ts'

const QUOTE = 0x22
const SPACE = 0x20
const BACKSLASH = 0x5c
const ZERO = 0x30
const MINUS = 0x2d
const COLON = 0x3a
const FIRST_CAPACITY = 4096
/** Of a control character: \u001f. */
const ESCAPE_BYTES = 6
const BILLION = 1e9
const WHOLE_BYTES = 17
/** T19:40:23.500 and a quote on either side of date and clock, and a Z. */
const CLOCK_BYTES = 16
const HEX = Uint8Array.from('0123456789abcdef', sign => sign.charCodeAt(0))

/** Bytes that a text of JSON holds as they are. */
const PLAIN = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x20 && byte !== QUOTE && byte !== BACKSLASH ? 1 : 0,
)
/** What follows the backslash, where that is one letter. */
const SHORT_ESCAPES = new Map([
  [QUOTE, QUOTE],
  [BACKSLASH, BACKSLASH],
  [0x08, 0x62],
  [0x09, 0x74],
  [0x0a, 0x6e],
  [0x0c, 0x66],
  [0x0d, 0x72],
])
const utf8 = new TextEncoder()

const ascii = (text: string): Uint8Array => Uint8Array.from(text, sign => sign.charCodeAt(0))
const NULL = ascii('null')
const TRUE = ascii('true')
const FALSE = ascii('false')

export class JsonOut {
  #buffer = new Uint8Array(FIRST_CAPACITY)
  #size = 0
  /** The day whose date was written last: most moments of a batch share it. */
  #day = Number.NaN
  #date = NULL

  get size(): number {
    return this.#size
  }

  /** All that was written. */
  take(): Uint8Array {
    const taken = this.#buffer.subarray(0, this.#size)
    this.#buffer = new Uint8Array(Math.max(FIRST_CAPACITY, this.#size + (this.#size >> 3)))
    this.#size = 0
    return taken
  }

  byte(value: number): void {
    this.#room(1)
    this.#buffer[this.#size++] = value
  }

  /** As they are. */
  raw(bytes: Uint8Array): void {
    const { length } = bytes
    this.#room(length)
    const buffer = this.#buffer
    const at = this.#size
    for (let i = 0; i < length; i++) {
      buffer[at + i] = bytes[i] as number
    }
    this.#size = at + length
  }

  null(): void {
    this.raw(NULL)
  }

  boolean(value: boolean): void {
    this.raw(value ? TRUE : FALSE)
  }

  /** ASCII, as it is. */
  ascii(text: string): void {
    const { length } = text
    this.#room(length)
    const buffer = this.#buffer
    const at = this.#size
    for (let i = 0; i < length; i++) {
      buffer[at + i] = text.charCodeAt(i)
    }
    this.#size = at + length
  }

  /** A safe whole number. */
  whole(value: number): void {
    this.#room(WHOLE_BYTES)
    if (value < 0) this.#buffer[this.#size++] = MINUS
    this.#natural(Math.abs(value))
  }

  #natural(value: number): void {
    if (value < BILLION) {
      this.#digits(value, digitsOf(value))
      return
    }
    const high = Math.floor(value / BILLION)
    this.#natural(high)
    this.#digits(value - high * BILLION, 9)
  }

  /** Below 10^9; there is room. */
  #digits(value: number, count: number): void {
    const buffer = this.#buffer
    let rest = value | 0
    for (let at = this.#size + count - 1; at >= this.#size; at--) {
      const tenth = (rest / 10) | 0
      buffer[at] = ZERO + rest - 10 * tenth
      rest = tenth
    }
    this.#size += count
  }

  /** Null where JSON has no such number. */
  double(value: number): void {
    if (Number.isSafeInteger(value) && !Object.is(value, -0)) this.whole(value)
    else if (Number.isFinite(value)) this.ascii(Object.is(value, -0) ? '-0' : value.toString())
    else this.null()
  }

  text(text: string): void {
    const { length } = text
    this.#room(length + 2)
    const buffer = this.#buffer
    let at = this.#size
    buffer[at++] = QUOTE
    for (let i = 0; i < length; i++) {
      const code = text.charCodeAt(i)
      if (code > 0x7f || PLAIN[code] !== 1) {
        const bytes = utf8.encode(text)
        this.part(bytes, 0, bytes.length)
        return
      }
      buffer[at++] = code
    }
    buffer[at++] = QUOTE
    this.#size = at
  }

  /** A text out of UTF-8. */
  part(bytes: Uint8Array, start: number, end: number): void {
    this.#room(end - start + 2)
    this.#buffer[this.#size++] = QUOTE
    let at = start
    for (;;) {
      at = this.#plain(bytes, at, end)
      if (at === end) break
      this.#escape(bytes[at++] as number)
      this.#room(end - at + 1)
    }
    this.#buffer[this.#size++] = QUOTE
  }

  /** Copies up to the first byte that needs an escape; there is room. */
  #plain(bytes: Uint8Array, start: number, end: number): number {
    const buffer = this.#buffer
    let to = this.#size
    let at = start
    while (at < end && PLAIN[bytes[at] as number] === 1) {
      buffer[to++] = bytes[at++] as number
    }
    this.#size = to
    return at
  }

  #escape(byte: number): void {
    this.#room(ESCAPE_BYTES)
    const buffer = this.#buffer
    const short = SHORT_ESCAPES.get(byte)
    buffer[this.#size++] = BACKSLASH
    if (short !== undefined) {
      buffer[this.#size++] = short
      return
    }
    this.ascii('u00')
    buffer[this.#size++] = HEX[byte >> 4] as number
    buffer[this.#size++] = HEX[byte & 15] as number
  }

  /** A value that is JSON already; on one line, as its texts are. */
  json(bytes: Uint8Array, start: number, end: number): void {
    this.#room(end - start)
    const buffer = this.#buffer
    let to = this.#size
    for (let at = start; at < end; at++) {
      const byte = bytes[at] as number
      buffer[to++] = byte < SPACE ? SPACE : byte
    }
    this.#size = to
  }

  base64(bytes: Uint8Array): void {
    const size = base64Size(bytes)
    this.#room(size + 2)
    this.#buffer[this.#size] = QUOTE
    writeBase64(bytes, this.#buffer, this.#size + 1)
    this.#buffer[this.#size + size + 1] = QUOTE
    this.#size += size + 2
  }

  /** In ISO 8601. `zone`: a Z stands behind it. */
  moment(moment: number, zone: boolean): void {
    const day = Math.floor(moment / DAY_MS)
    if (day !== this.#day) {
      this.#date = ascii(dateText(day))
      this.#day = day
    }
    this.byte(QUOTE)
    this.raw(this.#date)
    this.#room(CLOCK_BYTES)
    this.#clock(moment - day * DAY_MS)
    if (zone) this.#buffer[this.#size++] = 0x5a
    this.#buffer[this.#size++] = QUOTE
  }

  #clock(ms: number): void {
    const seconds = (ms / 1000) | 0
    const minutes = (seconds / 60) | 0
    const hours = (minutes / 60) | 0
    this.#buffer[this.#size++] = 0x54
    this.#digits(hours, 2)
    this.#buffer[this.#size++] = COLON
    this.#digits(minutes - 60 * hours, 2)
    this.#buffer[this.#size++] = COLON
    this.#digits(seconds - 60 * minutes, 2)
    this.#buffer[this.#size++] = 0x2e
    this.#digits(ms - 1000 * seconds, 3)
  }

  #room(more: number): void {
    const wanted = this.#size + more
    if (wanted <= this.#buffer.length) return
    const grown = new Uint8Array(Math.max(wanted, 2 * this.#buffer.length))
    grown.set(this.#buffer.subarray(0, this.#size))
    this.#buffer = grown
  }
}

function digitsOf(value: number): number {
  let count = 1
  for (let limit = 10; value >= limit && count < 10; limit *= 10) count++
  return count
}

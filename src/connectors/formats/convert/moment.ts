/**
 * Dates and moments as ISO 8601 writes them, from bytes: `2026-11-21`, `2026-11-21T19:40:23.5Z`,
 * with a space or `t` for the T, seconds and fraction at will, `Z`, `+02`, `+0200` or `+02:00`, and
 * years beyond 9999 with a sign and six digits. Fractions below a millisecond are cut off. There is
 * no 24:00 and no leap second.
 */

import { DAY_MS, daysOf, isDayOf } from '../../../base/calendar.ts'

const PLUS = 0x2b
const MINUS = 0x2d
const POINT = 0x2e
const ZERO = 0x30
const COLON = 0x3a
const LONG_YEAR_DIGITS = 6
const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000

/** Reads on from where it stands; once something was not there it is `wrong`. */
class Marks {
  readonly #bytes: Uint8Array
  readonly #end: number
  #at: number
  wrong = false

  constructor(bytes: Uint8Array, start: number, end: number) {
    this.#bytes = bytes
    this.#at = start
    this.#end = end
  }

  get done(): boolean {
    return this.#at >= this.#end
  }

  /** -1 at the end. */
  peek(): number {
    return this.#at < this.#end ? (this.#bytes[this.#at] as number) : -1
  }

  skip(): void {
    this.#at++
  }

  maybe(mark: number): boolean {
    const there = this.peek() === mark
    if (there) this.#at++
    return there
  }

  must(mark: number): void {
    if (!this.maybe(mark)) this.wrong = true
  }

  isDigit(): boolean {
    const digit = this.peek() - ZERO
    return digit >= 0 && digit <= 9
  }

  /** Exactly so many. */
  digits(count: number): number {
    let value = 0
    for (let i = 0; i < count; i++) {
      if (!this.isDigit()) this.wrong = true
      value = value * 10 + this.peek() - ZERO
      this.#at++
    }
    return value
  }
}

function year(marks: Marks): number {
  if (marks.maybe(PLUS)) return marks.digits(LONG_YEAR_DIGITS)
  if (!marks.maybe(MINUS)) return marks.digits(4)
  const before = marks.digits(LONG_YEAR_DIGITS)
  if (before === 0) marks.wrong = true
  return -before
}

/** NaN where there is no such date. */
function date(marks: Marks): number {
  const ofYear = year(marks)
  marks.must(MINUS)
  const ofMonth = marks.digits(2)
  marks.must(MINUS)
  const day = marks.digits(2)
  return isDayOf(ofYear, ofMonth, day) ? daysOf(ofYear, ofMonth, day) : Number.NaN
}

function fractionMs(marks: Marks): number {
  if (!marks.isDigit()) marks.wrong = true
  let ms = 0
  for (let scale = 100; marks.isDigit(); scale = Math.floor(scale / 10)) {
    ms += scale * (marks.peek() - ZERO)
    marks.skip()
  }
  return ms
}

function clockMs(marks: Marks): number {
  const hours = marks.digits(2)
  marks.must(COLON)
  const minutes = marks.digits(2)
  const seconds = marks.maybe(COLON) ? marks.digits(2) : 0
  const ms = marks.maybe(POINT) ? fractionMs(marks) : 0
  if (hours > 23 || minutes > 59 || seconds > 59) marks.wrong = true
  return hours * HOUR_MS + minutes * MINUTE_MS + seconds * 1000 + ms
}

function offsetMs(marks: Marks): number {
  const sign = marks.peek()
  marks.skip()
  if (sign === 0x5a || sign === 0x7a) return 0
  if (sign !== PLUS && sign !== MINUS) marks.wrong = true
  const hours = marks.digits(2)
  const minutes = marks.maybe(COLON) || marks.isDigit() ? marks.digits(2) : 0
  if (hours > 23 || minutes > 59) marks.wrong = true
  return (sign === MINUS ? -1 : 1) * (hours * HOUR_MS + minutes * MINUTE_MS)
}

/** Days since 1970-01-01; NaN if this is no date. */
export function daysIn(bytes: Uint8Array, start: number, end: number): number {
  const marks = new Marks(bytes, start, end)
  const days = date(marks)
  return marks.wrong || !marks.done ? Number.NaN : days
}

/** Milliseconds since 1970, without an offset as if in UTC; NaN: neither date nor moment. */
export function momentIn(bytes: Uint8Array, start: number, end: number): number {
  const marks = new Marks(bytes, start, end)
  const day = date(marks) * DAY_MS
  if (marks.done) return marks.wrong ? Number.NaN : day
  const between = marks.peek()
  if (between !== 0x54 && between !== 0x74 && between !== 0x20) return Number.NaN
  marks.skip()
  const clock = clockMs(marks)
  const offset = marks.done ? 0 : offsetMs(marks)
  return marks.wrong || !marks.done ? Number.NaN : day + clock - offset
}

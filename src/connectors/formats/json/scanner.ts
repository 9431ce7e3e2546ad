/**
 * Reads records of one known shape, which is several times quicker than to find out what each is.
 * It accepts a record only if every byte is of the template or of a sound value in a slot that fits
 * its columns, and the last byte is the record's. Of all others it says nothing: it may have
 * written to their rows. Columns that the shape does not have are left as they are: null.
 */

import type { Limits } from '../limits.ts'
import type { JsonColumn } from './column.ts'
import { NumberColumn, PartColumn } from './column.ts'
import { type Lexer, plainEnd, QUOTE } from './lexer.ts'
import { Program } from './program.ts'
import { sharedPrefix, type Template, wordsOf } from './template.ts'

export type Verdict =
  /** All columns of the row that the record has are written. */
  | 'done'
  /** The record has another shape. */
  | 'other'
  /** The shape may be right, but a value is for the slow path: so no other template fits either. */
  | 'odd'

const SKIP = 0
const NUMBER = 1
const TEXT = 2
const ANY = 3

const SPACE = 0x20
const ZERO = 0x30
const ONE = 0x31
const MINUS = 0x2d
const NINE = 0x39
const POINT = 0x2e
const EXPONENT = 0x65
/** So many digits are exact in a double. */
const DIGITS_MAX = 15

/** Of numbers that are read here. None where so many could be too many. */
export function digitsMaxOf({ numberBytesMax }: Limits): number {
  return numberBytesMax > DIGITS_MAX + 2 ? DIGITS_MAX : 0
}

/** Four characters at once, each less the character 0; little endian. */
const ZEROS = 0x30303030

/** Each is 0 to 9: adding 0x76 to it does not reach its highest bit. */
function isFourDigits(four: number): boolean {
  return (((four + 0x76767676) | four) & 0x80808080) === 0
}

/** First two pairs, of which each byte holds one, then both. */
function fourDigits(four: number): number {
  const pairs = (four * 10 + (four >>> 8)) & 0x00ff00ff
  return (pairs & 0xff) * 100 + (pairs >>> 16)
}

/** Whether a number goes on with this byte. */
function isMore(byte: number): boolean {
  return (byte >= ZERO && byte <= NINE) || byte === POINT || (byte | 0x20) === EXPONENT
}

/** A number that was read up to its point. */
interface Started {
  readonly start: number
  readonly end: number
  readonly at: number
  /** Behind the sign. */
  readonly begin: number
  readonly sign: number
  readonly value: number
}

function kindOf(columns: readonly JsonColumn[]): number {
  const [column, ...more] = columns
  if (column === undefined) return SKIP
  if (more.length > 0) return ANY
  if (column instanceof NumberColumn) return NUMBER
  return column instanceof PartColumn && column.type.kind === 'text' ? TEXT : ANY
}

/** How far a record was read: up to the literal in front of this slot, which begins here. */
export interface Progress {
  slot: number
  at: number
}

function stopped(progress: Progress, slot: number, at: number): Verdict {
  progress.slot = slot
  progress.at = at
  return 'other'
}

/** What all scanners of a stream share. */
export interface Stream {
  readonly columns: readonly JsonColumn[]
  /** As long as a template has literals. */
  readonly marks: Int32Array
}

export class Scanner {
  /** The same shape for the kernel; missing: it has parts that only this knows. */
  readonly program: Program | undefined
  readonly #lexer: Lexer
  readonly #template: Template
  readonly #count: number
  readonly #kinds: Uint8Array
  readonly #depths: Uint16Array
  readonly #columns: readonly (readonly JsonColumn[])[]
  readonly #numbers: readonly NumberColumn[]
  readonly #texts: readonly PartColumn[]
  readonly #lengths: Int32Array
  /** Of each literal the place of its first word. */
  readonly #firsts: Int32Array
  readonly #words: Int32Array
  /** Where the literals of the last record began; shared by all scanners of a stream. */
  readonly #marks: Int32Array
  readonly #all: readonly JsonColumn[]
  readonly #textBytesMax: number
  readonly #digitsMax: number

  constructor(lexer: Lexer, template: Template, { columns: all, marks }: Stream) {
    const { slots, literals } = template
    const columnsOf = (places: readonly number[]) => places.map(place => all[place] as JsonColumn)
    this.#lexer = lexer
    this.#template = template
    this.#all = all
    this.#textBytesMax = lexer.limits.textBytesMax
    this.#digitsMax = digitsMaxOf(lexer.limits)
    this.#count = slots.length
    this.#columns = slots.map(({ columns }) => columnsOf(columns))
    this.#kinds = Uint8Array.from(this.#columns, kindOf)
    this.#depths = Uint16Array.from(slots, ({ depth }) => depth)
    this.#numbers = this.#columns.map(([column]) => column as NumberColumn)
    this.#texts = this.#columns.map(([column]) => column as PartColumn)
    const words = literals.map(wordsOf)
    this.#words = Int32Array.from(words.flatMap(some => [...some]))
    this.#lengths = Int32Array.from(literals, ({ length }) => length)
    let first = 0
    this.#firsts = Int32Array.from(words, ({ length }) => {
      first += length
      return first - length
    })
    this.#marks = marks
    if (template.wholes.length === 0) this.program = new Program(template, this.#columns)
  }

  /** Of slots and literals, from the first on, so many are the same. */
  sharedWith(other: Scanner): number {
    return sharedPrefix(this.#template, other.#template)
  }

  /** Begins at a slot: those in front of it were read by another, as this one would have. */
  scan(row: number, end: number, progress: Progress): Verdict {
    const count = this.#count
    const kinds = this.#kinds
    let at = progress.at
    for (let slot = progress.slot; slot < count; slot++) {
      const value = this.#literal(slot, at, end)
      if (value < 0) return stopped(progress, slot, at)
      const kind = kinds[slot]
      if (kind === SKIP) at = this.#skip(slot, value, end)
      else if (kind === NUMBER) at = this.#number(slot, row, value, end)
      else if (kind === TEXT) at = this.#text(slot, row, value, end)
      else at = this.#any(slot, row, value, end)
      if (at < 0) return this.#refused(progress, slot, value)
    }
    if (this.#literal(count, at, end) !== end) return stopped(progress, count, at)
    return this.#finish(row)
  }

  /** Space in front of a value is another shape: what a template has of it is in its literals. */
  #refused(progress: Progress, slot: number, value: number): Verdict {
    if ((this.#lexer.bytes[value] as number) > SPACE) return 'odd'
    return stopped(progress, slot, value - (this.#lengths[slot] as number))
  }

  /** Behind the literal, or -1. */
  #literal(place: number, start: number, end: number): number {
    const behind = start + (this.#lengths[place] as number)
    if (behind > end) return -1
    this.#marks[place] = start
    const last = behind - 4
    if (last < start) return this.#shortLiteral(place, start, behind)
    const { view } = this.#lexer
    const words = this.#words
    let word = this.#firsts[place] as number
    for (let at = start; at < last; at += 4) {
      if (view.getInt32(at, true) !== words[word++]) return -1
    }
    return view.getInt32(last, true) === words[word] ? behind : -1
  }

  #shortLiteral(place: number, start: number, behind: number): number {
    const literal = this.#template.literals[place] as Uint8Array
    const { bytes } = this.#lexer
    for (let at = start; at < behind; at++) {
      if (bytes[at] !== literal[at - start]) return -1
    }
    return behind
  }

  #skip(slot: number, start: number, end: number): number {
    const lexer = this.#lexer
    const { bytes } = lexer
    const first = bytes[start] as number
    if (first === QUOTE) {
      const close = this.#plainText(start + 1, end)
      return close < 0 ? -1 : close + 1
    }
    if (first < ONE || first > NINE) {
      return lexer.value(start, end, this.#depths[slot] as number)
    }
    const { view } = lexer
    const limit = Math.min(end, start + this.#digitsMax)
    let at = start + 1
    while (at + 4 <= limit && isFourDigits(view.getInt32(at, true) ^ ZEROS)) at += 4
    while (at < limit && ((bytes[at] as number) ^ ZERO) <= 9) at++
    return isMore(bytes[at] as number) ? lexer.number(start, end) : at
  }

  /** The closing quote, or -1. */
  #plainText(start: number, end: number): number {
    const lexer = this.#lexer
    const { bytes } = lexer
    const close = plainEnd(bytes, lexer.view, start, end)
    const isPlain = close < end && bytes[close] === QUOTE && close - start <= this.#textBytesMax
    return isPlain ? close : lexer.text(start, end)
  }

  #text(slot: number, row: number, at: number, end: number): number {
    const lexer = this.#lexer
    if (lexer.bytes[at] !== QUOTE) return this.#any(slot, row, at, end)
    lexer.escaped = false
    const close = this.#plainText(at + 1, end)
    if (close < 0) return -1
    if (lexer.escaped) return this.#any(slot, row, at, end)
    ;(this.#texts[slot] as PartColumn).builder.setPart(row, at + 1, close)
    return close + 1
  }

  #number(slot: number, row: number, start: number, end: number): number {
    const { bytes, view } = this.#lexer
    const sign = bytes[start] === MINUS ? -1 : 1
    const begin = sign < 0 ? start + 1 : start
    let value = (bytes[begin] as number) - ZERO
    if (value < 0 || value > 9) return this.#any(slot, row, start, end)
    let at = begin + 1
    if (value > 0) {
      const limit = Math.min(end, begin + this.#digitsMax + 1)
      for (; at + 4 <= limit; at += 4) {
        const four = view.getInt32(at, true) ^ ZEROS
        if (!isFourDigits(four)) break
        value = value * 10_000 + fourDigits(four)
      }
      for (; at < limit; at++) {
        const digit = (bytes[at] as number) - ZERO
        if (digit < 0 || digit > 9) break
        value = value * 10 + digit
      }
    }
    const next = bytes[at] as number
    if (next === POINT) return this.#fraction(slot, row, { start, end, at, begin, sign, value })
    const isOdd = at - begin > this.#digitsMax || isMore(next) || (sign < 0 && value === 0)
    const isPut = !isOdd && (this.#numbers[slot] as NumberColumn).putWhole(row, sign * value)
    return isPut ? at : this.#any(slot, row, start, end)
  }

  /** Goes on behind the point. */
  #fraction(slot: number, row: number, { start, end, at, begin, sign, value }: Started): number {
    const { bytes } = this.#lexer
    const limit = Math.min(end, begin + this.#digitsMax + 2)
    let digits = value
    let to = at + 1
    for (; to < limit; to++) {
      const digit = (bytes[to] as number) - ZERO
      if (digit < 0 || digit > 9) break
      digits = digits * 10 + digit
    }
    const places = to - at - 1
    const isOdd = places === 0 || digits === 0 || to - begin > this.#digitsMax + 1
    const column = this.#numbers[slot] as NumberColumn
    const isPut = !isOdd && !isMore(bytes[to] as number)
    if (isPut && column.putFraction(row, sign * digits, places)) return to
    return this.#any(slot, row, start, end)
  }

  #any(slot: number, row: number, at: number, end: number): number {
    const lexer = this.#lexer
    const behind = lexer.value(at, end, this.#depths[slot] as number)
    if (behind < 0) return -1
    for (const column of this.#columns[slot] as readonly JsonColumn[]) {
      if (column.put(row, at, behind) !== undefined) return -1
    }
    return behind
  }

  #finish(row: number): Verdict {
    for (const whole of this.#template.wholes) {
      const from = (this.#marks[whole.fromLiteral] as number) + whole.fromOffset
      const to = (this.#marks[whole.toLiteral] as number) + whole.toOffset
      if (this.#all[whole.column]?.put(row, from, to) !== undefined) return 'odd'
    }
    return 'done'
  }
}

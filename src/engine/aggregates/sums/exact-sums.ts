/**
 * Exact sums of doubles by cell, so that no order of adding and no merging changes a result: the
 * nearest double to the true sum. A sum is kept in three doubles, whose own true sum it is (what
 * one addition rounds off goes to the next); what they cannot hold, which takes numbers that lie
 * further than 2^100 apart, goes to a `Dyadic`. Infinities and NaN are only remembered.
 */

import type { ByteReader, ByteWriter } from '../../../base/bytes.ts'
import type { NumberVector } from '../../columns/vector.ts'
import type { Additions } from '../accumulators.ts'
import { roomInFlags, roomInFloats } from '../cells.ts'
import {
  type Dyadic,
  dyadicOf,
  minus,
  NOTHING,
  nearest,
  plus,
  readDyadic,
  times,
  writeDyadic,
} from './dyadic.ts'

const PLUS_INFINITY = 1
const MINUS_INFINITY = 2
const NOT_A_NUMBER = 4
const PARTS = 3
/** Behind three parts: the sum has the form of a `Dyadic`. */
const DYADIC = 4
const FORM_FACTOR = 8
/** Splits a double into two of 26 bits (Veltkamp). */
const SPLITTER = 2 ** 27 + 1
/** Squares of what lies between have no rounding error that is too small for a double. */
const SQUARE_MIN = 2 ** -480
const SQUARE_MAX = 2 ** 480

export class ExactSums {
  #high: Float64Array = new Float64Array(0)
  #middle: Float64Array = new Float64Array(0)
  #low: Float64Array = new Float64Array(0)
  #odd: Uint8Array = new Uint8Array(0)
  readonly #rest = new Map<number, Dyadic>()

  room(cells: number): void {
    this.#high = roomInFloats(this.#high, cells)
    this.#middle = roomInFloats(this.#middle, cells)
    this.#low = roomInFloats(this.#low, cells)
    this.#odd = roomInFlags(this.#odd, cells)
  }

  clear(cell: number): void {
    this.#high[cell] = 0
    this.#middle[cell] = 0
    this.#low[cell] = 0
    this.#odd[cell] = 0
    this.#rest.delete(cell)
  }

  /** What an addition rounds off is itself a double (Knuth); NaN where something was infinite. */
  add(cell: number, value: number): void {
    const high = this.#high[cell] as number
    const sum = high + value
    const grown = sum - high
    const error = high - (sum - grown) + (value - grown)
    if (error === 0) this.#high[cell] = sum
    else this.#addBelow(cell, value, sum, error)
  }

  /** The square of a value, as exactly. */
  addSquare(cell: number, value: number): void {
    const size = Math.abs(value)
    const isUsual = (size >= SQUARE_MIN && size <= SQUARE_MAX) || size === 0
    if (!isUsual) {
      this.#addOddSquare(cell, value)
      return
    }
    const square = value * value
    const split = SPLITTER * value
    const upper = split - (split - value)
    const lower = value - upper
    const error = upper * upper - square + 2 * upper * lower + lower * lower
    this.add(cell, square)
    if (error !== 0) this.add(cell, error)
  }

  addColumn({ numbers, nulls }: NumberVector, { rows, cells }: Additions): void {
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i] as number
      if (nulls !== undefined && nulls[row] === 1) continue
      this.add(cells[i] as number, numbers[row] as number)
    }
  }

  addDyadic(cell: number, value: Dyadic): void {
    this.#rest.set(cell, plus(this.#rest.get(cell) ?? NOTHING, value))
  }

  merge(into: number, from: number): void {
    this.add(into, this.#high[from] as number)
    this.add(into, this.#middle[from] as number)
    this.add(into, this.#low[from] as number)
    this.#odd[into] = (this.#odd[into] as number) | (this.#odd[from] as number)
    const rest = this.#rest.get(from)
    if (rest !== undefined) this.addDyadic(into, rest)
  }

  /** Infinite or NaN, because something was that was added; else undefined. */
  oddity(cell: number): number | undefined {
    const odd = this.#odd[cell] as number
    if (odd === 0) return undefined
    if (odd === PLUS_INFINITY) return Number.POSITIVE_INFINITY
    return odd === MINUS_INFINITY ? Number.NEGATIVE_INFINITY : Number.NaN
  }

  /** Of what was finite. */
  total(cell: number): Dyadic {
    const high = dyadicOf(this.#high[cell] as number)
    const middle = dyadicOf(this.#middle[cell] as number)
    const low = dyadicOf(this.#low[cell] as number)
    return plus(plus(plus(high, middle), low), this.#rest.get(cell) ?? NOTHING)
  }

  /** The sum, if it is one double and nothing else; of what was finite. */
  single(cell: number): number | undefined {
    const isSingle = this.#middle[cell] === 0 && this.#low[cell] === 0 && !this.#rest.has(cell)
    return isSingle ? this.#high[cell] : undefined
  }

  /** The nearest double, which may be infinite. */
  sum(cell: number): number {
    const odd = this.oddity(cell)
    if (odd !== undefined) return odd
    const middle = this.#middle[cell] as number
    const low = this.#low[cell] as number
    const below = middle + low
    const isPair = below - middle === low && below - low === middle && !this.#rest.has(cell)
    return isPair ? (this.#high[cell] as number) + below : nearest(this.total(cell))
  }

  write(out: ByteWriter, cell: number): void {
    const odd = this.#odd[cell] as number
    const parts = this.#parts(cell)
    if (parts === undefined) {
      out.uint8(DYADIC + FORM_FACTOR * odd)
      writeDyadic(out, this.total(cell))
      return
    }
    out.uint8(parts.length + FORM_FACTOR * odd)
    for (const part of parts) {
      out.float64(part)
    }
  }

  read(reader: ByteReader, cell: number): void {
    const head = reader.uint8()
    const form = head % FORM_FACTOR
    this.clear(cell)
    this.#odd[cell] = Math.floor(head / FORM_FACTOR)
    if (form === DYADIC) {
      this.#rest.set(cell, readDyadic(reader))
      return
    }
    if (form > 0) this.#high[cell] = reader.float64()
    if (form > 1) this.#middle[cell] = reader.float64()
    if (form > 2) this.#low[cell] = reader.float64()
  }

  #addBelow(cell: number, value: number, high: number, carried: number): void {
    const middle = this.#middle[cell] as number
    const sum = middle + carried
    const grown = sum - middle
    const error = middle - (sum - grown) + (carried - grown)
    if (error !== 0 && !this.#addLowest(cell, error)) {
      this.#addRest(cell, value)
      return
    }
    this.#high[cell] = high
    this.#middle[cell] = sum
  }

  /** False, and nothing was done: it does not fit. */
  #addLowest(cell: number, carried: number): boolean {
    const low = this.#low[cell] as number
    const sum = low + carried
    const grown = sum - low
    if (low - (sum - grown) + (carried - grown) !== 0) return false
    this.#low[cell] = sum
    return true
  }

  #addRest(cell: number, value: number): void {
    if (Number.isFinite(value)) this.addDyadic(cell, dyadicOf(value))
    else this.#odd[cell] = (this.#odd[cell] as number) | oddityOf(value)
  }

  #addOddSquare(cell: number, value: number): void {
    if (!Number.isFinite(value)) {
      this.#addRest(cell, value * value)
      return
    }
    const exact = dyadicOf(value)
    this.addDyadic(cell, times(exact, exact))
  }

  /**
   * The sum as doubles, each the nearest to what those before leave over, up to the last that is
   * not zero: of equal sums the same. Undefined: three are too few.
   */
  #parts(cell: number): readonly number[] | undefined {
    if (this.#low[cell] === 0 && !this.#rest.has(cell)) return this.#pair(cell)
    return partsOf(this.total(cell))
  }

  #pair(cell: number): readonly number[] | undefined {
    const high = this.#high[cell] as number
    const middle = this.#middle[cell] as number
    const sum = high + middle
    if (sum === 0) return []
    const grown = sum - high
    const error = high - (sum - grown) + (middle - grown)
    if (Number.isNaN(error)) return partsOf(this.total(cell))
    return error === 0 ? [sum] : [sum, error]
  }
}

function oddityOf(value: number): number {
  if (Number.isNaN(value)) return NOT_A_NUMBER
  return value > 0 ? PLUS_INFINITY : MINUS_INFINITY
}

function partsOf(total: Dyadic): readonly number[] | undefined {
  const parts: number[] = []
  let rest = total
  while (rest.digits !== 0n) {
    const part = nearest(rest)
    if (!Number.isFinite(part) || part === 0 || parts.length === PARTS) return undefined
    parts.push(part)
    rest = minus(rest, dyadicOf(part))
  }
  return parts
}

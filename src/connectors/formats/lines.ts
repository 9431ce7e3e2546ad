/**
 * Cuts a file into records that end with a newline. A byte order mark in front of the file and
 * a carriage return in front of a newline belong to no record. Of a record that is too large, one
 * byte more than may be is given out: whoever decodes it under the same limits says so.
 */

import type { Split, Splitter } from './format.ts'
import { type Limits, limitsOf } from './limits.ts'

/** Finds the newline that ends a record; it remembers what it saw of one that is not whole. */
export interface Cutter {
  /** The place of the newline, or -1. Bytes before `at` were seen already. */
  next(bytes: Uint8Array, at: number): number
}

type Skips = 'none' | 'empty' | 'blank'

export interface LinesOptions {
  readonly limits?: Partial<Limits> | undefined
  /** Where in the file the first byte that is pushed stands; a record must begin there. */
  readonly position?: number | undefined
  /** Lines that are no records: with nothing in them, or nothing but space; by default none. */
  readonly skips?: Skips | undefined
}

const NEWLINE = 0x0a
const RETURN = 0x0d
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf]
/** Bytes that may stand around a record and belong to none. */
const AROUND = BYTE_ORDER_MARK.length + 1
const NO_BYTES = new Uint8Array(0)

const isMarked = (bytes: Uint8Array): boolean =>
  BYTE_ORDER_MARK.every((one, at) => bytes[at] === one)

/** So few bytes that more may make a mark of them. */
const mayBeMarked = (bytes: Uint8Array): boolean =>
  bytes.length < BYTE_ORDER_MARK.length && bytes.every((one, at) => one === BYTE_ORDER_MARK[at])

const anyNewline: Cutter = { next: (bytes, at) => bytes.indexOf(NEWLINE, at) }

function isBlank(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    const byte = bytes[at] as number
    if (byte !== 0x20 && byte !== 0x09 && byte !== RETURN) return false
  }
  return true
}

export class LineSplitter implements Splitter {
  readonly #sizeMax: number
  readonly #skips: Skips
  readonly #cutter: Cutter
  /** A record whose end has not come: what it may be, what may stand around it, and one more. */
  #held = NO_BYTES
  /** And how many bytes it really has so far. */
  #heldSize = 0
  #position: number

  constructor(options: LinesOptions = {}, cutter: Cutter = anyNewline) {
    const { limits, position = 0, skips = 'none' } = options
    this.#sizeMax = limitsOf(limits).recordBytesMax
    this.#position = position
    this.#skips = skips
    this.#cutter = cutter
  }

  get position(): number {
    return this.#position
  }

  push(chunk: Uint8Array): Split {
    return this.#split(chunk, false)
  }

  end(): Split {
    return this.#split(NO_BYTES, true)
  }

  #split(chunk: Uint8Array, isLast: boolean): Split {
    const held = this.#held
    const bytes = joined(held, chunk)
    /** From a place in `bytes`, behind what was held, to one in the file. */
    const shift = this.#position + this.#heldSize - held.length
    const found = new Found()
    let start = 0
    let begin = this.#position === 0 && isMarked(bytes) ? BYTE_ORDER_MARK.length : 0
    let at = this.#seen(held, bytes)
    for (;;) {
      const newline = this.#cutter.next(bytes, at)
      if (newline < 0) break
      this.#add(found, bytes, begin, newline)
      start = newline + 1
      begin = start
      at = start
      this.#position = shift + start
    }
    if (isLast && start < bytes.length) {
      if (begin < bytes.length) this.#add(found, bytes, begin, bytes.length)
      this.#position = shift + bytes.length
      start = bytes.length
    }
    this.#held = bytes.slice(start, start + this.#sizeMax + AROUND + 1)
    this.#heldSize = shift + bytes.length - this.#position
    return found.of(bytes)
  }

  /** How many bytes the cutter knows, or never sees: those that are, or may be, a mark. */
  #seen(held: Uint8Array, bytes: Uint8Array): number {
    if (this.#position > 0 || !mayBeMarked(held)) return held.length
    if (mayBeMarked(bytes)) return bytes.length
    return isMarked(bytes) ? BYTE_ORDER_MARK.length : 0
  }

  #add(found: Found, bytes: Uint8Array, begin: number, end: number): void {
    const stop = end > begin && bytes[end - 1] === RETURN ? end - 1 : end
    if (this.#skips !== 'none' && begin === stop) return
    if (this.#skips === 'blank' && isBlank(bytes, begin, stop)) return
    found.add(begin, Math.min(stop, begin + this.#sizeMax + 1), this.#position)
  }
}

class Found {
  readonly #starts: number[] = []
  readonly #ends: number[] = []
  readonly #positions: number[] = []

  add(start: number, end: number, position: number): void {
    this.#starts.push(start)
    this.#ends.push(end)
    this.#positions.push(position)
  }

  of(bytes: Uint8Array): Split {
    return {
      bytes,
      size: this.#starts.length,
      starts: Int32Array.from(this.#starts),
      ends: Int32Array.from(this.#ends),
      positions: Float64Array.from(this.#positions),
    }
  }
}

function joined(held: Uint8Array, chunk: Uint8Array): Uint8Array {
  if (held.length === 0) return chunk
  const bytes = new Uint8Array(held.length + chunk.length)
  bytes.set(held)
  bytes.set(chunk, held.length)
  return bytes
}

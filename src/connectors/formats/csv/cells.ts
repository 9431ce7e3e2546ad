/** The cells of one record of CSV. */

import { TroubleAt } from '../trouble.ts'
import { type CsvDialect, delimiterOf, NEWLINE, QUOTE, RETURN } from './dialect.ts'

export class Cells {
  readonly #delimiter: number
  /** Of each cell, without its quotes. */
  readonly starts: number[] = []
  readonly ends: number[] = []
  /** 1: it stood in quotes. */
  readonly quoted: number[] = []
  /** 1: quotes in it are doubled. */
  readonly doubled: number[] = []

  constructor(dialect: CsvDialect = {}) {
    this.#delimiter = delimiterOf(dialect)
  }

  get size(): number {
    return this.starts.length
  }

  read(bytes: Uint8Array, start: number, end: number): TroubleAt | undefined {
    this.starts.length = 0
    this.ends.length = 0
    this.quoted.length = 0
    this.doubled.length = 0
    const stop = withoutNewline(bytes, start, end)
    let at = start
    for (;;) {
      const behind = bytes[at] === QUOTE && at < stop ? this.#quoted(bytes, at, stop) : -1
      at = behind < 0 ? this.#plain(bytes, at, stop) : behind
      const trouble = this.#trouble(bytes, at, stop)
      if (trouble !== undefined) return trouble
      if (at === stop) return undefined
      at++
    }
  }

  /** Between two cells stands a delimiter. */
  #trouble(bytes: Uint8Array, at: number, stop: number): TroubleAt | undefined {
    if (at > stop) return new TroubleAt('malformed', 'a quote is never closed', stop)
    if (at === stop || bytes[at] === this.#delimiter) return undefined
    const what = bytes[at] === QUOTE ? 'a quote stands in a cell without quotes' : 'a cell goes on'
    return new TroubleAt('malformed', what, at)
  }

  #add(start: number, end: number, quoted: number, doubled: number): void {
    this.starts.push(start)
    this.ends.push(end)
    this.quoted.push(quoted)
    this.doubled.push(doubled)
  }

  #plain(bytes: Uint8Array, start: number, stop: number): number {
    let at = start
    while (at < stop && bytes[at] !== this.#delimiter && bytes[at] !== QUOTE) at++
    this.#add(start, at, 0, 0)
    return at
  }

  /** Behind the closing quote; behind `stop` if there is none. */
  #quoted(bytes: Uint8Array, start: number, stop: number): number {
    let doubled = 0
    for (let at = start + 1; at < stop; at++) {
      if (bytes[at] !== QUOTE) continue
      if (at + 1 < stop && bytes[at + 1] === QUOTE) {
        doubled = 1
        at++
        continue
      }
      this.#add(start + 1, at, 1, doubled)
      return at + 1
    }
    return stop + 1
  }
}

function withoutNewline(bytes: Uint8Array, start: number, end: number): number {
  const stop = end > start && bytes[end - 1] === NEWLINE ? end - 1 : end
  return stop > start && bytes[stop - 1] === RETURN ? stop - 1 : stop
}

/** The cell as it is meant: a view where nothing is doubled. */
export function cellBytes(bytes: Uint8Array, cells: Cells, cell: number): Uint8Array {
  const plain = bytes.subarray(cells.starts[cell], cells.ends[cell])
  if (cells.doubled[cell] !== 1) return plain
  const out: number[] = []
  for (let at = 0; at < plain.length; at++) {
    const byte = plain[at] as number
    out.push(byte)
    if (byte === QUOTE) at++
  }
  return Uint8Array.from(out)
}

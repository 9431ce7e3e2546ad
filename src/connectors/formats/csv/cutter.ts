/** Finds where records of CSV end: at a newline that does not stand in quotes. */

import type { Cutter } from '../lines.ts'
import { type CsvDialect, delimiterOf, NEWLINE, QUOTE } from './dialect.ts'

/** At the beginning of a cell, inside of a plain one, in quotes, behind a quote in quotes. */
type Place = 'begin' | 'plain' | 'quoted' | 'quote'

export class CsvCutter implements Cutter {
  readonly #delimiter: number
  #place: Place = 'begin'

  constructor(dialect: CsvDialect = {}) {
    this.#delimiter = delimiterOf(dialect)
  }

  next(bytes: Uint8Array, start: number): number {
    for (let at = start; at < bytes.length; at++) {
      const byte = bytes[at] as number
      if (byte === NEWLINE && this.#place !== 'quoted') {
        this.#place = 'begin'
        return at
      }
      this.#place = this.#after(byte)
    }
    return -1
  }

  #after(byte: number): Place {
    const place = this.#place
    if (place === 'quoted') return byte === QUOTE ? 'quote' : 'quoted'
    if (byte === this.#delimiter) return 'begin'
    if (byte === QUOTE && place !== 'plain') return 'quoted'
    return 'plain'
  }
}

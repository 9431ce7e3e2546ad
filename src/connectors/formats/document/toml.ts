/**
 * One document of TOML a record, said in JSON: dates and times as texts of ISO 8601. The library
 * takes 30 February for 2 March; where it may have done so, the record fails.
 */

import { parse, TomlDate, TomlError } from 'smol-toml'
import { daysOf, isDayOf } from '../../../base/calendar.ts'
import { dateText } from '../convert/text.ts'
import type { Limits } from '../limits.ts'
import { TroubleAt } from '../trouble.ts'
import { listText, numberText, objectText } from './json-text.ts'

const DATE = /\b(\d{4})-(\d\d)-(\d\d)/g
const DATE_SIZE = '2026-11-21'.length

/** What the library would make of the dates in the text that are none. */
function rolledDates(text: string): ReadonlySet<string> {
  const rolled = new Set<string>()
  for (const date of text.matchAll(DATE)) {
    const [year = 0, month = 0, day = 0] = date.slice(1).map(Number)
    if (isDayOf(year, month, day) || !isDayOf(year, month, 1)) continue
    rolled.add(dateText(daysOf(year, month, 1) + day - 1))
  }
  return rolled
}

class Writer {
  readonly #depthMax: number
  readonly #rolled: ReadonlySet<string>

  constructor(text: string, { depthMax }: Limits) {
    this.#depthMax = depthMax
    this.#rolled = rolledDates(text)
  }

  /** Throws a TroubleAt. */
  text(value: unknown, depth: number): string {
    if (typeof value === 'number' || typeof value === 'bigint') return numberText(value)
    if (value instanceof TomlDate) return this.#date(value)
    if (typeof value !== 'object' || value === null) return JSON.stringify(value)
    if (depth >= this.#depthMax) {
      throw new TroubleAt('too-deep', `tables and arrays are more than ${this.#depthMax} deep`, 0)
    }
    if (Array.isArray(value)) return listText(value.map(one => this.text(one, depth + 1)))
    return objectText(
      Object.entries(value).map(([key, one]) => [key, this.text(one, depth + 1)] as const),
    )
  }

  #date(value: TomlDate): string {
    const text = value.toISOString()
    if (this.#rolled.has(text.slice(0, DATE_SIZE))) {
      throw new TroubleAt('no-such-value', 'there is a date that no calendar has', 0)
    }
    return JSON.stringify(text)
  }
}

/** The place of a line and a column, both counted from one. */
function placeOf(text: string, line: number, column: number): number {
  let start = 0
  for (let before = 1; before < line; before++) {
    start = text.indexOf('\n', start) + 1
  }
  return Math.min(text.length, start + column - 1)
}

/** The library's words end where it begins to quote the document. */
function malformed(text: string, { message, line, column }: TomlError): TroubleAt {
  const sentence = (message.split('\n')[0] ?? '').replace('Invalid TOML document: ', '')
  const code = /excessively nested/.test(sentence) ? 'too-deep' : 'malformed'
  return new TroubleAt(code, sentence, placeOf(text, line, column))
}

export function tomlToJson(text: string, limits: Limits): string | TroubleAt {
  try {
    const table = parse(text, { integersAsBigInt: true, maxDepth: limits.depthMax })
    return new Writer(text, limits).text(table, 0)
  } catch (error) {
    if (error instanceof TroubleAt) return error
    if (error instanceof TomlError) return malformed(text, error)
    throw error
  }
}

/**
 * Columns into records of CSV, each with its newline. Null is a cell with nothing in it, an empty
 * text stands in quotes, as does what would be a byte order mark in front of a file. JSON and ARRAY
 * are JSON inside of the cell.
 */

import { invariant, unreachable } from '../../../base/errors.ts'
import { decimalText } from '../../../engine/columns/decimal.ts'
import type { Records } from '../../../engine/columns/records.ts'
import { isNull, type Scalar, scalarAt, type Vector } from '../../../engine/columns/vector.ts'
import type { Schema } from '../../../engine/schema/schema.ts'
import type { Type } from '../../../engine/schema/type.ts'
import { monthsText, spanText } from '../convert/duration.ts'
import { dateText, momentText } from '../convert/text.ts'
import type { Encoder, RawRecords } from '../format.ts'
import { JsonOut } from '../json/out.ts'
import { type MomentForm, type Writing, writingOf } from '../json/writing.ts'
import { type CsvDialect, delimiterOf } from './dialect.ts'

export interface CsvEncoderOptions extends CsvDialect {
  /** How moments are written; `iso` by default. */
  readonly moments?: MomentForm | undefined
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
const encoder = new TextEncoder()

type CellText = (value: Exclude<Scalar, null>) => string

function inJson(writing: Writing): CellText {
  return value => {
    const out = new JsonOut()
    writing.scalar(out, value)
    return decoder.decode(out.take())
  }
}

function cellText(type: Type, moments: MomentForm): CellText {
  switch (type.kind) {
    case 'boolean':
    case 'integer':
    case 'bigint':
    case 'text':
    case 'json':
      return String
    case 'double':
      return value => (Object.is(value, -0) ? '-0' : String(value))
    case 'decimal':
      return value => decimalText(value as number | bigint, type.scale)
    case 'bytes':
      return value => inJson(writingOf(type, moments))(value).slice(1, -1)
    case 'date':
      return value => dateText(value as number)
    case 'timestamp':
      return value => (moments === 'ms' ? String(value) : momentText(value as number))
    case 'timestamptz':
      return value => (moments === 'ms' ? String(value) : `${momentText(value as number)}Z`)
    case 'interval':
      return value => spanText(value as number)
    case 'months':
      return value => monthsText(value as number)
    case 'array':
      return inJson(writingOf(type, moments))
    default:
      return unreachable(type)
  }
}

export class CsvEncoder implements Encoder {
  readonly #schema: Schema
  readonly #delimiter: string
  readonly #texts: readonly CellText[]
  readonly #needsQuotes: RegExp

  constructor(schema: Schema, options: CsvEncoderOptions = {}) {
    const delimiter = String.fromCharCode(delimiterOf(options))
    this.#schema = schema
    this.#delimiter = delimiter
    this.#texts = schema.columns.map(({ type }) => cellText(type, options.moments ?? 'iso'))
    const code = delimiter.charCodeAt(0).toString(16)
    this.#needsQuotes = new RegExp(`^$|^\\ufeff|["\\r\\n\\u{${code}}]`, 'u')
  }

  /** The record that names the columns, for the beginning of a file. */
  header(): Uint8Array {
    return encoder.encode(this.#line(this.#schema.names.map(name => this.#quoted(name))))
  }

  encode(records: Records): RawRecords {
    invariant(records.schema.equals(this.#schema), 'records-have-the-encoders-schema')
    const { size, vectors } = records
    const lines = Array.from({ length: size }, (_, row) => encoder.encode(this.#row(vectors, row)))
    const starts = new Int32Array(size)
    const ends = new Int32Array(size)
    const bytes = new Uint8Array(lines.reduce((sum, { length }) => sum + length, 0))
    let at = 0
    lines.forEach((line, row) => {
      bytes.set(line, at)
      starts[row] = at
      at += line.length
      ends[row] = at
    })
    return { bytes, size, starts, ends }
  }

  #row(vectors: readonly Vector[], row: number): string {
    return this.#line(
      vectors.map((vector, place) => {
        if (isNull(vector, row)) return ''
        const text = this.#texts[place] as CellText
        return this.#quoted(text(scalarAt(vector, row) as Exclude<Scalar, null>))
      }),
    )
  }

  #line(cells: readonly string[]): string {
    return `${cells.join(this.#delimiter)}\r\n`
  }

  #quoted(text: string): string {
    return this.#needsQuotes.test(text) ? `"${text.replaceAll('"', '""')}"` : text
  }
}

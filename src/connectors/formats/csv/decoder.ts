/** Records of CSV into columns. A cell with nothing in it is null, unless it stands in quotes. */

import { invariant, WeirError } from '../../../base/errors.ts'
import { type Builder, builderOf } from '../../../engine/columns/builder.ts'
import type { Decoded, Decoder, Failure, Field, RawRecords } from '../format.ts'
import { notUtf8At } from '../json/utf8.ts'
import { type Limits, limitsOf } from '../limits.ts'
import { Trouble, TroubleAt } from '../trouble.ts'
import { cellOf, type ReadCell } from './cell.ts'
import { Cells, cellBytes } from './cells.ts'
import type { CsvDialect } from './dialect.ts'

export interface CsvOptions extends CsvDialect {
  /** Of all cells of a record, in order. */
  readonly names: readonly string[]
  readonly limits?: Partial<Limits> | undefined
}

interface Wanted {
  readonly field: Field
  readonly cell: number
  readonly read: ReadCell
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/** The names of the cells, out of the first record of a file. */
export function namesOf(header: Uint8Array, dialect: CsvDialect = {}): readonly string[] {
  const cells = new Cells(dialect)
  const wrong = notUtf8At(header, 0, header.length)
  const trouble =
    wrong < 0
      ? cells.read(header, 0, header.length)
      : new TroubleAt('not-utf8', 'a byte is no UTF-8 here', wrong)
  if (trouble !== undefined) {
    const { code, reason, at } = trouble
    throw new WeirError('bad-header', `the first record names no cells: ${reason}`, { code, at })
  }
  return cells.starts.map((_, cell) => decoder.decode(cellBytes(header, cells, cell)))
}

function cellIn(names: readonly string[], { name, path }: Field): number {
  const cell = path.length === 1 ? names.indexOf(path[0] ?? '') : -1
  if (cell >= 0) return cell
  const known = names.map(one => `'${one}'`).join(', ')
  const what = `column '${name}' has no cell: there is none called '${path.join('.')}'`
  throw new WeirError('no-such-cell', `${what}; there are ${known}`, { column: name })
}

export class CsvDecoder implements Decoder {
  readonly #limits: Limits
  readonly #count: number
  readonly #cells: Cells
  readonly #wanted: readonly Wanted[]

  constructor(fields: readonly Field[], { names, limits, delimiter }: CsvOptions) {
    this.#limits = limitsOf(limits)
    this.#count = names.length
    this.#cells = new Cells({ delimiter })
    this.#wanted = fields.map(field => ({
      field,
      cell: cellIn(names, field),
      read: cellOf(field, this.#limits),
    }))
  }

  decode(raw: RawRecords): Decoded {
    const { size, starts, ends } = raw
    const builders = this.#wanted.map(({ field }) => builderOf(field.type, size))
    const failures: Failure[] = []
    for (let row = 0; row < size; row++) {
      const start = starts[row] as number
      const span = { row, start, end: ends[row] as number }
      const trouble = this.#record(raw.bytes, span, builders)
      if (trouble === undefined) continue
      const { code, reason, at } = trouble
      failures.push({ row, code, reason, at: Math.max(0, at - start) })
      for (const builder of builders) {
        builder.setNull(row)
      }
    }
    return { vectors: builders.map(builder => builder.finish(size)), failures }
  }

  #record(
    bytes: Uint8Array,
    { row, start, end }: { row: number; start: number; end: number },
    builders: readonly Builder[],
  ): TroubleAt | undefined {
    if (start < 0) return new TroubleAt('no-value', 'the record has no value', start)
    invariant(start <= end && end <= bytes.length, 'a-record-lies-in-its-bytes', end)
    const trouble = this.#shape(bytes, start, end)
    if (trouble !== undefined) return trouble
    for (let column = 0; column < builders.length; column++) {
      const { field, cell, read } = this.#wanted[column] as Wanted
      const value = this.#value(bytes, cell, read)
      if (value instanceof Trouble) {
        const at = this.#cells.starts[cell] as number
        return new TroubleAt(value.code, `${field.name}: ${value.reason}`, at)
      }
      builders[column]?.set(row, value)
    }
    return undefined
  }

  #shape(bytes: Uint8Array, start: number, end: number): TroubleAt | undefined {
    const { recordBytesMax, textBytesMax } = this.#limits
    if (end - start > recordBytesMax) {
      const what = `the record has more than ${recordBytesMax} bytes`
      return new TroubleAt('too-large', what, start + recordBytesMax)
    }
    const wrong = notUtf8At(bytes, start, end)
    if (wrong >= 0) return new TroubleAt('not-utf8', 'a byte is no UTF-8 here', wrong)
    const cells = this.#cells
    const trouble = cells.read(bytes, start, end)
    if (trouble !== undefined) return trouble
    if (cells.size !== this.#count) {
      const what = `the record has ${cells.size} cells, and ${this.#count} have names`
      return new TroubleAt('malformed', what, start)
    }
    const long = cells.starts.findIndex((at, i) => (cells.ends[i] as number) - at > textBytesMax)
    if (long < 0) return undefined
    const at = cells.starts[long] as number
    return new TroubleAt('text-too-long', `a cell has more than ${textBytesMax} bytes`, at)
  }

  #value(bytes: Uint8Array, cell: number, read: ReadCell) {
    const cells = this.#cells
    const start = cells.starts[cell] as number
    const end = cells.ends[cell] as number
    if (start === end && cells.quoted[cell] === 0) return null
    if (cells.doubled[cell] === 0) return read(bytes, start, end)
    const plain = cellBytes(bytes, cells, cell)
    return read(plain, 0, plain.length)
  }
}

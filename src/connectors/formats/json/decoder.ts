/** Records of JSON into columns. */

import { invariant } from '../../../base/errors.ts'
import type { Decoded, Decoder, Failure, Field, RawRecords } from '../format.ts'
import { type Limits, limitsOf } from '../limits.ts'
import { Trouble, TroubleAt } from '../trouble.ts'
import { type JsonColumn, jsonColumnOf } from './column.ts'
import { Lexer } from './lexer.ts'
import { ShapeMemory } from './memory.ts'
import { treeOf } from './tree.ts'
import { Walker } from './walker.ts'

export interface JsonOptions {
  readonly limits?: Partial<Limits> | undefined
  /** Texts and numbers stand for each other where that has a sense. */
  readonly lenient?: boolean | undefined
  /** A DOUBLE is also made of the texts `NaN`, `Infinity` and `-Infinity`. */
  readonly notFinite?: boolean | undefined
  /** False: every record takes the slow path. To compare with. */
  readonly learns?: boolean | undefined
  /** False: what was learned is read by TypeScript alone. To compare with. */
  readonly usesKernel?: boolean | undefined
}

export class JsonDecoder implements Decoder {
  readonly #fields: readonly Field[]
  readonly #lexer: Lexer
  readonly #columns: readonly JsonColumn[]
  readonly #walker: Walker
  readonly #memory: ShapeMemory | undefined

  constructor(fields: readonly Field[], options: JsonOptions = {}) {
    const { limits, lenient, notFinite, learns = true, usesKernel } = options
    this.#fields = fields
    this.#lexer = new Lexer(limitsOf(limits))
    this.#columns = fields.map(field => jsonColumnOf(field, this.#lexer, { lenient, notFinite }))
    const root = treeOf(fields)
    this.#walker = new Walker(this.#lexer, root, fields.length)
    if (learns) this.#memory = new ShapeMemory(this.#lexer, root, this.#columns, usesKernel)
  }

  decode(raw: RawRecords): Decoded {
    const { bytes, size, starts, ends } = raw
    this.#lexer.attach(bytes)
    for (const column of this.#columns) {
      column.begin(raw)
    }
    this.#memory?.begin(raw)
    const failures: Failure[] = []
    for (let row = 0; row < size; row++) {
      const start = starts[row] as number
      const trouble = this.#record(row, start, ends[row] as number)
      if (trouble === undefined) continue
      const { code, reason, at } = trouble
      failures.push({ row, code, reason, at: at - start })
      for (const column of this.#columns) {
        column.setNull(row)
      }
    }
    return { vectors: this.#columns.map(column => column.finish(size)), failures }
  }

  #record(row: number, start: number, end: number): TroubleAt | undefined {
    if (start < 0) return new TroubleAt('no-value', 'the record has no value', start)
    const { limits, bytes } = this.#lexer
    invariant(start <= end && end <= bytes.length, 'a-record-lies-in-its-bytes', end)
    const max = limits.recordBytesMax
    if (end - start > max) {
      return new TroubleAt('too-large', `the record has more than ${max} bytes`, start + max)
    }
    if (this.#memory?.scan(row, start, end)) return undefined
    const trouble = this.#walk(row, start, end)
    if (trouble === undefined) this.#memory?.maybeLearn(start, end)
    return trouble
  }

  #walk(row: number, start: number, end: number): TroubleAt | undefined {
    if (!this.#walker.walk(start, end)) return this.#lexer.trouble
    for (let column = 0; column < this.#columns.length; column++) {
      const trouble = this.#put(column, row)
      if (trouble !== undefined) return this.#named(column, trouble)
    }
    return undefined
  }

  #put(column: number, row: number): Trouble | undefined {
    const start = this.#walker.start(column)
    if (start < 0) (this.#columns[column] as JsonColumn).setNull(row)
    else if (!this.#walker.isBlocked(column)) {
      return (this.#columns[column] as JsonColumn).put(row, start, this.#walker.end(column))
    } else return new Trouble('not-an-object', 'the path leads into a value without fields')
    return undefined
  }

  #named(column: number, { code, reason }: Trouble): TroubleAt {
    const name = (this.#fields[column] as Field).name
    return new TroubleAt(code, `${name}: ${reason}`, this.#walker.start(column))
  }
}

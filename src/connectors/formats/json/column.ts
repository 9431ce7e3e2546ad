/** One column in the making, out of values of JSON that the lexer has taken already. */

import { type Builder, builderOf, TextBuilder } from '../../../engine/columns/builder.ts'
import type { Vector } from '../../../engine/columns/vector.ts'
import type { Type } from '../../../engine/schema/type.ts'
import type { Field, RawRecords } from '../format.ts'
import { Trouble } from '../trouble.ts'
import { type Lexer, QUOTE } from './lexer.ts'
import { hasEscapes, isNullAt, type Reading, readingOf } from './reading.ts'

export interface JsonColumn {
  readonly type: Type
  begin(raw: RawRecords): void
  put(row: number, start: number, end: number): Trouble | undefined
  setNull(row: number): void
  finish(size: number): Vector
}

class AnyColumn implements JsonColumn {
  readonly type: Type
  readonly lexer: Lexer
  readonly #reading: Reading
  #builder: Builder

  constructor(type: Type, lexer: Lexer, reading: Reading) {
    this.type = type
    this.lexer = lexer
    this.#reading = reading
    this.#builder = builderOf(type, 0)
  }

  get builder(): Builder {
    return this.#builder
  }

  begin({ size }: RawRecords): void {
    this.#builder = builderOf(this.type, size)
  }

  put(row: number, start: number, end: number): Trouble | undefined {
    if (isNullAt(this.lexer.bytes, start)) {
      this.#builder.setNull(row)
      return undefined
    }
    const value = this.#reading.read(this.lexer, start, end)
    if (value instanceof Trouble) return value
    this.#builder.set(row, value)
    return undefined
  }

  setNull(row: number): void {
    this.#builder.setNull(row)
  }

  finish(size: number): Vector {
    return this.#builder.finish(size)
  }
}

/** TEXT and JSON: parts of the records where nothing has to be unescaped. */
export class PartColumn implements JsonColumn {
  readonly type: Type
  readonly #lexer: Lexer
  readonly #reading: Reading
  builder = new TextBuilder(0)

  constructor(type: Type, lexer: Lexer, reading: Reading) {
    this.type = type
    this.#lexer = lexer
    this.#reading = reading
  }

  begin({ size, bytes }: RawRecords): void {
    this.builder = new TextBuilder(size, bytes)
  }

  put(row: number, start: number, end: number): Trouble | undefined {
    const { bytes } = this.#lexer
    if (isNullAt(bytes, start)) {
      this.builder.setNull(row)
    } else if (this.type.kind === 'json') {
      this.builder.setPart(row, start, end)
    } else if (bytes[start] === QUOTE && !hasEscapes(bytes, start, end)) {
      this.builder.setPart(row, start + 1, end - 1)
    } else {
      const value = this.#reading.read(this.#lexer, start, end)
      if (value instanceof Trouble) return value
      this.builder.set(row, value)
    }
    return undefined
  }

  setNull(row: number): void {
    this.builder.setNull(row)
  }

  finish(size: number): Vector {
    return this.builder.finish(size)
  }
}

export function jsonColumnOf(field: Field, lexer: Lexer, lenient: boolean): JsonColumn {
  const { type, unit } = field
  const reading = readingOf(type, { unit, lenient })
  const isPart = type.kind === 'text' || type.kind === 'json'
  return isPart ? new PartColumn(type, lexer, reading) : new AnyColumn(type, lexer, reading)
}

/** Records that are one text each, and become one column; and one column of texts as records. */

import { ByteWriter } from '../../base/bytes.ts'
import { invariant, WeirError } from '../../base/errors.ts'
import { type Builder, builderOf, TextBuilder } from '../../engine/columns/builder.ts'
import type { Records } from '../../engine/columns/records.ts'
import { isNull, type TextVector, utf8At } from '../../engine/columns/vector.ts'
import type { Schema } from '../../engine/schema/schema.ts'
import { typeText } from '../../engine/schema/type.ts'
import { cellOf, type ReadCell } from './csv/cell.ts'
import type { Decoded, Decoder, Encoder, Failure, Field, RawRecords } from './format.ts'
import { notUtf8At } from './json/utf8.ts'
import { type Limits, limitsOf } from './limits.ts'
import { Trouble, TroubleAt } from './trouble.ts'

const NEWLINE = 0x0a

export interface TextOptions {
  readonly limits?: Partial<Limits> | undefined
}

function onlyOne<T extends { readonly name: string }>(columns: readonly T[]): T {
  const [column, ...more] = columns
  if (column !== undefined && more.length === 0) return column
  const names = columns.map(({ name }) => `'${name}'`).join(', ')
  const what = `a record of text is one column, and there are ${columns.length} (${names})`
  throw new WeirError('one-column', `${what}; choose one, or another format`)
}

/** A field of the record could only be the record. */
export class PlainDecoder implements Decoder {
  readonly #field: Field
  readonly #read: ReadCell
  readonly #limits: Limits

  constructor(fields: readonly Field[], { limits }: TextOptions = {}) {
    this.#limits = limitsOf(limits)
    this.#field = onlyOne(fields)
    this.#read = cellOf(this.#field, this.#limits)
  }

  decode(raw: RawRecords): Decoded {
    const { bytes, size, starts, ends } = raw
    const { type } = this.#field
    const builder = type.kind === 'text' ? new TextBuilder(size, bytes) : builderOf(type, size)
    const failures: Failure[] = []
    for (let row = 0; row < size; row++) {
      const start = starts[row] as number
      const end = ends[row] as number
      const trouble = this.#trouble(bytes, start, end) ?? this.#put(builder, row, raw)
      if (trouble === undefined) continue
      const { code, reason } = trouble
      const at = trouble instanceof TroubleAt ? Math.max(0, trouble.at - start) : 0
      failures.push({ row, code, reason, at })
    }
    return { vectors: [builder.finish(size)], failures }
  }

  #put(builder: Builder, row: number, { bytes, starts, ends }: RawRecords): Trouble | undefined {
    const start = starts[row] as number
    const end = ends[row] as number
    if (builder instanceof TextBuilder && this.#field.type.kind === 'text') {
      builder.setPart(row, start, end)
      return undefined
    }
    const value = this.#read(bytes, start, end)
    if (value instanceof Trouble) return value
    builder.set(row, value)
    return undefined
  }

  #trouble(bytes: Uint8Array, start: number, end: number): TroubleAt | undefined {
    if (start < 0) return new TroubleAt('no-value', 'the record has no value', start)
    invariant(start <= end && end <= bytes.length, 'a-record-lies-in-its-bytes', end)
    const max = Math.min(this.#limits.recordBytesMax, this.#limits.textBytesMax)
    if (end - start > max) {
      return new TroubleAt('too-large', `the record has more than ${max} bytes`, start + max)
    }
    const wrong = notUtf8At(bytes, start, end)
    return wrong < 0 ? undefined : new TroubleAt('not-utf8', 'a byte is no UTF-8 here', wrong)
  }
}

export interface PlainEncoderOptions {
  /** A newline behind each record. Those inside of a text stay where they are. */
  readonly lines?: boolean | undefined
}

/** Null is a record without a value, or an empty line. */
export class PlainEncoder implements Encoder {
  readonly #schema: Schema
  readonly #lines: boolean

  constructor(schema: Schema, { lines = false }: PlainEncoderOptions = {}) {
    const { name, type } = onlyOne(schema.columns)
    if (type.kind !== 'text' && type.kind !== 'json') {
      const what = `column '${name}' is ${typeText(type)}, and a record of text is a TEXT`
      throw new WeirError('one-column', `${what}; cast it, or choose another format`)
    }
    this.#schema = schema
    this.#lines = lines
  }

  encode(records: Records): RawRecords {
    invariant(records.schema.equals(this.#schema), 'records-have-the-encoders-schema')
    const { size } = records
    const vector = records.vectors[0] as TextVector
    const starts = new Int32Array(size)
    const ends = new Int32Array(size)
    const out = new ByteWriter()
    for (let row = 0; row < size; row++) {
      const isVoid = isNull(vector, row)
      starts[row] = isVoid && !this.#lines ? -1 : out.size
      if (!isVoid) out.raw(utf8At(vector, row))
      if (this.#lines) out.uint8(NEWLINE)
      ends[row] = isVoid && !this.#lines ? -1 : out.size
    }
    return { bytes: out.finish(), size, starts, ends }
  }
}

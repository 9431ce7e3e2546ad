/** Columns into records of JSON, byte by byte: one object each, its keys in the schema's order. */

import { invariant } from '../../../base/errors.ts'
import type { Records } from '../../../engine/columns/records.ts'
import { isNull, type Vector } from '../../../engine/columns/vector.ts'
import type { Schema } from '../../../engine/schema/schema.ts'
import type { Encoder, RawRecords } from '../format.ts'
import { JsonOut } from './out.ts'
import { type MomentForm, type Writing, writingOf } from './writing.ts'

export interface JsonEncoderOptions {
  /** How moments are written; `iso` by default. */
  readonly moments?: MomentForm | undefined
  /** A newline behind each record: NDJSON. */
  readonly lines?: boolean | undefined
}

const NEWLINE = 0x0a
const CLOSE = 0x7d
const EMPTY = Uint8Array.of(0x7b)

function keyOf(name: string, place: number): Uint8Array {
  const out = new JsonOut()
  out.byte(place === 0 ? 0x7b : 0x2c)
  out.text(name)
  out.byte(0x3a)
  return out.take().slice()
}

export class JsonEncoder implements Encoder {
  readonly #schema: Schema
  readonly #lines: boolean
  readonly #keys: readonly Uint8Array[]
  readonly #writings: readonly Writing[]
  readonly #out = new JsonOut()

  constructor(schema: Schema, { moments = 'iso', lines = false }: JsonEncoderOptions = {}) {
    this.#schema = schema
    this.#lines = lines
    this.#keys = schema.names.map(keyOf)
    this.#writings = schema.columns.map(({ type }) => writingOf(type, moments))
  }

  encode(records: Records): RawRecords {
    invariant(records.schema.equals(this.#schema), 'records-have-the-encoders-schema')
    const { size, vectors } = records
    const starts = new Int32Array(size)
    const ends = new Int32Array(size)
    const out = this.#out
    for (let row = 0; row < size; row++) {
      starts[row] = out.size
      this.#record(vectors, row)
      if (this.#lines) out.byte(NEWLINE)
      ends[row] = out.size
    }
    return { bytes: out.take(), size, starts, ends }
  }

  #record(vectors: readonly Vector[], row: number): void {
    const out = this.#out
    const keys = this.#keys
    if (keys.length === 0) out.raw(EMPTY)
    for (let place = 0; place < keys.length; place++) {
      const vector = vectors[place] as Vector
      out.raw(keys[place] as Uint8Array)
      if (isNull(vector, row)) out.null()
      else (this.#writings[place] as Writing).row(out, vector, row)
    }
    out.byte(CLOSE)
  }
}

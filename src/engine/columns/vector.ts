/**
 * One column of a batch of records: a value, or null, for each row. A vector is not changed once it
 * was handed on; several batches may share it.
 *
 * | store     | types                                                                           |
 * |-----------|---------------------------------------------------------------------------------|
 * | `boolean` | BOOLEAN                                                                         |
 * | `number`  | INTEGER, BIGINT, DOUBLE, DECIMAL (its digits without the point), DATE, TIMESTAMP, |
 * |           | TIMESTAMPTZ, both INTERVALs                                                     |
 * | `text`    | TEXT, JSON (its text)                                                           |
 * | `bytes`   | BYTES                                                                           |
 * | `list`    | ARRAY                                                                           |
 */

import { unreachable } from '../../base/errors.ts'
import type { Type } from '../schema/type.ts'

/** 1 where the row is null; missing: no row is. What else the vector says of such a row is void. */
export type Nulls = Uint8Array | undefined

/** Whole numbers beyond 2^53, by row. */
export type Wide = ReadonlyMap<number, bigint> | undefined

/**
 * A value outside of a vector; its type is known from elsewhere. Whole numbers (INTEGER, BIGINT,
 * the digits of a DECIMAL) are a `number` if that is safe, else a `bigint`; JSON is its text.
 */
export type Scalar = null | boolean | number | bigint | string | Uint8Array | readonly Scalar[]

export interface BooleanVector {
  readonly store: 'boolean'
  readonly nulls: Nulls
  /** 1 is true. */
  readonly flags: Uint8Array
}

export interface NumberVector {
  readonly store: 'number'
  readonly nulls: Nulls
  readonly numbers: Float64Array
  /** Rows that hold a BIGINT or DECIMAL beyond 2^53; `numbers` says NaN there. */
  readonly wide: Wide
}

/**
 * Either parts of `source`, in UTF-8, from `starts` to `ends`, decoded row by row when somebody
 * asks (`textAt`); or, where a start is -1, in `strings` from the beginning.
 */
export interface TextVector {
  readonly store: 'text'
  readonly nulls: Nulls
  readonly source: Uint8Array
  readonly starts: Int32Array
  readonly ends: Int32Array
  /** What is decoded already; a cache, so it may change, and may be shorter than the column. */
  readonly strings: (string | undefined)[]
}

export interface BytesVector {
  readonly store: 'bytes'
  readonly nulls: Nulls
  readonly values: readonly (Uint8Array | undefined)[]
}

export interface ListVector {
  readonly store: 'list'
  readonly nulls: Nulls
  readonly values: readonly (readonly Scalar[] | undefined)[]
}

export type Vector = BooleanVector | NumberVector | TextVector | BytesVector | ListVector
export type Store = Vector['store']

export function storeOf(type: Type): Store {
  switch (type.kind) {
    case 'boolean':
      return 'boolean'
    case 'text':
    case 'json':
      return 'text'
    case 'bytes':
      return 'bytes'
    case 'array':
      return 'list'
    case 'integer':
    case 'bigint':
    case 'double':
    case 'decimal':
    case 'date':
    case 'timestamp':
    case 'timestamptz':
    case 'interval':
    case 'months':
      return 'number'
    default:
      return unreachable(type)
  }
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
const encoder = new TextEncoder()
/** Above this many bytes the decoder is quicker than characters one by one. */
const SHORT_TEXT = 24

export function isNull(vector: Vector, row: number): boolean {
  return vector.nulls !== undefined && vector.nulls[row] === 1
}

/** Only of a row that is not null. */
export function textAt(vector: TextVector, row: number): string {
  const known = vector.strings[row]
  if (known !== undefined) return known
  const text = decoded(vector.source, vector.starts[row] as number, vector.ends[row] as number)
  vector.strings[row] = text
  return text
}

/** The text in UTF-8: a view where it comes from bytes. Only of a row that is not null. */
export function utf8At(vector: TextVector, row: number): Uint8Array {
  const start = vector.starts[row] as number
  if (start < 0) return encoder.encode(vector.strings[row] as string)
  return vector.source.subarray(start, vector.ends[row] as number)
}

function decoded(source: Uint8Array, start: number, end: number): string {
  if (end - start > SHORT_TEXT) return decoder.decode(source.subarray(start, end))
  let text = ''
  for (let at = start; at < end; at++) {
    const code = source[at] as number
    if (code > 0x7f) return decoder.decode(source.subarray(start, end))
    text += String.fromCharCode(code)
  }
  return text
}

export function scalarAt(vector: Vector, row: number): Scalar {
  if (isNull(vector, row)) return null
  switch (vector.store) {
    case 'boolean':
      return vector.flags[row] === 1
    case 'number':
      return vector.wide?.get(row) ?? (vector.numbers[row] as number)
    case 'text':
      return textAt(vector, row)
    case 'bytes':
    case 'list':
      return vector.values[row] ?? null
    default:
      return unreachable(vector)
  }
}

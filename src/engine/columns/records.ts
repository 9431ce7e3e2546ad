/**
 * Records that travel together: columns under a schema, and what each record has besides. Immutable
 * like the vectors.
 */

import { invariant } from '../../base/errors.ts'
import type { Schema } from '../schema/schema.ts'
import { builderOf } from './builder.ts'
import { type Scalar, scalarAt, type Vector } from './vector.ts'

/** What a record does to the result of which it is a part. */
export const INSERT = 0
/** Takes the place of an earlier record with the same key. */
export const UPDATE = 1
/** Takes an earlier record with the same key back, if there is one; its other columns are void. */
export const DELETE = 2
/** What the update behind it replaces, or what holds no more: within a stage (replaced.ts) only. */
export const BEFORE = 3

/** Where records came from: a source's partition, and the offset of each in it. */
export interface Origin {
  readonly channel: number
  readonly offsets: Float64Array
}

export interface Records {
  readonly schema: Schema
  readonly size: number
  /** As many as the schema has columns. */
  readonly vectors: readonly Vector[]
  /** Event time in milliseconds since 1970, of each record. */
  readonly times: Float64Array
  /** One of the above for each record; missing: all are inserts. */
  readonly kinds?: Uint8Array | undefined
  /** Missing behind whatever makes new records of several. */
  readonly origin?: Origin | undefined
}

/** Some rows, by number, in the order in which they are meant. */
export type Rows = Int32Array

const ROWS_KEPT_MAX = 65_536
let identity: Rows = new Int32Array(0)

/** All rows from 0 on. Shared: it is not written to. */
export function allRows(size: number): Rows {
  if (size > identity.length) {
    const numbers = Int32Array.from({ length: Math.max(size, 1024) }, (_, row) => row)
    if (size > ROWS_KEPT_MAX) return numbers.subarray(0, size)
    identity = numbers
  }
  return identity.subarray(0, size)
}

export interface Row {
  readonly time: number
  readonly values: readonly Scalar[]
  readonly kind?: number
}

/** Row by row: for tests and for what is rare. */
export function recordsOf(schema: Schema, rows: readonly Row[]): Records {
  const builders = schema.columns.map(({ type }) => builderOf(type, rows.length))
  const times = new Float64Array(rows.length)
  rows.forEach(({ time, values }, row) => {
    invariant(values.length === builders.length, 'a-row-has-all-columns')
    times[row] = time
    builders.forEach((builder, place) => {
      builder.set(row, values[place] as Scalar)
    })
  })
  const vectors = builders.map(builder => builder.finish(rows.length))
  const plain = rows.every(({ kind = INSERT }) => kind === INSERT)
  const kinds = plain ? undefined : Uint8Array.from(rows, ({ kind = INSERT }) => kind)
  return { schema, size: rows.length, vectors, times, kinds }
}

export function rowAt(records: Records, row: number): Row {
  const values = records.vectors.map(vector => scalarAt(vector, row))
  const kind = records.kinds?.[row] ?? INSERT
  return { time: records.times[row] as number, values, ...(kind === INSERT ? {} : { kind }) }
}

export function rowsOf(records: Records): readonly Row[] {
  return Array.from({ length: records.size }, (_, row) => rowAt(records, row))
}

/**
 * The contract of aggregates: accumulators for many cells at once (a cell is a key in a window),
 * each a number that the caller gives out and takes back. Memory is laid out by aggregate, not by
 * cell, so that one loop adds a whole column.
 *
 * Results do not depend on how records were cut into batches or windows into panes: `merge` of two
 * cells is as if the records of both had been added to one, in order of event time and, for equal
 * times, those of `into` first. Nulls are left out by every aggregate but `count()`.
 */

import type { ByteReader, ByteWriter } from '../../base/bytes.ts'
import type { Failures } from '../columns/expression.ts'
import type { Rows } from '../columns/records.ts'
import type { Scalar, Vector } from '../columns/vector.ts'
import type { Type } from '../schema/type.ts'

/** Records to be added: row `rows[i]` belongs to cell `cells[i]`. */
export interface Additions {
  readonly rows: Rows
  readonly cells: Int32Array
  /** One for each argument, as long as the records. */
  readonly args: readonly Vector[]
  /** Event times, as long as the records: whole milliseconds. */
  readonly times: Float64Array
}

export interface Accumulators {
  readonly type: Type
  /** About the bytes of what is in cells, beside numbers; missing: nothing. */
  readonly heldBytes?: number
  /** Cells below this number may be used from now on; new ones are empty. */
  room(cells: number): void
  /** As if nothing had been added, wherever it is kept. */
  clear(cell: number): void
  /**
   * The number is to be another cell's: what was saved of this one stays. Missing: nothing is kept
   * but what `write` writes, and `clear` will do.
   */
  forget?(cell: number): void
  add(additions: Additions): void
  /** Of what it would keep of this row beside the key of its cell; missing: nothing. */
  elementBytes?(args: readonly Vector[], row: number): number
  /** `from` stays as it is. It is another cell than `into`. */
  merge(into: number, from: number): void
  /** Equal bytes for equal contents, however they came together. */
  write(out: ByteWriter, cell: number): void
  /** Of bytes that `write` made: our own state. The cell is empty before. */
  read(reader: ByteReader, cell: number): void
  /**
   * Row i is the result of `cells[i]`. One that has no place in the type is null and told to
   * `failures`, by its row.
   */
  results(cells: Int32Array, failures: Failures): Vector
}

/**
 * Bytes that belong to a cell, each once: what an aggregate keeps when it must keep every value.
 * They are rows of their own in the state, so that adding one does not write all.
 */
export interface Elements {
  /** False: it was there. */
  add(cell: number, element: Uint8Array): boolean
  /** In the order of the bytes. Views; elements may be added to other cells meanwhile. */
  each(cell: number, visit: (element: Uint8Array) => void): void
  clear(cell: number): void
  /** The number is to be another cell's: what was not saved is lost, what was saved stays. */
  forget(cell: number): void
}

/** The value of each argument that is the same for all records; undefined: it is not. */
export type Constants = readonly (Scalar | undefined)[]

/** An entry of the registry. */
export interface Aggregate {
  readonly name: string
  readonly aliases: readonly string[]
  /** Names of its arguments; one called `n` must be a constant. */
  readonly parameters: readonly string[]
  /** A few sentences for the reference. */
  readonly about: string
  /** What it takes, and what comes of it, for the reference. */
  readonly types: readonly (readonly [takes: string, gives: string])[]
  /** Results depend on the order of records: there is no DISTINCT of it. */
  readonly isOrdered: boolean
  /** The type of the result; missing: it does not take arguments of these types. */
  resultOf(args: readonly Type[]): Type | undefined
  /** Of types that `resultOf` takes. Throws a WeirError for a constant that will not do. */
  /** `bytesMax`: of a list in a cell. */
  make(args: readonly Type[], constants?: Constants, bytesMax?: number): Accumulators
}

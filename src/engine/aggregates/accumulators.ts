/**
 * The contract of aggregates: accumulators for many cells at once (a cell is a key in a window),
 * each a number that the caller gives out and takes back. Memory is laid out by aggregate, not by
 * cell, so that one loop adds a whole column.
 *
 * Results do not depend on how records were cut into batches or windows into panes: `merge` of two
 * cells is as if the records of both had been added to one, in order of event time and, for equal
 * times, those of `into` first.
 */

import type { ByteReader, ByteWriter } from '../../base/bytes.ts'
import type { Rows } from '../columns/records.ts'
import type { Vector } from '../columns/vector.ts'
import type { Type } from '../schema/type.ts'

/** Records to be added: row `rows[i]` belongs to cell `cells[i]`. */
export interface Additions {
  readonly rows: Rows
  readonly cells: Int32Array
  /** One for each argument, as long as the records. */
  readonly args: readonly Vector[]
  /** Event times, as long as the records. */
  readonly times: Float64Array
}

export interface Accumulators {
  readonly type: Type
  /** Cells below this number may be used from now on; new ones are empty. */
  room(cells: number): void
  /** As if nothing had been added. */
  clear(cell: number): void
  add(additions: Additions): void
  /** `from` stays as it is. */
  merge(into: number, from: number): void
  write(out: ByteWriter, cell: number): void
  /** Of bytes that `write` made: our own state. The cell is empty before. */
  read(reader: ByteReader, cell: number): void
  /** Row i is the result of `cells[i]`. */
  results(cells: Int32Array): Vector
}

/**
 * Bytes that belong to a cell, each once: what an aggregate keeps when it must keep every value.
 * They are rows of their own in the state, so that adding one does not write all.
 */
export interface Elements {
  /** False: it was there. */
  add(cell: number, element: Uint8Array): boolean
  /** In the order of the bytes. Views. */
  each(cell: number, visit: (element: Uint8Array) => void): void
  clear(cell: number): void
}

/** An entry of the registry. */
export interface Aggregate {
  readonly name: string
  /** One sentence for the reference. */
  readonly about: string
  /** The type of the result; missing: it does not take arguments of these types. */
  resultOf(args: readonly Type[]): Type | undefined
  make(args: readonly Type[]): Accumulators
}

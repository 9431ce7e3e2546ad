/**
 * What aggregates do alike, whatever their windows: number the keys of records, compute arguments
 * and filters, add to cells, and say what came too late. Records that fail go to the dead letters,
 * whole. Numbers of keys and cells are a cache of the state: it is full at some size, and forgotten
 * at once.
 */

import type { Additions } from '../aggregates/accumulators.ts'
import { valueBytesMax } from '../aggregates/bounds.ts'
import type { Failures } from '../columns/expression.ts'
import { gatherRecords } from '../columns/gather.ts'
import { allRows, type Records, type Rows } from '../columns/records.ts'
import type { BooleanVector, Vector } from '../columns/vector.ts'
import { weightAt } from '../columns/weight.ts'
import type { OperatorContext } from '../operators/context.ts'
import { rowsTrue } from '../operators/filter.ts'
import { KEY_TOO_LONG, Keying, LONG_ELEMENT } from '../operators/keying.ts'
import type { Output } from '../operators/operator.ts'
import { sound } from '../operators/sound.ts'
import type { AggregateSpec } from '../plan/plan.ts'
import type { Column, Schema } from '../schema/schema.ts'
import type { KeyTable } from '../state/key-table.ts'
import { KEY_AND_ELEMENT_BYTES_MAX } from '../state/row-key.ts'
import { type Aggregates, addAll, type CallInput } from './calls.ts'

export interface Grouped {
  /** Those that did not fail, ascending. */
  readonly rows: Rows
  /** Of each record, the number of its key; until the next call. */
  readonly ids: Int32Array
  /** For each call its arguments and its filter, as long as the records. */
  readonly inputs: readonly CallInput[]
}

export const TOO_LONG = 'value-too-long'
const LONG_VALUE =
  'a value that an aggregate may keep is too long for a row of the state: take md5(..) of it, or ' +
  'a part'
export const LONG_RECORD =
  'the record is too long for a row of the state, where it waits: leave out what is not needed'

/** Values that have no room in a row beside those of the other aggregates. */
function refuseLong(vector: Vector, rows: Rows, most: number, failures: Failures): void {
  if (vector.store === 'number' || vector.store === 'boolean') return
  for (const row of rows) {
    if (weightAt(vector, row) > most) failures.add(row, TOO_LONG, LONG_VALUE)
  }
}

export class Grouping {
  /** Where late records go, if somebody wants them. */
  readonly sides: ReadonlyMap<string, Schema>
  readonly #aggregates: Aggregates
  readonly #keying: Keying
  readonly #lateSide: string | undefined
  readonly #bounds: OperatorContext['bounds']

  constructor(
    { key, lateSide }: Pick<AggregateSpec, 'key' | 'lateSide'>,
    aggregates: Aggregates,
    { compiler, inputs, bounds }: OperatorContext,
  ) {
    const [input] = inputs as [Schema]
    this.#aggregates = aggregates
    this.#keying = new Keying(key, input, compiler)
    this.#lateSide = lateSide
    this.#bounds = bounds
    this.sides = new Map(lateSide === undefined ? [] : [[lateSide, input]])
  }

  get keys(): KeyTable {
    return this.#keying.table
  }

  get keyColumns(): readonly Column[] {
    return this.#keying.columns
  }

  /** Column by column, the parts of these keys. */
  vectorsOf(ids: readonly number[]): readonly Vector[] {
    return this.keys.vectorsOf(ids)
  }

  of(records: Records, failures: Failures): Grouped {
    const all = allRows(records.size)
    const ids = this.#keying.idsOf(records, failures)
    const most = valueBytesMax(this.#aggregates.calls.length)
    const inputs = this.#aggregates.calls.map(({ args, filter, accumulators }) => {
      const passed = filter?.evaluate(records, all, failures) as BooleanVector | undefined
      // `sum(1 / x) FILTER (WHERE x <> 0)`: what the filter keeps out is not computed.
      const rows = passed === undefined ? all : rowsTrue(passed, all)
      const vectors = args.map(arg => arg.evaluate(records, rows, failures))
      for (const vector of vectors) refuseLong(vector, rows, most, failures)
      if (accumulators.elementBytes !== undefined) {
        this.#refuseLong(rows, ids, row => accumulators.elementBytes?.(vectors, row) ?? 0, failures)
      }
      return { args: vectors, filter: passed }
    })
    return { rows: sound(all, failures), ids, inputs }
  }

  /** Elements that have no room in a row beside their key. */
  #refuseLong(
    rows: Rows,
    ids: Int32Array,
    bytesOf: (row: number) => number,
    failures: Failures,
  ): void {
    for (const row of rows) {
      if (failures.has(row)) continue
      const bytes = this.keys.keyOf(ids[row] as number).length + bytesOf(row)
      if (bytes > KEY_AND_ELEMENT_BYTES_MAX) failures.add(row, KEY_TOO_LONG, LONG_ELEMENT)
    }
  }

  add({ inputs }: Grouped, additions: Omit<Additions, 'args'>): void {
    addAll(this.#aggregates.calls, inputs, additions)
  }

  tellLate(records: Records, late: Rows, out: Output): void {
    if (late.length === 0) return
    if (this.#lateSide === undefined) out.late(late.length)
    else out.side(this.#lateSide, gatherRecords(records, late))
  }

  get isFull(): boolean {
    const { keys, cells, bytes } = this.#bounds
    const { size, heldBytes } = this.#aggregates.cells
    return this.keys.size > keys || size > cells || heldBytes > bytes
  }

  forget(): void {
    this.#aggregates.cells.forget()
    this.keys.clear()
  }
}

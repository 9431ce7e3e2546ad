/**
 * Only records for which a condition is true go on: not those for which it is false or unknown. An
 * update that does not go on, be it that its condition cannot be computed, takes back what it would
 * have replaced: it goes on as a delete. Deletes go on, whatever their columns say, which are void.
 */

import type { Expression, Failures } from '../columns/expression.ts'
import { gatherRecords } from '../columns/gather.ts'
import { allRows, DELETE, INSERT, type Records, type Rows } from '../columns/records.ts'
import type { BooleanVector } from '../columns/vector.ts'
import type { FilterSpec } from '../plan/plan.ts'
import type { Schema } from '../schema/schema.ts'
import type { OperatorContext } from './context.ts'
import type { Operator, Output } from './operator.ts'

/** Of these rows, those for which the condition is true. One that failed is not. */
export function rowsWhere(
  where: Expression,
  records: Records,
  rows: Rows,
  failures: Failures,
): Rows {
  return rowsTrue(where.evaluate(records, rows, failures) as BooleanVector, rows)
}

export function rowsTrue({ flags, nulls }: BooleanVector, rows: Rows): Rows {
  const passed = new Int32Array(rows.length)
  let count = 0
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] as number
    if (flags[row] === 1 && nulls?.[row] !== 1) passed[count++] = row
  }
  return passed.subarray(0, count)
}

export class Filter implements Operator {
  readonly schema: Schema
  readonly sides: ReadonlyMap<string, Schema> = new Map()
  readonly #where: Expression

  constructor({ where }: FilterSpec, { compiler, inputs }: OperatorContext) {
    this.schema = inputs[0] as Schema
    this.#where = compiler.expression(where, this.schema)
  }

  take(_input: number, records: Records, out: Output): void {
    const { kinds } = records
    const all = allRows(records.size)
    const asked = kinds === undefined ? all : all.filter(row => kinds[row] !== DELETE)
    const rows = rowsWhere(this.#where, records, asked, out.failures(records))
    if (rows.length === records.size) out.emit(records)
    else out.emit(kinds === undefined ? gatherRecords(records, rows) : kept(records, kinds, rows))
  }
}

/** Those rows, and all others but inserts, as deletes, in the order of all. */
function kept(records: Records, kinds: Uint8Array, rows: Rows): Records {
  const passes = new Set(rows)
  const all = allRows(records.size).filter(row => passes.has(row) || kinds[row] !== INSERT)
  const some = gatherRecords(records, all)
  const own = all.map(row => (passes.has(row) ? (kinds[row] as number) : DELETE))
  return { ...some, kinds: Uint8Array.from(own) }
}

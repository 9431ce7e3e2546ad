/**
 * Only records for which a condition is true go on: not those for which it is false or unknown. An
 * update that does not go on, be it that its condition cannot be computed, takes back what it would
 * have replaced, if that had gone on (replaced.ts). Whatever was to be taken back from somebody who
 * does not say what it was, is: what stands in such a delete means nothing.
 */

import type { Expression, Failures } from '../columns/expression.ts'
import { gatherRecords } from '../columns/gather.ts'
import { allRows, DELETE, type Records, type Rows } from '../columns/records.ts'
import type { BooleanVector } from '../columns/vector.ts'
import type { FilterSpec } from '../plan/plan.ts'
import type { Schema } from '../schema/schema.ts'
import type { OperatorContext } from './context.ts'
import type { Operator, Output } from './operator.ts'
import { failuresOf, settled } from './replaced.ts'

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
    const failures = failuresOf(records, out.failures(records))
    const rows = rowsWhere(this.#where, records, asked, failures)
    if (rows.length === records.size) out.emit(records)
    else if (kinds === undefined) out.emit(gatherRecords(records, rows))
    else {
      const passes = new Set(rows)
      out.emit(settled(records, kinds, row => passes.has(row) || kinds[row] === DELETE))
    }
  }
}

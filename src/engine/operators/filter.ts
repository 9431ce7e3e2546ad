/**
 * Only records for which a condition is true go on: not those for which it is false or unknown. An
 * update that does not go on takes back what it would have replaced: it goes on as a delete.
 */

import type { Expression, Failures } from '../columns/expression.ts'
import { gatherRecords } from '../columns/gather.ts'
import { allRows, DELETE, type Records, type Rows, UPDATE } from '../columns/records.ts'
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
  const { flags, nulls } = where.evaluate(records, rows, failures) as BooleanVector
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
    const all = allRows(records.size)
    const failures = out.failures(records)
    const rows = rowsWhere(this.#where, records, all, failures)
    if (rows.length === records.size) out.emit(records)
    else
      out.emit(
        records.kinds === undefined ? gatherRecords(records, rows) : kept(records, rows, failures),
      )
  }
}

/** Those rows, and the updates that do not pass, as deletes, in the order of all. */
function kept(records: Records, rows: Rows, failures: Failures): Records {
  const passes = new Set(rows)
  const goesBack = (row: number) => records.kinds?.[row] === UPDATE && !failures.has(row)
  const all = allRows(records.size).filter(row => passes.has(row) || goesBack(row))
  const some = gatherRecords(records, all)
  const kinds = some.kinds?.map((kind, at) => (passes.has(all[at] as number) ? kind : DELETE))
  return { ...some, kinds }
}

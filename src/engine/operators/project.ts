/**
 * Each record becomes other columns, computed from its own. An update that cannot be computed takes
 * back what it would have replaced, if that could be (replaced.ts). Where nobody says what that
 * was, it goes on as a delete, in which the columns that failed are null. So do deletes, of which
 * nothing is told: but for their key, their columns are void.
 */

import type { Expression } from '../columns/expression.ts'
import { FailedRows } from '../columns/failed-rows.ts'
import { gatherRecords } from '../columns/gather.ts'
import { allRows, DELETE, type Records } from '../columns/records.ts'
import type { ProjectSpec } from '../plan/plan.ts'
import { Schema } from '../schema/schema.ts'
import type { OperatorContext } from './context.ts'
import type { Operator, Output } from './operator.ts'
import { failuresOf, settled } from './replaced.ts'
import { sound } from './sound.ts'

export class Project implements Operator {
  readonly schema: Schema
  readonly sides: ReadonlyMap<string, Schema> = new Map()
  readonly #expressions: readonly Expression[]

  constructor({ columns }: ProjectSpec, { compiler, inputs }: OperatorContext) {
    const input = inputs[0] as Schema
    this.#expressions = columns.map(({ expression }) => compiler.expression(expression, input))
    const types = this.#expressions.map(({ type }) => type)
    this.schema = new Schema(
      columns.map(({ name }, place) => ({ name, type: types[place] as (typeof types)[number] })),
    )
  }

  take(_input: number, records: Records, out: Output): void {
    const { kinds } = records
    const failures = failuresOf(records, out.failures(records))
    const all = allRows(records.size)
    const vectors = this.#expressions.map(one => {
      // Each column by itself: a delete needs those that name what it takes back.
      const own = kinds === undefined ? failures : new FailedRows((...row) => failures.add(...row))
      return one.evaluate(records, all, own)
    })
    const { schema } = this
    const made = { ...records, schema, vectors }
    if (failures.count === 0) out.emit(made)
    else if (kinds === undefined) out.emit(gatherRecords(made, sound(all, failures)))
    else out.emit(settled(made, kinds, row => !failures.has(row) || kinds[row] === DELETE))
  }
}

/**
 * Each record becomes other columns, computed from its own. An update that cannot be computed takes
 * back what it would have replaced: it goes on as a delete, in which the columns that failed are
 * null. So do deletes, of which nothing is told: but for their key, their columns are void.
 */

import type { Expression, Failures } from '../columns/expression.ts'
import { FailedRows } from '../columns/failed-rows.ts'
import { gather, gatherRest } from '../columns/gather.ts'
import { allRows, DELETE, INSERT, type Records, type Rows } from '../columns/records.ts'
import type { ProjectSpec } from '../plan/plan.ts'
import { Schema } from '../schema/schema.ts'
import type { OperatorContext } from './context.ts'
import type { Operator, Output } from './operator.ts'
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
    if (failures.count === 0) {
      out.emit({ ...records, schema, vectors })
      return
    }
    const rows = kinds === undefined ? sound(all, failures) : kept(kinds, failures)
    const some = vectors.map(vector => gather(vector, rows))
    const rest = {
      ...records,
      kinds: kinds?.map((kind, row) => (failures.has(row) ? DELETE : kind)),
    }
    out.emit({ schema, size: rows.length, vectors: some, ...gatherRest(rest, rows) })
  }
}

/** What was inserted and failed was never there. */
const kept = (kinds: Uint8Array, failures: Failures): Rows =>
  allRows(kinds.length).filter(row => kinds[row] !== INSERT || !failures.has(row))

/** Those of deletes are kept and not told. */
function failuresOf({ kinds }: Records, told: Failures): Failures {
  if (kinds === undefined) return told
  return new FailedRows((row, code, reason) => {
    if (kinds[row] !== DELETE) told.add(row, code, reason)
  })
}

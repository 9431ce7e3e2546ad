/** Each record becomes other columns, computed from its own. */

import type { Expression } from '../columns/expression.ts'
import { gather, gatherRest } from '../columns/gather.ts'
import { allRows, type Records } from '../columns/records.ts'
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
    const failures = out.failures(records)
    const all = allRows(records.size)
    const vectors = this.#expressions.map(one => one.evaluate(records, all, failures))
    const { schema } = this
    if (failures.count === 0) {
      out.emit({ ...records, schema, vectors })
      return
    }
    const rows = sound(all, failures)
    const some = vectors.map(vector => gather(vector, rows))
    out.emit({ schema, size: rows.length, vectors: some, ...gatherRest(records, rows) })
  }
}

/** Keys of records: computed by the expressions of a plan, and known by small numbers. */

import type { Compiler, Expression, Failures } from '../columns/expression.ts'
import { allRows, type Records } from '../columns/records.ts'
import type { Named } from '../plan/plan.ts'
import type { Column, Schema } from '../schema/schema.ts'
import { KeyTable } from '../state/key-table.ts'

export class Keying {
  readonly columns: readonly Column[]
  readonly table: KeyTable
  readonly #expressions: readonly Expression[]
  #ids = new Int32Array(0)

  constructor(key: readonly Named[], schema: Schema, compiler: Compiler) {
    const parts = key.map(({ name, expression }) => ({
      name,
      expression: compiler.expression(expression, schema),
    }))
    this.#expressions = parts.map(({ expression }) => expression)
    this.columns = parts.map(({ name, expression: { type } }) => ({ name, type }))
    this.table = new KeyTable(this.columns.map(({ type }) => type))
  }

  /**
   * The number of each record's key, in memory that the next call takes again; at least as long as
   * the records. A record whose key failed has the number of some key.
   */
  idsOf(records: Records, failures: Failures): Int32Array {
    const all = allRows(records.size)
    const vectors = this.#expressions.map(one => one.evaluate(records, all, failures))
    if (this.#ids.length < records.size) this.#ids = new Int32Array(records.size)
    this.table.idsOf(vectors, records.size, this.#ids)
    return this.#ids
  }
}

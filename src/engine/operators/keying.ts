/** Keys of records: computed by the expressions of a plan, and known by small numbers. */

import type { Compiler, Expression, Failures } from '../columns/expression.ts'
import { allRows, type Records } from '../columns/records.ts'
import type { Named } from '../plan/plan.ts'
import type { Column, Schema } from '../schema/schema.ts'
import { KeyTable, NO_ID } from '../state/key-table.ts'
import { GROUP_KEY_BYTES_MAX, KEY_AND_ELEMENT_BYTES_MAX } from '../state/row-key.ts'

export const KEY_TOO_LONG = 'key-too-long'
const LONG_KEY = `a key has ${GROUP_KEY_BYTES_MAX} bytes at most; take md5(..) of it, or a part`
export const LONG_ELEMENT =
  `a key and a value under DISTINCT have ${KEY_AND_ELEMENT_BYTES_MAX} bytes together at most; ` +
  'take md5(..) of it, or a part'

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
    const before = this.table.refused
    this.table.idsOf(vectors, records.size, this.#ids)
    if (this.table.refused > before) this.#tellLong(records.size, failures)
    return this.#ids
  }

  #tellLong(size: number, failures: Failures): void {
    for (let row = 0; row < size; row++) {
      if (this.#ids[row] === NO_ID) failures.add(row, KEY_TOO_LONG, LONG_KEY)
    }
  }
}

/**
 * What every aggregate does with records before windows matter: compute keys, arguments and
 * filters, and number the keys. Records that fail go to the dead letters, whole.
 */

import type { Compiler, Expression, Failures } from '../columns/expression.ts'
import { allRows, type Records, type Rows } from '../columns/records.ts'
import type { BooleanVector, Vector } from '../columns/vector.ts'
import { sound } from '../operators/sound.ts'
import type { Named } from '../plan/plan.ts'
import type { Column, Schema } from '../schema/schema.ts'
import type { Type } from '../schema/type.ts'
import type { Call, CallInput } from './calls.ts'

export interface Grouped {
  /** Those that did not fail, ascending. */
  readonly rows: Rows
  /** One for each column of the key, as long as the records. */
  readonly keys: readonly Vector[]
  /** For each call its arguments and its filter, as long as the records. */
  readonly inputs: readonly CallInput[]
}

export class Grouping {
  readonly keyColumns: readonly Column[]
  readonly #keys: readonly Expression[]
  readonly #calls: readonly Call[]

  constructor(key: readonly Named[], calls: readonly Call[], schema: Schema, compiler: Compiler) {
    this.#keys = key.map(({ expression }) => compiler.expression(expression, schema))
    this.keyColumns = key.map(({ name }, place) => ({ name, type: this.keyTypes[place] as Type }))
    this.#calls = calls
  }

  get keyTypes(): readonly Type[] {
    return this.#keys.map(({ type }) => type)
  }

  of(records: Records, failures: Failures): Grouped {
    const all = allRows(records.size)
    const keys = this.#keys.map(key => key.evaluate(records, all, failures))
    const inputs = this.#calls.map(({ args, filter }) => ({
      args: args.map(arg => arg.evaluate(records, all, failures)),
      filter: filter?.evaluate(records, all, failures) as BooleanVector | undefined,
    }))
    return { rows: sound(all, failures), keys, inputs }
  }
}

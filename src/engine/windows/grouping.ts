/**
 * What every aggregate does with records before windows matter: compute keys, arguments and
 * filters, and number the keys. Records that fail go to the dead letters, whole.
 */

import type { Accumulators, Additions } from '../aggregates/accumulators.ts'
import type { Compiler, Expression, Failures } from '../columns/expression.ts'
import { allRows, type Records, type Rows } from '../columns/records.ts'
import type { BooleanVector, Vector } from '../columns/vector.ts'
import { sound } from '../operators/sound.ts'
import type { Named } from '../plan/plan.ts'
import type { Column, Schema } from '../schema/schema.ts'
import type { Type } from '../schema/type.ts'

/** An aggregate call, compiled. */
export interface Call {
  readonly name: string
  readonly accumulators: Accumulators
  readonly args: readonly Expression[]
  readonly filter?: Expression | undefined
}

export interface Grouped {
  /** Those that did not fail, ascending. */
  readonly rows: Rows
  /** One for each column of the key, as long as the records. */
  readonly keys: readonly Vector[]
  /** For each call its arguments and its filter, as long as the records. */
  readonly inputs: readonly CallInput[]
}

interface CallInput {
  readonly args: readonly Vector[]
  readonly filter: BooleanVector | undefined
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

/** Adds to each call's accumulators what its filter lets pass. `cells[i]` is of `rows[i]`. */
export function addAll(
  calls: readonly Call[],
  grouped: Grouped,
  { rows, cells, times }: Omit<Additions, 'args'>,
): void {
  calls.forEach(({ accumulators }, place) => {
    const { args, filter } = grouped.inputs[place] as CallInput
    const passed = filter === undefined ? { rows, cells } : passing(filter, rows, cells)
    if (passed.rows.length > 0) accumulators.add({ ...passed, args, times })
  })
}

function passing({ flags, nulls }: BooleanVector, rows: Rows, cells: Int32Array) {
  const passes = (row: number) => flags[row] === 1 && nulls?.[row] !== 1
  return {
    rows: rows.filter(passes),
    cells: cells.filter((_, i) => passes(rows[i] as number)),
  }
}

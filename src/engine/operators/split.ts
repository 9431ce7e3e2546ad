/** Each record goes to the side of the first branch that is true for it, else straight on. */

import type { Expression } from '../columns/expression.ts'
import { gatherRecords } from '../columns/gather.ts'
import { allRows, type Records, type Rows } from '../columns/records.ts'
import type { SplitSpec } from '../plan/plan.ts'
import type { Schema } from '../schema/schema.ts'
import type { OperatorContext } from './context.ts'
import { rowsWhere } from './filter.ts'
import type { Operator, Output } from './operator.ts'
import { sound } from './sound.ts'

export class Split implements Operator {
  readonly schema: Schema
  readonly sides: ReadonlyMap<string, Schema>
  readonly #branches: readonly { readonly side: string; readonly where: Expression }[]

  constructor({ branches }: SplitSpec, { compiler, inputs }: OperatorContext) {
    const input = inputs[0] as Schema
    this.schema = input
    this.#branches = branches.map(({ side, where }) => ({
      side,
      where: compiler.expression(where, input),
    }))
    this.sides = new Map(branches.map(({ side }) => [side, input]))
  }

  take(_input: number, records: Records, out: Output): void {
    const failures = out.failures(records)
    let rest = allRows(records.size)
    for (const { side, where } of this.#branches) {
      const taken = rowsWhere(where, records, rest, failures)
      rest = without(sound(rest, failures), taken)
      out.side(side, gatherRecords(records, taken))
    }
    out.emit(gatherRecords(records, rest))
  }
}

/** Both ascend. */
function without(rows: Rows, taken: Rows): Rows {
  let next = 0
  return rows.filter(row => {
    if (taken[next] !== row) return true
    next++
    return false
  })
}

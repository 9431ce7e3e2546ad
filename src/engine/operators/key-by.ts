/**
 * Records of one key come together. That is the exchange's work; what is left is that a record
 * whose key fails goes no further, also where one group has all and nothing is exchanged.
 */

import type { Expression } from '../columns/expression.ts'
import { gatherRecords } from '../columns/gather.ts'
import { allRows, type Records } from '../columns/records.ts'
import type { KeyBySpec } from '../plan/plan.ts'
import type { Schema } from '../schema/schema.ts'
import type { OperatorContext } from './context.ts'
import type { Operator, Output } from './operator.ts'
import { sound } from './sound.ts'

export class KeyBy implements Operator {
  readonly schema: Schema
  readonly sides: ReadonlyMap<string, Schema> = new Map()
  readonly #key: readonly Expression[]

  constructor({ key }: KeyBySpec, { compiler, inputs }: OperatorContext) {
    this.schema = inputs[0] as Schema
    this.#key = key.map(({ expression }) => compiler.expression(expression, this.schema))
  }

  take(_input: number, records: Records, out: Output): void {
    const failures = out.failures(records)
    const all = allRows(records.size)
    for (const one of this.#key) one.evaluate(records, all, failures)
    out.emit(failures.count === 0 ? records : gatherRecords(records, sound(all, failures)))
  }
}

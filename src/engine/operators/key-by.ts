/**
 * Records of one key come together. That is the exchange's work; what is left is that a record
 * whose key fails goes no further, also where one group has all and nothing is exchanged.
 */

import { gatherRecords } from '../columns/gather.ts'
import { allRows, type Records } from '../columns/records.ts'
import type { KeyBySpec } from '../plan/plan.ts'
import type { Schema } from '../schema/schema.ts'
import type { OperatorContext } from './context.ts'
import { Keying } from './keying.ts'
import type { Operator, Output } from './operator.ts'
import { sound } from './sound.ts'

export class KeyBy implements Operator {
  readonly schema: Schema
  readonly sides: ReadonlyMap<string, Schema> = new Map()
  readonly #keying: Keying
  readonly #keysMax: number

  constructor({ key }: KeyBySpec, { compiler, inputs, bounds }: OperatorContext) {
    this.schema = inputs[0] as Schema
    this.#keying = new Keying(key, this.schema, compiler)
    this.#keysMax = bounds.keys
  }

  take(_input: number, records: Records, out: Output): void {
    const failures = out.failures(records)
    this.#keying.idsOf(records, failures)
    if (this.#keying.table.size > this.#keysMax) this.#keying.table.clear()
    const isSound = failures.count === 0
    out.emit(isSound ? records : gatherRecords(records, sound(allRows(records.size), failures)))
  }
}

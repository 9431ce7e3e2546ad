/** The slot of each record of an exchange, by its key: which group it is for. */

import type { Compiler, Expression, Failures } from '../columns/expression.ts'
import { gatherRecords } from '../columns/gather.ts'
import { allRows, type Records } from '../columns/records.ts'
import { sound } from '../operators/sound.ts'
import type { Named } from '../plan/plan.ts'
import type { Schema } from '../schema/schema.ts'
import { KeyTable } from '../state/key-table.ts'

/** Keys that are remembered with their slots, before they are forgotten. */
const KEYS_MAX = 131_072

export class Slotting {
  readonly #key: readonly Expression[]
  readonly #keys: KeyTable

  constructor(key: readonly Named[], schema: Schema, compiler: Compiler) {
    this.#key = key.map(({ expression }) => compiler.expression(expression, schema))
    this.#keys = new KeyTable(this.#key.map(({ type }) => type))
  }

  /** Those whose key did not fail, with their slots: the others go nowhere. */
  slotted(records: Records, failures: Failures): { records: Records; slots: Int32Array } {
    const slots = this.of(records, failures)
    const rows = sound(allRows(records.size), failures)
    if (rows.length === records.size) return { records, slots }
    const kept = Int32Array.from(rows, row => slots[row] as number)
    return { records: gatherRecords(records, rows), slots: kept }
  }

  /** Of all records; those whose key failed are told, and have the slot of a null. */
  of(records: Records, failures: Failures): Int32Array {
    if (this.#keys.size > KEYS_MAX) this.#keys.clear()
    const all = allRows(records.size)
    const vectors = this.#key.map(one => one.evaluate(records, all, failures))
    const slots = new Int32Array(records.size)
    this.#keys.idsOf(vectors, records.size, slots)
    for (let row = 0; row < slots.length; row++)
      slots[row] = this.#keys.slotOf(slots[row] as number)
    return slots
  }
}

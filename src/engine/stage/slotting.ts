/** The slot of each record of an exchange, by its key: which group it is for. */

import { invariant } from '../../base/errors.ts'
import type { Compiler, Failures } from '../columns/expression.ts'
import { FailedRows } from '../columns/failed-rows.ts'
import { gatherRecords } from '../columns/gather.ts'
import { allRows, type Records } from '../columns/records.ts'
import { Keying } from '../operators/keying.ts'
import { sound } from '../operators/sound.ts'
import type { Named } from '../plan/plan.ts'
import type { Schema } from '../schema/schema.ts'
import { boundedCompiler } from './bounded.ts'
import { Budget } from './collector.ts'

/** Keys that are remembered with their slots, before they are forgotten. */
const KEYS_MAX = 131_072

export class Slotting {
  readonly #keying: Keying

  constructor(key: readonly Named[], schema: Schema, compiler: Compiler, budget = new Budget()) {
    this.#keying = new Keying(key, schema, boundedCompiler(compiler, budget))
  }

  /** Those whose key did not fail, with their slots: the others go nowhere. */
  slotted(records: Records, failures: Failures): { records: Records; slots: Int32Array } {
    const slots = this.of(records, failures)
    const rows = sound(allRows(records.size), failures)
    if (rows.length === records.size) return { records, slots }
    const kept = Int32Array.from(rows, row => slots[row] as number)
    return { records: gatherRecords(records, rows), slots: kept }
  }

  /** Of records of which each is known to have a key: see outbound.ts. */
  ofSound(records: Records): Int32Array {
    const none = new FailedRows((_, code) => invariant(false, 'a-key-fails-where-it-did', code))
    return this.of(records, none)
  }

  /** Of all records; those whose key failed are told, and have the slot of a null. */
  of(records: Records, failures: Failures): Int32Array {
    const keys = this.#keying.table
    if (keys.size > KEYS_MAX) keys.clear()
    const ids = this.#keying.idsOf(records, failures)
    const slots = new Int32Array(records.size)
    for (let row = 0; row < slots.length; row++) slots[row] = keys.slotOf(ids[row] as number)
    return slots
  }
}

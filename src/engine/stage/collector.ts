/**
 * What comes out of an operator, on its way to whoever reads it: called at once, so that records
 * are out of an operator before its next record is taken.
 */

import type { Failures } from '../columns/expression.ts'
import { FailedRows } from '../columns/failed-rows.ts'
import type { Records } from '../columns/records.ts'
import type { Output } from '../operators/operator.ts'

/** A record that could not be computed. */
export interface DeadRow {
  readonly operator: string
  readonly records: Records
  readonly row: number
  readonly code: string
  readonly reason: string
}

/** One of an operator's edges: who reads it. */
export type Reader = (records: Records) => void

/** What one batch may put out when time passes, shared by all operators of a stage. */
export class Budget {
  room = 0
}

export class Collector implements Output {
  /** Records that came too late and went nowhere. */
  lateCount = 0
  readonly #operator: string
  readonly #main: Reader[] = []
  readonly #sides = new Map<string, Reader[]>()
  readonly #budget: Budget
  readonly #dead: (row: DeadRow) => void

  constructor(operator: string, budget: Budget, dead: (row: DeadRow) => void) {
    this.#operator = operator
    this.#budget = budget
    this.#dead = dead
  }

  get room(): number {
    return this.#budget.room
  }

  /** `side` missing: the main output. */
  connect(side: string | undefined, reader: Reader): void {
    if (side === undefined) {
      this.#main.push(reader)
      return
    }
    const readers = this.#sides.get(side) ?? []
    this.#sides.set(side, [...readers, reader])
  }

  emit(records: Records): void {
    this.#tell(this.#main, records)
  }

  side(name: string, records: Records): void {
    this.#tell(this.#sides.get(name) ?? [], records)
  }

  spend(rows: number): void {
    this.#budget.room -= rows
  }

  late(count: number): void {
    this.lateCount += count
  }

  failures(records: Records): Failures {
    return new FailedRows((row, code, reason) => {
      this.#dead({ operator: this.#operator, records, row, code, reason })
    })
  }

  #tell(readers: readonly Reader[], records: Records): void {
    if (records.size === 0) return
    this.#budget.room -= records.size
    for (const reader of readers) reader(records)
  }
}

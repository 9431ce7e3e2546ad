/**
 * Expressions that make no more than there is room for. Mostly one evaluation does it all; one that
 * makes too much is done again by few records, then by each, until the room of the batch is used
 * up: the other records fail.
 */

import { Excess, within } from '../columns/allowance.ts'
import { type Builder, builderOf } from '../columns/builder.ts'
import type { Compiler, Expression, Failures } from '../columns/expression.ts'
import { gatherRecords } from '../columns/gather.ts'
import { allRows, type Records, type Rows } from '../columns/records.ts'
import { scalarAt, type Vector } from '../columns/vector.ts'
import { weightAt } from '../columns/weight.ts'
import type { Type } from '../schema/type.ts'
import type { Budget } from './collector.ts'
import { BATCH_TOO_LARGE, TOO_LARGE } from './limits.ts'

const PIECE_ROWS = 64

export function boundedCompiler(compiler: Compiler, budget: Budget): Compiler {
  return {
    expression: (text, schema) => new Bounded(compiler.expression(text, schema), budget),
  }
}

class Bounded implements Expression {
  readonly type: Type
  readonly reads: readonly number[]
  readonly #inner: Expression
  readonly #budget: Budget

  constructor(inner: Expression, budget: Budget) {
    this.type = inner.type
    this.reads = inner.reads
    this.#inner = inner
    this.#budget = budget
  }

  evaluate(records: Records, rows: Rows, failures: Failures): Vector {
    const whole = within(this.#most, () => this.#inner.evaluate(records, rows, failures))
    if (whole !== undefined) return whole
    if (this.#budget.isStrict) throw new Excess()
    const made = { left: this.#most, builder: builderOf(this.type, records.size) }
    for (let from = 0; from < rows.length; from += PIECE_ROWS) {
      this.#piece(records, rows.subarray(from, from + PIECE_ROWS), failures, made)
    }
    return made.builder.finish(records.size)
  }

  get #most(): number {
    return this.#budget.limits.evaluationBytes
  }

  #piece(records: Records, rows: Rows, failures: Failures, made: MadeByPieces): void {
    const some = gatherRecords(records, rows)
    const told = new PartFailures(failures, rows)
    const work = () => this.#inner.evaluate(some, allRows(rows.length), told)
    const vector = made.left > 0 ? within(this.#most, work) : undefined
    if (vector === undefined && made.left > 0 && rows.length > 1) {
      const half = rows.length >>> 1
      this.#piece(records, rows.subarray(0, half), failures, made)
      this.#piece(records, rows.subarray(half), failures, made)
      return
    }
    rows.forEach((row, at) => {
      if (vector === undefined) failures.add(row, BATCH_TOO_LARGE, TOO_LARGE)
      if (vector === undefined || failures.has(row)) return
      made.builder.set(row, scalarAt(vector, at))
      made.left -= weightAt(vector, at)
    })
  }
}

interface MadeByPieces {
  readonly builder: Builder
  /** How much more may come of all rows together. */
  left: number
}

/** Of some rows, by their numbers among these. */
class PartFailures implements Failures {
  readonly #whole: Failures
  readonly #rows: Rows

  constructor(whole: Failures, rows: Rows) {
    this.#whole = whole
    this.#rows = rows
  }

  get count(): number {
    return this.#whole.count
  }

  has(row: number): boolean {
    return this.#whole.has(this.#rows[row] as number)
  }

  add(row: number, code: string, reason: string): void {
    this.#whole.add(this.#rows[row] as number, code, reason)
  }
}

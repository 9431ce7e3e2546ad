/**
 * What the engine knows of an expression: it was compiled elsewhere (src/sql) from a text that the
 * plan holds, and is a pure function of the columns.
 */

import type { Schema } from '../schema/schema.ts'
import type { Type } from '../schema/type.ts'
import type { Records, Rows } from './records.ts'
import type { Vector } from './vector.ts'

/** Rows that could not be computed. A row fails once; what failed first is kept. */
export interface Failures {
  /** `reason` is a sentence for people and is built only here, so it may cost. */
  add(row: number, code: string, reason: string): void
  has(row: number): boolean
  /** Rows that failed so far. */
  readonly count: number
}

export interface Expression {
  readonly type: Type
  /** The columns that it looks at, by place. */
  readonly reads: readonly number[]
  /**
   * A vector as long as the records, in which only `rows` mean anything. A row that failed is told
   * to `failures` and is null.
   */
  evaluate(records: Records, rows: Rows, failures: Failures): Vector
}

/** Makes expressions of their text; throws a WeirError for a text that makes none. */
export interface Compiler {
  expression(text: string, schema: Schema): Expression
}

/**
 * What runs: functions over whole columns, chosen when an expression is compiled. A kernel is
 * handed the rows that count; what it leaves in other rows is void, in its result too.
 */

import type { Failures } from '../../engine/columns/expression.ts'
import type { Records, Rows } from '../../engine/columns/records.ts'
import type { Vector } from '../../engine/columns/vector.ts'
import type { Budget } from './budget.ts'

/** One evaluation: a batch, and where failures are told. */
export interface Frame {
  readonly records: Records
  readonly size: number
  readonly failures: Failures
  readonly budget: Budget
}

export interface Kernel {
  evaluate(frame: Frame, rows: Rows): Vector
}

/** The same with its arguments computed. */
export type Columnwise = (args: readonly Vector[], rows: Rows, frame: Frame) => Vector

/**
 * The edges of a plan in the making, and what may still be done with each. An operator whose answer
 * depends on the order of its records stands only where that order is sure.
 */

import type { Expr } from '../../oracle/expression.ts'
import type { Edge } from '../../oracle/plan.ts'
import type { DrawnColumn } from './kinds.ts'

export interface Stream {
  readonly edge: Edge
  readonly columns: readonly DrawnColumn[]
  /** Its records come in the order in which they arrived. */
  readonly ordered: boolean
  /** Those that have the same values of these do. */
  readonly together?: readonly Expr[] | undefined
  /** Its rows take others' places, or have times of another clock: it goes to a sink. */
  readonly settled: boolean
  /** Its rows take others' places: an aggregate of those that say them. */
  readonly replaces?: string | undefined
  /** How often it is said is up to the clock: and so, how often it fails. */
  readonly early?: boolean | undefined
  /** Names its rows, of which the last one counts; empty: every row counts. */
  readonly key: readonly string[]
}

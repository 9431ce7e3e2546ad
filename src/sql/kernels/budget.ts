/**
 * What one evaluation over a batch may make and do in all. A record alone is bounded by what a
 * value may be; thousands of them at that bound would still take all memory, or all time.
 */

import type { Work } from '../regex/meter.ts'
import { Failure } from '../value/failure.ts'

/** Units of texts, bytes and arrays made, on the way too. */
export const MADE_UNITS_MAX = 33_554_432
/** Steps of regular expressions. */
export const EVALUATION_STEPS_MAX = 8_000_000

/** The same while one part of an expression that is known beforehand is computed. */
export const FOLDED_UNITS_MAX = 65_536
export const FOLDED_STEPS_MAX = 1_000_000
/** Units made in all while an expression is compiled: then the rest is left to the records. */
export const FOLDING_UNITS_MAX = 4_194_304

const noRoom = new Failure(
  'sql-limit',
  `Texts and arrays of one batch would take more than ${MADE_UNITS_MAX} characters`,
)

export class Budget implements Work {
  readonly #units: number
  #kept = 0
  #made = 0
  left: number

  constructor(units = MADE_UNITS_MAX, steps = EVALUATION_STEPS_MAX) {
    this.#units = units
    this.left = steps
  }

  /** A value of so many units was made. It is to be kept, unless there is no room for it. */
  keep(units: number): Failure | undefined {
    this.#made += units
    if (this.#kept + units > this.#units) return noRoom
    this.#kept += units
    return undefined
  }

  /** It was made in vain. */
  drop(units: number): void {
    this.#made += units
  }

  /** Units made, kept or not. */
  get made(): number {
    return this.#made
  }

  get isSpent(): boolean {
    return this.#made > this.#units
  }
}

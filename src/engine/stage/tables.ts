/**
 * Numbers of a stage's tables, by operator and name: given out in the order in which operators of
 * a plan ask, which is always the same. The first few are the stage's own.
 */

import { invariant } from '../../base/errors.ts'
import { TABLES_MAX } from '../state/row-key.ts'

/** Cursors and watermarks of channels. */
export const CHANNEL_TABLE = 0
/** How many outputs each sink has had. */
export const OUTPUT_TABLE = 1
const FIRST_FREE = 16

export class Tables {
  readonly #numbers = new Map<string, number>()

  of(operator: string, name: string): number {
    const key = `${operator}/${name}`
    const known = this.#numbers.get(key)
    if (known !== undefined) return known
    const number = FIRST_FREE + this.#numbers.size
    invariant(number < TABLES_MAX, 'tables-are-bounded')
    this.#numbers.set(key, number)
    return number
  }
}

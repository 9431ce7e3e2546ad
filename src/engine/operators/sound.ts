/** Rows that could be computed. */

import type { Failures } from '../columns/expression.ts'
import type { Rows } from '../columns/records.ts'

export function sound(rows: Rows, failures: Failures): Rows {
  return failures.count === 0 ? rows : rows.filter(row => !failures.has(row))
}

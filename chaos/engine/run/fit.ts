/** That an operator says no more in one batch than there is room for. */

import { weightOf } from '../../../src/engine/columns/weight.ts'
import type { Limits } from '../../../src/engine/stage/limits.ts'
import type { Output } from './engine.ts'

/** `limits` missing: nobody asks. */
export function mustFit({ to, records }: Output, limits: Limits | undefined): void {
  if (limits === undefined) return
  const fits = records.size <= limits.rows && weightOf(records) <= limits.bytes
  if (!fits) throw new Error(`${records.size} rows are too many, or too large, for ${to}`)
}

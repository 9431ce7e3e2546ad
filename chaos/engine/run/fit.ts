/** That an operator says no more in one batch than there is room for. */

import { gatherRecords } from '../../../src/engine/columns/gather.ts'
import { allRows, DELETE } from '../../../src/engine/columns/records.ts'
import { weightOf } from '../../../src/engine/columns/weight.ts'
import type { Limits } from '../../../src/engine/stage/limits.ts'
import type { Output } from './engine.ts'

/** `limits` missing: nobody asks. What takes back needs no room: what it takes back had some. */
export function mustFit({ to, records }: Output, limits: Limits | undefined): void {
  if (limits === undefined) return
  const { kinds } = records
  const rows = allRows(records.size).filter(row => kinds?.[row] !== DELETE)
  const weight = weightOf(gatherRecords(records, rows))
  if (rows.length <= limits.rows && weight <= limits.bytes) return
  throw new Error(`${rows.length} rows are too many, or too large, for ${to}`)
}

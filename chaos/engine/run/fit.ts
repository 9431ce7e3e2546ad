/** That no more is said in one batch than there is room for. */

import { gatherRecords } from '../../../src/engine/columns/gather.ts'
import { allRows, DELETE, type Records } from '../../../src/engine/columns/records.ts'
import { weightOf } from '../../../src/engine/columns/weight.ts'
import type { Limits } from '../../../src/engine/stage/limits.ts'
import type { Output } from './engine.ts'

/** What leaves a site with a batch, letters aside. */
export function mustFitTogether(outputs: readonly Output[], limits: Limits | undefined): void {
  const bytes = outputs.reduce((sum, { records }) => sum + weightOf(said(records)), 0)
  if (limits === undefined || bytes <= limits.leavingBytes) return
  throw new Error(`${bytes} bytes are too many for one entry`)
}

/** `limits` missing: nobody asks. What takes back needs no room: what it takes back had some. */
export function mustFit({ to, records }: Output, limits: Limits | undefined): void {
  if (limits === undefined) return
  const own = said(records)
  if (own.size <= limits.rows && weightOf(own) <= limits.bytes) return
  throw new Error(`${own.size} rows are too many, or too large, for ${to}`)
}

function said(records: Records): Records {
  const { kinds } = records
  return gatherRecords(
    records,
    allRows(records.size).filter(row => kinds?.[row] !== DELETE),
  )
}

/** Of records with equal keys the first; with a time limit, the first since the one kept last. */

import type { Moment } from './input.ts'
import type { DedupSpec } from './plan.ts'
import { eachRow, namedValues, type Outcome, outcomeOf, type Row, type Table } from './table.ts'
import { textOfAll } from './value.ts'

export function deduped(spec: DedupSpec, input: Table, moments: readonly Moment[]): Outcome {
  const within = spec.withinMs ?? Number.POSITIVE_INFINITY
  const keyed = eachRow(input, (row, scope) => [
    { row, key: textOfAll(namedValues(spec.key, scope)) },
  ])
  const passed: Row[] = []
  const kept: { readonly row: Row; readonly key: string }[] = []
  for (const one of keyed.made) {
    const last = kept.findLast(({ key }) => key === one.key)
    if (last !== undefined && !isPast(last.row, one.row, moments, within)) continue
    passed.push(one.row)
    if (one.row.time + within > before(one.row, moments)) kept.push(one)
  }
  return outcomeOf({ ...input, rows: passed }, { failed: keyed.failed })
}

function before(row: Row, moments: readonly Moment[]): number {
  return moments[row.batch]?.before ?? Number.NEGATIVE_INFINITY
}

/** What was kept no longer speaks for its key: by the record's time, or by the watermark. */
function isPast(kept: Row, row: Row, moments: readonly Moment[], within: number): boolean {
  if (within === Number.POSITIVE_INFINITY) return false
  return row.time - kept.time >= within || before(row, moments) >= kept.time + within
}

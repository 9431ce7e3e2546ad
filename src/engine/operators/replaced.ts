/**
 * Results that are said again, on their way through operators that look at each record alone. Where
 * one of these follows, what is replaced goes along: a row of kind `BEFORE`, just as it was said,
 * directly in front of the update that takes its place; without one, it holds no more. So nothing
 * is ever taken back that was not said, nor with other values.
 */

import type { Failures } from '../columns/expression.ts'
import { FailedRows } from '../columns/failed-rows.ts'
import { gatherRecords } from '../columns/gather.ts'
import { allRows, BEFORE, DELETE, INSERT, type Records, UPDATE } from '../columns/records.ts'

/** Whether the row and the next are one: what is replaced, and by what. */
function isPair(kinds: Uint8Array, row: number): boolean {
  return kinds[row] === BEFORE && kinds[row + 1] === UPDATE
}

/**
 * Of records of which those of some rows go on: an update that does not takes back what it would
 * have replaced, and one that does, where that had not, is the first of its key.
 */
export function settled(
  records: Records,
  kinds: Uint8Array,
  goesOn: (row: number) => boolean,
): Records {
  const own = kinds.slice()
  const rows = allRows(records.size).filter(row => {
    if (goesOn(row)) {
      if (row > 0 && isPair(kinds, row - 1) && !goesOn(row - 1)) own[row] = INSERT
      return true
    }
    // It was not said with what it replaces: whoever knows that it was is told.
    if (kinds[row] === UPDATE && !(row > 0 && isPair(kinds, row - 1))) own[row] = DELETE
    return own[row] === DELETE
  })
  return gatherRecords({ ...records, kinds: own }, rows)
}

/** As sinks are told: what is replaced they know. */
export function told(records: Records): Records {
  const { kinds } = records
  if (kinds?.includes(BEFORE) !== true) return records
  const rows = allRows(records.size).filter(row => !isPair(kinds, row))
  const own = kinds.map(kind => (kind === BEFORE ? DELETE : kind))
  return gatherRecords({ ...records, kinds: own }, rows)
}

/** Of what is taken back nothing is told: it failed when it was said, or is void. */
export function failuresOf({ kinds }: Records, all: Failures): Failures {
  if (kinds === undefined) return all
  return new FailedRows((row, code, reason) => {
    if (kinds[row] !== DELETE && kinds[row] !== BEFORE) all.add(row, code, reason)
  })
}

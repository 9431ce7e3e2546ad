/**
 * A stretch of a source as it was read: all offsets from one up to, without, another, and the
 * records that came of them, sorted by the groups that are to have them. It does not matter who
 * read it, or how often: the same offsets give the same records.
 */

import { invariant } from '../../base/errors.ts'
import { rowOf } from '../channels/frame.ts'
import { gatherRecords } from '../columns/gather.ts'
import { allRows, type Records } from '../columns/records.ts'
import { rowWeight } from '../columns/weight.ts'

export interface Stretch {
  readonly from: number
  readonly to: number
  /**
   * Nothing with an earlier time comes behind `to`, as far as whoever read this knows; -Infinity:
   * he knows nothing. It may stand on records before `from`, and never on any at `to` or behind.
   */
  readonly watermark: number
  /** By branch; who has none is not named. */
  readonly parts: ReadonlyMap<number, Records>
}

/** What is said of a stretch in one frame. */
export interface Cut {
  readonly to: number
  /** Missing: none of its records is for the branch. */
  readonly records: Records | undefined
}

/**
 * What a branch is told of a stretch from `from` on: up to `limit` at most, and as many records as
 * weigh so much, but never a part of an offset.
 */
export function cutOf(
  stretch: Stretch,
  part: Records | undefined,
  { from, limit, weightMax }: { from: number; limit: number; weightMax: number },
): Cut {
  invariant(stretch.from <= from && from < stretch.to, 'a-cut-lies-within', from)
  const to = Math.min(stretch.to, limit)
  if (part === undefined) return { to, records: undefined }
  const first = rowOf(part, from)
  const end = rowOf(part, to)
  if (first === end) return { to, records: undefined }
  const last = fitting(part, first, { end, weightMax })
  const rows = allRows(last).subarray(first)
  const records = rows.length === part.size ? part : gatherRecords(part, rows)
  return { to: last === end ? to : offsetAt(part, last), records }
}

/** Before which row to stop; at least one offset goes along. */
function fitting(
  part: Records,
  first: number,
  { end, weightMax }: { end: number; weightMax: number },
): number {
  let weight = 0
  let last = first
  for (let row = first; row < end; row++) {
    if (row > first && offsetAt(part, row) !== offsetAt(part, row - 1)) {
      if (weight > weightMax) return last === first ? row : last
      last = row
    }
    weight += rowWeight(part, row)
  }
  return weight > weightMax && last > first ? last : end
}

function offsetAt(part: Records, row: number): number {
  return part.origin?.offsets[row] as number
}

/**
 * Records of one offset go in one frame. Where they are more than a frame holds, they are sorted
 * out before a stretch is made of them: whoever makes it has the reasons for dead letters.
 */

import { ByteWriter } from '../../base/bytes.ts'
import { offsetsOf } from '../channels/frame.ts'
import { gatherRecords } from '../columns/gather.ts'
import type { Records } from '../columns/records.ts'
import { writeRecords } from '../columns/records-codec.ts'
import { rowWeight } from '../columns/weight.ts'
import { OFFSET_BYTES_MAX } from './bounds.ts'

/** A row of the records that were given. */
interface Refused {
  readonly row: number
  readonly code: string
  readonly reason: string
}

interface SortedOut {
  /** What fits; the very same records if all do. */
  readonly part: Records
  readonly refused: readonly Refused[]
}

/** Written bytes for one of weight, at most: a number of forty digits weighs as a small one. */
const BYTES_OF_WEIGHT = 8

/** Of the records for one group, with their offsets. */
export function sortOut(part: Records): SortedOut {
  const refused: Refused[] = []
  const kept: number[] = []
  for (let first = 0; first < part.size; ) {
    const end = endOfOffset(part, first)
    const rows = Int32Array.from({ length: end - first }, (_, at) => first + at)
    const bytes = bytesAbove(part, rows)
    if (bytes === undefined) kept.push(...rows)
    else for (const row of rows) refused.push(refusal(row, bytes))
    first = end
  }
  if (refused.length === 0) return { part, refused }
  return { part: gatherRecords(part, Int32Array.from(kept)), refused }
}

function endOfOffset(part: Records, first: number): number {
  const offsets = offsetsOf(part)
  let end = first
  while (end < part.size && offsets[end] === offsets[first]) end++
  return end
}

/** Missing: they fit. Only what is heavy is written to be measured. */
function bytesAbove(part: Records, rows: Int32Array): number | undefined {
  const weight = rows.reduce((sum, row) => sum + rowWeight(part, row), 0)
  if (weight * BYTES_OF_WEIGHT <= OFFSET_BYTES_MAX) return undefined
  const out = new ByteWriter()
  writeRecords(out, gatherRecords(part, rows))
  const { length } = out.finish()
  return length > OFFSET_BYTES_MAX ? length : undefined
}

function refusal(row: number, bytes: number): Refused {
  const reason =
    `the results of one record for one group have ${bytes} bytes, more than the ` +
    `${OFFSET_BYTES_MAX} that go together: make fewer or smaller ones of it`
  return { row, code: 'results-too-large', reason }
}

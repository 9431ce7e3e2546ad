/** Results of windows as records: the columns of the key, the window, the aggregates. */

import { RECORD_MS } from '../../base/calendar.ts'
import type { Failures } from '../columns/expression.ts'
import { FailedRows } from '../columns/failed-rows.ts'
import { gatherRecords } from '../columns/gather.ts'
import { allRows, DELETE, INSERT, type Records, UPDATE } from '../columns/records.ts'
import type { Vector } from '../columns/vector.ts'
import type { Output } from '../operators/operator.ts'
import { type Column, Schema } from '../schema/schema.ts'
import { TIMESTAMPTZ } from '../schema/type.ts'
import type { Call } from './calls.ts'

export const WINDOW_COLUMNS: readonly Column[] = [
  { name: 'window_start', type: TIMESTAMPTZ },
  { name: 'window_end', type: TIMESTAMPTZ },
]

export function resultSchema(
  keys: readonly Column[],
  window: readonly Column[],
  calls: readonly Call[],
): Schema {
  const results = calls.map(({ name, accumulators }) => ({ name, type: accumulators.type }))
  return new Schema([...keys, ...window, ...results])
}

/** The same number in each row. */
export function constantTimes(time: number, size: number): Float64Array {
  return new Float64Array(size).fill(time)
}

export function timeVector(numbers: Float64Array): Vector {
  return { store: 'number', nulls: undefined, numbers, wide: undefined }
}

function recordsOfKind(records: Omit<Records, 'kinds'>, kind: number): Records {
  return kind === INSERT ? records : { ...records, kinds: new Uint8Array(records.size).fill(kind) }
}

/** Where windows start and end, row by row. */
interface Bounds {
  readonly starts: Float64Array
  readonly ends: Float64Array
}

export interface Results {
  readonly schema: Schema
  readonly size: number
  readonly times: Float64Array
  /** Missing: results do not say their windows. */
  readonly bounds?: Bounds | undefined
  readonly kind: number
  /** Column by column: of the key, of the window, of the aggregates. */
  vectors(failures: Failures): readonly Vector[]
}

const BEYOND = 'the window starts or ends in none of the years 1 to 9999'

function isBeyond({ starts, ends }: Bounds, row: number): boolean {
  return (starts[row] as number) < RECORD_MS.min || (ends[row] as number) > RECORD_MS.max
}

/**
 * Results that have no place in their type go to the dead letters, with their key, and the others
 * on. One that was to replace what was said before takes it back: it holds no more. One that is to
 * be taken back is: whoever should have said it took back what it had said, too. Of a window whose
 * bounds have no place in theirs nothing was ever said.
 */
export function sayResults(out: Output, results: Results): void {
  const { schema, size, times, bounds, kind, vectors } = results
  const failed: { row: number; code: string; reason: string }[] = []
  const failures = new FailedRows((row, code, reason) => failed.push({ row, code, reason }))
  const hasPlace = (row: number) => bounds === undefined || !isBeyond(bounds, row)
  for (let row = 0; row < size; row++) {
    if (!hasPlace(row)) failures.add(row, 'time-out-of-range', BEYOND)
  }
  const records = recordsOfKind({ schema, size, times, vectors: vectors(failures) }, kind)
  if (failed.length === 0) {
    out.emit(records)
    return
  }
  if (kind !== DELETE) {
    const told = out.failures(records)
    for (const { row, code, reason } of failed) told.add(row, code, reason)
  }
  const goesOn = kind === UPDATE ? hasPlace : (row: number) => !failures.has(row)
  const rows = allRows(size).filter(goesOn)
  const kinds = records.kinds?.map((_, row) =>
    failures.has(row) && kind === UPDATE ? DELETE : kind,
  )
  out.spend(size - rows.length)
  out.emit(gatherRecords({ ...records, ...(kinds && { kinds }) }, rows))
}

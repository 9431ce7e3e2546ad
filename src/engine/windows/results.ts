/** Results of windows as records: the columns of the key, the window, the aggregates. */

import type { Failures } from '../columns/expression.ts'
import { FailedRows } from '../columns/failed-rows.ts'
import { gatherRecords } from '../columns/gather.ts'
import { allRows, DELETE, INSERT, type Records, UPDATE } from '../columns/records.ts'
import type { Vector } from '../columns/vector.ts'
import type { Output } from '../operators/operator.ts'
import { sound } from '../operators/sound.ts'
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

export interface Results {
  readonly schema: Schema
  readonly size: number
  readonly times: Float64Array
  readonly kind: number
  vectors(failures: Failures): readonly Vector[]
}

/**
 * Results that have no place in their type go to the dead letters, with their key, and the others
 * on. One that was to replace what was said before takes it back: it holds no more. One that is to
 * be taken back is: whoever should have said it took back what it had said, too.
 */
export function sayResults(out: Output, { schema, size, times, kind, vectors }: Results): void {
  const failed: { row: number; code: string; reason: string }[] = []
  const failures = new FailedRows((row, code, reason) => failed.push({ row, code, reason }))
  const records = recordsOfKind({ schema, size, times, vectors: vectors(failures) }, kind)
  if (failed.length === 0) {
    out.emit(records)
    return
  }
  if (kind !== DELETE) {
    const told = out.failures(records)
    for (const { row, code, reason } of failed) told.add(row, code, reason)
  }
  if (kind === UPDATE) {
    const kinds = Uint8Array.from({ length: size }, (_, row) => kindOf(failures.has(row)))
    out.emit({ ...records, kinds })
    return
  }
  out.spend(failed.length)
  out.emit(gatherRecords(records, sound(allRows(size), failures)))
}

const kindOf = (hasFailed: boolean): number => (hasFailed ? DELETE : UPDATE)

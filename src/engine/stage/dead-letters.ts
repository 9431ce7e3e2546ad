/** Records that could not be computed, as records: with the reason, and where they came from. */

import { vectorOf } from '../columns/builder.ts'
import type { Records } from '../columns/records.ts'
import { type Scalar, scalarAt } from '../columns/vector.ts'
import { Schema } from '../schema/schema.ts'
import { BIGINT, TEXT } from '../schema/type.ts'
import type { DeadRow } from './collector.ts'

export const DEAD_LETTERS = 'dead-letters'

export const DEAD_LETTER_SCHEMA = new Schema([
  { name: 'operator', type: TEXT },
  { name: 'code', type: TEXT },
  { name: 'reason', type: TEXT },
  /** Where it came from; null behind whatever makes one record of several. */
  { name: 'channel', type: BIGINT },
  { name: 'offset', type: BIGINT },
  /** Its columns, as JSON. */
  { name: 'record', type: TEXT },
])

/** Of a record's columns, so that one letter stays small. */
export const LETTER_TEXT_MAX = 64 * 1024

export function deadLetters(rows: readonly DeadRow[]): Records {
  const { columns } = DEAD_LETTER_SCHEMA
  const letters = rows.map(letter)
  return {
    schema: DEAD_LETTER_SCHEMA,
    size: rows.length,
    vectors: columns.map(({ type }, place) =>
      vectorOf(
        type,
        letters.map(one => one[place] ?? null),
      ),
    ),
    times: Float64Array.from(rows, ({ records, row }) => records.times[row] as number),
  }
}

function letter({ operator, records, row, code, reason }: DeadRow): readonly Scalar[] {
  const { origin } = records
  const channel = origin?.channel ?? null
  return [operator, code, reason, channel, origin?.offsets[row] ?? null, recordText(records, row)]
}

/** Whole numbers beyond 2^53 are given as texts, bytes as hexadecimal digits. */
function recordText({ schema, vectors }: Records, row: number): string {
  const entries = vectors.map((vector, place) => [schema.at(place).name, scalarAt(vector, row)])
  const text = JSON.stringify(Object.fromEntries(entries), (_, value: unknown) => {
    if (typeof value === 'bigint') return value.toString()
    return value instanceof Uint8Array ? hex(value) : value
  })
  return text.slice(0, LETTER_TEXT_MAX)
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('')
}

/** Records that could not be computed, as records: with the reason, and where they came from. */

import { wholeText } from '../../base/bytes.ts'
import { vectorOf } from '../columns/builder.ts'
import type { Records } from '../columns/records.ts'
import { type Scalar, scalarAt } from '../columns/vector.ts'
import { rowWeight } from '../columns/weight.ts'
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
/** Of the columns of a batch's letters; what fails behind them has none. */
export const LETTERS_TEXT_MAX = 8 * 2 ** 20
/** Letters of a batch; one more says how many records failed besides. */
export const LETTERS_MAX = 262_144
/** How much of one value is shown, if not all: of a text, or elements of a list. */
const SHOWN = [4096, 256, 16, 0]

export function deadLetters(rows: readonly DeadRow[]): Records {
  const { columns } = DEAD_LETTER_SCHEMA
  const told = rows.slice(0, LETTERS_MAX)
  const left = { text: LETTERS_TEXT_MAX }
  const letters = told.map(row => letter(row, left))
  const [first] = rows.slice(LETTERS_MAX)
  if (first !== undefined) {
    letters.push([first.operator, MORE, moreText(rows.length - LETTERS_MAX), null, null, null])
    told.push(first)
  }
  return {
    schema: DEAD_LETTER_SCHEMA,
    size: told.length,
    vectors: columns.map(({ type }, place) =>
      vectorOf(
        type,
        letters.map(one => one[place] ?? null),
      ),
    ),
    times: Float64Array.from(told, ({ records, row }) => records.times[row] as number),
  }
}

const MORE = 'more-failed'
const moreText = (count: number) => `${count} more records of the batch failed, this and others`

function letter(dead: DeadRow, left: { text: number }): readonly Scalar[] {
  const { operator, records, row, code, reason } = dead
  const { origin } = records
  const channel = origin?.channel ?? null
  const text = left.text > 0 ? recordText(records, row) : null
  left.text -= text?.length ?? 0
  return [operator, code, reason, channel, origin?.offsets[row] ?? null, text]
}

/** The whole record, or as much of each value as gives a short text. */
function recordText(records: Records, row: number): string {
  const whole = rowWeight(records, row) <= LETTER_TEXT_MAX ? textOf(records, row) : undefined
  if (whole !== undefined && whole.length <= LETTER_TEXT_MAX) return whole
  for (const shown of SHOWN) {
    const text = textOf(records, row, shown)
    if (text.length <= LETTER_TEXT_MAX) return text
  }
  return '{}'
}

/** Whole numbers beyond 2^53, and what is no number, as texts; bytes as hexadecimal digits. */
function textOf({ schema, vectors }: Records, row: number, shown = Infinity): string {
  const entries = vectors.map((vector, place) => {
    return [schema.at(place).name, short(scalarAt(vector, row), shown)]
  })
  return JSON.stringify(Object.fromEntries(entries), (_, value: unknown) => {
    if (typeof value === 'bigint') return value.toString()
    if (typeof value === 'number' && !Number.isFinite(value)) return value.toString()
    return value instanceof Uint8Array ? hex(value) : value
  })
}

function short(value: Scalar, shown: number): Scalar {
  if (typeof value === 'string') return value.length > shown ? cut(value, shown) : value
  if (value instanceof Uint8Array) return value.subarray(0, shown)
  if (!Array.isArray(value)) return value
  const some: readonly Scalar[] = value
  return shown === Infinity ? some : some.slice(0, shown / 16).map(one => short(one, shown / 16))
}

/** Not between the halves of a pair. */
function cut(text: string, shown: number): string {
  return `${wholeText(text.slice(0, shown)).replace(/\ufffd$/, '')}\u2026`
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('')
}

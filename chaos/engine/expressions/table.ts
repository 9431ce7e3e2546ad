/** Random rows over columns of every type, some of them with values at the ends of the type. */

import type { Prng } from '../../../src/base/prng.ts'
import { BIGINT, BOOLEAN, type Column, DOUBLE, INTEGER, TEXT } from '../../oracle/type.ts'
import type { Value } from '../../oracle/value.ts'
import type { Temper } from '../generate/kinds.ts'
import { drawValue } from '../generate/values.ts'

interface ProbeColumn extends Column {
  readonly temper: Temper
  /** Of the first row of every table: differences on purpose show there, whatever luck draws. */
  readonly first?: Value
}

/** `i`, `c`: small; `w`, `b`, `z`, `p`, `q`, `dw`, `tw`: of any size; `j`: JSON. */
const COLUMNS: readonly ProbeColumn[] = [
  { name: 'f', type: BOOLEAN, temper: 'calm' },
  { name: 'i', type: INTEGER, temper: 'calm' },
  { name: 'w', type: INTEGER, temper: 'wild' },
  { name: 'c', type: BIGINT, temper: 'calm' },
  { name: 'b', type: BIGINT, temper: 'wild' },
  { name: 'x', type: DOUBLE, temper: 'calm' },
  { name: 'z', type: DOUBLE, temper: 'wild' },
  { name: 'n', type: { kind: 'decimal', precision: 10, scale: 2 }, temper: 'calm' },
  { name: 'p', type: { kind: 'decimal', precision: 38, scale: 10 }, temper: 'wild' },
  { name: 'q', type: { kind: 'decimal', precision: 5, scale: 5 }, temper: 'wild' },
  { name: 's', type: TEXT, temper: 'calm', first: '' },
  { name: 't', type: TEXT, temper: 'calm', first: "it's" },
  { name: 'j', type: TEXT, temper: 'calm' },
  { name: 'd', type: { kind: 'date' }, temper: 'calm' },
  { name: 'dw', type: { kind: 'date' }, temper: 'wild' },
  { name: 'tw', type: { kind: 'timestamp' }, temper: 'wild' },
  { name: 'ts', type: { kind: 'timestamp' }, temper: 'calm' },
  { name: 'u', type: { kind: 'timestamp' }, temper: 'calm' },
  { name: 'tz', type: { kind: 'timestamptz' }, temper: 'calm' },
  { name: 'xs', type: { kind: 'array', of: INTEGER }, temper: 'calm' },
  { name: 'ws', type: { kind: 'array', of: TEXT }, temper: 'calm', first: [null] },
]

/** Of `j`. */
const JSONS = [
  ...['{"a": 1, "b": [1, 2]}', '{"a": "x"}', '{"a": null}', '{}', '[]', '[1, "a", null]'],
  ...['1', '"a"', 'null', 'true', '{"a": {"b": [true]}}', '{"a": [1, 2]}'],
]

export interface ProbeTable {
  readonly columns: readonly Column[]
  readonly rows: readonly (readonly Value[])[]
}

export function drawTable(prng: Prng, rows: number): ProbeTable {
  return {
    columns: COLUMNS,
    rows: Array.from({ length: rows }, (_, row) =>
      COLUMNS.map(column => {
        if (row === 0 && column.first !== undefined) return column.first
        return column.name === 'j' ? prng.pick(JSONS) : drawn(prng, column)
      }),
    ),
  }
}

const FIRST_DAY = -719_162
const LAST_DAY = 2_932_896
const DAY_MS = 86_400_000

/** Wild ones of types that plans keep small: as many digits as there are, years from 1 to 9999. */
function drawn(prng: Prng, column: ProbeColumn): Value {
  const { type, temper } = column
  if (temper !== 'wild' || (type.kind !== 'text' && prng.chance(0.1)))
    return drawValue(prng, column)
  switch (type.kind) {
    case 'decimal':
      return drawDigits(prng, type.precision)
    case 'date':
      return BigInt(prng.between(FIRST_DAY, LAST_DAY))
    case 'timestamp':
      return BigInt(prng.between(FIRST_DAY, LAST_DAY)) * BigInt(DAY_MS) + BigInt(prng.below(DAY_MS))
    default:
      return drawValue(prng, column)
  }
}

function drawDigits(prng: Prng, most: number): bigint {
  const count = prng.between(1, most)
  const digits = Array.from({ length: count }, () => prng.below(10)).join('')
  return BigInt(digits) * (prng.chance(0.5) ? 1n : -1n)
}

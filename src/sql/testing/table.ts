/** Test support: a few records with columns of every type, on which scripts compute. */

import { type Records, recordsOf } from '../../engine/columns/records.ts'
import type { Scalar } from '../../engine/columns/vector.ts'
import { Schema } from '../../engine/schema/schema.ts'
import {
  arrayOf,
  BIGINT,
  BOOLEAN,
  BYTES,
  DATE,
  DOUBLE,
  decimal,
  INTEGER,
  INTERVAL,
  JSON_TYPE,
  MONTHS,
  TEXT,
  TIMESTAMP,
  TIMESTAMPTZ,
  type Type,
} from '../../engine/schema/type.ts'

interface TestColumn {
  readonly name: string
  readonly type: Type
  /** In the first, second and third record; in the fourth everything is null. */
  readonly values: readonly [Scalar, Scalar, Scalar]
}

const utc = (text: string): number => Date.parse(`${text}Z`)
const day = (text: string): number => Date.parse(`${text}Z`) / 86_400_000

const columns: readonly TestColumn[] = [
  { name: 'f', type: BOOLEAN, values: [true, false, true] },
  { name: 'i', type: INTEGER, values: [7, -2, 2_147_483_647] },
  { name: 'b', type: BIGINT, values: [3_000_000_000, 0, 9_223_372_036_854_775_807n] },
  { name: 'x', type: DOUBLE, values: [2.5, -0.5, Number.NaN] },
  { name: 'n', type: decimal(10, 2), values: [1999, -50, 9_999_999_999] },
  { name: 'm', type: decimal(38, 10), values: [12_345_678_901n, 0, 10n ** 37n] },
  { name: 't', type: TEXT, values: ['Hello', '', 'Größe 😀'] },
  { name: 'u', type: TEXT, values: ['42', '3.75', 'ell'] },
  { name: 'y', type: BYTES, values: [Uint8Array.of(1, 2), new Uint8Array(), Uint8Array.of(255)] },
  { name: 'd', type: DATE, values: [day('2024-02-29'), 0, day('9999-12-31')] },
  {
    name: 'ts',
    type: TIMESTAMP,
    values: [utc('2024-02-29T12:34:56.789'), -1, utc('9999-12-31T23:59:59.999')],
  },
  {
    name: 'tz',
    type: TIMESTAMPTZ,
    values: [utc('2024-07-01T12:00:00'), 0, utc('2024-03-31T01:30')],
  },
  { name: 'v', type: INTERVAL, values: [90_000, -86_400_000, 0] },
  { name: 'o', type: MONTHS, values: [14, -1, 0] },
  {
    name: 'j',
    type: JSON_TYPE,
    values: [
      '{"id": 9007199254740993, "user": {"name": "Ann", "tags": ["a", "b"]}, "ok": true}',
      '[1, -2.5, "x", null]',
      '"5"',
    ],
  },
  { name: 'xs', type: arrayOf(INTEGER), values: [[3, 1, 2], [], [null, 5]] },
  { name: 'ws', type: arrayOf(TEXT), values: [['b', 'a'], ['', 'a', 'a'], [null]] },
  { name: 'a.b', type: INTEGER, values: [1, 2, 3] },
  { name: 'order', type: INTEGER, values: [10, 20, 30] },
]

const schema = new Schema(columns)

const ROWS = 4

export const table: Records = recordsOf(
  schema,
  Array.from({ length: ROWS }, (_, row) => ({
    time: row,
    values: columns.map(({ values }) => values[row] ?? null),
  })),
)

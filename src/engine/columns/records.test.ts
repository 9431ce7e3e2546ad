/** Records made of rows and rows made of records: for tests, and for what is rare. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Schema } from '../schema/schema.ts'
import { BIGINT, TEXT } from '../schema/type.ts'
import { anySchema, rowOf } from '../testing/arbitrary.ts'
import { allRows, DELETE, INSERT, recordsOf, rowAt, rowsOf, UPDATE } from './records.ts'

const schema = new Schema([
  { name: 'user', type: TEXT },
  { name: 'n', type: BIGINT },
])

describe('records', () => {
  test('made of rows give them back', () => {
    const plan = anySchema.chain(some =>
      fc.tuple(fc.constant(some), fc.array(rowOf(some), { maxLength: 10 })),
    )
    fc.assert(
      fc.property(plan, ([some, rows]) => {
        const records = recordsOf(some, rows)
        expect([records.size, records.vectors.length]).toEqual([rows.length, some.columns.length])
        expect(rowsOf(records)).toEqual(rows)
      }),
    )
  })

  test('without columns have rows all the same', () => {
    const rows = [1, 2].map(time => ({ time, values: [] }))
    expect(rowsOf(recordsOf(new Schema([]), rows))).toEqual(rows)
  })

  test('are all inserts where nothing is said', () => {
    const plain = [undefined, INSERT].map(kind => ({
      time: 0,
      values: ['a', 1],
      ...(kind === undefined ? {} : { kind }),
    }))
    expect(recordsOf(schema, plain).kinds).toBeUndefined()
  })

  test('say of each what it does, as soon as one is no insert', () => {
    const kinds = [INSERT, UPDATE, DELETE]
    const records = recordsOf(
      schema,
      kinds.map(kind => ({ time: 0, values: ['a', 1], kind })),
    )
    expect(records.kinds).toEqual(Uint8Array.from(kinds))
    expect(rowsOf(records).map(({ kind }) => kind)).toEqual([undefined, UPDATE, DELETE])
    expect(rowAt(records, 2)).toEqual({ time: 0, values: ['a', 1], kind: DELETE })
  })

  test.each([[['a']], [['a', 1, 2]], [[]]])(
    'of a row with other columns, %j, are refused',
    values => {
      expect(() => recordsOf(schema, [{ time: 0, values }])).toThrow('a-row-has-all-columns')
    },
  )
})

describe('all rows', () => {
  test('are counted from zero, in any order of asking', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(70_000), { maxLength: 5 }), sizes => {
        for (const size of sizes) {
          const rows = allRows(size)
          expect(rows.length).toBe(size)
          const at = Math.floor(size / 2)
          if (size > 0) expect([rows[0], rows[at], rows[size - 1]]).toEqual([0, at, size - 1])
        }
      }),
      { numRuns: 20 },
    )
  })

  test('that were asked for stay what they are when more are', () => {
    const few = allRows(3)
    allRows(60_000)
    expect([...few]).toEqual([0, 1, 2])
  })
})

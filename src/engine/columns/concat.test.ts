/** Several batches as one: all rows in order, with all that is said of each. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Schema } from '../schema/schema.ts'
import { BIGINT, TEXT } from '../schema/type.ts'
import { anySchema, recordsUnder } from '../testing/arbitrary.ts'
import { concat } from './concat.ts'
import { DELETE, type Records, recordsOf, rowsOf, UPDATE } from './records.ts'

const schema = new Schema([
  { name: 'user', type: TEXT },
  { name: 'n', type: BIGINT },
])

const wide = 2n ** 60n
const one = recordsOf(schema, [{ time: 1, values: ['a', wide] }])
const other = recordsOf(schema, [
  { time: 2, values: [null, 2], kind: UPDATE },
  { time: 3, values: ['c', null], kind: DELETE },
])

const from = (records: Records, channel: number, ...offsets: readonly number[]): Records => ({
  ...records,
  origin: { channel, offsets: Float64Array.from(offsets) },
})

describe('batches of records', () => {
  test('become one with the rows of all, in order', () => {
    const parts = anySchema.chain(some =>
      fc.tuple(fc.constant(some), fc.array(recordsUnder(some), { maxLength: 4 })),
    )
    fc.assert(
      fc.property(parts, ([some, all]) => {
        const whole = concat(some, all)
        expect(whole.schema.equals(some)).toBe(true)
        expect(whole.size).toBe(all.reduce((sum, { size }) => sum + size, 0))
        expect(rowsOf(whole)).toEqual(all.flatMap(rowsOf))
      }),
    )
  })

  test('that are none are no rows of the same columns', () => {
    const none = concat(schema, [])
    expect([none.size, none.vectors.length, none.times.length]).toEqual([0, 2, 0])
    expect(none.kinds).toBeUndefined()
    expect(none.origin).toBeUndefined()
  })

  test('of which there is one stay what it is', () => {
    expect(concat(schema, [one])).toBe(one)
  })

  test('keep what each record does to a result', () => {
    expect([...(concat(schema, [one, other]).kinds ?? [])]).toEqual([0, UPDATE, DELETE])
    expect([...(concat(schema, [other, one]).kinds ?? [])]).toEqual([UPDATE, DELETE, 0])
    expect(concat(schema, [one, one]).kinds).toBeUndefined()
  })

  test('leave the parts as they were', () => {
    const before = [rowsOf(one), rowsOf(other)]
    concat(schema, [one, other, one])
    expect([rowsOf(one), rowsOf(other)]).toEqual(before)
  })

  test('of one channel know where they came from', () => {
    const origin = concat(schema, [from(one, 7, 10), from(other, 7, 12, 15)]).origin
    expect(origin).toEqual({ channel: 7, offsets: Float64Array.of(10, 12, 15) })
  })

  test.each([
    ['of two channels', [from(one, 7, 10), from(other, 8, 12, 15)]],
    ['one of which came from nowhere', [from(one, 7, 10), other]],
    ['the first of which came from nowhere', [one, from(other, 7, 12, 15)]],
  ])('%s do not', (_, parts) => {
    expect(concat(schema, parts).origin).toBeUndefined()
  })

  test('with other columns are our mistake', () => {
    const short = new Schema([{ name: 'user', type: TEXT }])
    const parts = [one, recordsOf(short, [{ time: 1, values: ['a'] }])]
    expect(() => concat(schema, parts)).toThrow('parts-have-all-columns')
  })
})

/** Event time of a source: what its column says, and how far that is. */

import { describe, expect, test } from 'vitest'
import { FailedRows } from '../columns/failed-rows.ts'
import { recordsOf } from '../columns/records.ts'
import { Schema } from '../schema/schema.ts'
import { BIGINT, TEXT, TIMESTAMP, TIMESTAMPTZ } from '../schema/type.ts'
import { PartitionClock, TimeColumn } from './source-time.ts'

const schema = new Schema([
  { name: 'user', type: TEXT },
  { name: 'at', type: TIMESTAMPTZ },
  { name: 'wall', type: TIMESTAMP },
  { name: 'n', type: BIGINT },
])

function timed(column: string | undefined, ats: readonly (number | null)[], own?: number) {
  const rows = ats.map(at => ({ time: own ?? at ?? 0, values: ['a', at, at, 1] }))
  const failed: string[] = []
  const failures = new FailedRows((row, code) => failed.push(`${row} ${code}`))
  const records = new TimeColumn({ column, lagMs: 0 }, schema).timed(
    recordsOf(schema, rows),
    failures,
  )
  return { times: [...records.times], failed }
}

describe('the time of a record', () => {
  test.each(['at', 'wall'])('is what the column %s says', column => {
    expect(timed(column, [7, -3, 0], -5)).toEqual({ times: [7, -3, 0], failed: [] })
  })

  test('is the source’s own where no column is named', () => {
    expect(timed(undefined, [7, null], -5)).toEqual({ times: [-5, -5], failed: [] })
  })

  test('is missing where the column is null: such a record fails', () => {
    const { times, failed } = timed('at', [7, null, 9, null])
    expect(failed).toEqual(['1 no-event-time', '3 no-event-time'])
    expect([times[0], times[2]]).toEqual([7, 9])
  })

  const first = Date.parse('0001-01-01T00:00Z')
  const last = Date.parse('9999-12-31T23:59:59.999Z')

  test.each([
    ...[first - 1, last + 1, 8.64e15, -8.64e15, 9.1e15, -9.1e15],
    ...[Infinity, -Infinity, Number.NaN, 0.5],
  ])('fails where it is none of the years that there are: %d', far => {
    for (const column of ['at', 'wall', undefined]) {
      const { times, failed } = timed(column, [first, far, last])
      expect(failed).toEqual(['1 time-out-of-range'])
      expect(times).toEqual([first, 0, last])
    }
  })

  test('is never taken from memory that a null covers', () => {
    expect(timed('at', [null], 5).times).toEqual([0])
  })
})

describe('a column of the event time', () => {
  const column = (name: string) => () => new TimeColumn({ column: name, lagMs: 0 }, schema)

  test('that there is not is refused, and those are named that there are', () => {
    expect(column('ts')).toThrow(/unknown-column: time: there is no column ts; there are user TEXT/)
  })

  test.each([
    ['user', 'TEXT'],
    ['n', 'BIGINT'],
  ])('like %s, which is %s, is refused', (name, type) => {
    expect(column(name)).toThrow(`wrong-type: time: ${name} is ${type}`)
  })
})

describe('the clock of a partition', () => {
  test('knows nothing before it has seen a record', () => {
    expect(new PartitionClock({ lagMs: 10 }).watermark).toBe(Number.NEGATIVE_INFINITY)
  })

  test('is the latest time less the lag, and never goes back', () => {
    const clock = new PartitionClock({ lagMs: 10 })
    const seen = [[5, 3], [4], [], [30, 20]].map(times => {
      clock.see(Float64Array.from(times))
      return clock.watermark
    })
    expect(seen).toEqual([-5, -5, -5, 20])
  })

  test('of times before 1970 is as good', () => {
    const clock = new PartitionClock({ lagMs: 1 })
    clock.see(Float64Array.of(-100, -50))
    expect(clock.watermark).toBe(-51)
  })
})

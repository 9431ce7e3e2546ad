/** What becomes of records before any operator has them. */

import { expect, test } from 'vitest'
import { answered } from './oracle.ts'
import { TIMESTAMPTZ } from './type.ts'
import type { Value } from './value.ts'

/** The times of records that go on, and how many do not, of these values of the column. */
function timesOf(values: readonly Value[]) {
  const columns = [{ name: 'at', type: TIMESTAMPTZ }]
  const plan = {
    sources: [{ id: 's', columns, time: 'at' }],
    operators: [],
    sinks: [{ id: 'out', from: { from: 's' }, key: [] }],
  }
  const arrivals = values.map(value => ({ channel: 0, time: 77, values: [value] }))
  const batches = [{ arrivals, marks: [], now: 0, ended: true }]
  const { sinks, failed } = answered(plan, { channels: [{ id: 0, source: 's' }], batches })
  return { times: sinks['out']?.rows.map(({ time }) => time), failed: failed['s'] }
}

test('a column says the time', () => {
  expect(timesOf([5n, -3n])).toEqual({ times: [5, -3], failed: 0 })
})

test('or says none: null, or a year that is not of 1 to 9999', () => {
  const [first, last] = [Date.parse('0001-01-01T00:00:00Z'), Date.parse('9999-12-31T23:59:59.999Z')]
  const values = [first - 1, first, last, last + 1].map(BigInt)
  expect(timesOf([...values, null])).toEqual({ times: [first, last], failed: 3 })
})

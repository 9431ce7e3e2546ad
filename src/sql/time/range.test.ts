/** Where points in time and spans end. */

import { expect, test } from 'vitest'
import { DAYS_MAX, DAYS_MIN, isDate, isIntervalMonths, isIntervalMs, isTimestamp } from './range.ts'

test('the range ends on both sides', () => {
  expect([isDate(DAYS_MIN), isDate(DAYS_MIN - 1)]).toEqual([true, false])
  expect([isDate(DAYS_MAX), isDate(DAYS_MAX + 1)]).toEqual([true, false])
  expect(isTimestamp(Date.parse('0001-01-01T00:00:00Z'))).toBe(true)
  expect(isTimestamp(Date.parse('0001-01-01T00:00:00Z') - 1)).toBe(false)
  expect(isTimestamp(Date.parse('9999-12-31T23:59:59.999Z'))).toBe(true)
  expect(isTimestamp(Date.parse('9999-12-31T23:59:59.999Z') + 1)).toBe(false)
  expect([isIntervalMonths(-119_988), isIntervalMonths(119_989)]).toEqual([true, false])
  expect([isIntervalMs(315_537_897_599_999), isIntervalMs(-315_537_897_600_000)]).toEqual([
    true,
    false,
  ])
})

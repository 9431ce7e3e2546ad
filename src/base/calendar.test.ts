/** The calendar against JavaScript's own Date, and against dates that everybody knows. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  addMonths,
  civilOf,
  DAY_MS,
  dayOfYear,
  daysInMonth,
  daysOf,
  isDayOf,
  isLeapYear,
  isoWeekday,
  isoWeekOf,
  RECORD_DAYS,
  RECORD_MS,
} from './calendar.ts'

/** All that a Date can hold. */
const days = fc.integer({ min: -1e8, max: 1e8 })

test('days and dates go over into each other, as Date has it', () => {
  fc.assert(
    fc.property(days, day => {
      const { year, month, day: dayOfMonth } = civilOf(day)
      const date = new Date(day * DAY_MS)
      expect([year, month - 1, dayOfMonth]).toEqual([
        date.getUTCFullYear(),
        date.getUTCMonth(),
        date.getUTCDate(),
      ])
      expect(daysOf(year, month, dayOfMonth)).toBe(day)
      expect(isoWeekday(day) % 7).toBe(date.getUTCDay())
    }),
    { numRuns: 2000 },
  )
})

test('every day of four centuries follows the one before', () => {
  let { year, month, day } = civilOf(daysOf(1799, 12, 31))
  for (let at = daysOf(1800, 1, 1); at <= daysOf(2200, 1, 1); at++) {
    day++
    if (day > daysInMonth(year, month)) {
      day = 1
      month = month === 12 ? 1 : month + 1
      if (month === 1) year++
    }
    const civil = civilOf(at)
    if (civil.year !== year || civil.month !== month || civil.day !== day) {
      expect(civil).toEqual({ year, month, day })
    }
  }
  expect([year, month, day]).toEqual([2200, 1, 1])
})

test.each([
  [1970, 1, 1, 0],
  [1969, 12, 31, -1],
  [2000, 2, 29, 11_016],
  [2000, 3, 1, 11_017],
  [1, 1, 1, -719_162],
  [9999, 12, 31, 2_932_896],
])('%i-%i-%i is day %i', (year, month, day, expected) => {
  expect(daysOf(year, month, day)).toBe(expected)
})

test('leap years', () => {
  expect([1600, 2000, 2024, 1900, 2100, 2023].map(isLeapYear)).toEqual([
    true,
    true,
    true,
    false,
    false,
    false,
  ])
  expect(daysInMonth(2024, 2)).toBe(29)
  expect(daysInMonth(2023, 2)).toBe(28)
  expect(daysInMonth(2023, 12)).toBe(31)
})

test('what is no date', () => {
  const none = [
    [2026, 2, 29],
    [1900, 2, 29],
    [2026, 4, 31],
    [2026, 13, 1],
    [2026, 0, 1],
    [2026, 1, 0],
    [2026, 1, 32],
  ] as const
  expect(none.filter(([year, month, day]) => isDayOf(year, month, day))).toEqual([])
  expect([isDayOf(2000, 2, 29), isDayOf(2026, 12, 31), isDayOf(-1, 1, 1)]).not.toContain(false)
})

describe('months are added', () => {
  test.each([
    ['2024-01-31', 1, '2024-02-29'],
    ['2023-01-31', 1, '2023-02-28'],
    ['2024-02-29', 12, '2025-02-28'],
    ['2024-03-31', -1, '2024-02-29'],
    ['2024-01-15', -1, '2023-12-15'],
    ['2024-12-15', 1, '2025-01-15'],
    ['2024-05-31', 13, '2025-06-30'],
    ['2024-05-31', 0, '2024-05-31'],
  ])('%s and %i', (from, months, to) => {
    const at = (text: string) => Date.parse(text) / DAY_MS
    expect(addMonths(at(from), months)).toBe(at(to))
  })

  test('the day stays where the month has it', () => {
    fc.assert(
      fc.property(days, fc.integer({ min: -999, max: 999 }), (from, months) => {
        const before = civilOf(from)
        const after = civilOf(addMonths(from, months))
        const count = (after.year - before.year) * 12 + after.month - before.month
        expect(count).toBe(months)
        expect(after.day).toBe(Math.min(before.day, daysInMonth(after.year, after.month)))
      }),
    )
  })
})

describe('ISO weeks', () => {
  test.each([
    ['2024-01-01', 2024, 1],
    ['2023-01-01', 2022, 52],
    ['2020-12-31', 2020, 53],
    ['2021-01-03', 2020, 53],
    ['2021-01-04', 2021, 1],
    ['2018-12-31', 2019, 1],
  ])('%s', (text, year, week) => {
    expect(isoWeekOf(Date.parse(text) / DAY_MS)).toEqual({ year, week })
  })

  test('all days of a week share it', () => {
    fc.assert(
      fc.property(days, day => {
        const monday = day - isoWeekday(day) + 1
        expect(isoWeekOf(day)).toEqual(isoWeekOf(monday))
        expect(isoWeekOf(monday - 1)).not.toEqual(isoWeekOf(monday))
      }),
    )
  })
})

test('days of a year', () => {
  expect(dayOfYear(daysOf(2024, 1, 1), 2024)).toBe(1)
  expect(dayOfYear(daysOf(2024, 12, 31), 2024)).toBe(366)
  expect(dayOfYear(daysOf(2023, 12, 31), 2023)).toBe(365)
})

test('records may name the days and moments of the years 1 to 9999', () => {
  expect(new Date(RECORD_MS.min).toISOString()).toBe('0001-01-01T00:00:00.000Z')
  expect(new Date(RECORD_MS.max).toISOString()).toBe('9999-12-31T23:59:59.999Z')
  expect([RECORD_DAYS.min, RECORD_DAYS.max].map(day => civilOf(day).year)).toEqual([1, 9999])
})

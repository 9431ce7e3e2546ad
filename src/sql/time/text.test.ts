/** Dates, timestamps and intervals as text: what is read, what is refused, what is written. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DAY_MS } from '../../base/calendar.ts'
import {
  dateOf,
  dateText,
  offsetOf,
  timestampOf,
  timestampText,
  timeText,
} from './calendar-text.ts'
import {
  intervalOf,
  intervalText,
  monthsText,
  rangeIntervalOf,
  spokenIntervalOf,
} from './interval-text.ts'
import { DAYS_MAX, DAYS_MIN, INTERVAL_MAX_MS, TIMESTAMP_MAX_MS, TIMESTAMP_MIN_MS } from './range.ts'
import { type Unit, unitOf } from './unit.ts'

const utc = (text: string) => Date.parse(text)

describe('dates', () => {
  test.each([
    ['2024-02-29', '2024-02-29'],
    [' 2024-2-9 ', '2024-02-09'],
    ['0001-01-01', '0001-01-01'],
    ['9999-12-31', '9999-12-31'],
  ])('%s', (text, written) => {
    expect(dateText(dateOf(text) ?? Number.NaN)).toBe(written)
  })

  test.each([
    '2023-02-29',
    '2023-00-01',
    '2023-13-01',
    '2023-01-00',
    '2023-01-32',
    '0000-01-01',
    '10000-01-01',
    '2023-1',
    'today',
    '2023-01-01 00:00:00',
    ` ${' '.repeat(64)}2024-01-01`,
  ])('not %s', text => {
    expect(dateOf(text)).toBeUndefined()
  })

  test('every date is read as it is written', () => {
    fc.assert(
      fc.property(fc.integer({ min: DAYS_MIN, max: DAYS_MAX }), days => {
        expect(dateOf(dateText(days))).toBe(days)
      }),
    )
  })
})

describe('timestamps', () => {
  test.each([
    ['2024-01-31', '2024-01-31T00:00:00Z'],
    ['2024-01-31 12:34', '2024-01-31T12:34:00Z'],
    ['2024-01-31 1:02:03', '2024-01-31T01:02:03Z'],
    ['2024-01-31T12:34:56Z', '2024-01-31T12:34:56Z'],
    ['2024-01-31 12:34:56.7', '2024-01-31T12:34:56.700Z'],
    ['2024-01-31 12:34:56.789999', '2024-01-31T12:34:56.789Z'],
    ['2024-01-31T12:34:56+02:00', '2024-01-31T10:34:56Z'],
    ['2024-01-31 12:34:56 -0530', '2024-01-31T18:04:56Z'],
    ['2024-01-31 00:00:00+01', '2024-01-30T23:00:00Z'],
    ['1969-12-31 23:59:59.999', '1969-12-31T23:59:59.999Z'],
  ])('%s', (text, expected) => {
    expect(timestampOf(text)).toBe(utc(expected))
  })

  test.each([
    '2024-01-31 24:00:00',
    '2024-01-31 12:60',
    '2024-01-31 12:34:60',
    '2024-01-31 12',
    '2024-02-30 12:34:56',
    '2024-01-31 12:34:56 Europe/Berlin',
    '2024-01-31 12:34:56+25:00',
    '2024-01-31 12:34:56+02:60',
    '2024-01-31x12:34:56',
    '1706704496',
    `2024-01-31 12:34:56${' '.repeat(64)}`,
  ])('not %s', text => {
    expect(timestampOf(text)).toBeUndefined()
  })

  test('every timestamp is read as it is written, as Date has it', () => {
    const ms = fc.integer({ min: TIMESTAMP_MIN_MS, max: TIMESTAMP_MAX_MS })
    fc.assert(
      fc.property(ms, at => {
        const text = timestampText(at)
        expect(timestampOf(text)).toBe(at)
        expect(new Date(at).toISOString()).toContain(text.replace(' ', 'T'))
      }),
    )
  })

  test('milliseconds are written where there are some', () => {
    expect(timeText(0)).toBe('00:00:00')
    expect(timeText(86_399_999)).toBe('23:59:59.999')
    expect(timeText(3_600_001)).toBe('01:00:00.001')
  })

  test('offsets', () => {
    expect(offsetOf('')).toBe(0)
    expect(offsetOf('Z')).toBe(0)
    expect(Object.is(offsetOf('-00:00'), 0)).toBe(true)
    expect(offsetOf('-18')).toBe(-18 * 3_600_000)
    expect(offsetOf('+18:01')).toBeUndefined()
    expect(offsetOf('2')).toBeUndefined()
  })
})

describe('intervals with their units', () => {
  test.each<[string, Unit, number]>([
    ['5', 'second', 5000],
    ['-5.25', 'second', -5250],
    ['+1', 'week', 7 * DAY_MS],
    ['90', 'minute', 5_400_000],
    ['250', 'millisecond', 250],
    ['1.0005', 'second', 1000],
    ['-1.999999999', 'second', -1999],
  ])('%s %s', (text, unit, ms) => {
    expect(intervalOf(text, unit)).toEqual({ unit: 'millisecond', amount: ms })
  })

  test.each<[string, Unit, number]>([
    ['5', 'month', 5],
    ['-2', 'year', -24],
    ['1', 'quarter', 3],
    ['1', 'millennium', 12_000],
  ])('%s %s', (text, unit, months) => {
    expect(intervalOf(text, unit)).toEqual({ unit: 'month', amount: months })
  })

  test.each<[string, Unit, Unit, number]>([
    ['1-2', 'year', 'month', 14],
    ['-1-2', 'year', 'month', -14],
    ['1 02:03:04.5', 'day', 'second', 93_784_500],
    ['-1 02:03:04.5', 'day', 'second', -93_784_500],
    ['1 02', 'day', 'hour', 93_600_000],
    ['1 02:03', 'day', 'minute', 93_780_000],
    ['100:30', 'hour', 'minute', 361_800_000],
    ['02:03:04', 'hour', 'second', 7_384_000],
    ['90:01.001', 'minute', 'second', 5_401_001],
    ['0:59.9999', 'minute', 'second', 59_999],
    ['-0 00:00:01.0009', 'day', 'second', -1000],
  ])('%s %s to %s', (text, first, last, amount) => {
    const unit = first === 'year' ? 'month' : 'millisecond'
    expect(rangeIntervalOf(text, first, last)).toEqual({ unit, amount })
  })

  test.each<[string, Unit, Unit]>([
    ['1-12', 'year', 'month'],
    ['1 24', 'day', 'hour'],
    ['1:60', 'hour', 'minute'],
    ['1:60', 'minute', 'second'],
    ['1:60.0001', 'minute', 'second'],
    ['1', 'second', 'day'],
    ['1', 'day', 'day'],
    ['1', 'week', 'day'],
    ['1'.repeat(200), 'day', 'hour'],
  ])('not %s %s to %s', (text, first, last) => {
    expect(rangeIntervalOf(text, first, last)).toBeUndefined()
  })

  test.each<[string, Unit]>([
    ['1.5', 'hour'],
    ['1.0000000000005', 'second'],
    ['', 'second'],
    ['x', 'second'],
    ['119989', 'month'],
    ['9999999999999999', 'day'],
    [' '.repeat(200), 'second'],
  ])('not %s %s', (text, unit) => {
    expect(intervalOf(text, unit)).toBeUndefined()
  })

  test('zero has no sign', () => {
    expect(Object.is(intervalOf('-0', 'second')?.amount, 0)).toBe(true)
    expect(Object.is(rangeIntervalOf('-0-0', 'year', 'month')?.amount, 0)).toBe(true)
  })
})

describe('intervals that name their units', () => {
  test.each([
    ['5 seconds', 'millisecond', 5000],
    ['1 day 2 hours', 'millisecond', 93_600_000],
    ['1d 2h 3m 4s', 'millisecond', 93_784_000],
    ['1 year -2 mons', 'month', 10],
    ['1.5s', 'millisecond', 1500],
    ['-1.2345 seconds', 'millisecond', -1234],
  ])('%s', (text, unit, amount) => {
    expect(spokenIntervalOf(text)).toEqual({ unit, amount })
  })

  test.each([
    '',
    '5',
    '1 day 1 month',
    '1 fortnight',
    'day',
    '1.5 days',
    `1 day ${' '.repeat(128)}`,
  ])('not %s', text => {
    expect(spokenIntervalOf(text)).toBeUndefined()
  })

  test('sums stay in range', () => {
    expect(spokenIntervalOf('9999 years 1 month')).toBeUndefined()
  })
})

test('intervals are read as they are written', () => {
  fc.assert(
    fc.property(fc.integer({ min: -INTERVAL_MAX_MS, max: INTERVAL_MAX_MS }), ms => {
      expect(rangeIntervalOf(intervalText(ms), 'day', 'second')?.amount).toBe(ms)
    }),
  )
  fc.assert(
    fc.property(fc.integer({ min: -119_988, max: 119_988 }), months => {
      expect(rangeIntervalOf(monthsText(months), 'year', 'month')?.amount).toBe(months)
    }),
  )
  expect(intervalText(-93_784_500)).toBe('-1 02:03:04.500')
  expect(intervalText(0)).toBe('0 00:00:00')
})

test('units have plurals and short names', () => {
  expect(['SECONDS', 'Day', 'ms', 'centuries', 'hrs', 'millennia'].map(unitOf)).toEqual([
    'second',
    'day',
    'millisecond',
    'century',
    'hour',
    'millennium',
  ])
  expect(['', 's s', 'constructor', 'dayss'].map(unitOf)).toEqual(Array(4).fill(undefined))
})

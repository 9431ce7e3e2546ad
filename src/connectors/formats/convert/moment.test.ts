/** Dates, moments and spans: against the calendar of ECMAScript, and form by form. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DAY_MS } from '../../../base/calendar.ts'
import { bytesOf } from '../testing/raw.ts'
import { monthsIn, monthsText, spanMsIn, spanText } from './duration.ts'
import { daysIn, momentIn } from './moment.ts'
import { dateText, momentText } from './text.ts'

const moment = (text: string) => momentIn(bytesOf(`<${text}>`), 1, 1 + bytesOf(text).length)
const day = (text: string) => daysIn(bytesOf(`<${text}>`), 1, 1 + bytesOf(text).length)
const anyMs = fc.oneof(
  fc.integer({ min: -62_167_219_200_000, max: 253_402_300_799_999 }),
  fc.integer({ min: -8.64e15, max: 8.64e15 }),
)

describe('moments', () => {
  test('are written as ECMAScript writes them, and read again', () => {
    fc.assert(
      fc.property(anyMs, ms => {
        const text = new Date(ms).toISOString()
        expect(`${momentText(ms)}Z`).toBe(text)
        expect(moment(text)).toBe(ms)
        expect(moment(text.slice(0, -1))).toBe(ms)
        expect(day(dateText(Math.floor(ms / DAY_MS)))).toBe(Math.floor(ms / DAY_MS))
      }),
    )
  })

  const noon = Date.UTC(2026, 10, 21, 12)

  test.each([
    ['2026-11-21', noon - DAY_MS / 2],
    ['2026-11-21T12:00', noon],
    ['2026-11-21 12:00:00', noon],
    ['2026-11-21t12:00:00z', noon],
    ['2026-11-21T12:00:00.5Z', noon + 500],
    ['2026-11-21T12:00:00.123999999Z', noon + 123],
    ['2026-11-21T14:00:00+02:00', noon],
    ['2026-11-21T14:00:00+0200', noon],
    ['2026-11-21T14:00+02', noon],
    ['2026-11-21T06:30:00-05:30', noon],
    ['+002026-11-21T12:00:00Z', noon],
    ['-000001-01-01T00:00:00Z', Date.UTC(-1, 0, 1)],
  ])('%s', (text, ms) => {
    expect(moment(text)).toBe(ms)
  })

  test.each([
    '',
    '2026',
    '2026-11',
    '2026-11-21T',
    '2026-11-21T1',
    '2026-11-21T12',
    '2026-11-21T24:00:00Z',
    '2026-11-21T12:60:00Z',
    '2026-11-21T12:00:60Z',
    '2026-11-21T12:00:00.Z',
    '2026-11-21T12:00:00Z ',
    '2026-11-21T12:00:00+2',
    '2026-11-21T12:00:00+24:00',
    '2026-11-21T12:00:00+02:60',
    '2026-11-21T12:00:00x',
    '2026-11-21_12:00:00',
    '2026-02-30T12:00:00Z',
    '26-11-21T12:00:00Z',
    '+2026-11-21T12:00:00Z',
    '-000000-01-01',
    '2026/11/21',
    '2026-1a-21',
  ])('there is no moment %s', text => {
    expect(moment(text)).toBeNaN()
  })

  test('a date has no time', () => {
    expect(day('2026-11-21')).toBe(20_778)
    expect(day('2026-11-21T00:00')).toBeNaN()
    expect(day('2026-11-31')).toBeNaN()
  })

  test('bytes of any kind are a moment or none, and none behind the end is looked at', () => {
    const wild = fc.uint8Array({ maxLength: 30 })
    fc.assert(
      fc.property(wild, fc.nat(30), (bytes, end) => {
        const text = bytes.subarray(0, Math.min(end, bytes.length))
        expect(momentIn(bytes, 0, text.length)).toBe(momentIn(text, 0, text.length))
      }),
    )
  })
})

describe('spans', () => {
  test('come back as they were', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), span => {
        expect(spanMsIn(spanText(span))).toBe(span)
      }),
    )
    fc.assert(
      fc.property(fc.integer(), months => {
        expect(monthsIn(monthsText(months))).toBe(months)
      }),
    )
  })

  test.each([
    ['P1W', 7 * DAY_MS],
    ['PT1M', 60_000],
    ['PT0.0015S', 1],
    ['-PT1.5S', -1500],
    ['P1DT2H', DAY_MS + 7_200_000],
    ['PT0S', 0],
    ['-PT0S', 0],
  ])('%s', (text, span) => {
    expect(spanMsIn(text)).toBe(span)
  })

  test.each(['', 'P', 'PT', 'P1DT', '1S', 'P1M', 'P-1D', 'PT1.S', 'P999999999999D'])(
    'there is no span %s',
    text => {
      expect(spanMsIn(text)).toBeNaN()
    },
  )

  test('months', () => {
    expect(['P0M', 'P1Y', 'P1Y2M', '-P3M', '-P0M'].map(monthsIn)).toEqual([0, 12, 14, -3, 0])
    expect(['P', 'P1D', '', 'P1M1Y'].map(monthsIn)).toEqual([Number.NaN, NaN, NaN, NaN])
    expect([0, 12, 14, -3].map(monthsText)).toEqual(['P0M', 'P1Y', 'P1Y2M', '-P3M'])
  })
})

/** Zones, cuts and parts: known changes of clocks, and both ways against each other. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DAY_MS } from '../../base/calendar.ts'
import { type Part, partOf, parts } from './part.ts'
import { truncate } from './trunc.ts'
import { measures, type Unit } from './unit.ts'
import { instantOf, localOf, type Zone, zoneOf } from './zone.ts'

const HOUR_MS = 3_600_000

function mustZone(name: string): Zone {
  const zone = zoneOf(name)
  if (zone === undefined) throw new Error(`no zone ${name}`)
  return zone
}

const utc = (text: string) => Date.parse(`${text}Z`)
const shown = (ms: number) => new Date(ms).toISOString().slice(0, 19)

describe('what clocks show', () => {
  test.each([
    ['Europe/Berlin', '2024-01-15T12:00:00', '2024-01-15T13:00:00'],
    ['Europe/Berlin', '2024-07-15T12:00:00', '2024-07-15T14:00:00'],
    ['Europe/Berlin', '2024-03-31T00:59:59', '2024-03-31T01:59:59'],
    ['Europe/Berlin', '2024-03-31T01:00:00', '2024-03-31T03:00:00'],
    ['America/New_York', '2024-11-03T05:59:59', '2024-11-03T01:59:59'],
    ['America/New_York', '2024-11-03T06:00:00', '2024-11-03T01:00:00'],
    ['Asia/Kolkata', '2024-01-01T00:00:00', '2024-01-01T05:30:00'],
    ['Pacific/Apia', '2011-12-30T09:59:59', '2011-12-29T23:59:59'],
    ['Pacific/Apia', '2011-12-30T10:00:00', '2011-12-31T00:00:00'],
    ['+05:45', '2024-01-01T00:00:00', '2024-01-01T05:45:00'],
    ['UTC', '2024-01-01T00:00:00', '2024-01-01T00:00:00'],
    ['Z', '2024-01-01T00:00:00', '2024-01-01T00:00:00'],
  ])('%s at %s', (zone, instant, local) => {
    expect(shown(localOf(mustZone(zone), utc(instant)))).toBe(local)
  })

  test('before 1970, in the year 1 and in parts of a second', () => {
    const zone = mustZone('America/New_York')
    expect(zone.offsetAt(utc('1883-11-18T00:00:00'))).toBe(-(4 * HOUR_MS + 56 * 60_000 + 2000))
    expect(zone.offsetAt(utc('0001-01-01T00:00:00'))).toBe(-(4 * HOUR_MS + 56 * 60_000 + 2000))
    expect(zone.offsetAt(-1)).toBe(-5 * HOUR_MS)
    expect(zone.offsetAt(1)).toBe(-5 * HOUR_MS)
  })
})

describe('when clocks show it', () => {
  test.each([
    ['Europe/Berlin', '2024-01-15T13:00:00', '2024-01-15T12:00:00'],
    // Skipped: read as standard time, an hour later on the clock.
    ['Europe/Berlin', '2024-03-31T02:30:00', '2024-03-31T01:30:00'],
    ['America/New_York', '2024-03-10T02:30:00', '2024-03-10T07:30:00'],
    // Shown twice: the second time, which is standard time.
    ['Europe/Berlin', '2024-10-27T02:30:00', '2024-10-27T01:30:00'],
    ['America/New_York', '2024-11-03T01:30:00', '2024-11-03T06:30:00'],
    ['Europe/Berlin', '2024-10-27T01:59:59', '2024-10-26T23:59:59'],
    ['Europe/Berlin', '2024-10-27T03:00:00', '2024-10-27T02:00:00'],
    ['Europe/Berlin', '2024-03-31T01:59:59', '2024-03-31T00:59:59'],
    ['Europe/Berlin', '2024-03-31T03:00:00', '2024-03-31T01:00:00'],
    ['-03:30', '2024-03-31T03:00:00', '2024-03-31T06:30:00'],
  ])('%s at %s', (zone, local, instant) => {
    expect(shown(instantOf(mustZone(zone), utc(local)))).toBe(instant)
  })

  test('what a clock shows is read back, but for the hour that it shows twice', () => {
    const zones = ['Europe/Berlin', 'America/Sao_Paulo', 'Australia/Lord_Howe', 'Asia/Kathmandu']
    const named = zones.map(mustZone)
    const ms = fc.integer({ min: utc('1950-01-01T00:00:00'), max: utc('2040-01-01T00:00:00') })
    fc.assert(
      fc.property(fc.constantFrom(...named), ms, (zone, instant) => {
        const local = localOf(zone, instant)
        const back = instantOf(zone, local)
        expect(localOf(zone, back)).toBe(local)
        expect(back - instant).toBeGreaterThanOrEqual(0)
        expect(back - instant).toBeLessThanOrEqual(2 * HOUR_MS)
      }),
      { numRuns: 500 },
    )
  })
})

test('what is kept is what Intl says', () => {
  const zone = mustZone('Europe/London')
  const direct = new Intl.DateTimeFormat('en-GB', {
    timeZone: 'Europe/London',
    dateStyle: 'short',
    timeStyle: 'medium',
  })
  const change = utc('2024-03-31T01:00:00')
  for (let at = change - 2 * DAY_MS; at < change + 2 * DAY_MS; at += 7 * 60_000) {
    const [date = '', time] = direct.format(at).split(', ')
    const [day, month, year] = date.split('/')
    expect(shown(localOf(zone, at))).toBe(`${year}-${month}-${day}T${time}`)
  }
})

test('more is asked than is kept, and the answers stay right', () => {
  const zone = mustZone('Europe/Berlin')
  for (let day = 0; day < 5000; day++) {
    const at = utc('2000-01-01T12:00:00') + day * DAY_MS
    const expected = [HOUR_MS, 2 * HOUR_MS]
    if (!expected.includes(zone.offsetAt(at))) expect(expected).toContain(zone.offsetAt(at))
  }
  expect(zone.offsetAt(utc('2000-07-01T12:00:00'))).toBe(2 * HOUR_MS)
  expect(zone.offsetAt(utc('2000-01-01T12:00:00'))).toBe(HOUR_MS)
})

test.each(['', 'Mars/Base', 'Europe', '+25:00', '12', 'constructor', '../etc'])(
  '%s is no zone',
  name => {
    expect(zoneOf(name)).toBeUndefined()
  },
)

describe('cutting down', () => {
  test.each<[Unit, string]>([
    ['millisecond', '2024-05-16T13:14:15.678'],
    ['second', '2024-05-16T13:14:15.000'],
    ['minute', '2024-05-16T13:14:00.000'],
    ['hour', '2024-05-16T13:00:00.000'],
    ['day', '2024-05-16T00:00:00.000'],
    ['week', '2024-05-13T00:00:00.000'],
    ['month', '2024-05-01T00:00:00.000'],
    ['quarter', '2024-04-01T00:00:00.000'],
    ['year', '2024-01-01T00:00:00.000'],
    ['decade', '2020-01-01T00:00:00.000'],
    ['century', '2001-01-01T00:00:00.000'],
    ['millennium', '2001-01-01T00:00:00.000'],
  ])('to the %s', (unit, expected) => {
    expect(truncate(unit, utc('2024-05-16T13:14:15.678'))).toBe(utc(expected))
  })

  test('a cut is a floor: idempotent, at most the value, less than a unit below', () => {
    const ms = fc.integer({ min: utc('0100-01-01T00:00:00'), max: utc('9999-01-01T00:00:00') })
    fc.assert(
      fc.property(fc.constantFrom(...(Object.keys(measures) as Unit[])), ms, (unit, at) => {
        const cut = truncate(unit, at)
        expect(truncate(unit, cut)).toBe(cut)
        expect(cut).toBeLessThanOrEqual(at)
        const longest = measures[unit].ms + measures[unit].months * 31 * DAY_MS
        expect(at - cut).toBeLessThan(longest)
      }),
    )
  })
})

describe('parts', () => {
  const at = utc('2024-05-16T13:14:15.678')
  test.each<[Part, number]>([
    ['millisecond', 15_678],
    ['second', 15],
    ['minute', 14],
    ['hour', 13],
    ['day', 16],
    ['week', 20],
    ['month', 5],
    ['quarter', 2],
    ['year', 2024],
    ['decade', 202],
    ['century', 21],
    ['millennium', 3],
    ['dow', 4],
    ['isodow', 4],
    ['doy', 137],
    ['isoyear', 2024],
    ['epoch', 1_715_865_255],
  ])('%s', (part, expected) => {
    expect(parts[part](at)).toBe(expected)
  })

  test('at edges', () => {
    expect(parts.dow(utc('2024-05-19T00:00:00'))).toBe(0)
    expect(parts.isodow(utc('2024-05-19T00:00:00'))).toBe(7)
    expect(parts.century(utc('2000-06-01T00:00:00'))).toBe(20)
    expect(parts.century(utc('2001-01-01T00:00:00'))).toBe(21)
    expect(parts.epoch(-1)).toBe(-1)
    expect(parts.second(-1)).toBe(59)
    expect(parts.isoyear(utc('2023-01-01T00:00:00'))).toBe(2022)
  })

  test('as Date has them', () => {
    const ms = fc.integer({ min: utc('0001-01-01T00:00:00'), max: utc('9999-12-31T00:00:00') })
    fc.assert(
      fc.property(ms, one => {
        const date = new Date(one)
        expect(parts.hour(one)).toBe(date.getUTCHours())
        expect(parts.minute(one)).toBe(date.getUTCMinutes())
        expect(parts.day(one)).toBe(date.getUTCDate())
        expect(parts.month(one)).toBe(date.getUTCMonth() + 1)
        expect(parts.dow(one)).toBe(date.getUTCDay())
      }),
    )
  })

  test('by many names', () => {
    expect(['YEAR', 'days', 'dayofweek', 'doy', 'Epoch'].map(partOf)).toEqual([
      'year',
      'day',
      'dow',
      'doy',
      'epoch',
    ])
    expect([partOf('constructor'), partOf('')]).toEqual([undefined, undefined])
  })
})

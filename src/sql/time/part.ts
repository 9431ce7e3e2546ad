/** Parts of a timestamp as whole numbers: what EXTRACT knows. */

import {
  civilOf,
  DAY_MS,
  dayOfYear,
  floorDiv,
  floorMod,
  isoWeekday,
  isoWeekOf,
} from '../../base/calendar.ts'
import { type Unit, unitOf } from './unit.ts'

export type Part = Unit | 'dow' | 'isodow' | 'doy' | 'isoyear' | 'epoch'

type PartOf = (ms: number) => number

const dayOf = (ms: number): number => floorDiv(ms, DAY_MS)
const yearOf = (ms: number): number => civilOf(dayOf(ms)).year
const monthOf = (ms: number): number => civilOf(dayOf(ms)).month

/** Of the time of day, so many milliseconds long and coming round after so many of them. */
const clock =
  (size: number, count: number): PartOf =>
  ms =>
    floorMod(floorDiv(ms, size), count)

export const parts: Readonly<Record<Part, PartOf>> = {
  /** With the seconds, as in Postgres. */
  millisecond: clock(1, 60_000),
  second: clock(1000, 60),
  minute: clock(60_000, 60),
  hour: clock(3_600_000, 24),
  day: ms => civilOf(dayOf(ms)).day,
  week: ms => isoWeekOf(dayOf(ms)).week,
  month: monthOf,
  quarter: ms => floorDiv(monthOf(ms) + 2, 3),
  year: yearOf,
  decade: ms => floorDiv(yearOf(ms), 10),
  century: ms => floorDiv(yearOf(ms) + 99, 100),
  millennium: ms => floorDiv(yearOf(ms) + 999, 1000),
  /** Sunday is 0. */
  dow: ms => isoWeekday(dayOf(ms)) % 7,
  isodow: ms => isoWeekday(dayOf(ms)),
  doy: ms => dayOfYear(dayOf(ms), yearOf(ms)),
  isoyear: ms => isoWeekOf(dayOf(ms)).year,
  /** Whole seconds since 1970. */
  epoch: ms => floorDiv(ms, 1000),
}

const otherNames: Readonly<Record<string, Part>> = {
  dayofweek: 'dow',
  weekday: 'dow',
  dayofyear: 'doy',
}

/** By any spelling that units have. */
export function partOf(word: string): Part | undefined {
  const name = word.toLowerCase()
  if (Object.hasOwn(parts, name)) return name as Part
  return Object.hasOwn(otherNames, name) ? otherNames[name] : unitOf(name)
}

export const partNames: readonly string[] = Object.keys(parts)

/**
 * Days since 1970-01-01 and dates, in the calendar that ISO 8601 uses for all times (Gregorian,
 * with a year 0), by whole numbers alone. After Howard Hinnant's `days_from_civil`: years begin in
 * March, so that the leap day is a year's last, and 400 years are one era of 146097 days.
 */

const ERA_YEARS = 400
const ERA_DAYS = 146_097
const YEAR_DAYS = 365
/** From 0000-03-01 to 1970-01-01. */
const EPOCH_DAYS = 719_468
const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

export const DAY_MS = 86_400_000

function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % ERA_YEARS === 0)
}

/** Of the month, from 1 to 12; 0 of any other. */
function daysIn(year: number, month: number): number {
  return month === 2 && isLeap(year) ? 29 : (MONTH_DAYS[month - 1] ?? 0)
}

/** NaN where there is no such date. */
export function daysOf(year: number, month: number, day: number): number {
  if (day < 1 || day > daysIn(year, month)) return Number.NaN
  const shifted = month <= 2 ? year - 1 : year
  const era = Math.floor(shifted / ERA_YEARS)
  const yearOfEra = shifted - era * ERA_YEARS
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1
  const leaps = Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100)
  return era * ERA_DAYS + yearOfEra * YEAR_DAYS + leaps + dayOfYear - EPOCH_DAYS
}

export interface CivilDate {
  readonly year: number
  readonly month: number
  readonly day: number
}

export function dateOf(days: number): CivilDate {
  const shifted = days + EPOCH_DAYS
  const era = Math.floor(shifted / ERA_DAYS)
  const dayOfEra = shifted - era * ERA_DAYS
  const leapless =
    dayOfEra -
    Math.floor(dayOfEra / 1460) +
    Math.floor(dayOfEra / 36_524) -
    Math.floor(dayOfEra / (ERA_DAYS - 1))
  const yearOfEra = Math.floor(leapless / YEAR_DAYS)
  const leaps = Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100)
  const dayOfYear = dayOfEra - (YEAR_DAYS * yearOfEra + leaps)
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153)
  const day = dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1
  const month = ((marchMonth + 2) % 12) + 1
  return { year: yearOfEra + era * ERA_YEARS + (month <= 2 ? 1 : 0), month, day }
}

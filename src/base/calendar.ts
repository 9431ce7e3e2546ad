/**
 * The proleptic Gregorian calendar, with a year 0, as arithmetic on whole numbers: days since
 * 1970-01-01 to year, month and day, and back, for all times that a Date can hold. Which of them
 * somebody means to allow is theirs to say.
 *
 * A year is made to begin in March, so that the day that may be missing is its last; 400 such years
 * always have the same 146 097 days.
 */

export interface Civil {
  readonly year: number
  /** 1 to 12. */
  readonly month: number
  /** 1 to 31. */
  readonly day: number
}

export const DAY_MS = 86_400_000
const DAYS_400_YEARS = 146_097
/** From 0000-03-01 to 1970-01-01. */
const EPOCH_DAY = 719_468

/** Rounds down, below zero too: the first millisecond before 1970 is on the day before. */
export const floorDiv = (a: number, b: number): number => Math.floor(a / b)
/** Has the sign of `b`. */
export const floorMod = (a: number, b: number): number => a - b * Math.floor(a / b)

export function daysOf(year: number, month: number, day: number): number {
  const marchYear = month <= 2 ? year - 1 : year
  const cycle = floorDiv(marchYear, 400)
  const yearOfCycle = marchYear - cycle * 400
  const leapDays = floorDiv(yearOfCycle, 4) - floorDiv(yearOfCycle, 100)
  const dayOfYear = daysBeforeMarchMonth(floorMod(month - 3, 12)) + day - 1
  return cycle * DAYS_400_YEARS + yearOfCycle * 365 + leapDays + dayOfYear - EPOCH_DAY
}

/** Five months in a row from March or August have 153 days. */
const daysBeforeMarchMonth = (month: number): number => floorDiv(153 * month + 2, 5)

export function civilOf(days: number): Civil {
  const shifted = days + EPOCH_DAY
  const cycle = floorDiv(shifted, DAYS_400_YEARS)
  const dayOfCycle = shifted - cycle * DAYS_400_YEARS
  const yearOfCycle = yearOfDay(dayOfCycle)
  const leapDays = floorDiv(yearOfCycle, 4) - floorDiv(yearOfCycle, 100)
  const dayOfYear = dayOfCycle - (yearOfCycle * 365 + leapDays)
  const marchMonth = floorDiv(5 * dayOfYear + 2, 153)
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
  const year = cycle * 400 + yearOfCycle + (month <= 2 ? 1 : 0)
  return { year, month, day: dayOfYear - daysBeforeMarchMonth(marchMonth) + 1 }
}

/** The leap days passed are taken off, and then every year has 365 days. */
function yearOfDay(dayOfCycle: number): number {
  const passed =
    floorDiv(dayOfCycle, 1460) - floorDiv(dayOfCycle, 36_524) + floorDiv(dayOfCycle, 146_096)
  return floorDiv(dayOfCycle - passed, 365)
}

export const isLeapYear = (year: number): boolean =>
  year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)

const monthDays = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const

export const daysInMonth = (year: number, month: number): number =>
  month === 2 && isLeapYear(year) ? 29 : (monthDays[month - 1] as number)

export function isDayOf(year: number, month: number, day: number): boolean {
  return month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month)
}

/** A day that the month does not have becomes its last: January 31 and a month is February 28. */
export function addMonths(days: number, months: number): number {
  const { year, month, day } = civilOf(days)
  const count = year * 12 + (month - 1) + months
  const newYear = floorDiv(count, 12)
  const newMonth = count - newYear * 12 + 1
  return daysOf(newYear, newMonth, Math.min(day, daysInMonth(newYear, newMonth)))
}

/** 1 is Monday, 7 is Sunday. */
export const isoWeekday = (days: number): number => floorMod(days + 3, 7) + 1

/** The first day of a year has number 1. */
export const dayOfYear = (days: number, year: number): number => days - daysOf(year, 1, 1) + 1

export interface IsoWeek {
  readonly year: number
  readonly week: number
}

/** ISO 8601: a week belongs to the year that has its Thursday. */
export function isoWeekOf(days: number): IsoWeek {
  const thursday = days - isoWeekday(days) + 4
  const { year } = civilOf(thursday)
  return { year, week: floorDiv(dayOfYear(thursday, year) - 1, 7) + 1 }
}

/** The days and moments that records may name: years 1 to 9999, as everywhere in SQL. */
export const RECORD_DAYS = { min: daysOf(1, 1, 1), max: daysOf(9999, 12, 31) } as const
export const RECORD_MS = {
  min: RECORD_DAYS.min * DAY_MS,
  max: (RECORD_DAYS.max + 1) * DAY_MS - 1,
} as const

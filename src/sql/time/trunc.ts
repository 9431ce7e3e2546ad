/** Cutting a timestamp down to the unit that it is in. Weeks begin on Monday. */

import { civilOf, DAY_MS, daysOf, floorDiv, isoWeekday } from '../../base/calendar.ts'
import { measures, type Unit } from './unit.ts'

/** The first millisecond of the unit that `ms` is in; may be before year 1. */
export function truncate(unit: Unit, ms: number): number {
  const size = measures[unit].ms
  if (unit === 'week') return startOfWeek(floorDiv(ms, DAY_MS)) * DAY_MS
  if (size > 0) return floorDiv(ms, size) * size
  return startOfMonths(unit, floorDiv(ms, DAY_MS)) * DAY_MS
}

const startOfWeek = (days: number): number => days - isoWeekday(days) + 1

function startOfMonths(unit: Unit, days: number): number {
  const { year, month } = civilOf(days)
  switch (unit) {
    case 'month':
      return daysOf(year, month, 1)
    case 'quarter':
      return daysOf(year, month - ((month - 1) % 3), 1)
    case 'decade':
      return daysOf(year - (year % 10), 1, 1)
    // The first century, and the first millennium, began with year 1.
    case 'century':
      return daysOf(floorDiv(year - 1, 100) * 100 + 1, 1, 1)
    case 'millennium':
      return daysOf(floorDiv(year - 1, 1000) * 1000 + 1, 1, 1)
    default:
      return daysOf(year, 1, 1)
  }
}

/**
 * Scalars as texts, such that the same type reads the same scalar out of them: the other direction
 * of conversion.ts.
 */

import { civilOf, DAY_MS } from '../../../base/calendar.ts'

const YEAR_MAX = 9999

function padded(value: number, digits: number): string {
  return value.toString().padStart(digits, '0')
}

function yearText(year: number): string {
  if (year >= 0 && year <= YEAR_MAX) return padded(year, 4)
  return `${year < 0 ? '-' : '+'}${padded(Math.abs(year), 6)}`
}

export function dateText(days: number): string {
  const { year, month, day } = civilOf(days)
  return `${yearText(year)}-${padded(month, 2)}-${padded(day, 2)}`
}

/** `19:40:23.500`; always with milliseconds, so that texts sort as moments do. */
function clockText(ms: number): string {
  const hours = padded(Math.floor(ms / 3_600_000), 2)
  const minutes = padded(Math.floor(ms / 60_000) % 60, 2)
  const seconds = padded(Math.floor(ms / 1000) % 60, 2)
  return `${hours}:${minutes}:${seconds}.${padded(ms % 1000, 3)}`
}

/** Without a zone. */
export function momentText(moment: number): string {
  const days = Math.floor(moment / DAY_MS)
  return `${dateText(days)}T${clockText(moment - days * DAY_MS)}`
}

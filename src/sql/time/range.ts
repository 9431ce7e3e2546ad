/**
 * Which points in time there are: years 1 to 9999, as everywhere in SQL. What a calculation puts
 * outside is an error of that record. Intervals reach from one end to the other.
 */

import { DAY_MS, daysOf } from '../../base/calendar.ts'

export const DAYS_MIN = daysOf(1, 1, 1)
export const DAYS_MAX = daysOf(9999, 12, 31)
export const TIMESTAMP_MIN_MS = DAYS_MIN * DAY_MS
export const TIMESTAMP_MAX_MS = (DAYS_MAX + 1) * DAY_MS - 1
const INTERVAL_MONTHS_MAX = 9999 * 12
export const INTERVAL_MAX_MS = TIMESTAMP_MAX_MS - TIMESTAMP_MIN_MS

export const isDate = (days: number): boolean => days >= DAYS_MIN && days <= DAYS_MAX
export const isTimestamp = (ms: number): boolean => ms >= TIMESTAMP_MIN_MS && ms <= TIMESTAMP_MAX_MS
export const isIntervalMonths = (months: number): boolean => Math.abs(months) <= INTERVAL_MONTHS_MAX
export const isIntervalMs = (ms: number): boolean => Math.abs(ms) <= INTERVAL_MAX_MS

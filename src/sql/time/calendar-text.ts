/**
 * Dates and timestamps as text, ISO 8601 in and out, with a blank or a T between day and time.
 * Digits below the millisecond are cut off. A zone at the end is an offset (`Z`, `+02`, `+02:00`,
 * `+0200`) and has been taken off the time that is answered; without one the text is UTC.
 */

import { civilOf, DAY_MS, daysOf, floorDiv, isDayOf } from '../../base/calendar.ts'

/** No sound text is longer; what is longer is not looked at. */
const LENGTH_MAX = 64
const DATE = /^\s*(\d{4})-(\d{1,2})-(\d{1,2})\s*$/
const TIMESTAMP =
  /^\s*(\d{4}-\d{1,2}-\d{1,2})(?:[ Tt](\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,12}))?)?\s*(.*?))?\s*$/
const OFFSET = /^(?:[zZ]|([+-])(\d{2})(?::?(\d{2}))?)$/

const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000
const OFFSET_MAX_MS = 18 * HOUR_MS

/** Days since 1970, or undefined for what is no date. */
export function dateOf(text: string): number | undefined {
  const found = text.length > LENGTH_MAX ? null : DATE.exec(text)
  if (found === null) return undefined
  const [year, month, day] = [Number(found[1]), Number(found[2]), Number(found[3])]
  return year >= 1 && isDayOf(year, month, day) ? daysOf(year, month, day) : undefined
}

/** Milliseconds since 1970, or undefined for what is no timestamp. */
export function timestampOf(text: string): number | undefined {
  const found = text.length > LENGTH_MAX ? null : TIMESTAMP.exec(text)
  if (found === null) return undefined
  const days = dateOf(found[1] as string)
  const [hour, minute, second] = [found[2], found[3], found[4]].map(part => Number(part ?? 0))
  const offset = offsetOf(found[6] ?? '')
  if (days === undefined || offset === undefined) return undefined
  if ((hour as number) > 23 || (minute as number) > 59 || (second as number) > 59) return undefined
  const seconds = ((hour as number) * 60 + (minute as number)) * 60 + (second as number)
  const fraction = Number((found[5] ?? '').slice(0, 3).padEnd(3, '0'))
  return days * DAY_MS + seconds * 1000 + fraction - offset
}

/** `+02:00` in milliseconds, east of Greenwich above zero; no text at all is UTC. */
export function offsetOf(text: string): number | undefined {
  if (text === '') return 0
  const found = OFFSET.exec(text)
  if (found === null) return undefined
  const [minutes, hours] = [Number(found[3] ?? 0), Number(found[2] ?? 0)]
  const ms = hours * HOUR_MS + minutes * MINUTE_MS
  if (minutes > 59 || ms > OFFSET_MAX_MS) return undefined
  return found[1] === '-' ? 0 - ms : ms
}

const digits = (value: number, width: number): string => String(value).padStart(width, '0')

export function dateText(days: number): string {
  const { year, month, day } = civilOf(days)
  return `${digits(year, 4)}-${digits(month, 2)}-${digits(day, 2)}`
}

/** The time of a day, its milliseconds only where it has some. */
export function timeText(msOfDay: number): string {
  const seconds = floorDiv(msOfDay, 1000)
  const [hour, minute] = [floorDiv(seconds, 3600), floorDiv(seconds, 60) % 60]
  const whole = `${digits(hour, 2)}:${digits(minute, 2)}:${digits(seconds % 60, 2)}`
  const fraction = msOfDay - seconds * 1000
  return fraction === 0 ? whole : `${whole}.${digits(fraction, 3)}`
}

export function timestampText(ms: number): string {
  const days = floorDiv(ms, DAY_MS)
  return `${dateText(days)} ${timeText(ms - days * DAY_MS)}`
}

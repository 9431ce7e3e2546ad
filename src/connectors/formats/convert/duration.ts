/**
 * Spans of time as ISO 8601 writes them: `P1Y2M` (months) and `P3DT4H5M6.789S` (milliseconds). A
 * minus may stand in front, and only there.
 */

import { DAY_MS } from '../../../base/calendar.ts'

const CLOCK = 'T(?=\\d)(?:(\\d{1,15})H)?(?:(\\d{1,15})M)?(?:(\\d{1,15})(?:\\.(\\d{1,9}))?S)?'
const DAYS = new RegExp(`^(-?)P(?:(\\d{1,12})W)?(?:(\\d{1,12})D)?(?:${CLOCK})?$`)
const MONTHS = /^(-?)P(?:(\d{1,12})Y)?(?:(\d{1,12})M)?$/

const numberOf = (digits: string | undefined): number => Number(digits ?? 0)

function signed(sign: string | undefined, size: number): number {
  if (!Number.isSafeInteger(size)) return Number.NaN
  return sign === '-' && size > 0 ? -size : size
}

/** NaN if this is no span of months. */
export function monthsIn(text: string): number {
  const found = MONTHS.exec(text)
  if (found === null || text.endsWith('P')) return Number.NaN
  const [, sign, years, months] = found
  return signed(sign, 12 * numberOf(years) + numberOf(months))
}

/** In milliseconds, below them cut off; NaN if this is no span of days and less. */
export function spanMsIn(text: string): number {
  const found = DAYS.exec(text)
  if (found === null || text.endsWith('P')) return Number.NaN
  const [, sign, weeks, days, hours, minutes, seconds, fraction = ''] = found
  const whole =
    (7 * numberOf(weeks) + numberOf(days)) * DAY_MS +
    (numberOf(hours) * 3600 + numberOf(minutes) * 60 + numberOf(seconds)) * 1000
  return signed(sign, whole + numberOf(fraction.slice(0, 3).padEnd(3, '0')))
}

export function monthsText(months: number): string {
  const size = Math.abs(months)
  const years = Math.floor(size / 12)
  const rest = size % 12
  const text = `P${years > 0 ? `${years}Y` : ''}${rest > 0 || years === 0 ? `${rest}M` : ''}`
  return months < 0 ? `-${text}` : text
}

export function spanText(spanMs: number): string {
  const size = Math.abs(spanMs)
  const days = Math.floor(size / DAY_MS)
  const ms = size % DAY_MS
  const hours = Math.floor(ms / 3_600_000)
  const minutes = Math.floor(ms / 60_000) % 60
  const seconds = (ms % 60_000) / 1000
  const parts = [
    hours > 0 ? `${hours}H` : '',
    minutes > 0 ? `${minutes}M` : '',
    seconds > 0 ? `${seconds}S` : '',
  ].join('')
  const day = days > 0 ? `${days}D` : ''
  const text = parts === '' && day === '' ? 'PT0S' : `P${day}${parts === '' ? '' : `T${parts}`}`
  return spanMs < 0 ? `-${text}` : text
}

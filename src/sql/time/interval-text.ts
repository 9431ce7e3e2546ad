/**
 * Intervals as text. Two kinds that are never mixed: whole months, and milliseconds. As in the
 * standard a text goes with units (`'1-2' YEAR TO MONTH`, `'1 02:03:04.5' DAY TO SECOND`), and as
 * in Postgres it may name them itself (`'1 day 2 hours'`).
 */

import { floorDiv } from '../../base/calendar.ts'
import { isIntervalMonths, isIntervalMs } from './range.ts'
import { measures, type Unit, unitOf } from './unit.ts'

export type Interval =
  | { readonly unit: 'month'; readonly amount: number }
  | { readonly unit: 'millisecond'; readonly amount: number }

const LENGTH_MAX = 128
const PLAIN = /^\s*([+-]?)(\d{1,16})(?:\.(\d{1,12}))?\s*$/
const YEAR_TO_MONTH = /^\s*([+-]?)(\d{1,5})-(\d{1,2})\s*$/
const WITH_UNITS = /^\s*(?:[+-]?\d{1,16}(?:\.\d{1,12})?\s*[a-z]+\s*)+$/i
const ONE_WITH_UNIT = /([+-]?\d{1,16}(?:\.\d{1,12})?)\s*([a-z]+)/gi

/** From the largest field to the smallest, the separator before each. */
const fields: readonly { readonly unit: Unit; readonly pattern: string; readonly max: number }[] = [
  { unit: 'day', pattern: '(\\d{1,9})', max: Number.POSITIVE_INFINITY },
  { unit: 'hour', pattern: '(\\d{1,9})', max: 23 },
  { unit: 'minute', pattern: '(\\d{1,9})', max: 59 },
  { unit: 'second', pattern: '(\\d{1,9}(?:\\.\\d{1,12})?)', max: 59 },
]

function made(unit: Interval['unit'], amount: number): Interval | undefined {
  const isSound = unit === 'month' ? isIntervalMonths(amount) : isIntervalMs(amount)
  // Minus zero is not told from zero by anybody but Object.is.
  return isSound ? { unit, amount: amount + 0 } : undefined
}

/** `'5'` with one unit. Only seconds may have a fraction. */
export function intervalOf(text: string, unit: Unit): Interval | undefined {
  const found = text.length > LENGTH_MAX ? null : PLAIN.exec(text)
  if (found === null || (found[3] !== undefined && unit !== 'second')) return undefined
  const sign = found[1] === '-' ? -1 : 1
  const { months, ms } = measures[unit]
  const whole = Number(found[2]) * sign
  if (months > 0) return made('month', whole * months)
  return made('millisecond', whole * ms + sign * fractionMs(found[3]))
}

/** Of a second, by its digits: what is finer than a millisecond is cut off. */
function fractionMs(digits = ''): number {
  return Number(digits.slice(0, 3).padEnd(3, '0'))
}

/** `'1-2' YEAR TO MONTH`, `'02:03' HOUR TO MINUTE`. */
export function rangeIntervalOf(text: string, first: Unit, last: Unit): Interval | undefined {
  if (text.length > LENGTH_MAX) return undefined
  if (first === 'year' && last === 'month') return yearToMonth(text)
  const from = fields.findIndex(field => field.unit === first)
  const to = fields.findIndex(field => field.unit === last)
  return from < 0 || to <= from ? undefined : dayToSecond(text, from, to)
}

function yearToMonth(text: string): Interval | undefined {
  const found = YEAR_TO_MONTH.exec(text)
  if (found === null || Number(found[3]) > 11) return undefined
  const months = Number(found[2]) * 12 + Number(found[3])
  return made('month', found[1] === '-' ? -months : months)
}

function dayToSecond(text: string, from: number, to: number): Interval | undefined {
  const used = fields.slice(from, to + 1)
  const body = used.map(({ unit, pattern }, i) => `${i === 0 ? '' : separator(unit)}${pattern}`)
  const found = new RegExp(`^\\s*([+-]?)${body.join('')}\\s*$`).exec(text)
  if (found === null) return undefined
  let total = 0
  for (const [i, { unit, max }] of used.entries()) {
    const [whole, fraction] = (found[i + 2] ?? '').split('.')
    if (i > 0 && Number(whole) > max) return undefined
    total += Number(whole) * measures[unit].ms + fractionMs(fraction)
  }
  return made('millisecond', found[1] === '-' ? -total : total)
}

const separator = (unit: Unit): string => (unit === 'hour' ? '\\s+' : ':')

/** `'1 day 2 hours'`: each amount with its unit, all of one kind. */
export function spokenIntervalOf(text: string): Interval | undefined {
  if (text.length > LENGTH_MAX || !WITH_UNITS.test(text)) return undefined
  let sum: Interval | undefined
  for (const [, amount, word] of text.matchAll(ONE_WITH_UNIT)) {
    const unit = unitOf(word as string)
    const one = unit === undefined ? undefined : intervalOf(amount as string, unit)
    if (one === undefined || (sum !== undefined && sum.unit !== one.unit)) return undefined
    sum = sum === undefined ? one : made(one.unit, sum.amount + one.amount)
    if (sum === undefined) return undefined
  }
  return sum
}

/** `1-2`, with its sign. */
export function monthsText(months: number): string {
  const size = Math.abs(months)
  return `${months < 0 ? '-' : ''}${floorDiv(size, 12)}-${size % 12}`
}

/** `1 02:03:04.5`, with its sign; days are always written. */
export function intervalText(ms: number): string {
  const size = Math.abs(ms)
  const [days, hours] = [floorDiv(size, measures.day.ms), floorDiv(size, measures.hour.ms) % 24]
  const [minutes, seconds] = [floorDiv(size, 60_000) % 60, floorDiv(size, 1000) % 60]
  const [h, m, s] = [hours, minutes, seconds].map(part => String(part).padStart(2, '0'))
  const fraction = size % 1000 === 0 ? '' : `.${String(size % 1000).padStart(3, '0')}`
  return `${ms < 0 ? '-' : ''}${days} ${h}:${m}:${s}${fraction}`
}

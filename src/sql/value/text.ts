/** Values of every type as text, and texts as values: what CAST writes and reads. */

import { decimalText } from '../../engine/columns/decimal.ts'
import type { Scalar } from '../../engine/columns/vector.ts'
import { type Type, typeText } from '../../engine/schema/type.ts'
import { dateOf, dateText, timestampOf, timestampText } from '../time/calendar-text.ts'
import {
  intervalText,
  monthsText,
  rangeIntervalOf,
  spokenIntervalOf,
} from '../time/interval-text.ts'
import { isDate, isTimestamp } from '../time/range.ts'
import { Failure, shown } from './failure.ts'
import { jsonOf, unquoted } from './json.ts'
import { atScale, decimalOf, hasDigits, isInt32, isInt64, type Whole } from './whole.ts'

/** Of values that are not null. */
export type ToText = (value: Scalar) => string
export type OfText = (text: string) => Scalar | Failure

const encoder = new TextEncoder()
const strictDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Bytes as text where they are UTF-8. */
export function textOfBytes(bytes: Uint8Array): string | Failure {
  try {
    return strictDecoder.decode(bytes)
  } catch {
    return new Failure('sql-cast', 'These bytes are not UTF-8; take hex(..) or base64(..) of them')
  }
}

export const bytesOfText = (text: string): Uint8Array => encoder.encode(text)

export function toTextOf(type: Type): ToText {
  switch (type.kind) {
    case 'boolean':
      return value => (value ? 'true' : 'false')
    case 'decimal':
      return value => decimalText(value as Whole, type.scale)
    case 'date':
      return value => dateText(value as number)
    case 'timestamp':
      return value => timestampText(value as number)
    case 'timestamptz':
      return value => `${timestampText(value as number)}+00`
    case 'interval':
      return value => intervalText(value as number)
    case 'months':
      return value => monthsText(value as number)
    case 'array':
      return toJsonOf(type)
    case 'bytes':
      return value => hexOf(value as Uint8Array)
    default:
      return value => String(value)
  }
}

export function hexOf(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0')
  return text
}

/** As JSON: numbers as such where JSON has them, everything else as a string. */
export function toJsonOf(type: Type): ToText {
  switch (type.kind) {
    case 'json':
      return value => value as string
    case 'boolean':
    case 'integer':
    case 'bigint':
    case 'decimal':
      return toTextOf(type)
    case 'double':
      return value => (Number.isFinite(value) ? String(value) : `"${value}"`)
    case 'array': {
      const item = toJsonOf(type.of)
      const items = (value: readonly Scalar[]) =>
        value.map(one => (one === null ? 'null' : item(one)))
      return value => `[${items(value as readonly Scalar[]).join(',')}]`
    }
    default: {
      const text = toTextOf(type)
      return value => JSON.stringify(text(value))
    }
  }
}

const truths: ReadonlyMap<string, boolean> = new Map([
  ...['true', 't', 'yes', 'y', 'on', '1'].map(word => [word, true] as const),
  ...['false', 'f', 'no', 'n', 'off', '0'].map(word => [word, false] as const),
])

const DOUBLE = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/
const notFinite: ReadonlyMap<string, number> = new Map([
  ['nan', Number.NaN],
  ['infinity', Number.POSITIVE_INFINITY],
  ['inf', Number.POSITIVE_INFINITY],
  ['-infinity', Number.NEGATIVE_INFINITY],
  ['-inf', Number.NEGATIVE_INFINITY],
])
/** No number that a double holds is written with more. */
const DOUBLE_LENGTH_MAX = 1100

function doubleOfText(text: string): number | undefined {
  const trimmed = text.trim()
  if (trimmed.length > DOUBLE_LENGTH_MAX) return undefined
  if (!DOUBLE.test(trimmed)) return notFinite.get(trimmed.toLowerCase())
  const value = Number(trimmed)
  return Number.isFinite(value) ? value : undefined
}

/** What a text of a type reads as; undefined for what is none. */
function readerOf(type: Type): (text: string) => Scalar | undefined {
  switch (type.kind) {
    case 'boolean':
      return text => truths.get(text.trim().toLowerCase())
    case 'double':
      return doubleOfText
    case 'text':
      return text => text
    case 'bytes':
      return bytesOfText
    case 'json':
      return jsonOf
    case 'date':
      return text => dateOf(text) ?? dayOf(text)
    case 'timestamp':
    case 'timestamptz':
      return timestampWithin
    case 'interval':
      return intervalIn('millisecond')
    case 'months':
      return intervalIn('month')
    default:
      return () => undefined
  }
}

function timestampWithin(text: string): number | undefined {
  const ms = timestampOf(text)
  return ms !== undefined && isTimestamp(ms) ? ms : undefined
}

/** The day of a timestamp, in UTC. */
function dayOf(text: string): number | undefined {
  const ms = timestampOf(text)
  const days = ms === undefined ? Number.NaN : Math.floor(ms / 86_400_000)
  return isDate(days) ? days : undefined
}

function intervalIn(unit: 'month' | 'millisecond'): (text: string) => number | undefined {
  return text => {
    const spoken = spokenIntervalOf(text)
    const [first, last] =
      unit === 'month' ? (['year', 'month'] as const) : (['day', 'second'] as const)
    const read =
      spoken ?? rangeIntervalOf(text, first, last) ?? rangeIntervalOf(text, 'hour', 'second')
    return read?.unit === unit ? read.amount : undefined
  }
}

export function ofTextOf(type: Type): OfText | undefined {
  switch (type.kind) {
    case 'integer':
      return wholeReader(type, isInt32)
    case 'bigint':
      return wholeReader(type, isInt64)
    case 'decimal':
      return decimalReader(type.precision, type.scale)
    case 'array':
      return undefined
    default: {
      const read = readerOf(type)
      return text => read(text) ?? unreadable(text, type)
    }
  }
}

const unreadable = (text: string, type: Type): Failure =>
  new Failure('sql-cast', `${shown(text)} is no ${typeText(type)}`)

const beyond = (text: string, type: Type): Failure =>
  new Failure('sql-overflow', `${shown(text)} does not fit ${typeText(type)}`)

/** As in Postgres: `'1.5'` is no INTEGER, though 1.5 can be cast to one. */
function wholeReader(type: Type, fits: (value: Whole) => boolean): OfText {
  return text => {
    const read = decimalOf(text)
    if (read === undefined) return unreadable(text, type)
    const digits = atScale(read, 0)
    if (read.scale > 0 && read.digits !== BigInt(digits) * 10n ** BigInt(read.scale)) {
      return unreadable(text, type)
    }
    return fits(digits) ? digits : beyond(text, type)
  }
}

function decimalReader(precision: number, scale: number): OfText {
  const type: Type = { kind: 'decimal', precision, scale }
  return text => {
    const read = decimalOf(text)
    if (read === undefined) return unreadable(text, type)
    const digits = atScale(read, scale)
    return hasDigits(digits, precision) ? digits : beyond(text, type)
  }
}

/** JSON null as null, strings without their quotes. */
export function textOfJson(json: string): string | null | Failure {
  try {
    return unquoted(json)
  } catch (error) {
    if (error instanceof SyntaxError) return new Failure('sql-json', `${shown(json)} is no JSON`)
    throw error
  }
}

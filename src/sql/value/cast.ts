/**
 * The table of casts: from each type to each other, or that there is none. A cast is a function of
 * one value that is not null; it answers null (for JSON null), or why there is no value.
 */

import { DAY_MS, floorDiv } from '../../base/calendar.ts'
import { decimalText } from '../../engine/columns/decimal.ts'
import type { Scalar } from '../../engine/columns/vector.ts'
import { type DecimalType, type Type, typeText } from '../../engine/schema/type.ts'
import { Failure, shown } from './failure.ts'
import { itemsOf, kindOf } from './json.ts'
import { ofTextOf, textOfBytes, textOfJson, toJsonOf, toTextOf } from './text.ts'
import {
  doubleOf,
  hasDigits,
  isInt32,
  isInt64,
  rescaled,
  roundedEven,
  type Whole,
} from './whole.ts'

export type Cast = (value: Scalar) => Scalar | Failure

/** Undefined: there is no such cast. */
export function castOf(from: Type, to: Type): Cast | undefined {
  if (to.kind === 'json') return from.kind === 'text' ? ofText(to) : toJsonOf(from)
  switch (from.kind) {
    case 'text':
      return ofText(to)
    case 'json':
      return ofJson(to)
    case 'boolean':
      return ofBoolean(to)
    case 'integer':
    case 'bigint':
      return ofDecimal(0, to)
    case 'decimal':
      return ofDecimal(from.scale, to)
    case 'double':
      return ofDouble(to)
    case 'array':
      return ofArray(from.of, to)
    case 'bytes':
      if (to.kind === 'text') return value => textOfBytes(value as Uint8Array)
      return to.kind === 'bytes' ? same : undefined
    default:
      return ofTime(from, to)
  }
}

const same: Cast = value => value

function ofText(to: Type): Cast | undefined {
  const read = ofTextOf(to)
  return read && (value => read(value as string))
}

function ofBoolean(to: Type): Cast | undefined {
  switch (to.kind) {
    case 'boolean':
      return same
    case 'text':
      return toTextOf({ kind: 'boolean' })
    case 'integer':
    case 'bigint':
      return value => Number(value)
    default:
      return undefined
  }
}

/** Integers are decimals without digits behind the point. */
function ofDecimal(scale: number, to: Type): Cast | undefined {
  switch (to.kind) {
    case 'boolean':
      return value => value !== 0
    case 'integer':
    case 'bigint':
      return toWhole(scale, to)
    case 'decimal':
      return toDecimal(scale, to)
    case 'double':
      return value => doubleOf(value as Whole, scale)
    case 'text':
      return value => decimalText(value as Whole, scale)
    default:
      return undefined
  }
}

function toWhole(scale: number, to: Type): Cast {
  const fits = to.kind === 'integer' ? isInt32 : isInt64
  return value => {
    const whole = rescaled(value as Whole, scale, 0)
    return fits(whole) ? whole : overflow(decimalText(value as Whole, scale), to)
  }
}

function toDecimal(scale: number, to: DecimalType): Cast {
  return value => {
    const digits = rescaled(value as Whole, scale, to.scale)
    const fits = hasDigits(digits, to.precision)
    return fits ? digits : overflow(decimalText(value as Whole, scale), to)
  }
}

const overflow = (value: unknown, to: Type): Failure =>
  new Failure('sql-overflow', `${shown(String(value))} does not fit ${typeText(to)}`)

function ofDouble(to: Type): Cast | undefined {
  switch (to.kind) {
    case 'boolean':
      return value => value !== 0
    case 'double':
      return same
    case 'text':
      return value => String(value)
    case 'integer':
    case 'bigint': {
      const fits = to.kind === 'integer' ? isInt32 : isInt64
      return value => wholeOfDouble(value as number, to, fits)
    }
    case 'decimal':
      return value => decimalOfDouble(value as number, to)
    default:
      return undefined
  }
}

function wholeOfDouble(value: number, to: Type, fits: (whole: Whole) => boolean): Scalar | Failure {
  if (!Number.isFinite(value)) return overflow(value, to)
  const rounded = roundedEven(value)
  const whole = Number.isSafeInteger(rounded) ? rounded + 0 : BigInt(rounded)
  return fits(whole) ? whole : overflow(value, to)
}

/** By the shortest digits that mean this double: 0.1 becomes 0.10, not what lies beside it. */
function decimalOfDouble(value: number, to: DecimalType): Scalar | Failure {
  const read = Number.isFinite(value) ? ofTextOf(to)?.(String(value)) : undefined
  return read === undefined || read instanceof Failure ? overflow(value, to) : read
}

function ofTime(from: Type, to: Type): Cast | undefined {
  if (to.kind === 'text') return toTextOf(from)
  if (from.kind === to.kind) return same
  const isMoment = from.kind === 'timestamp' || from.kind === 'timestamptz'
  const toMoment = to.kind === 'timestamp' || to.kind === 'timestamptz'
  // The clock on the wall is that of UTC.
  if (isMoment && toMoment) return same
  if (from.kind === 'date' && toMoment) return value => (value as number) * DAY_MS
  if (isMoment && to.kind === 'date') return value => floorDiv(value as number, DAY_MS)
  return undefined
}

function ofArray(item: Type, to: Type): Cast | undefined {
  if (to.kind === 'text') return toTextOf({ kind: 'array', of: item })
  if (to.kind !== 'array') return undefined
  const cast = castOf(item, to.of)
  return cast && (value => castItems(value as readonly Scalar[], cast))
}

function castItems(items: readonly Scalar[], cast: Cast): readonly Scalar[] | Failure {
  const made: Scalar[] = []
  for (const item of items) {
    const value = item === null ? null : cast(item)
    if (value instanceof Failure) return value
    made.push(value)
  }
  return made
}

/** A JSON string is read as a text of the type, a number and a boolean as such. */
function ofJson(to: Type): Cast | undefined {
  if (to.kind === 'array') return arrayOfJson(to.of)
  const read = ofTextOf(to)
  if (read === undefined) return undefined
  return value => {
    const json = value as string
    const kind = kindOf(json)
    if (kind === 'null') return null
    if (to.kind !== 'text' && !mayBe(kind, to)) return noSuch(json, to)
    const text = textOfJson(json)
    return typeof text === 'string' ? read(text) : text
  }
}

function mayBe(kind: string, to: Type): boolean {
  if (kind === 'string') return true
  if (kind === 'boolean') return to.kind === 'boolean'
  const isNumeric = ['integer', 'bigint', 'decimal', 'double'].includes(to.kind)
  return kind === 'number' && isNumeric
}

const noSuch = (json: string, to: Type): Failure =>
  new Failure('sql-cast', `The JSON ${shown(json)} is no ${typeText(to)}`)

function arrayOfJson(item: Type): Cast | undefined {
  const cast = item.kind === 'json' ? same : castOf({ kind: 'json' }, item)
  if (cast === undefined) return undefined
  return value => {
    const json = value as string
    if (kindOf(json) === 'null') return null
    const items = itemsOf(json)
    if (items === null || items === undefined) {
      return new Failure('sql-cast', `The JSON ${shown(json)} is no array`)
    }
    return castItems(items, cast)
  }
}

/** For sentences: what to do instead of a cast that there is not. */
export function castAdvice(from: Type, to: Type): string {
  const toMoment = to.kind === 'timestamp' || to.kind === 'timestamptz'
  if (isNumeric(from) && toMoment) return ' Take to_timestamp(seconds) or to_timestamp_ms(ms).'
  if ((from.kind === 'timestamp' || from.kind === 'timestamptz') && isNumeric(to)) {
    return ' Take epoch_ms(..) or EXTRACT(epoch FROM ..).'
  }
  return ''
}

export const isNumeric = (type: Type): boolean =>
  type.kind === 'integer' ||
  type.kind === 'bigint' ||
  type.kind === 'decimal' ||
  type.kind === 'double'

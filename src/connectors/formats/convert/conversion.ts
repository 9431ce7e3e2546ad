/**
 * What a text, a number or a boolean becomes under a type: one table for all formats, and total.
 * JSON and ARRAY are made of whole values and stand in json/column.ts.
 *
 * | type                | text                     | number                      | boolean      |
 * |---------------------|--------------------------|-----------------------------|--------------|
 * | BOOLEAN             | lenient: `true`, `false` |                             | itself       |
 * | INTEGER, BIGINT     | of digits                | whole and in range, exactly |              |
 * | DECIMAL             | of digits                | if it fits, exactly         |              |
 * | DOUBLE              | lenient: of digits       | the nearest, finite         |              |
 * | TEXT                | itself                   | lenient: its digits         | lenient      |
 * | BYTES               | base64                   |                             |              |
 * | DATE                | ISO 8601                 |                             |              |
 * | TIMESTAMP(TZ)       | ISO 8601                 | since 1970, in the unit     |              |
 * | INTERVAL DAY..      | ISO 8601                 | in the unit                 |              |
 * | INTERVAL YEAR..     | ISO 8601                 | months                      |              |
 *
 * What is empty here is `wrong-type`. Days and moments are those of the years 1 to 9999.
 */

import { RECORD_DAYS, RECORD_MS } from '../../../base/calendar.ts'
import { invariant, unreachable } from '../../../base/errors.ts'
import type { Scalar } from '../../../engine/columns/vector.ts'
import { type DecimalType, type Type, typeText } from '../../../engine/schema/type.ts'
import type { TimeUnit } from '../format.ts'
import { Trouble } from '../trouble.ts'
import { base64In } from './base64.ts'
import {
  isNumber,
  latinText,
  type NoWhole,
  type Reading,
  simpleWhole,
  type Whole,
  wholeIn,
} from './digits.ts'
import { monthsIn, spanMsIn } from './duration.ts'
import { daysIn, momentIn } from './moment.ts'

export interface Conversion {
  /** Of UTF-8 as it is meant: escapes are gone. */
  text(bytes: Uint8Array, start: number, end: number): Scalar | Trouble
  /** Of a number as JSON writes it. */
  number(bytes: Uint8Array, start: number, end: number): Scalar | Trouble
  boolean(value: boolean): Scalar | Trouble
}

export interface ConversionOptions {
  readonly unit?: TimeUnit | undefined
  /** Texts and numbers stand for each other where that has a sense. */
  readonly lenient?: boolean | undefined
  /** A DOUBLE is also made of the texts `NaN`, `Infinity` and `-Infinity`. */
  readonly notFinite?: boolean | undefined
}

const INTEGER_MIN = -(2 ** 31)
const INTEGER_MAX = 2 ** 31 - 1
const BIGINT_MIN = -(2n ** 63n)
const BIGINT_MAX = 2n ** 63n - 1n
const UNIT_SCALES: Readonly<Record<TimeUnit, number>> = { s: 3, ms: 0, us: -3 }
const NOT_FINITE: ReadonlyMap<string, number> = new Map([
  ['NaN', Number.NaN],
  ['Infinity', Infinity],
  ['-Infinity', -Infinity],
])

type ValueKind = 'text' | 'number' | 'boolean' | 'array' | 'object'

export function wrongType(type: Type, kind: ValueKind): Trouble {
  const article = kind === 'array' || kind === 'object' ? 'an' : 'a'
  return new Trouble('wrong-type', `${typeText(type)} is not made of ${article} ${kind}`)
}

function noSuch(type: Type): Trouble {
  return new Trouble('no-such-value', `the text says no ${typeText(type)}`)
}

function outOfRange(type: Type): Trouble {
  return new Trouble('out-of-range', `the number is out of the range of ${typeText(type)}`)
}

/** A type made of nothing, until it says otherwise. */
abstract class Strict implements Conversion {
  readonly type: Type

  constructor(type: Type) {
    this.type = type
  }

  text(_bytes: Uint8Array, _start: number, _end: number): Scalar | Trouble {
    return wrongType(this.type, 'text')
  }

  number(_bytes: Uint8Array, _start: number, _end: number): Scalar | Trouble {
    return wrongType(this.type, 'number')
  }

  boolean(_value: boolean): Scalar | Trouble {
    return wrongType(this.type, 'boolean')
  }
}

class ToBoolean extends Strict {
  override boolean(value: boolean): Scalar {
    return value
  }
}

class ToBooleanLeniently extends ToBoolean {
  override text(bytes: Uint8Array, start: number, end: number): Scalar | Trouble {
    if (end - start > 5) return noSuch(this.type)
    const text = latinText(bytes, start, end)
    return text === 'true' || (text === 'false' ? false : noSuch(this.type))
  }
}

class ToDouble extends Strict {
  override number(bytes: Uint8Array, start: number, end: number): Scalar | Trouble {
    const value = Number(latinText(bytes, start, end))
    return Number.isFinite(value) ? value : outOfRange(this.type)
  }
}

class ToAnyDouble extends ToDouble {
  override text(bytes: Uint8Array, start: number, end: number): Scalar | Trouble {
    return NOT_FINITE.get(latinText(bytes, start, end)) ?? noSuch(this.type)
  }
}

class ToDoubleLeniently extends ToAnyDouble {
  override text(bytes: Uint8Array, start: number, end: number): Scalar | Trouble {
    const isDigits = isNumber(latinText(bytes, start, end))
    return isDigits ? this.number(bytes, start, end) : super.text(bytes, start, end)
  }
}

interface Range {
  readonly min: Whole
  readonly max: Whole
}

/** Whatever is a whole number in columns, out of digits. */
class ToWhole extends Strict {
  readonly #range: Range
  readonly #reading: Reading

  constructor(type: Type, range: Range, reading: Reading) {
    super(type)
    this.#range = range
    this.#reading = reading
  }

  override number(bytes: Uint8Array, start: number, end: number): Scalar | Trouble {
    const simple = this.#reading.scale === 0 ? simpleWhole(bytes, start, end) : Number.NaN
    if (!Number.isNaN(simple)) return this.within(simple)
    const whole = wholeIn(latinText(bytes, start, end), this.#reading)
    return typeof whole === 'string' ? this.#refusal(whole) : this.within(whole)
  }

  protected within(whole: Whole): Scalar | Trouble {
    const { min, max } = this.#range
    return whole >= min && whole <= max ? whole : outOfRange(this.type)
  }

  #refusal(why: NoWhole): Trouble {
    if (why === 'no-number') return noSuch(this.type)
    if (why === 'out-of-range') return outOfRange(this.type)
    return new Trouble('inexact', `${typeText(this.type)} would lose digits of the number`)
  }
}

class ToDigits extends ToWhole {
  override text(bytes: Uint8Array, start: number, end: number): Scalar | Trouble {
    return this.number(bytes, start, end)
  }
}

type ReadTime = (bytes: Uint8Array, start: number, end: number) => number

/** Moments and spans: a text in ISO 8601, or a number. */
class ToTime extends ToWhole {
  readonly #read: ReadTime

  constructor(type: Type, how: { range: Range; reading: Reading; read: ReadTime }) {
    super(type, how.range, how.reading)
    this.#read = how.read
  }

  override text(bytes: Uint8Array, start: number, end: number): Scalar | Trouble {
    const time = this.#read(bytes, start, end)
    return Number.isNaN(time) ? noSuch(this.type) : this.within(time)
  }
}

/** DATE has no number that everybody means: days, seconds, milliseconds? */
class ToDate extends ToTime {
  override number(): Trouble {
    return wrongType(this.type, 'number')
  }
}

class ToBytes extends Strict {
  override text(bytes: Uint8Array, start: number, end: number): Scalar | Trouble {
    return base64In(bytes, start, end) ?? noSuch(this.type)
  }
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

class ToText extends Strict {
  override text(bytes: Uint8Array, start: number, end: number): Scalar {
    return decoder.decode(bytes.subarray(start, end))
  }
}

class ToTextLeniently extends ToText {
  override number(bytes: Uint8Array, start: number, end: number): Scalar {
    return latinText(bytes, start, end)
  }

  override boolean(value: boolean): Scalar {
    return String(value)
  }
}

const spanIn: ReadTime = (bytes, start, end) => spanMsIn(latinText(bytes, start, end))
const monthsOf: ReadTime = (bytes, start, end) => monthsIn(latinText(bytes, start, end))

const symmetric = (max: Whole): Range => ({ min: -max, max })
const EXACT: Reading = { scale: 0 }

function decimalOf(type: DecimalType): Conversion {
  const limit = 10n ** BigInt(type.precision) - 1n
  return new ToDigits(type, symmetric(limit), { scale: type.scale })
}

export function conversionOf(type: Type, options: ConversionOptions = {}): Conversion {
  const { unit = 'ms', lenient = false, notFinite = false } = options
  const inUnit: Reading = { scale: UNIT_SCALES[unit], floors: true }
  const safe = symmetric(Number.MAX_SAFE_INTEGER)
  switch (type.kind) {
    case 'boolean':
      return lenient ? new ToBooleanLeniently(type) : new ToBoolean(type)
    case 'integer':
      return new ToDigits(type, { min: INTEGER_MIN, max: INTEGER_MAX }, EXACT)
    case 'bigint':
      return new ToDigits(type, { min: BIGINT_MIN, max: BIGINT_MAX }, EXACT)
    case 'decimal':
      return decimalOf(type)
    case 'double':
      if (lenient) return new ToDoubleLeniently(type)
      return notFinite ? new ToAnyDouble(type) : new ToDouble(type)
    case 'text':
      return lenient ? new ToTextLeniently(type) : new ToText(type)
    case 'bytes':
      return new ToBytes(type)
    case 'date':
      return new ToDate(type, { range: RECORD_DAYS, reading: EXACT, read: daysIn })
    case 'timestamp':
    case 'timestamptz':
      return new ToTime(type, { range: RECORD_MS, reading: inUnit, read: momentIn })
    case 'interval':
      return new ToTime(type, { range: safe, reading: inUnit, read: spanIn })
    case 'months':
      return new ToTime(type, { range: safe, reading: EXACT, read: monthsOf })
    case 'json':
    case 'array':
      return invariant(false, 'a-conversion-is-of-single-values', typeText(type)) as never
    default:
      return unreachable(type)
  }
}

/**
 * Test support: what a record of JSON means, by `JSON.parse` alone; its numbers by their digits,
 * since 1e-324 is a zero to `JSON.parse`, and no whole number to whoever reads digits.
 */

import { wholeText } from '../../../base/bytes.ts'
import type { Scalar } from '../../../engine/columns/vector.ts'
import type { Field } from '../format.ts'

/** In a set of codes: nobody knows, not even whether it fails. */
export const ANY = 'any'

/** The values, or the codes of failure that would all be right. */
export type Verdict = readonly Scalar[] | ReadonlySet<string>

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const NO_JSON = new Set(['malformed', 'not-utf8'])

export function verdictOf(bytes: Uint8Array, fields: readonly Field[]): Verdict {
  let record: unknown
  let exact: unknown
  try {
    const text = strict.decode(bytes)
    record = JSON.parse(text)
    exact = JSON.parse(withDigits(text))
  } catch {
    return NO_JSON
  }
  const isObject = typeof record === 'object' && record !== null && !Array.isArray(record)
  if (!isObject && fields.some(({ path }) => path.length > 0)) return new Set(['not-an-object'])
  const values: Scalar[] = []
  for (const field of fields) {
    const plain = found(record, field.path)
    const value = typeof plain === 'number' ? numeralIn(found(exact, field.path)) : plain
    const scalar = value instanceof Refusal ? value : scalarOf(value, plain, field)
    if (scalar instanceof Refusal) return scalar.codes
    values.push(scalar)
  }
  return values
}

/** A number as it stands in the record. */
class Numeral {
  readonly digits: string

  constructor(digits: string) {
    this.digits = digits
  }
}

const DIGITS = '\u0000digits'
/** A text, or a number. */
const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/gs

/** Sound JSON with an object in place of each number. */
function withDigits(text: string): string {
  return text.replace(TOKEN, token =>
    token.startsWith('"') ? token : JSON.stringify({ [DIGITS]: token }),
  )
}

function numeralIn(found: unknown): Numeral {
  return new Numeral((found as Record<string, string>)[DIGITS] as string)
}

class Refusal {
  readonly codes: ReadonlySet<string>

  constructor(...codes: readonly string[]) {
    this.codes = new Set(codes)
  }
}

function found(record: unknown, path: readonly string[]): unknown {
  let value = record
  for (const key of path) {
    if (value === null || value === undefined) return null
    if (typeof value !== 'object' || Array.isArray(value)) return new Refusal('not-an-object')
    value = Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined
  }
  return value
}

const INTEGER_MAX = 2n ** 31n - 1n

function scalarOf(value: unknown, plain: unknown, { type }: Field): Scalar | Refusal {
  if (value === null || value === undefined) return null
  const wrong = new Refusal('wrong-type')
  switch (type.kind) {
    case 'text':
      return typeof value === 'string' ? wholeText(value) : wrong
    case 'boolean':
      return typeof value === 'boolean' ? value : wrong
    case 'double':
      if (typeof plain !== 'number') return wrong
      return Number.isFinite(plain) ? plain : new Refusal('out-of-range')
    case 'integer':
      return wholeOf(typeof value === 'string' ? numeralOf(value) : value)
    case 'timestamptz':
      return momentOf(value)
    case 'json':
      return JSON.stringify(plain)
    default:
      throw new Error(`the oracle does not know ${type.kind}`)
  }
}

function numeralOf(text: string): Numeral | Refusal {
  const isNumber = /^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$/.test(text)
  return isNumber ? new Numeral(text) : new Refusal('no-such-value')
}

/** More places than any type has, and any record. */
const PLACES_MAX = 5000

interface Floor {
  /** Missing: beyond all bounds. */
  readonly whole: bigint | undefined
  readonly isExact: boolean
}

/** The number, rounded down. */
function floorOf({ digits: text }: Numeral): Floor {
  const [, sign, before = '', behind = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? []
  const digits = BigInt(`${before}${behind}`) * (sign === '-' ? -1n : 1n)
  const shift = Number(exponent) - behind.length
  if (digits === 0n) return { whole: 0n, isExact: true }
  if (shift > PLACES_MAX) return { whole: undefined, isExact: true }
  if (shift >= 0) return { whole: digits * 10n ** BigInt(shift), isExact: true }
  const unit = 10n ** BigInt(Math.min(-shift, PLACES_MAX))
  const rest = ((digits % unit) + unit) % unit
  return { whole: (digits - rest) / unit, isExact: rest === 0n }
}

function wholeOf(value: unknown): Scalar | Refusal {
  if (value instanceof Refusal) return value
  if (!(value instanceof Numeral)) return new Refusal('wrong-type')
  const { whole, isExact } = floorOf(value)
  if (!isExact) return new Refusal('inexact', 'out-of-range')
  const fits = whole !== undefined && whole <= INTEGER_MAX && whole >= -INTEGER_MAX - 1n
  return fits ? Number(whole) : new Refusal('out-of-range')
}

/** Of all that ISO 8601 allows; moment.test.ts has the rest. */
const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

function momentOf(value: unknown): Scalar | Refusal {
  if (value instanceof Numeral) {
    const { whole } = floorOf(value)
    const ms = whole === undefined ? Number.POSITIVE_INFINITY : Number(whole)
    const isWithin =
      ms >= Date.parse('0001-01-01T00:00Z') && ms < Date.parse('+010000-01-01T00:00Z')
    return isWithin ? ms : new Refusal('out-of-range')
  }
  if (typeof value !== 'string') return new Refusal('wrong-type')
  if (/^[-+]?\d{4}/.test(value) && !MOMENT.test(value)) return new Refusal(ANY)
  const ms = MOMENT.test(value) ? Date.parse(value) : Number.NaN
  const isMoment = !Number.isNaN(ms) && new Date(ms).toISOString() === value
  return isMoment ? ms : new Refusal('no-such-value')
}

/**
 * Test support: what a record of JSON means, by `JSON.parse` alone. Knows the types that need no
 * digits beyond those of a double.
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
  try {
    record = JSON.parse(strict.decode(bytes))
  } catch {
    return NO_JSON
  }
  const isObject = typeof record === 'object' && record !== null && !Array.isArray(record)
  if (!isObject && fields.some(({ path }) => path.length > 0)) return new Set(['not-an-object'])
  const values: Scalar[] = []
  for (const field of fields) {
    const value = found(record, field.path)
    const scalar = value instanceof Refusal ? value : scalarOf(value, field)
    if (scalar instanceof Refusal) return scalar.codes
    values.push(scalar)
  }
  return values
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

const INTEGER_MAX = 2 ** 31 - 1

function scalarOf(value: unknown, { type }: Field): Scalar | Refusal {
  if (value === null || value === undefined) return null
  const wrong = new Refusal('wrong-type')
  switch (type.kind) {
    case 'text':
      return typeof value === 'string' ? wholeText(value) : wrong
    case 'boolean':
      return typeof value === 'boolean' ? value : wrong
    case 'double':
      if (typeof value !== 'number') return wrong
      return Number.isFinite(value) ? value : new Refusal('out-of-range')
    case 'integer':
      return typeof value === 'string' ? wholeOf(numberOf(value)) : wholeOf(value)
    case 'timestamptz':
      return momentOf(value)
    case 'json':
      return JSON.stringify(value)
    default:
      throw new Error(`the oracle does not know ${type.kind}`)
  }
}

function numberOf(text: string): unknown {
  const isNumber = /^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$/.test(text)
  return isNumber ? Number(text) : new Refusal('no-such-value')
}

function wholeOf(value: unknown): Scalar | Refusal {
  if (value instanceof Refusal) return value
  if (typeof value !== 'number') return new Refusal('wrong-type')
  if (!Number.isInteger(value)) return new Refusal('inexact', 'out-of-range')
  const fits = value <= INTEGER_MAX && value >= -INTEGER_MAX - 1
  return fits ? value + 0 : new Refusal('out-of-range')
}

/** Of all that ISO 8601 allows; moment.test.ts has the rest. */
const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

function momentOf(value: unknown): Scalar | Refusal {
  if (typeof value === 'number') {
    const ms = Math.floor(value) + 0
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

/**
 * The types that a column can have, which are those of SQL. Each is one frozen object where it has
 * no parameters, so that `===` mostly answers; `sameType` always does.
 */

import { invariant } from '../../base/errors.ts'

export type SimpleKind =
  | 'boolean'
  /** Whole numbers of 32 bits. */
  | 'integer'
  /** Whole numbers of 64 bits, exact. */
  | 'bigint'
  | 'double'
  | 'text'
  | 'bytes'
  /** Days since 1970-01-01. */
  | 'date'
  /** What a calendar and a clock on the wall show, in milliseconds; no zone. */
  | 'timestamp'
  /** A moment: milliseconds since 1970 in UTC. */
  | 'timestamptz'
  /** A span of milliseconds. */
  | 'interval'
  /** A span of months, whose length depends on where it is added. */
  | 'months'
  /** Any JSON value, as its text. */
  | 'json'

export interface SimpleType {
  readonly kind: SimpleKind
}

export interface DecimalType {
  readonly kind: 'decimal'
  /** Digits in all. */
  readonly precision: number
  /** Digits behind the point. */
  readonly scale: number
}

export interface ArrayType {
  readonly kind: 'array'
  readonly of: Type
}

export type Type = SimpleType | DecimalType | ArrayType

export const DECIMAL_DIGITS_MAX = 38

const simple = (kind: SimpleKind): SimpleType => Object.freeze({ kind })

export const BOOLEAN = simple('boolean')
export const INTEGER = simple('integer')
export const BIGINT = simple('bigint')
export const DOUBLE = simple('double')
export const TEXT = simple('text')
export const BYTES = simple('bytes')
export const DATE = simple('date')
export const TIMESTAMP = simple('timestamp')
export const TIMESTAMPTZ = simple('timestamptz')
export const INTERVAL = simple('interval')
export const MONTHS = simple('months')
export const JSON_TYPE = simple('json')

export const SIMPLE_TYPES: readonly SimpleType[] = [
  BOOLEAN,
  INTEGER,
  BIGINT,
  DOUBLE,
  TEXT,
  BYTES,
  DATE,
  TIMESTAMP,
  TIMESTAMPTZ,
  INTERVAL,
  MONTHS,
  JSON_TYPE,
]

export function decimal(precision: number, scale: number): DecimalType {
  const sound = precision >= 1 && precision <= DECIMAL_DIGITS_MAX && scale >= 0
  invariant(sound && scale <= precision, 'decimal-has-digits', `${precision}, ${scale}`)
  return Object.freeze({ kind: 'decimal', precision, scale })
}

export function arrayOf(of: Type): ArrayType {
  return Object.freeze({ kind: 'array', of })
}

export function sameType(one: Type, other: Type): boolean {
  if (one.kind === 'decimal' && other.kind === 'decimal') {
    return one.precision === other.precision && one.scale === other.scale
  }
  if (one.kind === 'array' && other.kind === 'array') return sameType(one.of, other.of)
  return one.kind === other.kind
}

const NAMES: Readonly<Record<SimpleKind, string>> = {
  boolean: 'BOOLEAN',
  integer: 'INTEGER',
  bigint: 'BIGINT',
  double: 'DOUBLE',
  text: 'TEXT',
  bytes: 'BYTES',
  date: 'DATE',
  timestamp: 'TIMESTAMP',
  timestamptz: 'TIMESTAMPTZ',
  interval: 'INTERVAL DAY TO SECOND',
  months: 'INTERVAL YEAR TO MONTH',
  json: 'JSON',
}

/** As SQL writes it. */
export function typeText(type: Type): string {
  if (type.kind === 'decimal') return `DECIMAL(${type.precision}, ${type.scale})`
  if (type.kind === 'array') return `ARRAY<${typeText(type.of)}>`
  return NAMES[type.kind]
}

/**
 * The types of columns, said once more: the oracle takes nothing from the source that it judges,
 * the meaning of a type least of all.
 */

export type SimpleKind =
  | 'boolean'
  | 'integer'
  | 'bigint'
  | 'double'
  | 'text'
  | 'bytes'
  | 'date'
  | 'timestamp'
  | 'timestamptz'
  /** Milliseconds. */
  | 'interval'
  | 'months'
  /** As its text. */
  | 'json'

export type Type =
  | { readonly kind: SimpleKind }
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number }
  | { readonly kind: 'array'; readonly of: Type }

export interface Column {
  readonly name: string
  readonly type: Type
}

export const BOOLEAN: Type = { kind: 'boolean' }
export const INTEGER: Type = { kind: 'integer' }
export const BIGINT: Type = { kind: 'bigint' }
export const DOUBLE: Type = { kind: 'double' }
export const TEXT: Type = { kind: 'text' }
export const TIMESTAMPTZ: Type = { kind: 'timestamptz' }
export const INTERVAL: Type = { kind: 'interval' }
export const JSON_TYPE: Type = { kind: 'json' }

export const DECIMAL_DIGITS_MAX = 38

const SPANS = { interval: 'INTERVAL DAY TO SECOND', months: 'INTERVAL YEAR TO MONTH' } as const

/** A length of time; the two kinds never mix. */
export function isSpan({ kind }: Type): boolean {
  return kind in SPANS
}

export function isMoment({ kind }: Type): boolean {
  return kind === 'timestamp' || kind === 'timestamptz'
}

export function typeText(type: Type): string {
  if (type.kind === 'decimal') return `DECIMAL(${type.precision}, ${type.scale})`
  if (type.kind === 'array') return `ARRAY<${typeText(type.of)}>`
  return SPANS[type.kind as keyof typeof SPANS] ?? type.kind.toUpperCase()
}

export function scaleOf(type: Type): number {
  return type.kind === 'decimal' ? type.scale : 0
}

/** Of values of both in one expression or array: the one that holds either. */
export function widerOf(one: Type, other: Type): Type {
  if (typeText(one) === typeText(other)) return one
  const kinds = new Set([one.kind, other.kind])
  if (kinds.has('double')) return DOUBLE
  if (kinds.has('decimal')) return widerDecimal(decimalOf(one), decimalOf(other))
  return BIGINT
}

interface Digits {
  readonly precision: number
  readonly scale: number
}

function decimalOf(type: Type): Digits {
  if (type.kind === 'decimal') return type
  return { precision: type.kind === 'integer' ? 10 : 19, scale: 0 }
}

function widerDecimal(one: Digits, other: Digits): Type {
  const scale = Math.max(one.scale, other.scale)
  const whole = Math.max(one.precision - one.scale, other.precision - other.scale)
  return { kind: 'decimal', precision: Math.min(DECIMAL_DIGITS_MAX, whole + scale), scale }
}

/** What type an expression has over given columns. The expression is taken to be sound. */

import type { CallExpr, Expr } from './expression.ts'
import {
  BIGINT,
  BOOLEAN,
  type Column,
  DECIMAL_DIGITS_MAX,
  INTEGER,
  INTERVAL,
  isMoment,
  isSpan,
  scaleOf,
  TEXT,
  type Type,
  widerOf,
} from './type.ts'

export function typeOf(expr: Expr, columns: readonly Column[]): Type {
  if (expr.op === 'literal') return expr.type
  if (expr.op === 'cast') return expr.to
  if (expr.op === 'call') return typeOfCall(expr, columns)
  const found = columns.find(({ name }) => name === expr.name)
  if (found === undefined) throw new Error(`no column ${expr.name}`)
  return found.type
}

function typeOfCall({ fn, args }: CallExpr, columns: readonly Column[]): Type {
  const types = args.map(arg => typeOf(arg, columns))
  switch (fn) {
    case 'add':
    case 'sub':
      return timeType(types) ?? sumType(widest(types))
    case 'mul':
      return productType(types)
    case 'mod':
      return widest(types)
    case 'neg':
    case 'abs':
    case 'nullif':
      return types[0] as Type
    case 'coalesce':
      return widest(types)
    case 'case':
      return widest(types.filter((_, at) => at % 2 === 1 || at === types.length - 1))
    case 'concat':
    case 'upper':
    case 'lower':
    case 'json-text':
      return TEXT
    case 'char-length':
    case 'cardinality':
      return INTEGER
    case 'array':
      return { kind: 'array', of: widest(types) }
    default:
      return BOOLEAN
  }
}

const widest = (types: readonly Type[]): Type => types.reduce(widerOf)

/** A moment moved by a span, or the span between two; missing: neither is a moment. */
function timeType([one, other]: readonly Type[]): Type | undefined {
  if (one === undefined || !isMoment(one)) return undefined
  return other !== undefined && isMoment(other) ? INTERVAL : one
}

/** A sum of decimals has a digit more. */
function sumType(type: Type): Type {
  if (type.kind !== 'decimal') return type
  return { ...type, precision: Math.min(DECIMAL_DIGITS_MAX, type.precision + 1) }
}

function productType(types: readonly Type[]): Type {
  const wide = widest(types)
  if (wide.kind !== 'decimal') return wide
  const scale = types.reduce((sum, type) => sum + scaleOf(type), 0)
  const digits = types.reduce((sum, type) => sum + precisionOf(type), 0)
  return { kind: 'decimal', precision: Math.min(DECIMAL_DIGITS_MAX, digits), scale }
}

function precisionOf(type: Type): number {
  if (type.kind === 'decimal') return type.precision
  return type.kind === 'integer' ? 10 : 19
}

/** What a sum of such values is. */
export function totalType(type: Type): Type {
  if (type.kind === 'decimal') {
    return { kind: 'decimal', precision: DECIMAL_DIGITS_MAX, scale: type.scale }
  }
  return type.kind === 'double' || isSpan(type) ? type : BIGINT
}

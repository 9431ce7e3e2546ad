/**
 * Types that become others by themselves, and those that only CAST changes. By themselves: numbers
 * to wider ones, DATE to a timestamp, JSON to the text that it holds, literals in quotes to
 * whatever stands on the other side, and numbers that are constants to decimals that hold them.
 */

import {
  arrayOf,
  BIGINT,
  type DecimalType,
  DOUBLE,
  decimal,
  INTEGER,
  sameType,
  TEXT,
  TIMESTAMP,
  TIMESTAMPTZ,
  type Type,
  typeText,
} from '../../engine/schema/type.ts'
import type { Columnwise } from '../kernels/frame.ts'
import { lifted, toDoubles, unchanged } from '../kernels/lift.ts'
import { type Cast, castAdvice, castOf, isNumeric } from '../value/cast.ts'
import { Failure } from '../value/failure.ts'
import { type Context, fail } from './context.ts'
import { type Constant, constantOf, folded, isConstant, type Typed } from './typed.ts'

const DIGITS_MAX = 38
const INTEGER_DIGITS = 10
const BIGINT_DIGITS = 19

export const isExact = (type: Type): boolean => isNumeric(type) && type.kind !== 'double'

/** The decimal that holds every value of a type of exact numbers. */
export function decimalFor(type: Type): DecimalType {
  if (type.kind === 'decimal') return type
  return decimal(type.kind === 'integer' ? INTEGER_DIGITS : BIGINT_DIGITS, 0)
}

/** Whether values go over without being asked to, and always arrive. */
export function isImplicit(from: Type, to: Type): boolean {
  if (sameType(from, to)) return true
  switch (to.kind) {
    case 'bigint':
      return from.kind === 'integer'
    case 'double':
      return isNumeric(from)
    case 'decimal': {
      if (from.kind === 'double' || !isNumeric(from)) return false
      const { precision, scale } = decimalFor(from)
      return scale <= to.scale && precision - scale <= to.precision - to.scale
    }
    case 'timestamp':
      return from.kind === 'date'
    case 'timestamptz':
      return from.kind === 'date' || from.kind === 'timestamp'
    case 'text':
      return from.kind === 'json'
    case 'array':
      return from.kind === 'array' && isImplicit(from.of, to.of)
    default:
      return false
  }
}

/** The type that holds values of both. */
export function commonType(a: Type, b: Type): Type | undefined {
  if (isImplicit(a, b)) return b
  if (isImplicit(b, a)) return a
  if (isNumeric(a) && isNumeric(b)) return commonNumber(a, b)
  if (a.kind === 'array' && b.kind === 'array') {
    const of = commonType(a.of, b.of)
    return of && arrayOf(of)
  }
  return undefined
}

/** The types in which values are compared: exact numbers, and arrays of them, as they are. */
export function comparedAs(a: Type, b: Type): readonly [Type, Type] | undefined {
  if (isExact(a) && isExact(b)) return [a, b]
  if (a.kind === 'array' && b.kind === 'array') {
    const of = comparedAs(a.of, b.of)
    return of && [arrayOf(of[0]), arrayOf(of[1])]
  }
  const type = commonType(a, b)
  return type && [type, type]
}

function commonNumber(a: Type, b: Type): Type {
  if (a.kind === 'double' || b.kind === 'double') return DOUBLE
  const [x, y] = [decimalFor(a), decimalFor(b)]
  const scale = Math.max(x.scale, y.scale)
  const whole = Math.max(x.precision - x.scale, y.precision - y.scale)
  return decimal(Math.min(whole + scale, DIGITS_MAX), Math.min(scale, DIGITS_MAX))
}

/** Of several, literals in quotes and NULL counting only where there is nothing else. */
export function commonTypeOf(nodes: readonly Typed[]): Type | undefined {
  const firm = nodes.filter(node => !(isConstant(node) && node.loose))
  if (firm.length === 0) return TEXT
  const type = firm
    .map(node => node.type)
    .reduce<Type | undefined>((sum, one) => sum && commonType(sum, one), firm[0]?.type)
  // A text beside JSON is a text, and not JSON that somebody wrote down.
  const hasText = nodes.some(node => isConstant(node) && node.loose && node.value !== null)
  return type?.kind === 'json' && hasText ? TEXT : type
}

/** To a type that it goes over to by itself; `what` begins the sentence if it does not. */
export function coerced(context: Context, node: Typed, to: Type, what: string): Typed {
  if (isConstant(node) && node.loose) return fromLiteral(context, node, to)
  if (sameType(node.type, to)) return node
  if (!isImplicit(node.type, to)) {
    const fitting = fittingConstant(context, node, to)
    if (fitting !== undefined) return fitting
    const advice = castOf(node.type, to) ? ` Write CAST(.. AS ${typeText(to)}).` : ''
    const sentence = `${what} is ${typeText(node.type)} and not ${typeText(to)}.${advice}`
    fail(context, 'sql-type', sentence, node)
  }
  return converted(node, to, castOf(node.type, to) as Cast)
}

/** A decimal may lack room for other numbers of a constant's type, and have it for this one. */
function fittingConstant(context: Context, node: Typed, to: Type): Constant | undefined {
  if (!isConstant(node) || to.kind !== 'decimal') return undefined
  if (!isExact(node.type) || decimalFor(node.type).scale > to.scale) return undefined
  const value = node.value === null ? null : castOf(node.type, to)?.(node.value)
  if (value instanceof Failure) {
    const advice = 'CAST the other side to a type with fewer digits behind the point'
    fail(context, 'sql-value', `${value.reason}. ${advice}.`, node)
  }
  return value === undefined ? undefined : constantOf(to, value, node)
}

function fromLiteral(context: Context, node: Constant, to: Type): Constant {
  if (node.value === null || to.kind === 'text') return constantOf(to, node.value, node)
  const cast = castOf(TEXT, to)
  const value = cast?.(node.value)
  if (value instanceof Failure) {
    const advice = 'Write one, or CAST the other side to TEXT'
    fail(context, 'sql-value', `${value.reason}. ${advice}.`, node)
  }
  if (value === undefined) {
    fail(context, 'sql-type', `A text is no ${typeText(to)}; write ARRAY[..].`, node)
  }
  return constantOf(to, value, node)
}

/** `CAST`, and with `safe` TRY_CAST. */
export function castTo(context: Context, node: Typed, to: Type, safe: boolean): Typed {
  const from = isConstant(node) && node.loose && node.value === null ? to : node.type
  const cast = castOf(from, to)
  if (cast === undefined) {
    const sentence = `${typeText(from)} cannot be cast to ${typeText(to)}.${castAdvice(from, to)}`
    fail(context, 'sql-type', sentence, node)
  }
  if (isConstant(node) && node.value === null) return constantOf(to, null, node)
  return converted(node, to, safe ? forgiving(cast) : cast)
}

const forgiving =
  (cast: Cast): Cast =>
  value => {
    const result = cast(value)
    return result instanceof Failure ? null : result
  }

function converted(node: Typed, to: Type, cast: Cast): Typed {
  if (sameType(node.type, to)) return node
  const run = shortcut(node.type, to) ?? lifted({ type: to, run: cast, seesNulls: false })
  const { from, to: end } = node
  return folded({ kind: 'apply', name: 'cast', type: to, args: [node], run, from, to: end })
}

/** Casts between types that are represented alike. */
function shortcut(from: Type, to: Type): Columnwise | undefined {
  if (from.kind === 'integer' && to.kind === 'bigint') return unchanged
  if ((from.kind === 'integer' || from.kind === 'bigint') && to.kind === 'double') return toDoubles
  const isMoment = (type: Type) => sameType(type, TIMESTAMP) || sameType(type, TIMESTAMPTZ)
  if (isMoment(from) && isMoment(to)) return unchanged
  if (to.kind !== 'decimal' || !isImplicit(from, to)) return undefined
  return to.scale === decimalFor(from).scale ? unchanged : undefined
}

/** For literals: the smallest type that has room. */
export function wholeType(value: number | bigint): Type | undefined {
  if (value >= -(2 ** 31) && value < 2 ** 31) return INTEGER
  if (value >= -(2n ** 63n) && value < 2n ** 63n) return BIGINT
  const digits = (value < 0 ? -value : value).toString().length
  return digits <= DIGITS_MAX ? decimal(digits, 0) : undefined
}

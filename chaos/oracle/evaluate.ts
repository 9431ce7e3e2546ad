/**
 * Computes an expression for one record, as slowly and plainly as can be: null goes in, null comes
 * out, unless the table of special forms says otherwise.
 */

import type { CallExpr, Expr, FunctionName } from './expression.ts'
import { isLike } from './like.ts'
import { type Column, isMoment, scaleOf, type Type, typeText } from './type.ts'
import { typeOf } from './typing.ts'
import { doubleOf, Failure, mustFit, order, rescaled, textOf, type Value } from './value.ts'

export interface Scope {
  readonly columns: readonly Column[]
  readonly values: readonly Value[]
}

export function evaluated(expr: Expr, scope: Scope): Value {
  if (expr.op === 'literal') return expr.value
  if (expr.op === 'column') {
    const place = scope.columns.findIndex(({ name }) => name === expr.name)
    return scope.values[place] as Value
  }
  if (expr.op === 'cast') {
    const from = typeOf(expr.of, scope.columns)
    return converted(evaluated(expr.of, scope), from, expr.to)
  }
  const special = SPECIAL[expr.fn]
  return special === undefined ? strict(expr, scope) : special(expr, scope)
}

/** Another type's value of the same meaning. */
function converted(value: Value, from: Type, to: Type): Value {
  if (value === null || typeText(from) === typeText(to)) return value
  if (to.kind === 'double') return doubleOf(value, from)
  if (to.kind === 'text') return decimalText(value, from)
  if (to.kind === 'array' && from.kind === 'array') {
    return (value as readonly Value[]).map(one => converted(one, from.of, to.of))
  }
  return mustFit(rescaled(wholeOf(value), scaleOf(from), scaleOf(to)), to)
}

function wholeOf(value: Value): bigint {
  if (typeof value === 'bigint') return value
  const text = (value as string).trim()
  if (!/^[+-]?\d+$/.test(text)) throw new Failure(`${textOf(value)} is not a whole number`)
  return BigInt(text.replace(/^\+/, ''))
}

function decimalText(value: Value, from: Type): string {
  const scale = scaleOf(from)
  if (scale === 0) return String(value)
  const digits = String(value)
    .replace('-', '')
    .padStart(scale + 1, '0')
  const sign = (value as bigint) < 0n ? '-' : ''
  return `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`
}

type Form = (expr: CallExpr, scope: Scope) => Value

/** Arguments brought to one type, so that they can be compared. */
function alike(args: readonly Expr[], scope: Scope): readonly Value[] {
  const types = args.map(arg => typeOf(arg, scope.columns))
  const wide = typeOf({ op: 'call', fn: 'coalesce', args }, scope.columns)
  return args.map((arg, at) => converted(evaluated(arg, scope), types[at] as Type, wide))
}

const equal = (one: Value, other: Value): Value =>
  one === null || other === null ? null : order(one, other) === 0

function not(value: Value): Value {
  return value === null ? null : !value
}

/** True if one is, else null if one is, else false. */
function or(values: readonly Value[]): Value {
  if (values.includes(true)) return true
  return values.includes(null) ? null : false
}

const and = (values: readonly Value[]): Value => not(or(values.map(not)))

const valuesOf: (expr: CallExpr, scope: Scope) => readonly Value[] = ({ args }, scope) =>
  args.map(arg => evaluated(arg, scope))

const SPECIAL: Readonly<Partial<Record<FunctionName, Form>>> = {
  and: (expr, scope) => and(valuesOf(expr, scope)),
  or: (expr, scope) => or(valuesOf(expr, scope)),
  'is-null': (expr, scope) => valuesOf(expr, scope)[0] === null,
  'is-not-null': (expr, scope) => valuesOf(expr, scope)[0] !== null,
  'is-true': (expr, scope) => valuesOf(expr, scope)[0] === true,
  'is-false': (expr, scope) => valuesOf(expr, scope)[0] === false,
  distinct: ({ args }, scope) => !isSame(alike(args, scope)),
  same: ({ args }, scope) => isSame(alike(args, scope)),
  between: ({ args }, scope) => {
    const [value = null, low = null, high = null] = alike(args, scope)
    return and([compared('ge', value, low), compared('le', value, high)])
  },
  in: ({ args }, scope) => {
    const [value = null, ...among] = alike(args, scope)
    return or(among.map(one => equal(value, one)))
  },
  case: caseOf,
  coalesce: ({ args }, scope) => alike(args, scope).find(value => value !== null) ?? null,
  nullif: ({ args }, scope) => {
    const [one = null, other = null] = alike(args, scope)
    return equal(one, other) === true ? null : evaluated(args[0] as Expr, scope)
  },
  array: ({ args }, scope) => alike(args, scope),
}

const isSame = ([one = null, other = null]: readonly Value[]): boolean =>
  textOf(one) === textOf(other)

function caseOf(expr: CallExpr, scope: Scope): Value {
  const { args } = expr
  const wide = typeOf(expr, scope.columns)
  for (let at = 0; at + 1 < args.length; at += 2) {
    if (evaluated(args[at] as Expr, scope) === true)
      return result(args[at + 1] as Expr, scope, wide)
  }
  return result(args.at(-1) as Expr, scope, wide)
}

const result = (expr: Expr, scope: Scope, wide: Type): Value =>
  converted(evaluated(expr, scope), typeOf(expr, scope.columns), wide)

type Comparison = 'eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge'

function compared(how: Comparison, one: Value, other: Value): Value {
  if (one === null || other === null) return null
  const verdict = order(one, other)
  switch (how) {
    case 'eq':
      return verdict === 0
    case 'ne':
      return verdict !== 0
    case 'lt':
      return verdict < 0
    case 'le':
      return verdict <= 0
    case 'gt':
      return verdict > 0
    case 'ge':
      return verdict >= 0
  }
}

/** Null if one of the arguments is. */
function strict(expr: CallExpr, scope: Scope): Value {
  const { fn, args } = expr
  if (isComparison(fn)) {
    const [one = null, other = null] = alike(args, scope)
    return compared(fn, one, other)
  }
  const values = areUnlike(expr, scope) ? valuesOf(expr, scope) : alike(args, scope)
  if (values.includes(null)) return null
  return computed(expr, values, scope)
}

/** Arguments that mean what they mean each by its own type. */
function areUnlike({ fn, args }: CallExpr, { columns }: Scope): boolean {
  return fn === 'mul' || fn === 'json-text' || isMoment(typeOf(args[0] as Expr, columns))
}

function isComparison(fn: FunctionName): fn is Comparison {
  return ['eq', 'ne', 'lt', 'le', 'gt', 'ge'].includes(fn)
}

function computed(expr: CallExpr, values: readonly Value[], scope: Scope): Value {
  const [one, other] = values
  switch (expr.fn) {
    case 'not':
      return !one
    case 'concat':
      return `${one as string}${other as string}`
    case 'upper':
      return (one as string).toUpperCase()
    case 'lower':
      return (one as string).toLowerCase()
    case 'char-length':
      return BigInt([...(one as string)].length)
    case 'like':
      return isLike(one as string, other as string)
    case 'cardinality':
      return BigInt((one as readonly Value[]).length)
    case 'json-text':
      return fieldText(JSON.parse(one as string), other as string)
    default:
      return arithmetic(expr, values, scope)
  }
}

/** What an object has under a name: a text as it is meant, all else as JSON. */
function fieldText(json: unknown, name: string): Value {
  const isObject = typeof json === 'object' && json !== null && !Array.isArray(json)
  const value: unknown = isObject && Object.hasOwn(json, name) ? Reflect.get(json, name) : null
  if (value === null) return null
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function arithmetic(expr: CallExpr, values: readonly Value[], scope: Scope): Value {
  const type = typeOf(expr, scope.columns)
  if (type.kind === 'double') {
    const doubles = values.map((value, at) => {
      const own = typeOf(expr.args[at] as Expr, scope.columns)
      return typeof value === 'number' ? value : doubleOf(value, own)
    })
    return ofDoubles(expr.fn, doubles)
  }
  return mustFit(ofWholes(expr.fn, values as readonly bigint[]), type)
}

function ofDoubles(fn: FunctionName, [one = 0, other = 0]: readonly number[]): number {
  if (fn === 'add') return one + other
  if (fn === 'sub') return one - other
  if (fn === 'mul') return one * other
  return fn === 'neg' ? -one : Math.abs(one)
}

function ofWholes(fn: FunctionName, [one = 0n, other = 0n]: readonly bigint[]): bigint {
  if (fn === 'add') return one + other
  if (fn === 'sub') return one - other
  if (fn === 'mul') return one * other
  if (fn === 'neg') return -one
  if (fn === 'abs') return one < 0n ? -one : one
  if (other === 0n) throw new Failure('division by zero')
  return one % other
}

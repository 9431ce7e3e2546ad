/** Aggregates, each computed from all its records at once. */

import { type Scope, valueIn } from './evaluate.ts'
import type { AggregateCall, AggregateName } from './plan.ts'
import { BIGINT, type Column, DOUBLE, type Type } from './type.ts'
import { totalType, typeOf } from './typing.ts'
import { doubleOf, mustFit, order, textOfAll, type Value } from './value.ts'

/** What a record has for one aggregate; missing: its filter keeps it out. */
export type Share = readonly Value[] | undefined

export function shareOf({ filter, args }: AggregateCall, scope: Scope): Share {
  if (filter !== undefined && valueIn(filter, scope) !== true) return undefined
  return args.map(arg => valueIn(arg, scope))
}

export function foldType({ fn, args }: AggregateCall, columns: readonly Column[]): Type {
  if (fn === 'count') return BIGINT
  const type = typeOf(args[0] as AggregateCall['args'][number], columns)
  if (fn === 'sum') return totalType(type)
  if (fn === 'collect' || fn === 'top') return { kind: 'array', of: type }
  return ['min', 'max', 'first', 'last'].includes(fn) ? type : DOUBLE
}

/** `shares`: one for each record, in the order in which the aggregate means them. */
export function folded(
  call: AggregateCall,
  shares: readonly Share[],
  columns: readonly Column[],
): Value {
  const there = shares.filter(share => share !== undefined)
  if (call.args.length === 0) return BigInt(there.length)
  const present = there.filter(([value]) => value !== null)
  const chosen = call.distinct ? unlike(present) : present
  if (call.fn === 'count') return BigInt(chosen.length)
  if (chosen.length === 0) return null
  const type = typeOf(call.args[0] as AggregateCall['args'][number], columns)
  const values = chosen.map(([value]) => value as Value)
  return FOLDS[call.fn](values, type, Number(chosen[0]?.[1] ?? 0))
}

/** Of equal ones, the first. */
function unlike(shares: readonly (readonly Value[])[]): readonly (readonly Value[])[] {
  const seen = new Set<string>()
  return shares.filter(share => {
    const text = textOfAll(share)
    return !seen.has(text) && seen.add(text)
  })
}

/** Of at least one value, none of them null; `bound`: the second argument. */
type Fold = (values: readonly Value[], type: Type, bound: number) => Value

const FOLDS: Readonly<Record<Exclude<AggregateName, 'count'>, Fold>> = {
  sum: total,
  min: values => values.reduce((least, one) => (order(one, least) < 0 ? one : least)),
  max: values => values.reduce((most, one) => (order(one, most) > 0 ? one : most)),
  avg: (values, type) => doubleOf(sumOf(values), type) / values.length,
  var_pop: (values, type) => variance(values, type, 0),
  var_samp: (values, type) => variance(values, type, 1),
  stddev_pop: (values, type) => root(variance(values, type, 0)),
  stddev_samp: (values, type) => root(variance(values, type, 1)),
  first: values => values[0] as Value,
  last: values => values.at(-1) as Value,
  collect: (values, _, bound) => values.slice(0, bound),
  top: (values, _, bound) => [...values].sort((one, other) => order(other, one)).slice(0, bound),
}

function sumOf(values: readonly Value[]): number | bigint {
  if (typeof values[0] === 'number') return (values as readonly number[]).reduce((a, b) => a + b)
  return (values as readonly bigint[]).reduce((a, b) => a + b)
}

function total(values: readonly Value[], type: Type): Value {
  const sum = sumOf(values)
  return typeof sum === 'number' ? sum : mustFit(sum, totalType(type))
}

/** In two passes: the mean, then the squares of what is off it. */
function variance(values: readonly Value[], type: Type, spared: 0 | 1): number | null {
  if (values.length <= spared) return null
  const doubles = values.map(value => doubleOf(value, type))
  const mean = doubles.reduce((a, b) => a + b) / doubles.length
  const squares = doubles.reduce((sum, one) => sum + (one - mean) ** 2, 0)
  return squares / (doubles.length - spared)
}

const root = (value: number | null): number | null => (value === null ? null : Math.sqrt(value))

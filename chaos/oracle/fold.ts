/** Aggregates, each computed from all its records at once. */

import { evaluated, type Scope } from './evaluate.ts'
import type { AggregateCall, AggregateName } from './plan.ts'
import { BIGINT, type Column, DOUBLE, type Type } from './type.ts'
import { totalType, typeOf } from './typing.ts'
import { doubleOf, mustFit, order, textOfAll, type Value } from './value.ts'

/** What a record has for one aggregate; missing: its filter keeps it out. */
export type Share = readonly Value[] | undefined

export function shareOf({ filter, args }: AggregateCall, scope: Scope): Share {
  if (filter !== undefined && evaluated(filter, scope) !== true) return undefined
  return args.map(arg => evaluated(arg, scope))
}

/** Types of results that are not DOUBLE. */
export function foldType({ fn, args }: AggregateCall, columns: readonly Column[]): Type {
  if (fn === 'count' || fn === 'count_if') return BIGINT
  const type = typeOf(args[0] as AggregateCall['args'][number], columns)
  if (fn === 'sum') return totalType(type)
  if (fn === 'collect' || fn === 'top_n' || fn === 'top_n_by') return { kind: 'array', of: type }
  return fn in OF_ONE || (fn === 'avg' && type.kind === 'interval') ? type : DOUBLE
}

/** `shares`: one for each record, in the order in which the aggregate means them. */
export function folded(
  call: AggregateCall,
  shares: readonly Share[],
  columns: readonly Column[],
): Value {
  const there = shares.filter(share => share !== undefined)
  const present = there.filter(share => !share.includes(null))
  const chosen = call.distinct ? unlike(present) : present
  if (call.fn === 'count') return BigInt(chosen.length)
  if (call.fn === 'count_if') return BigInt(chosen.filter(([value]) => value === true).length)
  if (chosen.length === 0) return null
  const type = typeOf(call.args[0] as AggregateCall['args'][number], columns)
  const fold = call.fn === 'top_n_by' ? topBy : FOLDS[call.fn]
  return fold(chosen, type)
}

/** Of equal ones, the first. */
function unlike(shares: readonly (readonly Value[])[]): readonly (readonly Value[])[] {
  const seen = new Set<string>()
  return shares.filter(share => {
    const text = textOfAll(share)
    return !seen.has(text) && seen.add(text)
  })
}

/** Of the arguments of at least one record, none of them null. */
type Fold = (shares: readonly (readonly Value[])[], type: Type) => Value

/** Those that only look at the first argument. */
const of =
  (fold: (values: readonly Value[], type: Type) => Value): Fold =>
  (shares, type) =>
    fold(
      shares.map(([value]) => value as Value),
      type,
    )

const least = (values: readonly Value[]): Value =>
  values.reduce((best, one) => (order(one, best) < 0 ? one : best))
const most = (values: readonly Value[]): Value =>
  values.reduce((best, one) => (order(one, best) > 0 ? one : best))

/** Whose result is one of the values, or of their type. */
const OF_ONE = {
  min: of(least),
  max: of(most),
  bool_and: of(values => !values.includes(false)),
  bool_or: of(values => values.includes(true)),
  first: of(values => values[0] as Value),
  last: of(values => values.at(-1) as Value),
} as const

const FOLDS: Readonly<Record<Exclude<AggregateName, 'count' | 'count_if' | 'top_n_by'>, Fold>> = {
  ...OF_ONE,
  sum: of(total),
  avg: of(average),
  var_pop: of((values, type) => variance(values, type, 0)),
  var_samp: of((values, type) => variance(values, type, 1)),
  stddev_pop: of((values, type) => root(variance(values, type, 0))),
  stddev_samp: of((values, type) => root(variance(values, type, 1))),
  collect: shares => shares.slice(0, Number(shares[0]?.[1])).map(([value]) => value as Value),
  top_n: shares => topOf(shares, 0),
}

const topBy: Fold = shares => topOf(shares, 1)

/**
 * By one of the arguments, behind which stand how many and in which order; of equal ones the
 * earlier: the sort is stable.
 */
function topOf(shares: readonly (readonly Value[])[], by: number): Value {
  const [count, direction = 'desc'] = shares[0]?.slice(by + 1) ?? []
  const sorted = [...shares].sort((one, other) => {
    const verdict = order(one[by] ?? null, other[by] ?? null)
    return direction === 'asc' ? verdict : -verdict
  })
  return sorted.slice(0, Number(count)).map(([value]) => value as Value)
}

function sumOf(values: readonly Value[]): number | bigint {
  if (typeof values[0] === 'number') return (values as readonly number[]).reduce((a, b) => a + b)
  return (values as readonly bigint[]).reduce((a, b) => a + b)
}

function total(values: readonly Value[], type: Type): Value {
  const sum = sumOf(values)
  return typeof sum === 'number' ? sum : mustFit(sum, totalType(type))
}

/** Of spans to the nearest millisecond, half of one away from zero. */
function average(values: readonly Value[], type: Type): Value {
  const sum = sumOf(values)
  if (type.kind !== 'interval') return doubleOf(sum, type) / values.length
  const count = BigInt(values.length)
  const half = (sum as bigint) < 0n ? -count : count
  return (2n * (sum as bigint) + half) / (2n * count)
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

/**
 * Test support: what each aggregate gives for a list of records, computed from the list as its
 * reference says it, without a thought of speed.
 */

import type { Scalar } from '../../columns/vector.ts'
import type { Type } from '../../schema/type.ts'
import { type Fraction, fractionOf, nearestDouble, plus, times, ZERO } from './rational.ts'

export interface Added {
  readonly time: number
  readonly args: readonly Scalar[]
}

export interface Question {
  readonly types: readonly Type[]
  /** Sorted by time; of equal times as they were added. */
  readonly records: readonly Added[]
}

/** The result does not fit its type. */
export const FAILS = 'fails'

export type Naive = (question: Question) => Scalar

function valuesOf({ records }: Question): readonly Scalar[] {
  return records.map(({ args }) => args[0] as Scalar).filter(value => value !== null)
}

function numbersOf(question: Question): readonly (number | bigint)[] {
  return valuesOf(question) as readonly (number | bigint)[]
}

function plain(value: number | bigint): number | bigint {
  const narrow = Number(value)
  return Number.isSafeInteger(narrow) ? narrow : value
}

/** NaN, or an infinity, if such are among the values. */
function oddityOf(values: readonly (number | bigint)[]): number | undefined {
  const odd = values.filter(value => typeof value === 'number' && !Number.isFinite(value))
  return odd.length === 0 ? undefined : odd.reduce<number>((sum, one) => sum + Number(one), 0)
}

function totalOf(values: readonly (number | bigint)[]): Fraction {
  return values.map(fractionOf).reduce(plus, ZERO)
}

function scaleOf({ types }: Question): bigint {
  const [type] = types
  return 10n ** BigInt(type?.kind === 'decimal' ? type.scale : 0)
}

function over(fraction: Fraction, divisor: bigint): Fraction {
  return { top: fraction.top, bottom: fraction.bottom * divisor }
}

const LIMITS: Readonly<Record<string, bigint>> = {
  integer: 2n ** 63n,
  bigint: 2n ** 63n,
  decimal: 10n ** 38n,
  interval: 2n ** 53n,
  months: 2n ** 53n,
}

const sum: Naive = question => {
  const values = numbersOf(question)
  const kind = question.types[0]?.kind ?? ''
  if (values.length === 0) return null
  if (kind === 'double') return oddityOf(values) ?? nearestDouble(totalOf(values))
  const total = values.map(value => BigInt(value)).reduce((one, other) => one + other)
  const limit = LIMITS[kind] as bigint
  const least = kind === 'integer' || kind === 'bigint' ? -limit : 1n - limit
  return total >= least && total < limit ? plain(total) : FAILS
}

const avg: Naive = question => {
  const values = numbersOf(question)
  const count = BigInt(values.length)
  if (count === 0n) return null
  const kind = question.types[0]?.kind
  const odd = kind === 'double' ? oddityOf(values) : undefined
  if (odd !== undefined) return odd
  const mean = over(totalOf(values), count * scaleOf(question))
  if (kind !== 'interval') return nearestDouble(mean)
  const { top, bottom } = mean
  const size = top < 0n ? -top : top
  const rounded = size / bottom + (2n * (size % bottom) >= bottom ? 1n : 0n)
  return Number(top < 0n ? -rounded : rounded)
}

/** The mean square of the distances from the mean. */
function variance(question: Question, correction: bigint): Scalar {
  const values = numbersOf(question)
  const count = BigInt(values.length)
  if (count <= correction) return null
  if (oddityOf(values) !== undefined) return Number.NaN
  const mean = over(totalOf(values), count)
  const squares = values
    .map(value => plus(fractionOf(value), { ...mean, top: -mean.top }))
    .map(distance => times(distance, distance))
    .reduce(plus, ZERO)
  return nearestDouble(over(squares, (count - correction) * scaleOf(question) ** 2n))
}

function root(value: Scalar): Scalar {
  return value === null ? null : Math.sqrt(value as number)
}

const encoder = new TextEncoder()

/** Bytes in hexadecimal digits sort as the bytes do. */
function hexOf(bytes: Uint8Array): string {
  return [...bytes].map(byte => byte.toString(16).padStart(2, '0')).join('')
}

/** Something that `<` orders as the values are. */
function sortable(value: Scalar): number | bigint | string {
  if (typeof value === 'string') return hexOf(encoder.encode(value))
  if (value instanceof Uint8Array) return hexOf(value)
  return typeof value === 'boolean' ? Number(value) : (value as number | bigint)
}

function isBelow(one: Scalar, other: Scalar): boolean {
  if (Number.isNaN(one)) return false
  return Number.isNaN(other) || sortable(one) < sortable(other)
}

function descending(one: Scalar, other: Scalar): number {
  return Number(isBelow(one, other)) - Number(isBelow(other, one))
}

/** Without a minus zero. */
function unsigned(value: Scalar): Scalar {
  return value === 0 ? 0 : value
}

const sorted = (question: Question): readonly Scalar[] =>
  [...valuesOf(question)].sort(descending).map(unsigned)

const ofTruth =
  (name: 'every' | 'some'): Naive =>
  question => {
    const values = valuesOf(question)
    if (values.length === 0) return null
    return name === 'every' ? values.every(Boolean) : values.some(Boolean)
  }

function listed(values: readonly Scalar[], n: number): Scalar {
  return values.length === 0 ? null : values.slice(0, n)
}

/** What the suite gives for n. */
export const N = 3

export const naive: Readonly<Record<string, Naive>> = {
  count: question =>
    question.types.length === 0 ? question.records.length : valuesOf(question).length,
  count_if: question => valuesOf(question).filter(Boolean).length,
  sum,
  avg,
  min: question => sorted(question).at(-1) ?? null,
  max: question => sorted(question)[0] ?? null,
  var_samp: question => variance(question, 1n),
  var_pop: question => variance(question, 0n),
  stddev_samp: question => root(variance(question, 1n)),
  stddev_pop: question => root(variance(question, 0n)),
  bool_and: ofTruth('every'),
  bool_or: ofTruth('some'),
  first: question => valuesOf(question)[0] ?? null,
  last: question => valuesOf(question).at(-1) ?? null,
  collect: question => listed(valuesOf(question), N),
  top_n: question => listed(sorted(question), N),
  top_n_by: ({ records }) => {
    const whole = records.filter(({ args }) => args[0] !== null && args[1] !== null)
    const best = [...whole].sort((one, other) =>
      descending(one.args[1] as Scalar, other.args[1] as Scalar),
    )
    return listed(
      best.map(({ args }) => args[0] as Scalar),
      N,
    )
  },
}

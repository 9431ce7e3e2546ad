/**
 * Values as the oracle has them: one JavaScript type for each family, so that nothing is exact by
 * luck. DOUBLE alone is a `number`; whole numbers, digits of a DECIMAL, days and milliseconds are a
 * `bigint`; BYTES are their hexadecimal text.
 */

import { scaleOf, type Type } from './type.ts'

export type Value = null | boolean | number | bigint | string | readonly Value[]

/** What cannot be computed of this record: it belongs to the dead letters. */
export class Failure extends Error {
  override readonly name = 'Failure'
}

/** Equal values have equal texts, as GROUP BY sees it: NaN is NaN, and there is one zero. */
export function textOf(value: Value): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'number') return `${value === 0 ? 0 : value}d`
  if (Array.isArray(value)) return `[${value.map(textOf).join()}]`
  return String(value)
}

export function textOfAll(values: readonly Value[]): string {
  return values.map(textOf).join('|')
}

/** Of two values of one type, neither null: below, at or above 0. */
export function order(one: Value, other: Value): number {
  if (typeof one === 'number' && typeof other === 'number') return orderDoubles(one, other)
  if (typeof one === 'string' && typeof other === 'string') return orderTexts(one, other)
  if (Array.isArray(one) && Array.isArray(other)) return orderLists(one, other)
  if (one === other) return 0
  return (one as bigint) < (other as bigint) ? -1 : 1
}

/** NaN is the largest. */
function orderDoubles(one: number, other: number): number {
  if (Number.isNaN(one) || Number.isNaN(other)) {
    return Number(Number.isNaN(one)) - Number(Number.isNaN(other))
  }
  return Math.sign(one - other) || (one < other ? -1 : Number(one > other))
}

/** By code points, which is not by JavaScript's units. */
function orderTexts(one: string, other: string): number {
  const ones = [...one]
  const others = [...other]
  for (let at = 0; at < Math.min(ones.length, others.length); at++) {
    const a = ones[at]?.codePointAt(0) ?? 0
    const b = others[at]?.codePointAt(0) ?? 0
    if (a !== b) return a - b
  }
  return ones.length - others.length
}

/** Element by element, null last; then the shorter first. */
function orderLists(ones: readonly Value[], others: readonly Value[]): number {
  for (let at = 0; at < Math.min(ones.length, others.length); at++) {
    const a = ones[at] ?? null
    const b = others[at] ?? null
    const verdict = a === null || b === null ? Number(a === null) - Number(b === null) : order(a, b)
    if (verdict !== 0) return verdict
  }
  return ones.length - others.length
}

/** As a DOUBLE, the nearest one. */
export function doubleOf(value: Value, type: Type): number {
  if (typeof value === 'number') return value
  return Number(`${value as bigint}e-${scaleOf(type)}`)
}

/** Digits behind the point added, or taken away, half away from zero. */
export function rescaled(digits: bigint, from: number, to: number): bigint {
  if (to >= from) return digits * 10n ** BigInt(to - from)
  const unit = 10n ** BigInt(from - to)
  const half = digits < 0n ? -unit / 2n : unit / 2n
  return (digits + half) / unit
}

const WHOLE_MAX: Readonly<Record<string, bigint>> = {
  integer: 2n ** 31n - 1n,
  bigint: 2n ** 63n - 1n,
}

/** The value itself, unless it is a number that the type cannot hold. */
export function mustFit(value: bigint, type: Type): bigint {
  const most = type.kind === 'decimal' ? 10n ** BigInt(type.precision) - 1n : WHOLE_MAX[type.kind]
  if (most === undefined) return value
  const least = type.kind === 'decimal' ? -most : -most - 1n
  if (value < least || value > most) throw new Failure(`${value} is too large`)
  return value
}

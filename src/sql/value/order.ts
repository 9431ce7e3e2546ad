/**
 * Which of two values comes first, for every type: the engine's order of texts and bytes, and what
 * it does not have: decimals of different scales, JSON as its text, arrays. NaN is equal to itself
 * and above all other numbers, as in Postgres; false before true.
 */

import { compareBytes, compareTexts } from '../../engine/columns/order.ts'
import type { Scalar } from '../../engine/columns/vector.ts'
import type { Type } from '../../engine/schema/type.ts'
import { power10, type Whole } from './whole.ts'

/** Below zero, zero, above zero. */
export type Order = (a: Scalar, b: Scalar) => number

export function compareDoubles(a: number, b: number): number {
  if (a < b) return -1
  if (a > b) return 1
  if (a === b) return 0
  return (Number.isNaN(a) ? 1 : 0) - (Number.isNaN(b) ? 1 : 0)
}

/** Numbers and bigints compare with each other by value. */
function compareWholes(a: Whole, b: Whole): number {
  if (a < b) return -1
  return a > b ? 1 : 0
}

/** Of decimals with so many digits behind the point. */
export function compareDecimals(a: Whole, aScale: number, b: Whole, bScale: number): number {
  if (aScale === bScale) return compareWholes(a, b)
  if (aScale > bScale) return compareWholes(a, BigInt(b) * power10(aScale - bScale))
  return compareWholes(BigInt(a) * power10(bScale - aScale), b)
}

/** Digits behind the point. */
export const scaleOf = (type: Type): number => (type.kind === 'decimal' ? type.scale : 0)

/**
 * Of values that are not null; within arrays null comes last. Of two types where both are exact
 * numbers, or arrays of such.
 */
export function orderOf(type: Type, other = type): Order {
  switch (type.kind) {
    case 'text':
    case 'json':
      return (a, b) => compareTexts(a as string, b as string)
    case 'bytes':
      return (a, b) => compareBytes(a as Uint8Array, b as Uint8Array)
    case 'double':
      return (a, b) => compareDoubles(a as number, b as number)
    case 'boolean':
      return (a, b) => Number(a) - Number(b)
    case 'array':
      return arrayOrder(orderOf(type.of, other.kind === 'array' ? other.of : type.of))
    default:
      return wholesOrder(scaleOf(type), scaleOf(other))
  }
}

const wholesOrder =
  (scale: number, otherScale: number): Order =>
  (a, b) =>
    compareDecimals(a as Whole, scale, b as Whole, otherScale)

function arrayOrder(order: Order): Order {
  return (a, b) => {
    const [one, other] = [a as readonly Scalar[], b as readonly Scalar[]]
    const length = Math.min(one.length, other.length)
    for (let at = 0; at < length; at++) {
      const difference = nullsLast(order, one[at] as Scalar, other[at] as Scalar)
      if (difference !== 0) return difference
    }
    return one.length - other.length
  }
}

export function nullsLast(order: Order, a: Scalar, b: Scalar): number {
  if (a === null || b === null) return (a === null ? 1 : 0) - (b === null ? 1 : 0)
  return order(a, b)
}

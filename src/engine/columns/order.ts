/**
 * The order of values, as `<` has it: numbers by size, NaN behind all others and minus zero equal
 * to zero; texts by code points, as their bytes in UTF-8 are; bytes; false before true.
 */

import type { Type } from '../schema/type.ts'
import type { Scalar } from './vector.ts'

/** Below zero: `one` comes first. Neither is null. */
export type Compare = (one: Scalar, other: Scalar) => number

function compareNumbers(one: Scalar, other: Scalar): number {
  const a = one as number | bigint
  const b = other as number | bigint
  if (a < b) return -1
  if (a > b) return 1
  return Number(Number.isNaN(a)) - Number(Number.isNaN(b))
}

const SURROGATE_FIRST = 0xd800
const SURROGATE_LAST = 0xdfff

/** A half of a pair stands for what is beyond all single code units. */
function rankOf(codeUnit: number): number {
  const isHalf = codeUnit >= SURROGATE_FIRST && codeUnit <= SURROGATE_LAST
  return isHalf ? codeUnit + 0x10000 : codeUnit
}

export function compareTexts(a: string, b: string): number {
  if (a === b) return 0
  const shorter = Math.min(a.length, b.length)
  for (let at = 0; at < shorter; at++) {
    const x = a.charCodeAt(at)
    const y = b.charCodeAt(at)
    if (x !== y) return rankOf(x) - rankOf(y)
  }
  return a.length - b.length
}

export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const shorter = Math.min(a.length, b.length)
  for (let at = 0; at < shorter; at++) {
    const difference = (a[at] as number) - (b[at] as number)
    if (difference !== 0) return difference
  }
  return a.length - b.length
}

function compareBooleans(one: Scalar, other: Scalar): number {
  return Number(one) - Number(other)
}

/** Undefined: values of this type have no order. */
export function orderOf(type: Type): Compare | undefined {
  switch (type.kind) {
    case 'array':
    case 'json':
      return undefined
    case 'boolean':
      return compareBooleans
    case 'text':
      return compareTexts as Compare
    case 'bytes':
      return compareBytes as Compare
    default:
      return compareNumbers
  }
}

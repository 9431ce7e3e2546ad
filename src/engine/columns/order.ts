/**
 * The order of values, as `<` has it: numbers by size, NaN behind all others and minus zero equal
 * to zero; texts by code points, as their bytes in UTF-8 are; bytes; false before true.
 */

import type { Scalar } from '../columns/vector.ts'
import type { Type } from '../schema/type.ts'

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

export function compareTexts(one: Scalar, other: Scalar): number {
  const a = one as string
  const b = other as string
  const shorter = Math.min(a.length, b.length)
  for (let at = 0; at < shorter; at++) {
    const difference = a.charCodeAt(at) - b.charCodeAt(at)
    if (difference !== 0) return rankOf(a.charCodeAt(at)) - rankOf(b.charCodeAt(at))
  }
  return a.length - b.length
}

function compareBytes(one: Scalar, other: Scalar): number {
  const a = one as Uint8Array
  const b = other as Uint8Array
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
      return compareTexts
    case 'bytes':
      return compareBytes
    default:
      return compareNumbers
  }
}

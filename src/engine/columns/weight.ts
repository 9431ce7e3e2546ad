/**
 * What records weigh: about the bytes that they are written in. It depends on their values alone,
 * not on the memory in which they lie, so that a replay weighs the same.
 */

import { unreachable } from '../../base/errors.ts'
import type { Records } from './records.ts'
import { isNull, type Scalar, type TextVector, type Vector } from './vector.ts'

/** Of a record: its time, its kind, where it came from. */
const ROW_BYTES = 16
/** Of a number, and of what says how long a text is. */
const NUMBER_BYTES = 8

/** The bytes of a text in UTF-8. */
export function utf8Size(text: string): number {
  let size = text.length
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    // Of a pair each half counts two.
    if (code > 0x7f) size += code > 0x7ff && (code & 0xf800) !== 0xd800 ? 2 : 1
  }
  return size
}

export function scalarWeight(value: Scalar): number {
  if (typeof value === 'string') return NUMBER_BYTES + utf8Size(value)
  if (value === null || typeof value !== 'object') return NUMBER_BYTES
  if (value instanceof Uint8Array) return NUMBER_BYTES + value.length
  return value.reduce((sum: number, one) => sum + scalarWeight(one), NUMBER_BYTES)
}

function textWeight(vector: TextVector, row: number): number {
  const start = vector.starts[row] as number
  if (start >= 0) return NUMBER_BYTES + (vector.ends[row] as number) - start
  return scalarWeight(vector.strings[row] as string)
}

/** Of the value in one row. */
export function weightAt(vector: Vector, row: number): number {
  if (isNull(vector, row)) return NUMBER_BYTES
  switch (vector.store) {
    case 'boolean':
    case 'number':
      return NUMBER_BYTES
    case 'text':
      return textWeight(vector, row)
    case 'bytes':
    case 'list':
      return scalarWeight(vector.values[row] ?? null)
    default:
      return unreachable(vector)
  }
}

export function rowWeight({ vectors }: Records, row: number): number {
  let weight = ROW_BYTES
  for (const vector of vectors) weight += weightAt(vector, row)
  return weight
}

/** Of all rows together. */
export function weightOf({ vectors, size }: Records): number {
  let weight = size * ROW_BYTES
  for (const vector of vectors) {
    if (vector.store === 'boolean' || vector.store === 'number') {
      weight += size * NUMBER_BYTES
      continue
    }
    weight += vector.store === 'text' ? textsWeight(vector, size) : valuesWeight(vector, size)
  }
  return weight
}

/** Texts mostly stand in their source: how long they are is seen without looking at them. */
function textsWeight(vector: TextVector, size: number): number {
  const { nulls, starts, ends } = vector
  let weight = size * NUMBER_BYTES
  for (let row = 0; row < size; row++) {
    const start = starts[row] as number
    if (nulls?.[row] === 1) continue
    weight += start < 0 ? textWeight(vector, row) - NUMBER_BYTES : (ends[row] as number) - start
  }
  return weight
}

function valuesWeight(vector: Vector, size: number): number {
  let weight = 0
  for (let row = 0; row < size; row++) weight += weightAt(vector, row)
  return weight
}

/**
 * How large what a function makes may be, and how values are weighed. An array may hold the same
 * long text many times at no cost until somebody writes it out, so arrays are weighed with all that
 * is in them.
 */

import type { Scalar } from '../../engine/columns/vector.ts'
import type { Type } from '../../engine/schema/type.ts'
import { Failure } from './failure.ts'

/** UTF-16 units of a text. */
export const TEXT_LENGTH_MAX = 1_048_576
/** The bytes of any text that fits. */
export const BYTES_LENGTH_MAX = 3 * TEXT_LENGTH_MAX
/** Items of an array. */
export const ARRAY_LENGTH_MAX = 100_000
/** Of an array, with all that is in it. */
const ARRAY_UNITS_MAX = 4 * TEXT_LENGTH_MAX
/** What an item of an array weighs by itself. */
const ITEM_UNITS = 16

export const tooLong = new Failure(
  'sql-limit',
  `The text would be longer than ${TEXT_LENGTH_MAX} characters`,
)
export const tooManyBytes = new Failure(
  'sql-limit',
  `There would be more than ${BYTES_LENGTH_MAX} bytes`,
)
export const tooMany = new Failure(
  'sql-limit',
  `The array would have more than ${ARRAY_LENGTH_MAX} items`,
)
const tooHeavy = new Failure(
  'sql-limit',
  `The array would hold more than ${ARRAY_UNITS_MAX} characters`,
)

/** The units of a value that is not null, or that they are too many. */
export type Gauge = (value: Scalar) => number | Failure

/** Undefined for types whose values are all small. */
export function gaugeOf(type: Type): Gauge | undefined {
  switch (type.kind) {
    case 'text':
    case 'json':
      return value => atMost((value as string).length, TEXT_LENGTH_MAX, tooLong)
    case 'bytes':
      return value => atMost((value as Uint8Array).length, BYTES_LENGTH_MAX, tooManyBytes)
    case 'array':
      return gaugeOfArray(gaugeOf(type.of))
    default:
      return undefined
  }
}

const atMost = (units: number, most: number, failure: Failure): number | Failure =>
  units > most ? failure : units

function gaugeOfArray(ofItem: Gauge | undefined): Gauge {
  return value => {
    const items = value as readonly Scalar[]
    if (items.length > ARRAY_LENGTH_MAX) return tooMany
    let units = items.length * ITEM_UNITS
    if (ofItem === undefined) return units
    for (const item of items) {
      const more = item === null ? 0 : ofItem(item)
      if (more instanceof Failure) return more
      units += more
      if (units > ARRAY_UNITS_MAX) return tooHeavy
    }
    return units
  }
}

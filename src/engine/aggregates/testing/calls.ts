/** Test support: for each aggregate, types of arguments that it takes. */

import {
  arrayOf,
  BYTES,
  DOUBLE,
  decimal,
  INTEGER,
  SIMPLE_TYPES,
  TEXT,
  type Type,
} from '../../schema/type.ts'
import type { Aggregate } from '../accumulators.ts'

export const EVERY_TYPE: readonly Type[] = [
  ...SIMPLE_TYPES,
  decimal(10, 2),
  decimal(38, 0),
  decimal(38, 38),
  arrayOf(INTEGER),
  arrayOf(BYTES),
]

/** Every type in each place, beside a few in the others. */
function candidates(parameters: readonly string[]): readonly (readonly Type[])[] {
  const n = parameters.includes('n') ? [INTEGER] : []
  if (parameters.length - n.length === 1) return EVERY_TYPE.map(type => [type, ...n])
  return EVERY_TYPE.flatMap(type => [
    [type, DOUBLE, ...n],
    [TEXT, type, ...n],
  ])
}

export function callsOf({ parameters, resultOf }: Aggregate): readonly (readonly Type[])[] {
  return [[], ...candidates(parameters)].filter(types => resultOf(types) !== undefined)
}

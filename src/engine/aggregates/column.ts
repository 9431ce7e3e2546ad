/**
 * What aggregates ask of their arguments: the store that their type promises, and constants that
 * say how much is kept.
 */

import { invariant, WeirError } from '../../base/errors.ts'
import type { BooleanVector, NumberVector, Scalar, Vector } from '../columns/vector.ts'
import type { Type } from '../schema/type.ts'
import type { Additions } from './accumulators.ts'

/** Values that one cell keeps at most: they are written whenever one changes. */
export const KEPT_MAX = 1000

export function argumentAt({ args }: Additions, place: number): Vector {
  const vector = args[place]
  invariant(vector !== undefined, 'an-aggregate-has-its-arguments', place)
  return vector
}

export function numbersAt(additions: Additions, place: number): NumberVector {
  const vector = argumentAt(additions, place)
  invariant(vector.store === 'number', 'an-argument-is-of-its-type', vector.store)
  return vector
}

export function flagsAt(additions: Additions, place: number): BooleanVector {
  const vector = argumentAt(additions, place)
  invariant(vector.store === 'boolean', 'an-argument-is-of-its-type', vector.store)
  return vector
}

export function mustBeKeepable(name: string, n: Scalar | undefined): number {
  const isSound = typeof n === 'number' && Number.isInteger(n) && n >= 1 && n <= KEPT_MAX
  if (isSound) return n
  const message = `${name} keeps n values: give a constant from 1 to ${KEPT_MAX} for n`
  throw new WeirError('aggregate-argument', message)
}

export function isWhole(type: Type | undefined): boolean {
  return type?.kind === 'integer' || type?.kind === 'bigint'
}

/** The type at this place, once `resultOf` has said that the types will do. */
export function typeAt(types: readonly Type[], place: number): Type {
  const type = types[place]
  invariant(type !== undefined, 'an-aggregate-has-its-arguments', place)
  return type
}

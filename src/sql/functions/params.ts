/** Building blocks of registry entries: what arguments may be, and functions with typed ones. */

import type { Scalar } from '../../engine/columns/vector.ts'
import {
  BIGINT,
  BOOLEAN,
  BYTES,
  DATE,
  DOUBLE,
  INTERVAL,
  JSON_TYPE,
  TEXT,
  type Type,
  typeText,
} from '../../engine/schema/type.ts'
import { isImplicit } from '../check/coerce.ts'
import type { ScalarFunction } from '../kernels/lift.ts'
import { isNumeric } from '../value/cast.ts'
import type { Failure } from '../value/failure.ts'
import type { Example, FunctionEntry, Group, Overload, Param } from './entry.ts'

/** One type, and those that go over to it by themselves. */
function exactly(type: Type): (name: string) => Param {
  return name => ({
    name,
    types: typeText(type),
    accepts: given => (isImplicit(given, type) ? type : undefined),
  })
}

/** Those of which the test holds, as they are. */
export function like(types: string, test: (type: Type) => boolean): (name: string) => Param {
  return name => ({ name, types, accepts: given => (test(given) ? given : undefined) })
}

export const text = exactly(TEXT)
export const whole = exactly(BIGINT)
export const double = exactly(DOUBLE)
export const boolean = exactly(BOOLEAN)
export const bytes = exactly(BYTES)
export const date = exactly(DATE)
export const span = exactly(INTERVAL)
export const json = exactly(JSON_TYPE)

export const anything = like('any', () => true)
export const number = like('number', isNumeric)
export const exactNumber = like(
  'INTEGER, BIGINT or DECIMAL',
  type => isNumeric(type) && type.kind !== 'double',
)
export const array = like('ARRAY', type => type.kind === 'array')
export const numbers = like('ARRAY of numbers', type => type.kind === 'array' && isNumeric(type.of))
export const moment = like('TIMESTAMP or TIMESTAMPTZ', isMoment)
export const dateOrMoment = like(
  'DATE, TIMESTAMP or TIMESTAMPTZ',
  type => type.kind === 'date' || isMoment(type),
)

function isMoment(type: Type): boolean {
  return type.kind === 'timestamp' || type.kind === 'timestamptz'
}

/** It has to be known when the expression is compiled. */
export const fixed = (param: Param): Param => ({
  ...param,
  types: `constant ${param.types}`,
  constant: true,
})

/** Type checking has seen to it that the arguments are of these types. */
export const scalar = <A extends readonly (Scalar | undefined)[]>(
  run: (...args: A) => Scalar | Failure,
): ScalarFunction => run as unknown as ScalarFunction

/** What an entry says of itself, besides its group and what it does. */
export interface Plain {
  readonly name: string
  readonly aliases?: readonly string[]
  readonly about: string
  readonly examples: readonly Example[]
}

/** Entries of a group. */
export const entriesOf =
  (group: Group) =>
  (what: Plain, overloads: readonly Overload[]): FunctionEntry => ({ ...what, group, overloads })

export const example = (expression: string, result: string): Example => ({ expression, result })

/** The type of the items of the first argument. */
export const itemType = ([type]: readonly Type[]): Type => (type?.kind === 'array' ? type.of : TEXT)

export const firstType = ([type]: readonly Type[]): Type => type ?? TEXT

/**
 * What the registry says of a function: enough to choose it, to run it, and to print its page of
 * the reference with examples that a test runs.
 */

import type { Scalar } from '../../engine/columns/vector.ts'
import type { Type } from '../../engine/schema/type.ts'
import type { Context } from '../check/context.ts'
import type { Typed } from '../check/typed.ts'
import type { Columnwise } from '../kernels/frame.ts'
import type { ScalarFunction } from '../kernels/lift.ts'
import type { Work } from '../regex/meter.ts'
import type { Span } from '../text/trouble.ts'

export type Group =
  | 'Conditions'
  | 'Text'
  | 'Regular expressions'
  | 'Numbers'
  | 'Dates and times'
  | 'JSON'
  | 'Arrays'
  | 'Hashes and encodings'

/** What an argument may be. */
export interface Param {
  readonly name: string
  /** The type to which an argument of this one goes over; undefined: it is not taken. */
  accepts(type: Type): Type | undefined
  /** As the reference prints it. */
  readonly types: string
  /** It must be known when the expression is compiled. */
  readonly constant?: boolean
}

/** What is known when an overload was chosen. */
export interface Bound {
  readonly types: readonly Type[]
  /** The values of arguments that are constants. */
  readonly constants: readonly (Scalar | undefined)[]
  /** For a constant that makes no sense. */
  fail(argument: number, sentence: string): never
}

export interface Overload {
  readonly params: readonly Param[]
  /** So many of the last parameters may be left out. */
  readonly optional?: number
  /** Any number of further arguments like this. */
  readonly rest?: Param
  readonly result: Type | ((types: readonly Type[], constants: Bound['constants']) => Type)
  /** Called for nulls too. */
  readonly seesNulls?: boolean
  /** One of the four. */
  readonly run?: ScalarFunction
  readonly bind?: (bound: Bound) => ScalarFunction
  /** Of what may take long: it is told how much may still be done in the evaluation. */
  readonly working?: (bound: Bound) => (work: Work) => ScalarFunction
  readonly columnwise?: Columnwise
}

export interface Example {
  readonly expression: string
  /** As CAST(.. AS TEXT) prints it. */
  readonly result: string
}

export interface FunctionEntry {
  readonly name: string
  readonly aliases?: readonly string[]
  readonly group: Group
  /** One sentence. */
  readonly about: string
  readonly examples: readonly Example[]
  readonly overloads?: readonly Overload[]
  /** Functions that do not evaluate all arguments, or whose arguments decide each other's types. */
  readonly form?: Form
}

export interface Form {
  /** As the reference prints it. */
  readonly signature: string
  /** Arguments, at least and at most. */
  readonly least: number
  readonly most: number
  build(context: Context, args: readonly Typed[], span: Span): Typed
}

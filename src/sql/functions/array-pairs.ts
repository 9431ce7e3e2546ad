/**
 * Functions of an array and a value, and of two arrays. Their types are made one first where the
 * result holds both; where they are only compared, they stay what they are beside `=`.
 */

import type { Scalar } from '../../engine/columns/vector.ts'
import { arrayOf, BOOLEAN, INTEGER, type Type, typeText } from '../../engine/schema/type.ts'
import { coerced, commonType, comparedAs } from '../check/coerce.ts'
import { type Context, fail } from '../check/context.ts'
import { folded, isConstant, type Typed } from '../check/typed.ts'
import { lifted } from '../kernels/lift.ts'
import type { Span } from '../text/trouble.ts'
import type { Failure } from '../value/failure.ts'
import { nullsLast, type Order, orderOf } from '../value/order.ts'
import { ARRAY_LENGTH_MAX, tooMany } from '../value/size.ts'
import type { FunctionEntry } from './entry.ts'
import { distinct, type Items, memberOf, placeOf } from './items.ts'
import { example, type Plain, scalar } from './params.ts'

type Types = readonly [Type, Type]

/** What two types of items become; the result may hold both only if that is the same. */
type Rule = (one: Type, other: Type) => Types | undefined

const asOne: Rule = (one, other) => {
  const type = commonType(one, other)
  return type && [type, type]
}

const orderBetween = (one: Type, other: Type): Order => {
  const order = orderOf(one, other)
  return (a, b) => nullsLast(order, a, b)
}

/** A function of an array and a value. */
interface Pairing {
  readonly rule: Rule
  readonly result: (item: Type) => Type
  readonly seesNulls: boolean
  readonly run: (items: Items, value: Scalar, order: Order) => Scalar | Failure
}

function withValue(what: Plain, signature: string, pairing: Pairing): FunctionEntry {
  const build = (context: Context, args: readonly Typed[], span: Span): Typed =>
    paired(context, args as readonly [Typed, Typed], pairing, span)
  return { ...what, group: 'Arrays', form: { signature, least: 2, most: 2, build } }
}

function paired(
  context: Context,
  [of, value]: readonly [Typed, Typed],
  { rule, result, seesNulls, run }: Pairing,
  span: Span,
): Typed {
  const [item, other] = valueTypes(context, of, value, rule)
  const args = [
    coerced(context, of, arrayOf(item), 'The array'),
    coerced(context, value, other, 'The value'),
  ]
  const order = orderBetween(item, other)
  const both = scalar((items: Items | null, one: Scalar) =>
    items === null ? null : run(items, one, order),
  )
  const type = result(item)
  const join = lifted({ type, run: both, seesNulls })
  const { from, to } = span
  return folded({ kind: 'apply', name: 'array', type, args, run: join, from, to }, context.folding)
}

function valueTypes(context: Context, of: Typed, value: Typed, rule: Rule): Types {
  if (of.type.kind !== 'array') fail(context, 'sql-type', 'The first argument is no ARRAY.', of)
  if (isConstant(value) && value.loose) return [of.type.of, of.type.of]
  const types = rule(of.type.of, value.type)
  if (types !== undefined) return types
  const names = `${typeText(value.type)} is none of an ${typeText(of.type)}`
  return fail(context, 'sql-type', `${names}; cast one of them.`, value)
}

/** What a function of two arrays knows of their items. */
interface Meeting {
  /** Of the items of the first. */
  readonly order: Order
  /** Whether an item of the first is among these of the second. */
  readonly among: (items: Items) => (value: Scalar) => boolean
}

type Meet = (one: Items, other: Items, meeting: Meeting) => Items | boolean | Failure

function withArray(what: Plain, rule: Rule, run: Meet, isTest = false): FunctionEntry {
  const build = (context: Context, args: readonly Typed[], span: Span): Typed => {
    const [one, other] = itemTypes(context, args as readonly [Typed, Typed], rule)
    const nodes = [one, other].map((item, at) =>
      coerced(context, args[at] as Typed, arrayOf(item), 'This'),
    )
    const [own, between] = [orderBetween(other, other), orderBetween(other, one)]
    const among: Meeting['among'] = items => memberOf(items, own, between)
    const meeting: Meeting = { order: orderBetween(one, one), among }
    const both = scalar((first: Items, second: Items) => run(first, second, meeting))
    const type = isTest ? BOOLEAN : arrayOf(one)
    const join = lifted({ type, run: both, seesNulls: false })
    const { from, to } = span
    return folded(
      { kind: 'apply', name: what.name, type, args: nodes, run: join, from, to },
      context.folding,
    )
  }
  const signature = `${what.name}(one ARRAY, other ARRAY)`
  return { ...what, group: 'Arrays', form: { signature, least: 2, most: 2, build } }
}

function itemTypes(context: Context, [one, other]: readonly [Typed, Typed], rule: Rule): Types {
  if (one.type.kind !== 'array') fail(context, 'sql-type', 'This argument is no ARRAY.', one)
  if (other.type.kind !== 'array') fail(context, 'sql-type', 'This argument is no ARRAY.', other)
  const types = rule(one.type.of, other.type.of)
  if (types !== undefined) return types
  const names = `${typeText(one.type)} and ${typeText(other.type)}`
  return fail(
    context,
    'sql-type',
    `The two arrays have types that do not go together: ${names}.`,
    other,
  )
}

const has = (items: Items, value: Scalar, order: Order): boolean => placeOf(items, value, order) > 0

function added(items: Items, value: Scalar, where: 'start' | 'end'): Items | Failure {
  if (items.length >= ARRAY_LENGTH_MAX) return tooMany
  return where === 'end' ? [...items, value] : [value, ...items]
}

export const arrayPairs: readonly FunctionEntry[] = [
  withValue(
    {
      name: 'array_contains',
      aliases: ['list_contains'],
      about: 'Whether a value is among the items.',
      examples: [example('array_contains(ARRAY[1, 2], 2)', 'true')],
    },
    'array_contains(array ARRAY, value any)',
    { rule: comparedAs, result: () => BOOLEAN, seesNulls: false, run: has },
  ),
  withValue(
    {
      name: 'array_position',
      about: 'Where a value stands first, from 1 on, or 0.',
      examples: [example("array_position(ARRAY['a', 'b'], 'b')", '2')],
    },
    'array_position(array ARRAY, value any)',
    { rule: comparedAs, result: () => INTEGER, seesNulls: false, run: placeOf },
  ),
  withValue(
    {
      name: 'array_append',
      about: 'With one more item at the end.',
      examples: [example('array_append(ARRAY[1], 2.5)', '[1.0,2.5]')],
    },
    'array_append(array ARRAY, value any)',
    {
      rule: asOne,
      result: arrayOf,
      seesNulls: true,
      run: (items, value) => added(items, value, 'end'),
    },
  ),
  withValue(
    {
      name: 'array_prepend',
      about: 'With one more item at the start.',
      examples: [example('array_prepend(ARRAY[1], NULL)', '[null,1]')],
    },
    'array_prepend(array ARRAY, value any)',
    {
      rule: asOne,
      result: arrayOf,
      seesNulls: true,
      run: (items, value) => added(items, value, 'start'),
    },
  ),
  withValue(
    {
      name: 'array_remove',
      about: 'Without all items that are equal to a value.',
      examples: [example('array_remove(ARRAY[1, 2, 1], 1)', '[2]')],
    },
    'array_remove(array ARRAY, value any)',
    {
      rule: comparedAs,
      result: arrayOf,
      seesNulls: true,
      run: (items, value, order) => items.filter(item => order(item, value) !== 0),
    },
  ),
  withArray(
    {
      name: 'array_concat',
      aliases: ['array_cat'],
      about: 'The items of one array, then those of the other.',
      examples: [example('array_concat(ARRAY[1], ARRAY[2, 3])', '[1,2,3]')],
    },
    asOne,
    (one, other) => (one.length + other.length > ARRAY_LENGTH_MAX ? tooMany : [...one, ...other]),
  ),
  withArray(
    {
      name: 'array_union',
      about: 'Each value that is in either, once.',
      examples: [example('array_union(ARRAY[1, 2], ARRAY[2, 3])', '[1,2,3]')],
    },
    asOne,
    (one, other, { order }) => distinct([...one, ...other], order),
  ),
  withArray(
    {
      name: 'array_intersect',
      about: 'Each value that is in both, once.',
      examples: [example('array_intersect(ARRAY[1, 2], ARRAY[2, 3])', '[2]')],
    },
    comparedAs,
    (one, other, { order, among }) => distinct(one, order).filter(among(other)),
  ),
  withArray(
    {
      name: 'array_except',
      about: 'Each value that is in the first array only, once.',
      examples: [example('array_except(ARRAY[1, 2], ARRAY[2, 3])', '[1]')],
    },
    comparedAs,
    (one, other, { order, among }) => {
      const isOther = among(other)
      return distinct(one, order).filter(item => !isOther(item))
    },
  ),
  withArray(
    {
      name: 'arrays_overlap',
      aliases: ['array_overlap'],
      about: 'Whether a value is in both.',
      examples: [example('arrays_overlap(ARRAY[1, 2], ARRAY[2, 3])', 'true')],
    },
    comparedAs,
    (one, other, { among }) => one.some(among(other)),
    true,
  ),
]

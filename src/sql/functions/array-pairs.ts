/** Functions of an array and a value, and of two arrays: their types are made one first. */

import type { Scalar } from '../../engine/columns/vector.ts'
import { arrayOf, BOOLEAN, INTEGER, type Type, typeText } from '../../engine/schema/type.ts'
import { coerced, commonType } from '../check/coerce.ts'
import { type Context, fail } from '../check/context.ts'
import { unified } from '../check/predicate.ts'
import { folded, type Typed } from '../check/typed.ts'
import { lifted } from '../kernels/lift.ts'
import type { Span } from '../text/trouble.ts'
import type { Failure } from '../value/failure.ts'
import { nullsLast, type Order, orderOf } from '../value/order.ts'
import { ARRAY_LENGTH_MAX, tooMany } from '../value/size.ts'
import type { FunctionEntry } from './entry.ts'
import { distinct, type Items, memberOf, placeOf } from './items.ts'
import { example, itemType, type Plain, scalar } from './params.ts'

/** A function of an array and a value of the type of its items, whichever gives way. */
interface Pairing {
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
  { result, seesNulls, run }: Pairing,
  span: Span,
): Typed {
  const item = sharedItem(context, of, value)
  const args = [
    coerced(context, of, arrayOf(item), 'The array'),
    coerced(context, value, item, 'The value'),
  ]
  const order = orderOf(item)
  const byOrder: Order = (a, b) => nullsLast(order, a, b)
  const both = scalar((items: Items | null, one: Scalar) =>
    items === null ? null : run(items, one, byOrder),
  )
  const type = result(item)
  const join = lifted({ type, run: both, seesNulls })
  const { from, to } = span
  return folded({ kind: 'apply', name: 'array', type, args, run: join, from, to }, context.folding)
}

/** The type that holds the items and the value. */
function sharedItem(context: Context, of: Typed, value: Typed): Type {
  if (of.type.kind !== 'array') fail(context, 'sql-type', 'The first argument is no ARRAY.', of)
  if (value.kind === 'constant' && value.loose) return of.type.of
  const shared = commonType(of.type.of, value.type)
  if (shared !== undefined) return shared
  const names = `${typeText(value.type)} is none of an ${typeText(of.type)}`
  return fail(context, 'sql-type', `${names}; cast one of them.`, value)
}

/** Both arrays of one type. */
function withArray(
  what: Plain,
  run: (one: Items, other: Items, order: Order) => Items | boolean | Failure,
  isTest = false,
): FunctionEntry {
  const build = (context: Context, args: readonly Typed[], span: Span): Typed => {
    const odd = args.find(arg => arg.type.kind !== 'array')
    if (odd) fail(context, 'sql-type', 'This argument is no ARRAY.', odd)
    const { type, nodes } = unified(context, args, 'The two arrays')
    const order = orderOf(itemType([type]))
    const byOrder: Order = (a, b) => nullsLast(order, a, b)
    const result = isTest ? BOOLEAN : type
    const both = scalar((one: Items, other: Items) => run(one, other, byOrder))
    const join = lifted({ type: result, run: both, seesNulls: false })
    const { from, to } = span
    return folded(
      { kind: 'apply', name: what.name, type: result, args: nodes, run: join, from, to },
      context.folding,
    )
  }
  const signature = `${what.name}(one ARRAY, other ARRAY)`
  return { ...what, group: 'Arrays', form: { signature, least: 2, most: 2, build } }
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
    { result: () => BOOLEAN, seesNulls: false, run: has },
  ),
  withValue(
    {
      name: 'array_position',
      about: 'Where a value stands first, from 1 on, or 0.',
      examples: [example("array_position(ARRAY['a', 'b'], 'b')", '2')],
    },
    'array_position(array ARRAY, value any)',
    { result: () => INTEGER, seesNulls: false, run: placeOf },
  ),
  withValue(
    {
      name: 'array_append',
      about: 'With one more item at the end.',
      examples: [example('array_append(ARRAY[1], 2.5)', '[1.0,2.5]')],
    },
    'array_append(array ARRAY, value any)',
    { result: arrayOf, seesNulls: true, run: (items, value) => added(items, value, 'end') },
  ),
  withValue(
    {
      name: 'array_prepend',
      about: 'With one more item at the start.',
      examples: [example('array_prepend(ARRAY[1], NULL)', '[null,1]')],
    },
    'array_prepend(array ARRAY, value any)',
    { result: arrayOf, seesNulls: true, run: (items, value) => added(items, value, 'start') },
  ),
  withValue(
    {
      name: 'array_remove',
      about: 'Without all items that are equal to a value.',
      examples: [example('array_remove(ARRAY[1, 2, 1], 1)', '[2]')],
    },
    'array_remove(array ARRAY, value any)',
    {
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
    (one, other) => (one.length + other.length > ARRAY_LENGTH_MAX ? tooMany : [...one, ...other]),
  ),
  withArray(
    {
      name: 'array_union',
      about: 'Each value that is in either, once.',
      examples: [example('array_union(ARRAY[1, 2], ARRAY[2, 3])', '[1,2,3]')],
    },
    (one, other, order) => distinct([...one, ...other], order),
  ),
  withArray(
    {
      name: 'array_intersect',
      about: 'Each value that is in both, once.',
      examples: [example('array_intersect(ARRAY[1, 2], ARRAY[2, 3])', '[2]')],
    },
    (one, other, order) => distinct(one, order).filter(memberOf(other, order)),
  ),
  withArray(
    {
      name: 'array_except',
      about: 'Each value that is in the first array only, once.',
      examples: [example('array_except(ARRAY[1, 2], ARRAY[2, 3])', '[1]')],
    },
    (one, other, order) => {
      const isOther = memberOf(other, order)
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
    (one, other, order) => one.some(memberOf(other, order)),
    true,
  ),
]

/** Arrays. Items count from 1; values are told apart as in comparisons, null equal to null. */

import type { Scalar } from '../../engine/columns/vector.ts'
import {
  arrayOf,
  BIGINT,
  DOUBLE,
  decimal,
  INTEGER,
  TEXT,
  type Type,
} from '../../engine/schema/type.ts'
import type { ScalarFunction } from '../kernels/lift.ts'
import { Failure } from '../value/failure.ts'
import { Joined } from '../value/joined.ts'
import { nullsLast, type Order, orderOf } from '../value/order.ts'
import { ARRAY_LENGTH_MAX, tooMany } from '../value/size.ts'
import { toTextOf } from '../value/text.ts'
import { BIGINT_MAX, BIGINT_MIN, hasDigits, type Whole, wholeOf } from '../value/whole.ts'
import type { Bound, FunctionEntry, Overload } from './entry.ts'
import { distinct, type Items, sorted } from './items.ts'
import {
  array,
  entriesOf,
  example,
  firstType,
  itemType,
  numbers,
  type Plain,
  scalar,
  text,
  whole,
} from './params.ts'

const entry = entriesOf('Arrays')

const orderFor = ({ types }: Bound): Order => {
  const order = orderOf(itemType(types))
  return (a, b) => nullsLast(order, a, b)
}

/** From the array alone, by the order of its items. */
function ofItems(
  what: Plain,
  result: Overload['result'],
  run: (items: Items, order: Order) => Scalar | Failure,
): FunctionEntry {
  const bind = (bound: Bound): ScalarFunction => {
    const order = orderFor(bound)
    return scalar((items: Items) => run(items, order))
  }
  return entry(what, [{ params: [array('array')], result, bind }])
}

const extreme =
  (sign: 1 | -1) =>
  (items: Items, order: Order): Scalar => {
    let best: Scalar = null
    for (const item of items) {
      if (item !== null && (best === null || order(item, best) * sign > 0)) best = item
    }
    return best
  }

/** From one place to another, both included, from 1 on, below zero from the end. */
function slice(items: Items, from: Whole, to: Whole): Items {
  const place = (at: Whole) => (at < 0 ? items.length + Number(at) : Number(at) - 1)
  return items.slice(Math.max(place(from), 0), Math.max(place(to) + 1, 0))
}

function elementAt(items: Items, at: Whole): Scalar | Failure {
  if (at === 0) return new Failure('sql-argument', 'Items are counted from 1, or from -1 back')
  return items.at(at > 0 ? Number(at) - 1 : Number(at)) ?? null
}

function sequence(from: Whole, to: Whole, step: Whole = 1): Items | Failure {
  if (step === 0) return new Failure('sql-argument', 'A sequence has a step')
  const count = (BigInt(to) - BigInt(from)) / BigInt(step)
  if (count >= BigInt(ARRAY_LENGTH_MAX)) return tooMany
  const isForwards = step > 0 ? from <= to : from >= to
  if (!isForwards) return []
  return Array.from({ length: Number(count) + 1 }, (_, i) =>
    wholeOf(BigInt(from) + BigInt(i) * BigInt(step)),
  )
}

function sumOf(type: Type): (items: Items) => Scalar | Failure {
  if (type.kind === 'double') {
    return items => {
      const present = items.filter(item => item !== null) as number[]
      return present.length === 0 ? null : present.reduce((sum, item) => sum + item, 0)
    }
  }
  const fits = (sum: bigint) =>
    type.kind === 'decimal' ? hasDigits(sum, 38) : sum <= BIGINT_MAX && sum >= BIGINT_MIN
  return items => {
    const present = items.filter(item => item !== null) as Whole[]
    const sum = present.reduce<bigint>((total, item) => total + BigInt(item), 0n)
    if (present.length === 0) return null
    return fits(sum) ? wholeOf(sum) : new Failure('sql-overflow', 'The sum does not fit its type')
  }
}

function sumType([type]: readonly Type[]): Type {
  const item = itemType(type ? [type] : [])
  if (item.kind === 'decimal') return decimal(38, item.scale)
  return item.kind === 'double' ? DOUBLE : BIGINT
}

export const arrayFunctions: readonly FunctionEntry[] = [
  ofItems(
    {
      name: 'array_length',
      aliases: ['cardinality', 'array_size'],
      about: 'How many items there are, nulls too.',
      examples: [example('array_length(ARRAY[1, NULL, 3])', '3')],
    },
    INTEGER,
    items => items.length,
  ),
  ofItems(
    {
      name: 'array_sort',
      about: 'From the smallest to the largest, nulls last.',
      examples: [example('array_sort(ARRAY[3, NULL, 1, 2])', '[1,2,3,null]')],
    },
    firstType,
    sorted,
  ),
  ofItems(
    {
      name: 'array_reverse',
      about: 'From the last to the first.',
      examples: [example("array_reverse(ARRAY['a', 'b'])", '["b","a"]')],
    },
    firstType,
    items => items.toReversed(),
  ),
  ofItems(
    {
      name: 'array_distinct',
      about: 'Each value once, where it came first.',
      examples: [example('array_distinct(ARRAY[2, 1, 2, NULL, NULL])', '[2,1,null]')],
    },
    firstType,
    distinct,
  ),
  ofItems(
    {
      name: 'array_min',
      about: 'The smallest item that is not null.',
      examples: [example('array_min(ARRAY[3, NULL, 1])', '1')],
    },
    itemType,
    extreme(-1),
  ),
  ofItems(
    {
      name: 'array_max',
      about: 'The largest item that is not null.',
      examples: [example("array_max(ARRAY['a', 'c', 'b'])", 'c')],
    },
    itemType,
    extreme(1),
  ),
  ofItems(
    {
      name: 'array_compact',
      about: 'Without the nulls.',
      examples: [example('array_compact(ARRAY[1, NULL, 2])', '[1,2]')],
    },
    firstType,
    items => items.filter(item => item !== null),
  ),
  entry(
    {
      name: 'array_sum',
      about: 'The sum of the items that are not null.',
      examples: [example('array_sum(ARRAY[1, 2.5, NULL])', '3.5')],
    },
    [
      {
        params: [numbers('array')],
        result: sumType,
        bind: bound => scalar(sumOf(itemType(bound.types))),
      },
    ],
  ),
  entry(
    {
      name: 'element_at',
      about: 'The item at a place, from 1 on, or from -1 back; null beyond.',
      examples: [example('element_at(ARRAY[5, 6, 7], -1)', '7')],
    },
    [{ params: [array('array'), whole('place')], result: itemType, run: scalar(elementAt) }],
  ),
  entry(
    {
      name: 'array_slice',
      about: 'The items from one place to another, both included; below zero from the end.',
      examples: [
        example('array_slice(ARRAY[1, 2, 3, 4], 2, 3)', '[2,3]'),
        example('array_slice(ARRAY[1, 2, 3], -2, -1)', '[2,3]'),
      ],
    },
    [
      {
        params: [array('array'), whole('from'), whole('to')],
        result: firstType,
        run: scalar(slice),
      },
    ],
  ),
  entry(
    {
      name: 'array_join',
      aliases: ['array_to_string'],
      about: 'The items as texts with a separator between them; nulls are left out.',
      examples: [example("array_join(ARRAY[1, NULL, 3], '-')", '1-3')],
    },
    [
      {
        params: [array('array'), text('separator')],
        result: TEXT,
        bind: bound => {
          const toText = toTextOf(itemType(bound.types))
          return scalar((items: Items, separator: string) => {
            const joined = new Joined(separator)
            for (const item of items) if (item !== null && !joined.add(toText(item))) break
            return joined.finish()
          })
        },
      },
    ],
  ),
  entry(
    {
      name: 'sequence',
      aliases: ['generate_series'],
      about: 'Whole numbers from one to another, both included, by a step.',
      examples: [
        example('sequence(1, 4)', '[1,2,3,4]'),
        example('sequence(10, 0, -5)', '[10,5,0]'),
      ],
    },
    [
      {
        params: [whole('from'), whole('to'), whole('step')],
        optional: 1,
        result: arrayOf(BIGINT),
        run: scalar(sequence),
      },
    ],
  ),
]

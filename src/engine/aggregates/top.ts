/** top_n(x, n): the n largest values. top_n_by(x, by, n): the values where `by` is largest. */

import { invariant } from '../../base/errors.ts'
import { type Compare, orderOf } from '../columns/order.ts'
import { arrayOf, type Type } from '../schema/type.ts'
import type { Aggregate } from './accumulators.ts'
import { isWhole, KEPT_MAX, mustBeKeepable, typeAt } from './column.ts'
import { Ranked } from './ranked.ts'

function mustHaveOrder(type: Type): Compare {
  const compare = orderOf(type)
  invariant(compare !== undefined, 'what-is-ranked-has-an-order')
  return compare
}

function isRankable(type: Type | undefined): boolean {
  return type !== undefined && orderOf(type) !== undefined
}

export const topN: Aggregate = {
  name: 'top_n',
  aliases: [],
  parameters: ['x', 'n'],
  about:
    'The n largest values, the largest first, equal ones as often as they come. Null if there ' +
    `are none. n is a constant, at most ${KEPT_MAX}.`,
  types: [['what `max` takes, then INTEGER', 'ARRAY of it']],
  isOrdered: false,
  resultOf: args => {
    const [type, n] = args
    const isTaken = type !== undefined && args.length === 2 && isRankable(type) && isWhole(n)
    return isTaken ? arrayOf(type) : undefined
  },
  make: (args, constants = []) => {
    const type = typeAt(args, 0)
    const compare = mustHaveOrder(type)
    return new Ranked({
      type,
      limit: mustBeKeepable('top_n', constants[1]),
      by: { place: 0, type },
      isTimed: false,
      rank: (by, _time, kept) => compare(kept.by, by),
    })
  },
}

export const topNBy: Aggregate = {
  name: 'top_n_by',
  aliases: [],
  parameters: ['x', 'by', 'n'],
  about:
    'The values of x of the n records where `by` is largest, the largest first; of equal ones ' +
    'the earlier by event time, then those that arrived first. Records where x or `by` is null ' +
    `do not take part. Null if there are none. n is a constant, at most ${KEPT_MAX}.`,
  types: [['any type, then what `max` takes, then INTEGER', 'ARRAY of the first']],
  isOrdered: true,
  resultOf: args => {
    const [type, by, n] = args
    const isTaken = type !== undefined && args.length === 3 && isRankable(by) && isWhole(n)
    return isTaken ? arrayOf(type) : undefined
  },
  make: (args, constants = []) => {
    const by = typeAt(args, 1)
    const compare = mustHaveOrder(by)
    return new Ranked({
      type: typeAt(args, 0),
      limit: mustBeKeepable('top_n_by', constants[2]),
      by: { place: 1, type: by },
      isTimed: true,
      rank: (rank, time, kept) => compare(kept.by, rank) || time - kept.time,
    })
  },
}

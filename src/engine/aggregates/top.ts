/**
 * top_n(x, n): the n largest values. top_n_by(x, by, n): the values where `by` is largest. With
 * 'asc' behind n, the smallest.
 */

import { invariant, WeirError } from '../../base/errors.ts'
import { type Compare, orderOf } from '../columns/order.ts'
import type { Scalar } from '../columns/vector.ts'
import { arrayOf, type Type } from '../schema/type.ts'
import type { Aggregate } from './accumulators.ts'
import { isWhole, KEPT_MAX, mustBeKeepable, typeAt } from './column.ts'
import { Ranked } from './ranked.ts'

function mustHaveOrder(type: Type): Compare {
  const compare = orderOf(type)
  invariant(compare !== undefined, 'what-is-ranked-has-an-order')
  return compare
}

/** Turned round, where the smallest are wanted. */
function mustCompare(name: string, type: Type, order: Scalar | undefined = 'desc'): Compare {
  const compare = mustHaveOrder(type)
  if (order === 'desc') return compare
  if (order === 'asc') return (a, b) => compare(b, a)
  throw new WeirError('aggregate-argument', `the order of ${name} is 'asc' or 'desc', a constant`)
}

/** Behind what is ranked: how many, and perhaps in which order. */
function areLimits([n, order, ...more]: readonly (Type | undefined)[]): boolean {
  return isWhole(n) && (order === undefined || order.kind === 'text') && more.length === 0
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
    `are none. n is a constant, at most ${KEPT_MAX}; with 'asc' behind it the smallest.`,
  types: [['what `max` takes, then INTEGER', 'ARRAY of it']],
  isOrdered: false,
  resultOf: args => {
    const [type, ...limits] = args
    const isTaken = type !== undefined && isRankable(type) && areLimits(limits)
    return isTaken ? arrayOf(type) : undefined
  },
  make: (args, constants = [], bytesMax) => {
    const type = typeAt(args, 0)
    const compare = mustCompare('top_n', type, constants[2])
    return new Ranked({
      type,
      limit: mustBeKeepable('top_n', constants[1]),
      by: { place: 0, type },
      bytesMax,
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
    `do not take part. Null if there are none. n is a constant, at most ${KEPT_MAX}; with 'asc' ` +
    'behind it the smallest.',

  types: [['any type, then what `max` takes, then INTEGER', 'ARRAY of the first']],
  isOrdered: true,
  resultOf: args => {
    const [type, by, ...limits] = args
    const isTaken = type !== undefined && isRankable(by) && areLimits(limits)
    return isTaken ? arrayOf(type) : undefined
  },
  make: (args, constants = [], bytesMax) => {
    const by = typeAt(args, 1)
    const compare = mustCompare('top_n_by', by, constants[3])
    return new Ranked({
      type: typeAt(args, 0),
      limit: mustBeKeepable('top_n_by', constants[2]),
      by: { place: 1, type: by },
      bytesMax,
      isTimed: true,
      rank: (rank, time, kept) => compare(kept.by, rank) || time - kept.time,
    })
  },
}

/** collect(x, n): the first n values by event time. */

import { arrayOf, type Type } from '../schema/type.ts'
import type { Aggregate } from './accumulators.ts'
import { isWhole, KEPT_MAX, mustBeKeepable, typeAt } from './column.ts'
import { Ranked } from './ranked.ts'

function collectType(args: readonly Type[]): Type | undefined {
  const [type, n] = args
  return args.length === 2 && type !== undefined && isWhole(n) ? arrayOf(type) : undefined
}

export const collect: Aggregate = {
  name: 'collect',
  aliases: [],
  parameters: ['x', 'n'],
  about:
    'The first n values by event time that are not null, in that order; of equal times those ' +
    `that arrived first. Null if there are none. n is a constant, at most ${KEPT_MAX}.`,
  types: [['any type, then INTEGER', 'ARRAY of it']],
  isOrdered: true,
  resultOf: collectType,
  make: (args, constants = [], bytesMax) =>
    new Ranked({
      type: typeAt(args, 0),
      limit: mustBeKeepable('collect', constants[1]),
      bytesMax,
      isTimed: true,
      rank: (_by, time, kept) => time - kept.time,
    }),
}

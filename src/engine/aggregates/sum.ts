/** sum(x), exact: of whole numbers and decimals as they are, of doubles to the nearest double. */

import { BIGINT, DECIMAL_DIGITS_MAX, decimal, type Type } from '../schema/type.ts'
import type { Aggregate } from './accumulators.ts'
import { typeAt } from './column.ts'
import { Numeric } from './numeric.ts'
import { ExactSums } from './sums/exact-sums.ts'
import { WholeSums } from './sums/whole-sums.ts'

function sumType(args: readonly Type[]): Type | undefined {
  const [type] = args
  if (type === undefined || args.length > 1) return undefined
  if (type.kind === 'decimal') return decimal(DECIMAL_DIGITS_MAX, type.scale)
  if (type.kind === 'integer' || type.kind === 'bigint') return BIGINT
  const same = type.kind === 'double' || type.kind === 'interval' || type.kind === 'months'
  return same ? type : undefined
}

export const sum: Aggregate = {
  name: 'sum',
  aliases: [],
  parameters: ['x'],
  about:
    'The sum of what is not null; null if nothing is. It is exact, and only the result must have ' +
    'a place in its type, not what was summed up on the way; one that has none (beyond 64 bits, ' +
    'beyond 38 digits) is an error of that result: sum `CAST(x AS DECIMAL(38, 0))` where 64 bits ' +
    'may not do. Of DOUBLE it is the double nearest to the true sum, so that it never depends on ' +
    'the order of records.',
  types: [
    ['INTEGER, BIGINT', 'BIGINT'],
    ['DECIMAL(p, s)', 'DECIMAL(38, s)'],
    ['DOUBLE', 'DOUBLE'],
    ['INTERVAL', 'the same'],
  ],
  isOrdered: false,
  resultOf: sumType,
  make: args => {
    const type = sumType(args) ?? typeAt(args, 0)
    return type.kind === 'double'
      ? new Numeric(type, new ExactSums(), (sums, cell) => sums.sum(cell))
      : new Numeric(type, new WholeSums(), (sums, cell) => sums.sum(cell))
  },
}

/** avg(x): the exact sum, divided once. */

import { DOUBLE, INTERVAL, type Type } from '../schema/type.ts'
import type { Aggregate } from './accumulators.ts'
import { typeAt } from './column.ts'
import { type Conclusion, Numeric } from './numeric.ts'
import { ratio } from './sums/dyadic.ts'
import { ExactSums } from './sums/exact-sums.ts'
import { WholeSums } from './sums/whole-sums.ts'

function averageType(args: readonly Type[]): Type | undefined {
  const [type] = args
  if (type === undefined || args.length > 1) return undefined
  switch (type.kind) {
    case 'integer':
    case 'bigint':
    case 'decimal':
    case 'double':
      return DOUBLE
    case 'interval':
      return INTERVAL
    default:
      return undefined
  }
}

const ofDoubles: Conclusion<ExactSums> = (sums, cell, count) => {
  const odd = sums.oddity(cell)
  if (odd !== undefined) return odd
  const single = sums.single(cell)
  return single === undefined ? ratio(sums.total(cell), BigInt(count)) : single / count
}

function ofDigits(scale: number): Conclusion<WholeSums> {
  const unit = 10n ** BigInt(scale)
  return (sums, cell, count) => {
    const sum = sums.sum(cell)
    if (typeof sum === 'number' && scale === 0) return sum / count
    return ratio({ digits: BigInt(sum), exponent: 0 }, BigInt(count) * unit)
  }
}

/** To the nearest millisecond; half of one goes away from zero. */
const ofSpans: Conclusion<WholeSums> = (sums, cell, count) => {
  const sum = BigInt(sums.sum(cell))
  const size = sum < 0n ? -sum : sum
  const average = Number((2n * size + BigInt(count)) / BigInt(2 * count))
  return sum < 0n ? 0 - average : average
}

export const average: Aggregate = {
  name: 'avg',
  aliases: ['mean'],
  parameters: ['x'],
  about:
    'The average of what is not null; null if nothing is. It is the exact sum, divided once, so ' +
    'that it never depends on the order of records. Whoever wants decimals of decimals divides ' +
    '`sum(x)` by `count(x)`. Spans of time are rounded to the nearest millisecond.',
  types: [
    ['INTEGER, BIGINT, DECIMAL, DOUBLE', 'DOUBLE'],
    ['INTERVAL DAY TO SECOND', 'the same'],
  ],
  isOrdered: false,
  resultOf: averageType,
  make: args => {
    const type = typeAt(args, 0)
    if (type.kind === 'double') return new Numeric(DOUBLE, new ExactSums(), ofDoubles)
    if (type.kind === 'interval') return new Numeric(INTERVAL, new WholeSums(), ofSpans)
    const scale = type.kind === 'decimal' ? type.scale : 0
    return new Numeric(DOUBLE, new WholeSums(), ofDigits(scale))
  },
}

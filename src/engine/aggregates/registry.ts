/** All aggregates, by name. Names are looked up without regard to case. */

import { WeirError } from '../../base/errors.ts'
import type { Aggregate } from './accumulators.ts'
import { average } from './average.ts'
import { collect } from './collect.ts'
import { count, countIf } from './count.ts'
import { first, last } from './ends.ts'
import { boolAnd, boolOr, maximum, minimum } from './extreme.ts'
import { deviationOfAll, deviationOfSample, varianceOfAll, varianceOfSample } from './spread.ts'
import { sum } from './sum.ts'
import { topN, topNBy } from './top.ts'

/** In the order of the reference. */
export const aggregates: readonly Aggregate[] = [
  count,
  countIf,
  sum,
  average,
  minimum,
  maximum,
  varianceOfSample,
  varianceOfAll,
  deviationOfSample,
  deviationOfAll,
  boolAnd,
  boolOr,
  first,
  last,
  collect,
  topN,
  topNBy,
]

const byName: ReadonlyMap<string, Aggregate> = new Map(
  aggregates.flatMap(aggregate =>
    [aggregate.name, ...aggregate.aliases].map(name => [name, aggregate] as const),
  ),
)

/** Among which somebody looks who wonders what was meant. */
export const aggregateNames: readonly string[] = [...byName.keys()]

/** Undefined: there is none of this name. */
export function aggregateOf(name: string): Aggregate | undefined {
  return byName.get(name.toLowerCase())
}

/** For whoever runs a plan that was checked elsewhere. */
export function mustFindAggregate(name: string): Aggregate {
  const found = aggregateOf(name)
  if (found !== undefined) return found
  const names = aggregates.map(aggregate => aggregate.name).join(', ')
  throw new WeirError('unknown-aggregate', `there is no aggregate ${name}; there are ${names}`)
}

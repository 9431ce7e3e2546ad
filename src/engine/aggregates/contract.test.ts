/** Every aggregate of the registry, with every type that it takes, under the contract suite. */

import { describe, expect, test } from 'vitest'
import { aggregates } from './registry.ts'
import { callsOf } from './testing/calls.ts'
import { type Naive, naive } from './testing/naive.ts'
import { constantsFor, nameOf, torture } from './testing/torture.ts'

const RUNS = 12

const calls = aggregates.flatMap(aggregate =>
  callsOf(aggregate).map(types => ({ name: nameOf(aggregate, types), aggregate, types })),
)

describe('accumulators give what the list of records gives', () => {
  test.each(calls)('$name', ({ aggregate, types }) => {
    const accumulators = () => aggregate.make(types, constantsFor(aggregate))
    expect(accumulators().type).toEqual(aggregate.resultOf(types))
    torture(
      {
        aggregate,
        types,
        naive: naive[aggregate.name] as Naive,
        make: () => ({ accumulators: accumulators(), save: () => {} }),
      },
      RUNS,
    )
  })
})

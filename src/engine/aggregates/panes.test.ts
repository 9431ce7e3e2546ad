/**
 * What windows rely on: records that are dealt to panes by event time, each pane by itself taken
 * in whatever pieces, come to the same when the panes are merged, in whatever order, as when all
 * had been added to one cell; to the byte. And so for the order of records, wherever an aggregate
 * does not speak of order.
 */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ByteReader, ByteWriter } from '../../base/bytes.ts'
import { vectorOf } from '../columns/builder.ts'
import type { Scalar } from '../columns/vector.ts'
import { DOUBLE, decimal, INTEGER, TEXT, type Type } from '../schema/type.ts'
import { scalarOf } from '../testing/arbitrary.ts'
import type { Accumulators, Aggregate } from './accumulators.ts'
import { aggregates } from './registry.ts'
import { callsOf } from './testing/calls.ts'
import { N } from './testing/naive.ts'
import { constantsFor, nameOf } from './testing/torture.ts'

const PANES = 8
const PANE_MS = 10
/** The cell of the window; those before are panes. */
const WINDOW = PANES

interface One {
  readonly time: number
  readonly args: readonly Scalar[]
}

/** A few types for each: those whose values are added in ways of their own. */
const TYPES: readonly Type[] = [DOUBLE, INTEGER, TEXT, decimal(38, 0)]

const calls = aggregates.flatMap(aggregate =>
  callsOf(aggregate)
    .filter(types => types.every(type => TYPES.includes(type) || type.kind === 'decimal'))
    .map(types => ({ name: nameOf(aggregate, types), aggregate, types })),
)

function recordsFor({ parameters }: Aggregate, types: readonly Type[]): fc.Arbitrary<One[]> {
  const args = fc.tuple(
    ...types.map((type, place) =>
      parameters[place] === 'n' ? fc.constant<Scalar>(N) : scalarOf(type),
    ),
  )
  const time = fc.nat(PANES * PANE_MS - 1)
  return fc.array(fc.record({ time, args }), { minLength: 1, maxLength: 60 })
}

function make(aggregate: Aggregate, types: readonly Type[]): Accumulators {
  const accumulators = aggregate.make(types, constantsFor(aggregate))
  accumulators.room(WINDOW + 1)
  return accumulators
}

function add(
  to: Accumulators,
  types: readonly Type[],
  records: readonly One[],
  cellOf: (record: One) => number,
): void {
  to.add({
    rows: Int32Array.from(records, (_, row) => row),
    cells: Int32Array.from(records, cellOf),
    args: types.map((type, place) =>
      vectorOf(
        type,
        records.map(({ args }) => args[place] as Scalar),
      ),
    ),
    times: Float64Array.from(records, ({ time }) => time),
  })
}

function bytesOf(accumulators: Accumulators, cell: number): Uint8Array {
  const out = new ByteWriter()
  accumulators.write(out, cell)
  return out.finish()
}

const paneOf = ({ time }: One) => Math.floor(time / PANE_MS)

const mergeOrder = fc.shuffledSubarray([...Array(PANES).keys()], { minLength: PANES })

describe('panes, merged in any order, are the window', () => {
  test.each(calls)('$name', ({ aggregate, types }) => {
    const given = fc.tuple(recordsFor(aggregate, types), mergeOrder, fc.nat(60))
    fc.assert(
      fc.property(given, ([records, order, cut]) => {
        const whole = make(aggregate, types)
        add(whole, types, records, () => WINDOW)
        const panes = make(aggregate, types)
        add(panes, types, records.slice(0, cut), paneOf)
        add(panes, types, records.slice(cut), paneOf)
        for (const pane of order) {
          panes.merge(WINDOW, pane)
        }
        expect(bytesOf(panes, WINDOW)).toEqual(bytesOf(whole, WINDOW))
      }),
      { numRuns: 40 },
    )
  })
})

describe('panes from the bytes of another node are the window', () => {
  test.each(calls)('$name', ({ aggregate, types }) => {
    fc.assert(
      fc.property(recordsFor(aggregate, types), mergeOrder, (records, order) => {
        const [here, there] = [make(aggregate, types), make(aggregate, types)]
        add(here, types, records, paneOf)
        for (const pane of order) {
          there.read(new ByteReader(bytesOf(here, pane)), pane)
        }
        for (const pane of order) {
          here.merge(WINDOW, pane)
          there.merge(WINDOW, pane)
        }
        expect(bytesOf(there, WINDOW)).toEqual(bytesOf(here, WINDOW))
      }),
      { numRuns: 20 },
    )
  })
})

describe('what does not speak of order does not depend on it', () => {
  const plain = calls.filter(({ aggregate }) => !aggregate.isOrdered)

  test.each(plain)('$name', ({ aggregate, types }) => {
    const given = recordsFor(aggregate, types).chain(records =>
      fc.tuple(
        fc.constant(records),
        fc.shuffledSubarray(records, { minLength: records.length }),
        fc.array(fc.nat(100), { minLength: records.length, maxLength: records.length }),
      ),
    )
    fc.assert(
      fc.property(given, ([records, shuffled, times]) => {
        const other = shuffled.map((record, at) => ({ ...record, time: times[at] as number }))
        const [one, two] = [make(aggregate, types), make(aggregate, types)]
        add(one, types, records, () => 0)
        add(two, types, other, () => 0)
        expect(bytesOf(two, 0)).toEqual(bytesOf(one, 0))
      }),
      { numRuns: 30 },
    )
  })
})

test('many doubles over many cells sum up to the same, dealt out in any way', () => {
  const count = 20_000
  const sums = aggregates.filter(({ name }) => ['sum', 'avg', 'var_samp'].includes(name))
  const records = Array.from({ length: count }, (_, at) => ({
    time: (at * 7919) % 80,
    args: [(((at * 48_271) % 65_521) - 32_760) / 700],
  }))
  const reversed = [...records].reverse()
  for (const aggregate of sums) {
    const [one, two] = [make(aggregate, [DOUBLE]), make(aggregate, [DOUBLE])]
    add(one, [DOUBLE], records, () => WINDOW)
    for (let at = 0; at < count; at += 777) {
      add(two, [DOUBLE], reversed.slice(at, at + 777), paneOf)
    }
    for (let pane = PANES - 1; pane >= 0; pane--) {
      two.merge(WINDOW, pane)
    }
    expect(bytesOf(two, WINDOW)).toEqual(bytesOf(one, WINDOW))
  }
})

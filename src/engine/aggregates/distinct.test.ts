/** DISTINCT of every aggregate that allows it, under the contract suite; and what is refused. */

import { describe, expect, test } from 'vitest'
import { ByteWriter } from '../../base/bytes.ts'
import { WeirError } from '../../base/errors.ts'
import { vectorOf } from '../columns/builder.ts'
import { allRows } from '../columns/records.ts'
import { type Scalar, scalarAt } from '../columns/vector.ts'
import { BIGINT, DOUBLE, INTEGER, TEXT, type Type } from '../schema/type.ts'
import { keyOf } from '../state/group-key.ts'
import { mustBeDistinct } from './distinct.ts'
import { aggregates, mustFindAggregate } from './registry.ts'
import { Batches, type Habits } from './testing/batches.ts'
import { callsOf } from './testing/calls.ts'
import { type Added, type Naive, naive, type Question } from './testing/naive.ts'
import { constantsFor, FailureList, nameOf, type Subject, torture } from './testing/torture.ts'

const RUNS = 5

const allowed = aggregates.filter(({ isOrdered }) => !isOrdered)
const calls = allowed.flatMap(aggregate =>
  callsOf(aggregate)
    .filter(types => types.length > 0)
    .map(types => ({ name: nameOf(aggregate, types), aggregate, types })),
)

/** Of records with equal arguments one, and none with nulls. */
function once(question: Question): Question {
  const seen = new Map<string, Added>()
  for (const record of question.records) {
    const name = keyOf(question.types, record.args).join(' ')
    if (!record.args.includes(null) && !seen.has(name)) seen.set(name, record)
  }
  return { ...question, records: [...seen.values()] }
}

const everyHabit: readonly Habits[] = [
  { saysNew: 'while', forgets: false },
  { saysNew: 'never', forgets: true },
  { saysNew: 'while', forgets: false, bounds: { ofCell: 1, ofAll: 4 } },
]

describe('DISTINCT', () => {
  test.each(calls)('$name', ({ aggregate, types }) => {
    const constants = constantsFor(aggregate)
    const plain = naive[aggregate.name] as Naive
    for (const habits of everyHabit) {
      const make = (): Subject => {
        const batches = new Batches(habits)
        const call = { aggregate, args: types, constants }
        return {
          accumulators: mustBeDistinct(call, batches.elements),
          save: () => batches.save(),
        }
      }
      torture({ aggregate, types, naive: question => plain(once(question)), make }, RUNS)
    }
  })

  test('has the type of what it is of', () => {
    const { elements } = new Batches({ saysNew: 'while', forgets: false })
    const typeOf = (name: string, args: readonly Type[]) =>
      mustBeDistinct({ aggregate: mustFindAggregate(name), args }, elements).type
    expect(typeOf('count', [TEXT])).toEqual(BIGINT)
    expect(typeOf('sum', [DOUBLE])).toEqual(DOUBLE)
  })

  test.each(['first', 'last', 'collect', 'top_n_by'])('of %s is refused', name => {
    const { elements } = new Batches({ saysNew: 'while', forgets: false })
    const aggregate = mustFindAggregate(name)
    const args = aggregate.parameters.map(() => INTEGER)
    const make = () => mustBeDistinct({ aggregate, args, constants: args.map(() => 3) }, elements)
    expect(make).toThrow(WeirError)
    expect(make).toThrow(`there is no DISTINCT of ${name}: its result depends on the order`)
  })

  test('of nothing is refused', () => {
    const { elements } = new Batches({ saysNew: 'while', forgets: false })
    const make = () => mustBeDistinct({ aggregate: mustFindAggregate('count'), args: [] }, elements)
    expect(make).toThrow('count(DISTINCT ..) needs an argument')
  })

  test('keeps nothing of nulls', () => {
    const batches = new Batches({ saysNew: 'while', forgets: false })
    const call = { aggregate: mustFindAggregate('count'), args: [TEXT] }
    const counts = mustBeDistinct(call, batches.elements)
    counts.room(1)
    counts.add({
      rows: allRows(3),
      cells: new Int32Array(3),
      args: [vectorOf(TEXT, [null, 'a', null])],
      times: new Float64Array(3),
    })
    batches.save()
    expect(batches.rows).toBe(1)
  })

  test('merges cells of many elements piece by piece', () => {
    const batches = new Batches({ saysNew: 'while', forgets: false })
    const aggregate = mustFindAggregate('sum')
    const sums = mustBeDistinct({ aggregate, args: [INTEGER] }, batches.elements)
    const size = 3000
    const add = (cell: number, from: number) => {
      const values = Array.from({ length: size }, (_, at) => from + at)
      sums.add({
        rows: allRows(size),
        cells: new Int32Array(size).fill(cell),
        args: [vectorOf(INTEGER, values)],
        times: new Float64Array(size),
      })
    }
    sums.room(2)
    add(0, 0)
    add(1, 1000)
    batches.save()
    sums.merge(0, 1)
    const result = (): Scalar => scalarAt(sums.results(Int32Array.of(0), new FailureList()), 0)
    expect(result()).toBe((3999 * 4000) / 2)
    expect(batches.rows).toBe(2 * size)
    sums.clear(1)
    batches.save()
    expect(batches.rows).toBe(4000)
    expect(result()).toBe((3999 * 4000) / 2)
  })

  test('lets a number go and leaves the rows, clears one and takes them', () => {
    const batches = new Batches({ saysNew: 'while', forgets: false })
    const counts = mustBeDistinct(
      { aggregate: mustFindAggregate('count'), args: [TEXT] },
      batches.elements,
    )
    counts.room(1)
    const add = (text: string) =>
      counts.add({
        rows: allRows(1),
        cells: new Int32Array(1),
        args: [vectorOf(TEXT, [text])],
        times: new Float64Array(1),
      })
    const bytes = () => {
      const out = new ByteWriter()
      counts.write(out, 0)
      return [...out.finish()]
    }
    add('a')
    add('b')
    batches.save()
    counts.forget?.(0)
    expect([bytes(), batches.rows]).toEqual([[0], 2])
    add('b')
    expect(bytes()).toEqual([0])
    counts.clear(0)
    batches.save()
    expect(batches.rows).toBe(0)
    add('b')
    expect(bytes()).toEqual([1])
  })
})

/**
 * Every aggregate, with all types that it takes, as plans use it: in windows of an operator that is
 * forgotten, restored and lost, against the list of records.
 */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { recordsOf } from '../columns/records.ts'
import type { Scalar } from '../columns/vector.ts'
import type { AggregateSpec } from '../plan/plan.ts'
import { Schema } from '../schema/schema.ts'
import { BIGINT, DOUBLE, TEXT, type Type } from '../schema/type.ts'
import { scalarOf } from '../testing/arbitrary.ts'
import { testCompiler } from '../testing/compiler.ts'
import { type Outcome, type Step, verifyOperator } from '../testing/verify.ts'
import type { Aggregate } from './accumulators.ts'
import { aggregates } from './registry.ts'
import { callsOf } from './testing/calls.ts'
import { FAILS, N, naive } from './testing/naive.ts'
import { nameOf } from './testing/torture.ts'

const SIZE_MS = 10

/** One column for each argument of a call; the n of those that keep n is a constant. */
interface Subject {
  readonly aggregate: Aggregate
  readonly types: readonly Type[]
  readonly columns: readonly { readonly name: string; readonly type: Type }[]
}

function subjectOf(aggregate: Aggregate, types: readonly Type[], number: number): Subject {
  const named = aggregate.parameters.includes('n') ? types.slice(0, -1) : types
  const columns = named.map((type, place) => ({ name: `c${number}_${place}`, type }))
  return { aggregate, types, columns }
}

function specOf(subjects: readonly Subject[]): AggregateSpec {
  return {
    kind: 'aggregate',
    key: [],
    window: { kind: 'tumbling', sizeMs: SIZE_MS, offsetMs: 0, time: 'event' },
    aggregates: subjects.map(({ aggregate, columns }, number) => ({
      name: `r${number}`,
      fn: aggregate.name,
      args: [
        ...columns.map(({ name }) => name),
        ...(aggregate.parameters.includes('n') ? [`${N}`] : []),
      ],
      distinct: false,
    })),
    latenessMs: 0,
    mode: 'final',
  }
}

interface Timed {
  readonly time: number
  readonly values: readonly Scalar[]
}

const startOf = ({ time }: Timed) => Math.floor(time / SIZE_MS) * SIZE_MS

/** Window by window, in any order within; behind each batch the watermark is at its last window. */
function stepsOf(input: Schema, rows: readonly Timed[], cuts: readonly boolean[]): Step[] {
  const steps: Step[] = []
  let batch: Timed[] = []
  rows.forEach((row, at) => {
    batch.push(row)
    if (cuts[at] !== true && at < rows.length - 1) return
    steps.push({ records: recordsOf(input, batch), watermark: startOf(row) })
    batch = []
  })
  return [...steps, { watermark: Number.POSITIVE_INFINITY }]
}

/** What each window must say: a row, or that it cannot be said. */
function expected(subjects: readonly Subject[], rows: readonly Timed[]) {
  const windows = new Map(
    rows.map(row => [startOf(row), rows.filter(other => startOf(other) === startOf(row))]),
  )
  const said: (readonly Scalar[])[] = []
  let failed = 0
  for (const [start, inAnyOrder] of windows) {
    const records = [...inAnyOrder].sort((one, other) => one.time - other.time)
    let place = 0
    const results = subjects.map(({ aggregate, types, columns }) => {
      const from = place
      place += columns.length
      const added = records.map(({ time, values }) => ({ time, args: values.slice(from, place) }))
      return naive[aggregate.name]?.({ types, records: added }) ?? null
    })
    if (results.includes(FAILS)) failed++
    else said.push([start, start + SIZE_MS, ...results])
  }
  return { said, failed }
}

function verified(
  subjects: readonly Subject[],
  rows: readonly Timed[],
  cuts: readonly boolean[],
): Outcome {
  const input = new Schema(subjects.flatMap(({ columns }) => columns))
  const steps = stepsOf(input, rows, cuts)
  return verifyOperator(
    { spec: specOf(subjects), input, steps, compiler: testCompiler },
    { endsEmpty: true },
  )
}

/** Calls that hardly ever fail share an operator: sums of the largest numbers mostly do. */
const groups = aggregates.flatMap((aggregate): [string, readonly Subject[]][] => {
  const calls = callsOf(aggregate)
  if (aggregate.name !== 'sum') {
    return [[aggregate.name, calls.map((types, number) => subjectOf(aggregate, types, number))]]
  }
  return calls.map(types => [nameOf(aggregate, types), [subjectOf(aggregate, types, 0)]])
})

describe('in windows of an operator, of all types that it takes', () => {
  test.each(groups)('%s gives what the list of records gives', (_, subjects) => {
    const types = subjects.flatMap(({ columns }) => columns.map(({ type }) => type))
    const values = fc.tuple(...types.map(scalarOf))
    const anyRows = fc
      .array(fc.record({ time: fc.integer({ min: -12, max: 25 }), values }), { maxLength: 9 })
      .map(rows => rows.sort((one, other) => startOf(one) - startOf(other)))
    fc.assert(
      fc.property(anyRows, fc.array(fc.boolean(), { maxLength: 9 }), (rows, cuts) => {
        const { outputs, dead } = verified(subjects, rows, cuts)
        const { said, failed } = expected(subjects, rows)
        expect((outputs.get('main') ?? []).map(row => row.values)).toEqual(said)
        expect(dead).toHaveLength(failed)
      }),
      { numRuns: 3 },
    )
  })
})

describe('an aggregate by example', () => {
  const input = new Schema([
    { name: 'n', type: BIGINT },
    { name: 'x', type: DOUBLE },
    { name: 't', type: TEXT },
  ])
  const call = (fn: string, args: readonly string[], more = {}) => {
    return { name: JSON.stringify([fn, args, more]), fn, args, distinct: false, ...more }
  }
  const outcomeOf = (calls: AggregateSpec['aggregates'], rows: readonly (readonly Scalar[])[]) => {
    const spec: AggregateSpec = { ...specOf([]), aggregates: calls }
    const timed = rows.map((values, time) => ({ time, values }))
    const steps = stepsOf(input, timed, [])
    return verifyOperator({ spec, input, steps, compiler: testCompiler }, { endsEmpty: true })
  }
  const resultOf = (calls: AggregateSpec['aggregates'], rows: readonly (readonly Scalar[])[]) =>
    outcomeOf(calls, rows).outputs.get('main')?.[0]?.values.slice(2)

  const MAX = 2n ** 63n - 1n

  test('a sum beyond 64 bits is a dead letter with its reason, and no row', () => {
    const { outputs, dead } = outcomeOf(
      [call('sum', ['n'])],
      [
        [MAX, 0, ''],
        [1, 0, ''],
      ],
    )
    expect(outputs.get('main')).toBeUndefined()
    expect(dead).toEqual([expect.stringMatching(/^[a-z-]+: .*(64|BIGINT)/)])
  })

  test('a sum that goes beyond 64 bits on its way, and comes back, is exact', () => {
    const rows = [MAX, MAX, -MAX, -1n].map(n => [n, 0, ''])
    expect(resultOf([call('sum', ['n'])], rows)).toEqual([MAX - 1n])
  })

  test('one that fails takes the row of the others with it: some of a result is none', () => {
    const rows = [
      [MAX, 1, 'a'],
      [MAX, 2, 'b'],
    ]
    const { outputs, dead } = outcomeOf([call('count', []), call('sum', ['n'])], rows)
    expect([outputs.size, dead.length]).toEqual([0, 1])
  })

  test('a record for which an argument fails is in none of them', () => {
    const rows = [
      [5, 1, 'a'],
      [-5, 2, 'b'],
    ]
    const { outputs, dead } = outcomeOf([call('count', []), call('sum', ['fail(n)'])], rows)
    expect(outputs.get('main')?.[0]?.values.slice(2)).toEqual([1, 5])
    expect(dead).toEqual(['negative: -5 is negative'])
  })

  test('over nulls alone says 0 where it counts, and null elsewhere', () => {
    const calls = [
      call('count', []),
      call('count', ['n']),
      ...['sum', 'avg', 'min', 'max', 'var_samp', 'stddev_pop', 'first', 'last'].map(fn =>
        call(fn, ['x']),
      ),
      call('collect', ['t', '3']),
      call('top_n', ['t', '3']),
      call('top_n_by', ['t', 'x', '3']),
    ]
    const nothing = [null, null, null]
    expect(resultOf(calls, [nothing, nothing])).toEqual([2, 0, ...Array(11).fill(null)])
  })

  test('with a filter counts what is true; with DISTINCT each value once, wide ones too', () => {
    const rows = [MAX, MAX, -MAX, 1, 1, null].map((n, at) => [n, at, at % 2 === 0 ? 'a' : 'b'])
    const calls = [
      call('count', ['n'], { distinct: true }),
      call('sum', ['n'], { distinct: true }),
      call('count', [], { filter: "t = 'a'" }),
      call('count', ['n'], { distinct: true, filter: "t = 'b'" }),
      call('min', ['n'], { filter: 'x >= 7' }),
    ]
    expect(resultOf(calls, rows)).toEqual([3, 1, 3, 2, null])
  })

  test('knows NaN as the largest, equal to itself, and one zero', () => {
    const rows = [0, -0, Number.NaN, Number.NaN, Infinity, -Infinity].map(x => [1, x, ''])
    const calls = [
      call('max', ['x']),
      call('min', ['x']),
      call('count', ['x'], { distinct: true }),
      call('top_n', ['x', '3']),
      call('sum', ['x']),
    ]
    expect(resultOf(calls, rows)).toEqual([NaN, -Infinity, 4, [NaN, NaN, Infinity], NaN])
  })

  test.each([
    [
      'a name that nothing has',
      [call('summ', ['n'])],
      'unknown-aggregate: there is no aggregate summ',
    ],
    [
      'a type that it does not take',
      [call('sum', ['t'])],
      'wrong-type: there is no sum(TEXT); there is',
    ],
    [
      'too many arguments',
      [call('min', ['n', 'x'])],
      'wrong-type: there is no min(BIGINT, DOUBLE)',
    ],
    [
      'an n that is a column',
      [call('collect', ['t', 'n'])],
      'collect keeps n values: give a constant',
    ],
    ['an n of none', [call('top_n', ['t', '0'])], 'top_n keeps n values: give a constant'],
    ['an n beyond all bounds', [call('top_n_by', ['t', 'x', '1001'])], 'from 1 to 1000 for n'],
    ['DISTINCT of what has an order', [call('first', ['n'], { distinct: true })], 'DISTINCT'],
  ])('refuses %s, and says what there is', (_, calls, sentence) => {
    expect(() => outcomeOf(calls, [])).toThrow(sentence)
  })
})

/** What the reference promises, by examples: bounds, ties, roundings, what is null. */

import { describe, expect, test } from 'vitest'
import { vectorOf } from '../columns/builder.ts'
import { allRows } from '../columns/records.ts'
import { type Scalar, scalarAt, type Vector } from '../columns/vector.ts'
import {
  BIGINT,
  BOOLEAN,
  BYTES,
  DOUBLE,
  decimal,
  INTEGER,
  INTERVAL,
  MONTHS,
  TEXT,
  type Type,
} from '../schema/type.ts'
import type { Accumulators } from './accumulators.ts'
import { mustFindAggregate } from './registry.ts'
import { constantsFor, FailureList } from './testing/torture.ts'

type Constants = Parameters<ReturnType<typeof mustFindAggregate>['make']>[1]

function make(name: string, types: readonly Type[], constants?: Constants): Accumulators {
  const aggregate = mustFindAggregate(name)
  const accumulators = aggregate.make(types, constants ?? constantsFor(aggregate))
  accumulators.room(4)
  return accumulators
}

function add(to: Accumulators, args: readonly Vector[], times: readonly number[], cell = 0): void {
  const rows = allRows(times.length)
  const cells = new Int32Array(times.length).fill(cell)
  to.add({ rows, cells, args, times: Float64Array.from(times) })
}

function resultOf(accumulators: Accumulators): Scalar {
  const failures = new FailureList()
  const result = scalarAt(accumulators.results(Int32Array.of(0), failures), 0)
  return failures.codes.get(0) ?? result
}

/** Of one argument, each value a millisecond after the other. */
function of(name: string, type: Type, values: readonly Scalar[]): Scalar {
  const accumulators = make(name, [type])
  const vector = vectorOf(type, values)
  add(accumulators, [vector], [...values.keys()])
  return resultOf(accumulators)
}

const INT64_MAX = 2n ** 63n - 1n
const DIGITS_MAX = 10n ** 38n - 1n

describe('sum', () => {
  test.each<[Type, Scalar[], Scalar]>([
    [BIGINT, [INT64_MAX], INT64_MAX],
    [BIGINT, [INT64_MAX, 1], 'out-of-range'],
    [BIGINT, [INT64_MAX, 1, -1], INT64_MAX],
    [BIGINT, [-(2n ** 63n)], -(2n ** 63n)],
    [BIGINT, [-(2n ** 63n), -1], 'out-of-range'],
    [INTEGER, [2 ** 31 - 1, 2 ** 31 - 1], 2 ** 32 - 2],
    [decimal(38, 2), [DIGITS_MAX], DIGITS_MAX],
    [decimal(38, 2), [DIGITS_MAX, 1], 'out-of-range'],
    [decimal(38, 2), [-DIGITS_MAX, -1], 'out-of-range'],
    [decimal(38, 2), [DIGITS_MAX, DIGITS_MAX, -DIGITS_MAX], DIGITS_MAX],
    [INTERVAL, [2 ** 53 - 1, 1], 'out-of-range'],
    [INTERVAL, [1000, -400], 600],
    [MONTHS, [12, 1], 13],
    [DOUBLE, [0.1, 0.2, 0.3], 0.6],
    [DOUBLE, [null, null], null],
    [DOUBLE, [], null],
  ])('of %o: %o is %s', (type, values, expected) => {
    expect(of('sum', type, values)).toBe(expected)
  })

  test('that fails says which row and why, and leaves the others as they are', () => {
    const sums = make('sum', [BIGINT])
    add(sums, [vectorOf(BIGINT, [INT64_MAX, INT64_MAX])], [0, 0], 1)
    add(sums, [vectorOf(BIGINT, [5])], [0], 2)
    const reasons: string[] = []
    const failures = {
      count: 0,
      has: () => false,
      add: (row: number, code: string, reason: string) => {
        reasons.push(`${row} ${code}: ${reason}`)
      },
    }
    const vector = sums.results(Int32Array.of(2, 1, 3), failures)
    expect([0, 1, 2].map(row => scalarAt(vector, row))).toEqual([5, null, null])
    expect(reasons).toEqual(['1 out-of-range: 18446744073709551614 is beyond BIGINT'])
  })
})

describe('avg', () => {
  test.each<[Type, Scalar[], Scalar]>([
    [INTEGER, [1, 2], 1.5],
    [BIGINT, [INT64_MAX, INT64_MAX], 2 ** 63],
    [decimal(10, 2), [10, 20, null], 0.15],
    [DOUBLE, [Number.MAX_VALUE, Number.MAX_VALUE], Number.MAX_VALUE],
    [DOUBLE, [0.1, 0.2, 0.3], 0.2],
    [DOUBLE, [0.2, 0, 9007199254740992, 0, 3], 1801439850948199],
    [DOUBLE, [-0.2, 0, -9007199254740992, 0, -3], -1801439850948199],
    [DOUBLE, [1, Infinity], Infinity],
    [INTERVAL, [1, 2], 2],
    [INTERVAL, [-1, -2], -2],
    [INTERVAL, [-1, 0, 0], 0],
    [INTERVAL, [1, 0, 0], 0],
    [INTEGER, [null], null],
  ])('of %o: %o is %s', (type, values, expected) => {
    expect(of('avg', type, values)).toBe(expected)
  })
})

describe('variance', () => {
  test('does not lose what differs behind a large common part', () => {
    const values = [1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16]
    expect(of('var_samp', DOUBLE, values)).toBe(30)
    expect(of('var_pop', DOUBLE, values)).toBe(22.5)
    expect(of('stddev_samp', DOUBLE, values)).toBe(Math.sqrt(30))
    expect(of('stddev_pop', BIGINT, values)).toBe(Math.sqrt(22.5))
  })

  test.each<[Type, Scalar[], Scalar]>([
    [DOUBLE, [], null],
    [DOUBLE, [5], null],
    [DOUBLE, [0.1, 0.1, 0.1], 0],
    [DOUBLE, [1e200, -1e200], Number.POSITIVE_INFINITY],
    [DOUBLE, [1, Number.POSITIVE_INFINITY], Number.NaN],
    [DOUBLE, [1, Number.NaN], Number.NaN],
    [BIGINT, [INT64_MAX, INT64_MAX - 2n], 2],
    [decimal(5, 2), [100, 300], 2],
  ])('of a sample %o: %o is %s', (type, values, expected) => {
    expect(of('variance', type, values)).toBe(expected)
  })

  test('of a population of one is zero', () => {
    expect(of('var_pop', DOUBLE, [7])).toBe(0)
    expect(of('stddev_pop', DOUBLE, [7])).toBe(0)
  })
})

describe('min and max', () => {
  test.each<[Type, Scalar[], Scalar, Scalar]>([
    [DOUBLE, [Number.NaN, 1, -1], -1, Number.NaN],
    [DOUBLE, [Number.NaN], Number.NaN, Number.NaN],
    [DOUBLE, [-0], 0, 0],
    [BIGINT, [INT64_MAX, 5, -(2n ** 60n)], -(2n ** 60n), INT64_MAX],
    [TEXT, ['b', 'a', '\u{1f600}', '\uffff'], 'a', '\u{1f600}'],
    [BOOLEAN, [true, false], false, true],
    [INTEGER, [null], null, null],
  ])('of %o: %o are %s and %s', (type, values, least, greatest) => {
    expect(of('min', type, values)).toBe(least)
    expect(of('max', type, values)).toBe(greatest)
  })
})

describe('first and last', () => {
  const texts = vectorOf(TEXT, ['a', 'b', 'c', 'd', null])

  test('go by event time; of equal times by order of adding', () => {
    const [first, last] = [make('first', [TEXT]), make('last', [TEXT])]
    for (const one of [first, last]) {
      add(one, [texts], [5, 3, 3, 5, 1])
    }
    expect([resultOf(first), resultOf(last)]).toEqual(['b', 'd'])
  })

  test('take what is merged in as added later', () => {
    for (const [name, expected] of [
      ['first', 'x'],
      ['last', 'y'],
    ] as const) {
      const ends = make(name, [TEXT])
      add(ends, [vectorOf(TEXT, ['x'])], [7])
      add(ends, [vectorOf(TEXT, ['y'])], [7], 1)
      ends.merge(0, 1)
      expect(resultOf(ends)).toBe(expected)
    }
  })

  test('keep bytes of their own, not the batch in which they came', () => {
    const batch = new Uint8Array(100_000)
    const vector = vectorOf(BYTES, [batch.subarray(10, 13)])
    for (const name of ['first', 'last', 'min', 'max']) {
      const accumulators = make(name, [BYTES])
      add(accumulators, [vector], [0])
      const result = resultOf(accumulators) as Uint8Array
      expect([...result]).toEqual([0, 0, 0])
      expect(result.buffer.byteLength).toBe(3)
    }
  })
})

describe('lists', () => {
  const three = (size: number) =>
    vectorOf(
      INTEGER,
      Array.from({ length: size }, () => 3),
    )

  test('collect takes the first by event time, those that came first before others', () => {
    const lists = make('collect', [TEXT, INTEGER])
    add(lists, [vectorOf(TEXT, ['a', 'b', null, 'c', 'd']), three(5)], [9, 5, 1, 5, 5])
    expect(resultOf(lists)).toEqual(['b', 'c', 'd'])
    add(lists, [vectorOf(TEXT, ['e']), three(1)], [2])
    expect(resultOf(lists)).toEqual(['e', 'b', 'c'])
  })

  test('top_n takes the largest, equal ones as often as they come', () => {
    const lists = make('top_n', [INTEGER, INTEGER])
    add(lists, [vectorOf(INTEGER, [1, 5, null, 5, 2]), three(5)], [0, 0, 0, 0, 0])
    expect(resultOf(lists)).toEqual([5, 5, 2])
  })

  test('top_n_by takes the values where another is largest; of ties the earlier', () => {
    const lists = make('top_n_by', [TEXT, DOUBLE, INTEGER])
    const names = vectorOf(TEXT, ['a', 'b', 'c', 'd', null, 'f'])
    const by = vectorOf(DOUBLE, [2, 1, 2, 3, 9, null])
    add(lists, [names, by, three(6)], [8, 0, 7, 9, 0, 0])
    expect(resultOf(lists)).toEqual(['d', 'c', 'a'])
  })

  test('and the smallest where they are asked for, NaN last, whatever has an order', () => {
    const order = vectorOf(TEXT, new Array<string>(6).fill('asc'))
    const numbers = make('top_n', [DOUBLE, INTEGER, TEXT], [undefined, 3, 'asc'])
    add(numbers, [vectorOf(DOUBLE, [Number.NaN, 2, 1, null]), three(4), order], [0, 0, 0, 0])
    expect(resultOf(numbers)).toEqual([1, 2, Number.NaN])
    const texts = make('top_n_by', [INTEGER, TEXT, INTEGER, TEXT], [undefined, undefined, 3, 'asc'])
    const by = vectorOf(TEXT, ['d', 'b', 'c', 'b', 'a'])
    add(texts, [vectorOf(INTEGER, [4, 22, 3, 2, 1]), by, three(5), order], [0, 9, 0, 8, 0])
    expect(resultOf(texts)).toEqual([1, 2, 22])
    expect(() => make('top_n', [DOUBLE, INTEGER, TEXT], [undefined, 3, 'up'])).toThrow(
      "the order of top_n is 'asc' or 'desc', a constant",
    )
  })

  test.each(['collect', 'top_n'])('%s of nothing is null', name => {
    const lists = make(name, [TEXT, INTEGER])
    add(lists, [vectorOf(TEXT, [null]), three(1)], [0])
    expect(resultOf(lists)).toBeNull()
  })
})

describe('counts and truth', () => {
  test.each<[string, Scalar[], Scalar]>([
    ['count', [true, null, false], 2],
    ['count', [], 0],
    ['count_if', [true, null, false], 1],
    ['count_if', [null], 0],
    ['bool_and', [true, null], true],
    ['bool_and', [true, false], false],
    ['bool_or', [false, null], false],
    ['bool_or', [false, true], true],
    ['every', [null], null],
    ['some', [], null],
  ])('%s of %o is %s', (name, values, expected) => {
    expect(of(name, BOOLEAN, values)).toBe(expected)
  })

  test('count without an argument counts records', () => {
    const counts = make('count', [])
    add(counts, [], [1, 2, 3])
    expect(resultOf(counts)).toBe(3)
  })
})

/** The measure is measured: naive results against ones that were worked out by hand. */

import { describe, expect, test } from 'vitest'
import type { Scalar } from '../../columns/vector.ts'
import {
  BIGINT,
  BOOLEAN,
  BYTES,
  DOUBLE,
  decimal,
  INTEGER,
  INTERVAL,
  TEXT,
  type Type,
} from '../../schema/type.ts'
import { aggregates } from '../registry.ts'
import { FAILS, N, type Naive, naive } from './naive.ts'

function of(name: string, type: Type, values: readonly Scalar[]): Scalar {
  const records = values.map((value, time) => ({ time, args: [value] }))
  return (naive[name] as Naive)({ types: [type], records })
}

const MONEY = decimal(10, 2)
const { NaN: NOT, POSITIVE_INFINITY: PLUS, NEGATIVE_INFINITY: MINUS } = Number

describe('the naive result', () => {
  test('is there for every aggregate, and for nothing else', () => {
    expect(Object.keys(naive).sort()).toEqual(aggregates.map(({ name }) => name).sort())
  })

  test.each<[string, Type, Scalar[], Scalar]>([
    ['count', TEXT, ['a', null, 'a'], 2],
    ['count_if', BOOLEAN, [true, null, false, true], 2],
    ['sum', INTEGER, [1, null, 2], 3],
    ['sum', INTEGER, [null], null],
    ['sum', BIGINT, [2n ** 63n - 1n, 1], FAILS],
    ['sum', BIGINT, [-(2n ** 63n)], -(2n ** 63n)],
    ['sum', MONEY, [10n ** 37n, 9n * 10n ** 37n], FAILS],
    ['sum', INTERVAL, [2 ** 53 - 1, 1], FAILS],
    ['sum', DOUBLE, [0.1, 0.2, 0.3], 0.6],
    ['sum', DOUBLE, [1e308, 1e308, -1e308], 1e308],
    ['sum', DOUBLE, [PLUS, 1], PLUS],
    ['sum', DOUBLE, [PLUS, MINUS], NOT],
    ['avg', INTEGER, [1, 2, null], 1.5],
    ['avg', MONEY, [100, 200], 1.5],
    ['avg', INTERVAL, [1, 2], 2],
    ['avg', INTERVAL, [-1, -2], -2],
    ['avg', INTERVAL, [-1, 0, 0], 0],
    ['avg', DOUBLE, [Number.MAX_VALUE, Number.MAX_VALUE], Number.MAX_VALUE],
    ['avg', DOUBLE, [NOT, 1], NOT],
    ['min', DOUBLE, [NOT, 1, PLUS], 1],
    ['max', DOUBLE, [1, NOT, PLUS], NOT],
    ['min', TEXT, ['b', '\u{1f600}', '\uffff'], 'b'],
    ['max', TEXT, ['b', '\u{1f600}', '\uffff'], '\u{1f600}'],
    ['max', BOOLEAN, [false, true, null], true],
    ['min', BIGINT, [2n ** 60n, 2n ** 60n + 1n], 2n ** 60n],
    ['var_pop', INTEGER, [2, 4, 4, 4, 5, 5, 7, 9], 4],
    ['var_samp', INTEGER, [1, 2, 3, 4], 5 / 3],
    ['var_samp', INTEGER, [1], null],
    ['var_pop', MONEY, [100, 300], 1],
    ['var_pop', DOUBLE, [1, PLUS], NOT],
    ['stddev_pop', INTEGER, [2, 4, 4, 4, 5, 5, 7, 9], 2],
    ['stddev_samp', INTEGER, [1], null],
    ['bool_and', BOOLEAN, [true, null], true],
    ['bool_and', BOOLEAN, [true, false], false],
    ['bool_or', BOOLEAN, [false, true], true],
    ['bool_or', BOOLEAN, [null], null],
    ['first', TEXT, [null, 'a', 'b'], 'a'],
    ['last', TEXT, ['a', 'b', null], 'b'],
    ['first', TEXT, [], null],
  ])('%s of %o: %o', (name, type, values, expected) => {
    expect(of(name, type, values)).toBe(expected)
  })

  test.each<[string, Type, Scalar[], Scalar]>([
    ['collect', TEXT, ['d', null, 'b', 'c', 'a'], ['d', 'b', 'c']],
    ['collect', TEXT, [null], null],
    ['top_n', INTEGER, [1, 4, null, 4, 3], [4, 4, 3]],
    ['top_n', DOUBLE, [1, -0, NOT], [NOT, 1, 0]],
    ['top_n', TEXT, [], null],
  ])('%s of %o: %o', (name, type, values, expected) => {
    expect(of(name, type, values)).toEqual(expected)
    expect(N).toBe(3)
  })

  test('of bytes goes by bytes', () => {
    const [short, long] = [Uint8Array.of(1), Uint8Array.of(1, 0)]
    expect(of('min', BYTES, [Uint8Array.of(2), long, short])).toBe(short)
    expect(of('max', BYTES, [long, Uint8Array.of(0, 255), short])).toBe(long)
  })

  test('of count() is of records', () => {
    const records = [1, 2].map(time => ({ time, args: [] }))
    expect((naive['count'] as Naive)({ types: [], records })).toBe(2)
  })

  test('of top_n_by goes by the other, and by time where that is equal', () => {
    const args: Scalar[][] = [
      ['a', 1],
      ['b', 2],
      [null, 9],
      ['c', null],
      ['d', 2],
      ['e', 1],
    ]
    const records = args.map((one, time) => ({ time, args: one }))
    expect((naive['top_n_by'] as Naive)({ types: [TEXT, INTEGER], records })).toEqual([
      'b',
      'd',
      'a',
    ])
  })
})

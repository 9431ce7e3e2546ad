/** Aggregates over a few records, by hand. */

import { describe, expect, test } from 'vitest'
import { call, literal } from './expression.ts'
import type { AggregateCall, AggregateName } from './plan.ts'
import { type Item, K, N, positive, run, summing } from './testing/run.ts'
import { INTEGER, TEXT } from './type.ts'

const K_LENGTH = call('char-length', K)

const global = { kind: 'global' } as const

function over(
  items: readonly Item[],
  fn: AggregateName,
  rest: Partial<AggregateCall> = {},
): string {
  const args = fn === 'collect' || fn === 'top_n' ? [N, literal(INTEGER, 2n)] : [N]
  const aggregates = [{ name: 'x', fn, args, distinct: false, ...rest }]
  const { main } = run(summing(global, { key: [], aggregates }), [{ items, ended: true }])
  return (main[0] ?? '').split(' ')[2] ?? 'no row'
}

/** By time: 1, null, 3, 1, 7. */
const items: Item[] = [
  [1, 'a', 1],
  [5, 'a', 7],
  [2, 'a', null],
  [3, 'a', 3],
  [4, 'a', 1],
]
const nulls: Item[] = [[1, 'a', null]]

describe('aggregates', () => {
  test.each<[AggregateName, string, string]>([
    ['count', '4', '0'],
    ['sum', '12', 'null'],
    ['min', '1', 'null'],
    ['max', '7', 'null'],
    ['avg', '3d', 'null'],
    ['var_pop', '6d', 'null'],
    ['var_samp', '8d', 'null'],
    ['first', '1', 'null'],
    ['last', '7', 'null'],
    ['collect', '[1,3]', 'null'],
    ['top_n', '[7,3]', 'null'],
  ])('%s', (fn, some, none) => {
    expect(over(items, fn)).toBe(some)
    expect(over(nulls, fn)).toBe(none)
  })

  test('deviations are the roots of variances', () => {
    expect(over(items, 'stddev_pop')).toBe(`${Math.sqrt(6)}d`)
    expect(over(items, 'stddev_samp')).toBe(`${Math.sqrt(8)}d`)
  })

  test('a sample of one has no variance', () => {
    expect(over([[1, 'a', 5]], 'var_samp')).toBe('null')
    expect(over([[1, 'a', 5]], 'stddev_samp')).toBe('null')
    expect(over([[1, 'a', 5]], 'var_pop')).toBe('0d')
  })

  test('count(*) counts nulls', () => {
    expect(over(items, 'count', { args: [] })).toBe('5')
  })

  test('distinct', () => {
    expect(over(items, 'count', { distinct: true })).toBe('3')
    expect(over(items, 'sum', { distinct: true })).toBe('11')
  })

  test('filter, and a row though nothing passes it', () => {
    expect(over([...items, [6, 'a', -5]], 'sum', { filter: positive })).toBe('12')
    expect(over([[6, 'a', -5]], 'count', { filter: positive })).toBe('0')
  })

  test('equal ones all count in the top', () => {
    expect(
      over(
        [
          [1, 'a', 4],
          [2, 'a', 4],
          [3, 'a', 1],
        ],
        'top_n',
      ),
    ).toBe('[4,4]')
  })

  test('of what is true', () => {
    const rest = { args: [positive] }
    const mixed: Item[] = [
      [1, 'a', 1],
      [2, 'a', -1],
      [3, 'a', null],
    ]
    expect(over(mixed, 'count_if', rest)).toBe('1')
    expect(over(mixed, 'bool_and', rest)).toBe('false')
    expect(over(mixed, 'bool_or', rest)).toBe('true')
    expect(over(nulls, 'count_if', rest)).toBe('0')
    expect(over(nulls, 'bool_and', rest)).toBe('null')
  })

  test('the top by another value, of equal ones the earlier', () => {
    const args = [N, call('neg', K_LENGTH), literal(INTEGER, 2n)]
    const keys: Item[] = [
      [3, 'a', 1],
      [1, 'aa', 2],
      [2, 'b', 3],
      [0, null, 4],
    ]
    expect(over(keys, 'top_n_by', { args })).toBe('[3,1]')
    expect(over(keys, 'top_n_by', { args: [...args, literal(TEXT, 'desc')] })).toBe('[3,1]')
    expect(over(keys, 'top_n_by', { args: [...args, literal(TEXT, 'asc')] })).toBe('[2,3]')
  })

  test('the smallest of the top', () => {
    const args = [N, literal(INTEGER, 2n), literal(TEXT, 'asc')]
    expect(over(items, 'top_n', { args })).toBe('[1,1]')
  })

  test('a sum beyond 64 bits is none, and so is its row', () => {
    const large: Item[] = [
      [1, 'a', 2 ** 62],
      [2, 'a', 2 ** 62],
    ]
    expect(over(large, 'sum')).toBe('no row')
  })
})

/** Aggregates over a few records, by hand. */

import { describe, expect, test } from 'vitest'
import { literal } from './expression.ts'
import type { AggregateCall, AggregateName } from './plan.ts'
import { type Item, N, positive, run, summing } from './testing/run.ts'
import { INTEGER } from './type.ts'

const global = { kind: 'global' } as const

function over(
  items: readonly Item[],
  fn: AggregateName,
  rest: Partial<AggregateCall> = {},
): string {
  const args = fn === 'collect' || fn === 'top' ? [N, literal(INTEGER, 2n)] : [N]
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
    ['top', '[7,3]', 'null'],
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
        'top',
      ),
    ).toBe('[4,4]')
  })

  test('a sum beyond 64 bits is none', () => {
    const large: Item[] = [
      [1, 'a', 2 ** 62],
      [2, 'a', 2 ** 62],
    ]
    expect(() => over(large, 'sum')).toThrow('is too large')
  })
})

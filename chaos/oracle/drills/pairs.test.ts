/** The oracle of the drills, on input that can be worked out by hand. */

import { expect, test } from 'vitest'
import { pairsOf, type Reading, totalsOf } from './pairs.ts'

const reading = (key: string, n: number, atMs: number, bucket = 1): Reading => {
  return { key, n, v: 10 * n, bucket, atMs }
}

test('two records of a key after each other are a pair, a third waits', () => {
  const one = [reading('a', 1, 100), reading('b', 1, 110), reading('a', 2, 120), reading('a', 3, 9)]
  expect(pairsOf([one, [reading('c', 1, 5), reading('c', 2, 5)]])).toEqual([
    { key: 'a', first: 1, last: 2, total: 30, bucket: 1 },
    { key: 'c', first: 1, last: 2, total: 30, bucket: 1 },
  ])
})

test('pairs are added up by bucket and second, as far as all partitions have come', () => {
  const one = [
    ...[reading('a', 1, 900), reading('a', 2, 1000), reading('a', 3, 1999), reading('a', 4, 1999)],
    ...[reading('b', 1, 1999, 2), reading('b', 2, 1999, 2), reading('a', 5, 2000)],
    reading('a', 6, 5000),
  ]
  const totals = [
    { bucket: 1, fromMs: 1000, pairs: 2, total: 100 },
    { bucket: 2, fromMs: 1000, pairs: 1, total: 30 },
  ]
  expect(totalsOf([one, [reading('z', 1, 2000)]])).toEqual(totals)
  expect(totalsOf([one, [reading('z', 1, 1999)]])).toEqual([])
  expect(totalsOf([one, [reading('z', 1, 9000)]])).toEqual(totals)
  expect(totalsOf([[...one, reading('y', 1, 6000)], [reading('z', 1, 9000)]])).toEqual([
    ...totals,
    { bucket: 1, fromMs: 5000, pairs: 1, total: 110 },
  ])
})

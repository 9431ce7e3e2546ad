/** A reader's figures, and that it believes nobody who loses, repeats or turns around. */

import { expect, test } from 'vitest'
import { Watch } from './watch.ts'

const at = (number: number, committedMs = 0, group = 0) => ({ committedMs, group, number })

test('what was committed in the span counts for times, what was seen in it for the rate', () => {
  const watch = new Watch({ topic: 'out', partitions: 1 })
  const seen = [
    [5, 11],
    [10, 12],
    [11, 15],
    [12, 21],
    [20, 22],
  ] as const
  for (const [i, [committedMs, seenMs]] of seen.entries()) {
    watch.take(at(i + 1, committedMs), 0, seenMs)
  }
  const figures = watch.during({ fromMs: 10, toMs: 20 })
  expect(figures).toEqual({ done: 3, p50Ms: 4, p99Ms: 9, maxMs: 9 })
  expect(watch.count).toBe(5)
})

test('groups share partitions, each with numbers of its own', () => {
  const watch = new Watch({ topic: 'out', partitions: 2 })
  for (const [number, partition, group] of [
    [1, 1, 0],
    [1, 1, 1],
    [2, 0, 1],
    [3, 1, 0],
    [2, 0, 0],
    [4, 0, 0],
  ] as const) {
    watch.take(at(number, 0, group), partition, 1)
  }
  expect(watch.count).toBe(6)
})

test.each([
  ['lost', [1, 5]],
  ['lost at the beginning', [3]],
  ['repeated', [1, 3, 3]],
  ['out of order', [1, 5, 3]],
  ['in a partition that is not its own', [1, 2]],
])('one that is %s is an error', (_, numbers) => {
  const watch = new Watch({ topic: 'out', partitions: 2 })
  const take = () => {
    for (const number of numbers) watch.take(at(number), 1, 1)
  }
  expect(take).toThrow(/group 0: \d came behind/)
})

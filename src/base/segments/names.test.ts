/** Names of segments, and which of those that are there follow one another. */

import { expect, test } from 'vitest'
import { newestRun, partOf, segmentName, segmentOf } from './names.ts'

test('segments are listed in their order', () => {
  const names = [1, 9, 10, 99, 100, 123_456].map(segmentName)
  expect([...names].sort()).toEqual(names)
  expect(names.map(segmentOf)).toEqual([1, 9, 10, 99, 100, 123_456])
  expect(segmentName(1)).toBe('log-0000000001')
})

test('a part is no segment, nor is a stranger', () => {
  for (const name of [partOf(segmentName(1)), 'log', 'log-1', 'xlog-0000000001', '']) {
    expect(segmentOf(name)).toBe(undefined)
  }
})

test.each([
  [[], []],
  [[4], [4]],
  [
    [4, 5, 6],
    [4, 5, 6],
  ],
  [
    [1, 2, 5, 6],
    [5, 6],
  ],
  [[1, 3, 5], [5]],
])('of %j the run %j goes on to the newest', (there, run) => {
  const names = ['boot', 'identity', ...[...there].reverse().map(segmentName)]
  expect(newestRun(names)).toEqual(run)
})

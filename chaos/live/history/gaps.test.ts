/** How long nobody was served. */

import { expect, test } from 'vitest'
import { gapNs, gapsMs } from './gaps.ts'

const window = (fromNs: number, toNs: number) => ({ fromNs, toNs })

test.each([
  ['answers all along', [10, 20, 30, 40], window(5, 45), 10],
  ['none from the fault on', [10, 90], window(20, 80), 60],
  ['a pause in the middle', [10, 20, 70, 80], window(5, 85), 50],
  ['answers come unsorted', [80, 10, 70, 20], window(5, 85), 50],
  ['what lies outside does not count', [1, 2, 30, 99], window(10, 50), 20],
  ['never any', [], window(10, 50), 40],
])('%s', (_, okNs, at, expected) => {
  expect(gapNs(okNs, at)).toBe(expected)
})

test('each window and group for itself, in milliseconds', () => {
  const okNs = new Map([
    [1, [10, 30].map(ms => ms * 1e6)],
    [2, [12, 18].map(ms => ms * 1e6)],
  ])
  const windows = [window(11 * 1e6, 21 * 1e6), window(21 * 1e6, 41 * 1e6)]
  expect(gapsMs(okNs, windows)).toEqual([
    [10, 6],
    [11, 20],
  ])
})

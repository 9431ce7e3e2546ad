/** Which node is told to write what. */

import { expect, test } from 'vitest'
import { figuresOf } from './flown.ts'
import { slotsOf } from './inside.ts'

const leaders = { 1: 'a', 2: 'b', 3: 'a' }

test('each request has its group, each group its leader', () => {
  expect(slotsOf(leaders, 1)).toEqual(new Map([['a', [1]]]))
  expect(slotsOf(leaders, 5)).toEqual(
    new Map([
      ['a', [1, 3, 1]],
      ['b', [2, 2]],
    ]),
  )
})

test('loads that ran side by side are one', () => {
  const loads = [
    { latenciesMs: [1, 2, 9], failed: 1 },
    { latenciesMs: [3], failed: 2 },
  ]
  const times = { p50Ms: 2, p99Ms: 9, maxMs: 9 }
  expect(figuresOf(loads, 2)).toEqual({ done: 4, failed: 3, seconds: 2, ...times })
  expect(figuresOf([], 2)).toMatchObject({ done: 0, p50Ms: 0 })
})

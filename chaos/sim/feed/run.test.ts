/** Groups that feed each other, simulated: the same every time, sound, and put to their faults. */

import { expect, test } from 'vitest'
import { drawFeed } from './draw.ts'
import { feedKinds } from './kinds.ts'
import { runFeed } from './run.ts'

const SEEDS = 25

test('a seed is one run, to the last event', () => {
  const [first, second] = [runFeed(drawFeed(2)), runFeed(drawFeed(2))]
  expect(first).toEqual(second)
  expect(first.failure).toBeUndefined()
  expect(runFeed(drawFeed(3)).traceHash).not.toBe(first.traceHash)
})

test('without a fault all that is there is taken, once', () => {
  const result = runFeed({ ...drawFeed(4), faults: [], callsLost: 0, faultyMs: 2000 })
  expect(result.failure).toBeUndefined()
  expect(result.operations).toBeGreaterThan(100)
})

test('seeds from one on end well', () => {
  for (let seed = 1; seed <= SEEDS; seed++) {
    expect(runFeed(drawFeed(seed)).failure, `seed ${seed}`).toBe(undefined)
  }
})

test('who is idle is believed where the input grew just after it was looked at', () => {
  expect(runFeed(drawFeed(397_603_664)).failure).toBe(undefined)
})

test.each(feedKinds)('so does a run in which %s happens again and again', kind => {
  const at = [300, 500, 700, 900, 1100]
  const faults = at.map((atMs, whom) => ({ kind, atMs, forMs: 60, whom }))
  const scenario = { ...drawFeed(4), groups: 3, partitions: 2, faultyMs: 1500, faults }
  const result = runFeed(scenario)
  expect(result.failure).toBe(undefined)
  expect(result.faults[kind]).toBe(at.length)
})

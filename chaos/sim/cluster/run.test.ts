/** Clusters that run a job, simulated: the same every time, and sound. */

import { expect, test } from 'vitest'
import { drawCluster } from './draw.ts'
import { runCluster } from './run.ts'

test('a seed is one run, to the last event', () => {
  const [first, second] = [runCluster(drawCluster(2)), runCluster(drawCluster(2))]
  expect(first).toEqual(second)
  expect(first.failure).toBeUndefined()
  expect(runCluster(drawCluster(3)).traceHash).not.toBe(first.traceHash)
})

test('without a fault everything that was put in is taken, and what comes of it gets out', () => {
  const result = runCluster({ ...drawCluster(4), faults: [] })
  expect(result.failure).toBeUndefined()
  expect(result.operations).toBeGreaterThanOrEqual(10)
  const checks = Object.entries(result.checks).filter(([, count]) => count === 0)
  // Nobody has anything to complain of.
  expect(checks.map(([name]) => name)).toEqual(['CLUSTER-10 nobody stops without a reason'])
})

test.each([
  [245_404_274, 'a group that is at its bound is told at once what is out'],
  [245_404_997, 'so is one that leads from the first term on'],
  [245_405_059, 'an image of whole pages arrives before the end'],
])('seed %i: %s', seed => {
  expect(runCluster(drawCluster(seed)).failure).toBe(undefined)
})

/** Clusters that run a job, simulated: the same every time, and sound. */

import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { drawCluster } from './draw.ts'
import { runCluster } from './run.ts'
import type { ClusterScenario } from './scenario.ts'

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
  // Nobody has anything to complain of, no source of this job ever falls idle, and no entry of it
  // has something for two sinks.
  const never = ['CLUSTER-10', 'CLUSTER-12', 'CLUSTER-14']
  expect(checks.map(([name]) => name.split(' ')[0]).toSorted()).toEqual(never)
})

/** Each is named after the bug that it showed. */
const kept = new URL('../regressions/cluster/', import.meta.url)

test.each(readdirSync(kept))('%s', file => {
  const scenario: ClusterScenario = JSON.parse(readFileSync(new URL(file, kept), 'utf8'))
  expect(runCluster(scenario).failure).toBe(undefined)
})

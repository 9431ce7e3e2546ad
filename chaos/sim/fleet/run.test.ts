/** Whole nodes, simulated: the same every time, sound, and really put to their faults. */

import { expect, test } from 'vitest'
import { drawFleet } from './draw.ts'
import { runFleet } from './run.ts'

test('a seed is one run, to the last event', () => {
  const [first, second] = [runFleet(drawFleet(5)), runFleet(drawFleet(5))]
  expect(first).toEqual(second)
  expect(first.failure).toBeUndefined()
  expect(runFleet(drawFleet(6)).traceHash).not.toBe(first.traceHash)
})

test('without a fault all groups serve, and a killed node is replaced', () => {
  const result = runFleet({ ...drawFleet(9), groups: 3, faults: [] })
  expect(result.failure).toBeUndefined()
  expect(result.operations).toBeGreaterThan(100)
  expect(result.killedMs).toBeGreaterThan(0)
  expect(result.cells['follower snapshot'] ?? 0).toBe(0)
})

test('a node that lost its disk is replaced in each of its groups', () => {
  const lost = { kind: 'lost-disk', who: 0, whom: 0, forMs: 0, amount: 0, salt: 1 } as const
  const scenario = { ...drawFleet(9), groups: 3, nodes: 3, replication: 3 }
  const result = runFleet({ ...scenario, faults: [{ ...lost, atMs: 8000 }] })
  expect(result.failure).toBeUndefined()
  expect(result.faults['lost-disk']).toBe(1)
  expect(result.cells['learner append']).toBeGreaterThan(0)
})

test('what happens is told in lines when somebody listens', () => {
  const lines: string[] = []
  const crash = { kind: 'crash', who: 0, whom: 0, forMs: 500, amount: 0, salt: 1 } as const
  runFleet({ ...drawFleet(9), faults: [{ ...crash, atMs: 8000 }] }, { tell: l => lines.push(l) })
  expect(lines.some(line => line.includes('fault') && line.includes('crash'))).toBe(true)
  expect(lines.some(line => line.includes('boot 2'))).toBe(true)
})

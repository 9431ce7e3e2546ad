/**
 * Memory is bounded while a follower is cut off for an hour of load: whatever grows stays below
 * what the options say, on those who serve and on the one that is alone; and the bounds are scaled
 * so (bounds.ts) that they are really reached. Then it comes back and catches up.
 */

import { expect, test } from 'vitest'
import { cutOffBounds, cutOffLoad, type Kept } from './bounds.ts'
import { runCutOff } from './cut-off.ts'

const MINUTES = 60
const KIB = 1024
const figures = runCutOff({ seed: 1, minutes: MINUTES, bounds: cutOffBounds, ...cutOffLoad })
const { served, alone, most } = figures
const kept = Object.keys(most) as Kept[]

test('for an hour clients are served, and nothing reaches the one that is cut off', () => {
  expect(figures.commitAfter - figures.commitBefore).toBeGreaterThan(15_000)
  expect(figures.applied).toBeGreaterThan(15_000)
  expect(figures.dropped).toBeGreaterThan(1000)
  expect(figures.imagesTaken).toBeGreaterThan(100)
})

test.each(kept)('%s stays within its bound', name => {
  expect(most[name]).toBeGreaterThan(0)
  expect(served[name]).toBeLessThanOrEqual(most[name])
  expect(alone[name]).toBeLessThanOrEqual(most[name])
})

test('the bounds are really reached: the log, the windows, what is not committed', () => {
  const { raft, host, store } = cutOffBounds
  expect(served.logBytes).toBeGreaterThan(store.logBytesMax)
  expect(served.logEntries).toBeGreaterThan(host.imageEntriesMax)
  expect(served.inflightBytes).toBeGreaterThan(raft.inflightBytesMax - KIB)
  expect(alone.uncommittedBytes).toBeGreaterThan(raft.uncommittedBytesMax - 2 * KIB)
  expect(figures.refused).toBeGreaterThan(0)
})

test('when it is heard again it catches up by an image, soon', () => {
  expect(figures.caughtUpMs).toBeGreaterThan(0)
  expect(figures.caughtUpMs).toBeLessThan(30_000)
})

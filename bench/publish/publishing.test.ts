/** Load by the beat, over a model log: what is counted is what came out. */

import { describe, expect, it } from 'vitest'
import { defaultJournalBounds } from '../../src/journal/bounds.ts'
import { Publishing } from './publishing.ts'
import { Stage } from './testing/stage.ts'
import type { Beat } from './work.ts'

function publishing(stage: Stage, groups: number, beat: Beat, bounds = {}): Publishing {
  const { log, scene, clock, random, nowMs } = stage
  const all = { ...defaultJournalBounds, ...bounds }
  const parts = { log, scene, clock, random, nowMs, groups, beat, sizeBytes: 16, bounds: all }
  return new Publishing(parts)
}

describe('an entry every so often', () => {
  it('comes in time, from each group in its turn, and is seen once', () => {
    const stage = new Stage()
    const load = publishing(stage, 2, { everyMs: 4, outputs: 3 })
    load.begin()
    stage.pass(19)
    load.end()
    stage.pass(200)
    const stamps = stage.visible()
    const committedOf = (group: number) =>
      [...new Set(stamps.filter(one => one.group === group).map(one => one.committedMs))].sort(
        (a, b) => a - b,
      )
    expect(committedOf(0)).toEqual([0, 4, 8, 12, 16])
    expect(committedOf(1)).toEqual([2, 6, 10, 14, 18])
    expect(load.counts).toMatchObject({ outputs: 30, failed: 0 })
    expect([stamps.length, load.waiting]).toEqual([30, 0])
  })

  it('is made up for where time went by', () => {
    const stage = new Stage()
    const load = publishing(stage, 1, { everyMs: 1, outputs: 1 })
    load.begin()
    stage.clock.pass(1)
    stage.pass(8)
    expect(load.counts.outputs).toBe(10)
  })

  it('is left out, and counted, where nothing leaves', () => {
    const stage = new Stage()
    stage.log.refusal = () => 'unavailable'
    const load = publishing(stage, 1, { everyMs: 1, outputs: 60_000 })
    load.begin()
    stage.pass(5)
    expect(load.counts).toEqual({ transactions: 0, outputs: 120_000, failed: 4 })
  })
})

it('transactions are counted, one for each pause', () => {
  const stage = new Stage()
  const bounds = { paceMinMs: 10, paceMaxMs: 10 }
  const load = publishing(stage, 1, { everyMs: 1, outputs: 1 }, bounds)
  load.begin()
  stage.pass(20)
  const before = load.counts.transactions
  stage.pass(100)
  expect(load.counts.transactions - before).toBe(10)
})

it('as many as wait are made again when some are out', () => {
  const stage = new Stage()
  const load = publishing(stage, 1, { waiting: 100, outputs: 30 })
  load.begin()
  expect(load.waiting).toBe(120)
  stage.pass(100)
  expect(load.counts.outputs).toBeGreaterThan(300)
  expect(load.waiting).toBeLessThanOrEqual(120)
  load.end()
  stage.pass(100)
  expect(stage.visible()).toHaveLength(load.counts.outputs)
  load.close()
})

it('a log that refuses for good ends the benchmark', () => {
  const stage = new Stage()
  stage.log.refusal = what => (what.startsWith('send') ? 'not-authorized' : undefined)
  const load = publishing(stage, 1, { everyMs: 1, outputs: 1 })
  load.begin()
  expect(() => stage.pass(100)).toThrow('not-authorized')
})

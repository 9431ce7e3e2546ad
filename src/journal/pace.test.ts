/** When a transaction is due, as a table and as a run of them. */

import { describe, expect, it, test } from 'vitest'
import { defaultJournalBounds } from './bounds.ts'
import { Pace, type Waiting } from './pace.ts'

const bounds = { ...defaultJournalBounds, paceMinMs: 4, paceMaxMs: 40, paceTimes: 2 }
const NOTHING: Waiting = { hasOutputs: false, isUrgent: false, scheduleBytes: 0, bytes: 0 }
const LARGE = bounds.eagerBytes

/** After a first transaction that began at 100 and took so long. */
function paced(tookMs: number): Pace {
  const pace = new Pace(bounds)
  pace.began(100)
  pace.committed(100 + tookMs)
  return pace
}

describe('a transaction is due', () => {
  test.each<[string, Partial<Waiting>, number | undefined]>([
    ['never, with nothing to hold', {}, undefined],
    ['never for others who wait for what is journaled', { isUrgent: true }, undefined],
    ['after the pause, for outputs', { hasOutputs: true }, 104],
    [
      'after the pause, for schedules that others wait for',
      { isUrgent: true, scheduleBytes: 9 },
      104,
    ],
    ['later, for schedules that nobody waits for', { scheduleBytes: 9 }, 101 + bounds.journalMs],
    ['after the pause, for many of them', { scheduleBytes: bounds.journalBytes }, 104],
    ['at once, for much', { hasOutputs: true, bytes: LARGE }, 101],
    ['later, for much that nobody waits for', { scheduleBytes: 9, bytes: LARGE }, 301],
  ])('%s', (_, waiting, dueMs) => {
    expect(paced(1).dueMs(101, { ...NOTHING, ...waiting })).toBe(dueMs)
  })

  it('at once where nothing went on for a while', () => {
    expect(new Pace(bounds).dueMs(5, { ...NOTHING, hasOutputs: true })).toBe(5)
    expect(paced(1).dueMs(500, { ...NOTHING, hasOutputs: true })).toBe(500)
  })

  it('so long after the first schedule, not after the newest', () => {
    const pace = new Pace(bounds)
    expect(pace.dueMs(10, { ...NOTHING, scheduleBytes: 9 })).toBe(10 + bounds.journalMs)
    expect(pace.dueMs(90, { ...NOTHING, scheduleBytes: 18 })).toBe(10 + bounds.journalMs)
    expect(pace.dueMs(95, NOTHING)).toBeUndefined()
    expect(pace.dueMs(99, { ...NOTHING, scheduleBytes: 9 })).toBe(99 + bounds.journalMs)
  })
})

describe('the pause', () => {
  it.each([
    [0, 4],
    [40, 20],
    [1000, 40],
  ])('follows how long transactions take: %i ms', (tookMs, pauseMs) => {
    expect(paced(tookMs).pauseMs).toBe(pauseMs)
  })

  it('comes to twice their time where the log is slow, and goes back', () => {
    const pace = new Pace(bounds)
    const run = (times: number, tookMs: number) => {
      for (let turn = 0; turn < times; turn++) {
        pace.began(turn * 100)
        pace.committed(turn * 100 + tookMs)
      }
      return Math.round(pace.pauseMs)
    }
    expect([run(50, 10), run(50, 1), run(50, 300)]).toEqual([20, 4, 40])
  })
})

describe('a transaction that came to no end', () => {
  it('is followed by smaller ones, down to a least, and by larger ones when they are quick', () => {
    const pace = new Pace(bounds)
    pace.lost()
    expect(pace.portion).toBe(1 / 2)
    for (let i = 0; i < 100; i++) pace.lost()
    const least = pace.portion
    expect(least).toBeGreaterThan(0)
    pace.began(0)
    pace.committed(bounds.transactionMs / 4 + 1)
    expect(pace.portion).toBe(least)
    for (let i = 0; i < 100; i++) {
      pace.began(0)
      pace.committed(bounds.transactionMs / 4)
    }
    expect(pace.portion).toBe(1)
  })
})

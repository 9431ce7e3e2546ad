/** Times of the steps of a takeover. */

import { expect, test } from 'vitest'
import { TakeoverClock } from './takeover-clock.ts'

test('each step counts from the lead; what was taken again, when it succeeded last', () => {
  const clock = new TakeoverClock()
  clock.onLead(1000)
  expect(clock.onStep('confirm', 1005)).toBeUndefined()
  clock.onStep('init', 1020)
  clock.onStep('fetch', 1030)
  clock.onStep('confirm', 1040)
  clock.onStep('init', 1050)
  clock.onStep('fetch', 1060)
  const times = { confirmedMs: 40, fencedMs: 50, readMs: 60, outMs: 90 }
  expect(clock.onStep('commit', 1090)).toEqual(times)
})

test('it is told once for a lead, and for none that was lost', () => {
  const clock = new TakeoverClock()
  expect(clock.onStep('commit', 5)).toBeUndefined()
  clock.onLead(10)
  expect(clock.onStep('commit', 15)?.outMs).toBe(5)
  expect(clock.onStep('commit', 20)).toBeUndefined()
  clock.onLead(30)
  clock.onLost()
  expect(clock.onStep('commit', 35)).toBeUndefined()
})

test('where nothing had to be read, that was known with the id', () => {
  const clock = new TakeoverClock()
  clock.onLead(0)
  clock.onStep('init', 7)
  expect(clock.onStep('commit', 9)).toMatchObject({ fencedMs: 7, readMs: 7, outMs: 9 })
})

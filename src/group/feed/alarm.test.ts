/** What rings when. */

import { expect, test } from 'vitest'
import { EventQueue, SimClock } from '../../../chaos/sim/world/clock.ts'
import { Alarm } from './alarm.ts'

function set(...times: readonly number[]) {
  const queue = new EventQueue()
  const clock = new SimClock(queue)
  const rung: number[] = []
  const alarm = new Alarm(clock, () => void rung.push(clock.monotonicMs()))
  queue.runUntil(5000)
  for (const one of times) alarm.set(one)
  queue.runUntil(1_000_000)
  return { alarm, queue, rung }
}

test('it rings once, at the time that was set last', () => {
  expect(set(20).rung).toEqual([20])
  expect(set(20, 20, 30, 10).rung).toEqual([10])
  expect(set(20, 30).rung).toEqual([30])
})

test('what is past rings now, and what is never does not ring', () => {
  expect(set(1).rung).toEqual([5])
  expect(set(20, Infinity).rung).toEqual([])
})

test('it may be set again, to the same time as well', () => {
  const { alarm, queue, rung } = set(20)
  alarm.set(1500)
  queue.runUntil(1_600_000)
  alarm.set(1500)
  queue.runUntil(1_700_000)
  expect(rung).toEqual([20, 1500, 1600])
})

/** The order of events is the order of everything. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type ClockRig, clockContract } from '../contract/clock.ts'
import { EventQueue, SimClock, US_PER_MS } from './clock.ts'

function note(list: number[], n: number) {
  return { fire: () => void list.push(n) }
}

function rig(): ClockRig {
  const queue = new EventQueue()
  return {
    clock: new SimClock(queue),
    until: holds => {
      while (!holds()) expect(queue.step()).toBe(true)
      return Promise.resolve()
    },
    stall: ms => queue.runUntil(queue.nowUs + ms * US_PER_MS),
  }
}

clockContract('the simulated clock', rig)

test('events happen by time, and in the order of asking within one microsecond', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(20), { maxLength: 200 }), times => {
      const queue = new EventQueue()
      const happened: number[] = []
      for (const [i, at] of times.entries()) queue.at(at, note(happened, i))
      while (queue.step());
      const expected = times
        .map((at, i) => [at, i] as const)
        .sort((a, b) => a[0] - b[0] || a[1] - b[1])
      expect(happened).toEqual(expected.map(([, i]) => i))
    }),
  )
})

test('what is asked for in the past happens now', () => {
  const queue = new EventQueue()
  queue.runUntil(500)
  const at: number[] = []
  queue.at(3, { fire: () => at.push(queue.nowUs) })
  queue.step()
  expect(at).toEqual([500])
})

test('time stands where it was told to run to', () => {
  const queue = new EventQueue()
  const happened: number[] = []
  queue.at(1000, note(happened, 1))
  queue.at(1001, note(happened, 2))
  queue.runUntil(1000)
  expect(happened).toEqual([1])
  expect(queue.nowMs).toBe(1)
})

test('a cancelled timer never fires', () => {
  const queue = new EventQueue()
  const clock = new SimClock(queue)
  const happened: number[] = []
  const timer = clock.after(1, () => happened.push(1))
  clock.after(2, () => happened.push(2))
  timer.cancel()
  queue.runUntil(5000)
  expect(happened).toEqual([2])
  expect(clock.monotonicMs()).toBe(5)
})

test('time and order go on beyond what one number holds', () => {
  const queue = new EventQueue()
  const happened: string[] = []
  const note = (what: string) => ({ fire: () => void happened.push(`${what} ${queue.nowMs}`) })
  const minuteUs = 60_000 * US_PER_MS
  for (let minute = 1; minute <= 100; minute++) {
    queue.after(minuteUs, note('first'))
    queue.after(minuteUs, note('second'))
    queue.after(8 * minuteUs, note('late'))
    queue.runUntil(queue.nowUs + minuteUs)
    expect(happened.slice(-2)).toEqual([`first ${minute * 60_000}`, `second ${minute * 60_000}`])
  }
  expect(happened.filter(line => line.startsWith('late'))).toHaveLength(93)
  expect(() => queue.after(600_000 * US_PER_MS, note('never'))).toThrow('time-within-span')
})

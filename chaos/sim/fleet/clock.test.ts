/** The clock of one life: it never goes back, whatever its rate, and wakes nobody who is dead. */

import { expect, test } from 'vitest'
import { type ClockRig, clockContract } from '../contract/clock.ts'
import { Life } from '../host/life.ts'
import { EventQueue, US_PER_MS } from '../world/clock.ts'
import { LivingClock } from './clock.ts'

function rig(rate: number): ClockRig {
  const queue = new EventQueue()
  const life = new Life()
  return {
    clock: new LivingClock(queue, life, rate),
    until: holds => {
      while (!holds()) expect(queue.step()).toBe(true)
      return Promise.resolve()
    },
    stall: ms => {
      life.pause()
      queue.runUntil(queue.nowUs + ms * US_PER_MS)
      life.resume(() => {})
    },
  }
}

for (const rate of [1, 0.9, 1.1]) clockContract(`a clock of rate ${rate}`, () => rig(rate))

test('time runs at the rate, without a leap when it changes', () => {
  const queue = new EventQueue()
  const clock = new LivingClock(queue, new Life(), 2)
  queue.runUntil(10_000)
  expect(clock.monotonicMs()).toBe(20)
  clock.setRate(0.5)
  expect(clock.monotonicMs()).toBe(20)
  queue.runUntil(20_000)
  expect(clock.monotonicMs()).toBe(25)
})

test('a timer fires by its own clock, and not when it was cancelled', () => {
  const queue = new EventQueue()
  const clock = new LivingClock(queue, new Life(), 2)
  const fired: string[] = []
  clock.after(10, () => fired.push('kept'))
  clock.after(10, () => fired.push('cancelled')).cancel()
  queue.runUntil(4999)
  expect(fired).toEqual([])
  queue.runUntil(5000)
  expect(fired).toEqual(['kept'])
})

test('who stands still is woken when it goes on, who is dead never', () => {
  const queue = new EventQueue()
  const life = new Life()
  const clock = new LivingClock(queue, life, 1)
  const fired: string[] = []
  life.pause()
  clock.after(1, () => fired.push('late'))
  queue.runUntil(5000)
  expect(fired).toEqual([])
  life.resume(() => {})
  expect(fired).toEqual(['late'])
  clock.after(1, () => fired.push('never'))
  life.end()
  queue.runUntil(10_000)
  expect(fired).toEqual(['late'])
})

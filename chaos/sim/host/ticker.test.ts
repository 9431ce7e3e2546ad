/** Ticks given together must be to the core what single ticks would have been. */

import { expect, test } from 'vitest'
import { EventQueue } from '../world/clock.ts'
import { Ticker } from './ticker.ts'

function rig(rate = 1) {
  const queue = new EventQueue()
  const ticks: [number, number][] = []
  let wakeInMs = 100
  const core = {
    tick: (elapsedMs: number, lateMs: number) => {
      ticks.push([elapsedMs, lateMs])
      wakeInMs -= elapsedMs
    },
    wakeInMs: () => wakeInMs,
  }
  const woken: number[] = []
  const wake = {
    fire: () => {
      if (!ticker.onWake()) return
      woken.push(queue.nowMs)
      ticker.catchUp()
      wakeInMs = 100
      ticker.plan()
    },
  }
  const ticker = new Ticker(queue, core, wake, { tickMs: 10, rate })
  ticker.plan()
  return { queue, ticker, ticks, woken, setWake: (ms: number) => (wakeInMs = ms) }
}

test('idle ticks are given together when the core wants to be woken', () => {
  const { queue, ticks, woken } = rig()
  queue.runUntil(250_000)
  expect(woken).toEqual([100, 200])
  expect(ticks).toEqual([
    [100, 0],
    [100, 0],
  ])
})

test('before an input the core is told the whole ticks that have passed', () => {
  const { queue, ticker, ticks } = rig()
  queue.runUntil(37_000)
  expect(ticker.catchUp()).toEqual({ elapsedMs: 30, lateMs: 0 })
  expect(ticker.catchUp()).toBeUndefined()
  expect(ticks).toEqual([[30, 0]])
})

test('a timer that moved away wakes nobody for nothing but its plan', () => {
  const { queue, ticker, woken, setWake } = rig()
  queue.runUntil(50_000)
  ticker.catchUp()
  setWake(20)
  ticker.plan()
  queue.runUntil(75_000)
  expect(woken).toEqual([70])
})

test('what was missed comes as one late tick', () => {
  const { queue, ticker, ticks } = rig()
  ticker.holdUntil(300_000)
  queue.runUntil(299_000)
  expect(ticker.catchUp()).toBeUndefined()
  queue.runUntil(300_000)
  ticker.catchUp()
  expect(ticks).toEqual([[300, 290]])
})

test('a fast clock ticks more often', () => {
  const { queue, woken } = rig(2)
  queue.runUntil(110_000)
  expect(woken).toEqual([50, 100])
})

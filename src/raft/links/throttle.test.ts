/** The rate limit of images, in simulated time. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { EventQueue, SimClock } from '../../../chaos/sim/world/clock.ts'
import { ImageQueue } from './image-queue.ts'
import { defaultLinkLimits } from './limits.ts'
import { Throttle } from './throttle.ts'

test('in the long run no more passes than the rate, and not much less', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 50 }), sizes => {
      const queue = new EventQueue()
      const throttle = new Throttle(new SimClock(queue), 1000)
      let passed = 0
      for (const size of sizes) {
        const waitMs = throttle.waitMs(size)
        queue.runUntil(queue.nowUs + waitMs * 1000)
        expect(throttle.waitMs(size)).toBe(0)
        throttle.spend(size)
        passed += size
        expect(passed).toBeLessThanOrEqual(queue.nowMs + 100 + 400)
      }
      expect(passed).toBeGreaterThanOrEqual(queue.nowMs - sizes.length)
    }),
  )
})

test('what is larger than the bucket goes when the bucket is full', () => {
  const queue = new EventQueue()
  const throttle = new Throttle(new SimClock(queue), 1000)
  expect(throttle.waitMs(5000)).toBe(0)
  throttle.spend(5000)
  expect(throttle.waitMs(1)).toBe(4901)
  expect(throttle.waitMs(5000)).toBe(5000)
})

test('a queue goes on when its connection takes frames again, in order', () => {
  const queue = new EventQueue()
  const sent: number[] = []
  let isFull = true
  const images = new ImageQueue(new SimClock(queue), defaultLinkLimits, frame => {
    if (!isFull) sent.push(frame[0] ?? 0)
    return !isFull
  })
  for (const n of [1, 2, 3]) expect(images.push(Uint8Array.of(n))).toBe(true)
  queue.runUntil(100_000)
  expect(sent).toEqual([])
  expect(images.queuedBytes).toBe(3)
  isFull = false
  queue.runUntil(200_000)
  expect(sent).toEqual([1, 2, 3])
  expect(images.queuedBytes).toBe(0)
})

test('a queue that is cleared sends nothing more and can be used again', () => {
  const queue = new EventQueue()
  const sent: number[] = []
  let isFull = true
  const images = new ImageQueue(new SimClock(queue), defaultLinkLimits, frame => {
    if (!isFull) sent.push(frame[0] ?? 0)
    return !isFull
  })
  images.push(Uint8Array.of(1))
  images.push(Uint8Array.of(2))
  expect(images.clear()).toBe(2)
  isFull = false
  queue.runUntil(1_000_000)
  expect(sent).toEqual([])
  images.push(Uint8Array.of(3))
  expect(sent).toEqual([3])
})

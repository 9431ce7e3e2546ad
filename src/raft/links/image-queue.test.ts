/** The queue of the image lane and its token bucket: rate, bound, order, and what is dropped. */

import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { EventQueue, SimClock } from '../../../chaos/sim/world/clock.ts'
import { ImageQueue } from './image-queue.ts'
import { defaultLinkLimits, type LinkLimits } from './limits.ts'
import { Throttle } from './throttle.ts'

interface Sent {
  readonly atMs: number
  readonly n: number
  readonly bytes: number
}

class Rig {
  readonly queue = new EventQueue()
  readonly sent: Sent[] = []
  readonly images: ImageQueue
  isFull = false

  constructor(limits: Partial<LinkLimits> = {}) {
    const clock = new SimClock(this.queue)
    this.images = new ImageQueue(clock, { ...defaultLinkLimits, ...limits }, frame => {
      if (this.isFull) return false
      this.sent.push({ atMs: this.queue.nowMs, n: frame[0] ?? 0, bytes: frame.length })
      return true
    })
  }

  push(n: number, bytes = 1): boolean {
    return this.images.push(new Uint8Array(bytes).fill(n))
  }

  pass(ms: number): void {
    this.queue.runUntil(this.queue.nowUs + ms * 1000)
  }

  get order(): readonly number[] {
    return this.sent.map(one => one.n)
  }
}

describe('the queue of images', () => {
  it('passes on at once what the rate allows, without a turn of the clock', () => {
    const rig = new Rig()
    for (const n of [1, 2, 3]) expect(rig.push(n)).toBe(true)
    expect(rig.order).toEqual([1, 2, 3])
    expect(rig.images.queuedBytes).toBe(0)
  })

  it('holds its bound of frames, counts their bytes, and takes more when one has gone', () => {
    const rig = new Rig({ imageFramesMax: 3 })
    rig.isFull = true
    expect([1, 2, 3, 4].map(n => rig.push(n, 10 * n))).toEqual([true, true, true, false])
    expect(rig.images.queuedBytes).toBe(60)
    rig.isFull = false
    rig.pass(10)
    expect(rig.order).toEqual([1, 2, 3])
    expect(rig.push(5)).toBe(true)
    expect(rig.order).toEqual([1, 2, 3, 5])
  })

  it('asks a full connection again and again, by the clock, not in a storm', () => {
    const rig = new Rig()
    rig.isFull = true
    rig.push(1)
    const before = rig.queue.fired
    rig.pass(1000)
    expect(rig.queue.fired - before).toBe(100)
    expect(rig.queue.size).toBe(1)
  })

  it('spends nothing on a frame that the connection did not take', () => {
    const rig = new Rig({ imageBytesPerS: 1000 })
    rig.isFull = true
    rig.push(1, 100)
    rig.pass(500)
    rig.isFull = false
    rig.pass(10)
    expect(rig.order).toEqual([1])
    rig.push(2, 50)
    rig.pass(40)
    expect(rig.order).toEqual([1])
    rig.pass(10)
    expect(rig.order).toEqual([1, 2])
  })

  it('lets no small frame overtake a large one that waits for the rate', () => {
    const rig = new Rig({ imageBytesPerS: 1000 })
    rig.push(1, 100)
    rig.push(2, 100)
    rig.push(3, 1)
    rig.pass(99)
    expect(rig.order).toEqual([1])
    rig.pass(30)
    expect(rig.order).toEqual([1, 2, 3])
  })

  it('is quiet when it is empty: no timer is left', () => {
    const rig = new Rig({ imageBytesPerS: 1000 })
    for (const n of [1, 2, 3]) rig.push(n, 100)
    rig.pass(10_000)
    expect(rig.order).toEqual([1, 2, 3])
    expect(rig.queue.size).toBe(0)
  })

  it('cleared, says how many it lost, counts none of their bytes, and pumps no more', () => {
    const rig = new Rig({ imageBytesPerS: 1000 })
    for (const n of [1, 2, 3]) rig.push(n, 100)
    expect(rig.images.clear()).toBe(2)
    expect(rig.images.queuedBytes).toBe(0)
    expect(rig.images.clear()).toBe(0)
    rig.pass(1000)
    expect(rig.order).toEqual([1])
  })

  it('cleared, still owes what it sent: the rate is of the peer, not of a connection', () => {
    const rig = new Rig({ imageBytesPerS: 1000 })
    rig.push(1, 100)
    rig.images.clear()
    rig.push(2, 100)
    expect(rig.order).toEqual([1])
    rig.pass(101)
    expect(rig.order).toEqual([1, 2])
  })

  it('keeps order, bound and rate whatever comes', () => {
    const step = fc.record({
      bytes: fc.integer({ min: 1, max: 300 }),
      waitMs: fc.integer({ min: 0, max: 150 }),
      isFull: fc.boolean(),
    })
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 80 }), steps => {
        const rig = new Rig({ imageBytesPerS: 1000, imageFramesMax: 4 })
        const taken: number[] = []
        for (const [n, { bytes, waitMs, isFull }] of steps.entries()) {
          rig.isFull = isFull
          if (rig.push(n, bytes)) taken.push(n)
          expect(taken.length - rig.sent.length).toBeLessThanOrEqual(4)
          rig.pass(waitMs)
        }
        rig.isFull = false
        rig.pass(3000)
        expect(rig.order).toEqual(taken)
        expect(rig.images.queuedBytes).toBe(0)
        expectRate(rig.sent)
      }),
    )
  })
})

/** From any frame to any later one: the rate, a bucket, and the frame that made the debt. */
function expectRate(sent: readonly Sent[]): void {
  for (const [i, first] of sent.entries()) {
    let bytes = 0
    for (const last of sent.slice(i)) {
      expect(bytes).toBeLessThanOrEqual(last.atMs - first.atMs + 100 + 300)
      bytes += last.bytes
    }
  }
}

describe('a token bucket', () => {
  const rig = (bytesPerS: number) => {
    const queue = new EventQueue()
    const throttle = new Throttle(new SimClock(queue), bytesPerS)
    const pass = (ms: number) => queue.runUntil(queue.nowUs + ms * 1000)
    return { throttle, pass }
  }

  it('is full in the beginning, with a tenth of a second', () => {
    const { throttle } = rig(1000)
    expect(throttle.waitMs(100)).toBe(0)
    throttle.spend(100)
    expect(throttle.waitMs(1)).toBe(1)
    expect(throttle.waitMs(100)).toBe(100)
  })

  it('does not grow while nothing passes for a long time', () => {
    const { throttle, pass } = rig(1000)
    pass(100_000)
    throttle.spend(100)
    expect(throttle.waitMs(1)).toBe(1)
  })

  it('asks for what is missing alone', () => {
    const { throttle, pass } = rig(1000)
    throttle.spend(100)
    pass(30)
    expect(throttle.waitMs(30)).toBe(0)
    expect(throttle.waitMs(31)).toBe(1)
    expect(throttle.waitMs(80)).toBe(50)
  })

  it('changes nothing by being asked', () => {
    const { throttle, pass } = rig(1000)
    throttle.spend(100)
    for (let i = 0; i < 50; i++) {
      pass(1)
      throttle.waitMs(1000)
    }
    expect(throttle.waitMs(100)).toBe(50)
  })

  test.each([1, 999, 1_000_000_000])('waits in whole milliseconds at %i bytes/s', bytesPerS => {
    const { throttle, pass } = rig(bytesPerS)
    throttle.spend(bytesPerS)
    const waitMs = throttle.waitMs(bytesPerS)
    expect(waitMs).toBe(Math.ceil(waitMs))
    // Fractions may cost one more.
    pass(waitMs + 1)
    expect(throttle.waitMs(bytesPerS)).toBe(0)
  })
})

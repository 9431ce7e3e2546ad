/** Queues, rates and times that have a bound, over the simulated wire. */

import { describe, expect, it } from 'vitest'
import { nameOf, pair } from '../testing/fleet.ts'

describe('bounds', () => {
  it('frames that do not fit the queue are dropped, and the rest goes on', () => {
    const limits = { queuedBytesMax: 1000, frameBytesMax: 1000, stuckMs: 100_000 }
    const { fleet, one, two } = pair({ limits, bufferBytes: 100 })
    fleet.freeze(2)
    const sent = Array.from({ length: 20 }, () =>
      one.links.send(nameOf(2), 'turn', new Uint8Array(100).fill(7)),
    )
    expect(sent.filter(Boolean)).toHaveLength(11)
    expect(one.links.status()).toMatchObject([{ queuedBytes: 1000, dropped: 9 }])
    fleet.thaw(2)
    fleet.pass(1000)
    expect(two.told).toHaveLength(11)
    expect(one.links.status()).toMatchObject([{ queuedBytes: 0 }])
  })

  it('a frame above the bound is a mistake of ours', () => {
    const { one } = pair({ limits: { frameBytesMax: 10 } })
    expect(() => one.links.send(nameOf(2), 'turn', new Uint8Array(11))).toThrow('within-its-bound')
  })

  it.each(['turn', 'image'] as const)(
    'a frame that the other side does not take is told on both, lane %s',
    lane => {
      const { fleet, one, two } = pair({ frameBytesMax: 1000 })
      one.links.send(nameOf(2), lane, new Uint8Array(1001))
      fleet.pass(1000)
      const told = (lines: readonly string[]) => lines.filter(line => line.startsWith('refused'))
      expect(told(one.told)).toEqual(['refused n2 frame-oversize'])
      expect(told(two.told)).toEqual(['refused n1 frame-oversize'])
      expect(one.links.counters().refusedByPeers).toEqual({ 'frame-oversize': 1 })
      expect(two.links.counters().refused).toEqual({ 'frame-oversize': 1 })
      one.links.send(nameOf(2), lane, new Uint8Array(1000).fill(7))
      fleet.pass(1000)
      expect(two.told).toEqual(['n1: 7'])
    },
  )

  it('a queue that no frame fits into is a mistake of ours', () => {
    expect(() => pair({ limits: { queuedBytesMax: 10 } })).toThrow('a-frame-fits-its-queue')
  })

  it('a connection from which nothing is taken is given up; one that crawls is not', () => {
    const { fleet, one } = pair({ bufferBytes: 100 })
    fleet.wire.addDelay(2, 500_000)
    for (let i = 0; i < 20; i++) one.links.send(nameOf(2), 'turn', new Uint8Array(100))
    fleet.pass(4000)
    expect(one.told).toEqual([])
    fleet.freeze(2)
    while (one.links.status()[0]?.state === 'up') fleet.pass(10)
    expect(one.links.status()[0]?.lastClosed).toBe('nothing was taken for 3000 ms')
    fleet.pass(51)
    expect(one.told).toEqual(['lost n2'])
  })

  it('images go at their rate, a few wait, the others are dropped', () => {
    const limits = { imageBytesPerS: 100_000, imageFramesMax: 4 }
    const { fleet, one, two } = pair({ limits })
    const chunk = new Uint8Array(10_000)
    const sent = Array.from({ length: 8 }, () => one.links.send(nameOf(2), 'image', chunk))
    expect(sent.filter(Boolean)).toHaveLength(5)
    fleet.pass(90)
    expect(two.told).toHaveLength(1)
    fleet.pass(430)
    expect(two.told).toHaveLength(4)
    expect(one.links.status()).toMatchObject([{ queuedBytes: 0, dropped: 3 }])
  })

  it('images that waited are lost with their connection', () => {
    const { fleet, one, two } = pair({ limits: { imageBytesPerS: 1000 } })
    for (let i = 0; i < 3; i++) one.links.send(nameOf(2), 'image', new Uint8Array(1000))
    fleet.wire.reset(1, 2)
    fleet.pass(20_000)
    expect(two.told).toEqual(['up n1/1'])
    expect(one.links.status()).toMatchObject([{ queuedBytes: 0, dropped: 2 }])
  })
})

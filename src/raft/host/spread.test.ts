/** Histograms and the waits that are measured for them. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Spread, spreadBounds } from './spread.ts'
import { Waits } from './waits.ts'

describe('a spread', () => {
  it('counts by upper bound', () => {
    const spread = new Spread()
    for (const value of [0, 0.0625, 0.07, 1, 1.5, 5000]) spread.record(value)
    const { counts, count, sum, max } = spread.view()
    expect(counts[0]).toBe(2)
    expect(counts[1]).toBe(1)
    expect(counts[spreadBounds.indexOf(1)]).toBe(1)
    expect(counts[spreadBounds.indexOf(2)]).toBe(1)
    expect(counts.at(-1)).toBe(1)
    expect(count).toBe(6)
    expect(sum).toBeCloseTo(5002.6325)
    expect(max).toBe(5000)
  })

  it('gives a view that later records leave alone', () => {
    const spread = new Spread()
    const before = spread.view()
    spread.record(1)
    expect(before.count).toBe(0)
    expect(before.counts.every(count => count === 0)).toBe(true)
  })

  it('puts each value into one bucket, whose bounds hold it', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 10_000, noNaN: true }), value => {
        const spread = new Spread()
        spread.record(value)
        const { counts } = spread.view()
        const at = counts.indexOf(1)
        expect(counts.reduce((a, b) => a + b)).toBe(1)
        expect(value).toBeLessThanOrEqual(spreadBounds[at] ?? Number.POSITIVE_INFINITY)
        expect(value).toBeGreaterThan(at === 0 ? -1 : (spreadBounds[at - 1] ?? 0))
      }),
    )
  })
})

describe('waits', () => {
  it('measure from begin to end, in order', () => {
    const waits = new Waits()
    const spread = new Spread()
    waits.begin(1, 10)
    waits.begin(2, 20)
    waits.begin(5, 30)
    waits.reached(1, 11, spread)
    expect(waits.size).toBe(2)
    expect(spread.view()).toMatchObject({ count: 1, max: 1 })
    waits.reached(5, 50, spread)
    expect(waits.size).toBe(0)
    expect(spread.view()).toMatchObject({ count: 3, sum: 1 + 30 + 20 })
  })

  it('know of nothing that has not begun', () => {
    const waits = new Waits()
    const spread = new Spread()
    waits.reached(7, 1, spread)
    waits.begin(8, 1)
    waits.reached(7, 2, spread)
    expect(spread.view().count).toBe(0)
    expect(waits.size).toBe(1)
  })

  it('keep order over many, whatever is forgotten', () => {
    const waits = new Waits()
    const spread = new Spread()
    for (let n = 1; n <= 5000; n++) {
      waits.begin(n, n)
      if (n > 3) waits.reached(n - 3, n, spread)
    }
    expect(waits.size).toBe(3)
    expect(spread.view()).toMatchObject({ count: 4997, max: 3, sum: 3 * 4997 })
  })
})

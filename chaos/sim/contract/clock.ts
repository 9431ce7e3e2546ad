/**
 * What any body of the Clock door must do. Time passes in a rig until something holds; no test asks
 * how long anything took, for a real clock may always be late.
 *
 * Not promised, and so not asked for: that of two timers with delays the one due earlier fires
 * first. Node promises no order, and keeps none: it has a list for each delay, and after a stall
 * goes through one list as far as it is due before it looks at the next. Nor that a delay of 0
 * comes before one of 1 ms that was asked for earlier, which may be due already when the turn ends.
 */

import { describe, expect, test } from 'vitest'
import type { Clock } from '../../../src/base/env.ts'

export interface ClockRig {
  readonly clock: Clock
  /** Lets time pass until this holds; fails if it never will. */
  until(holds: () => boolean): Promise<void>
  /** The process, where one can, stands still for so long; what falls due is then due together. */
  stall(ms: number): void
}

/** Of numbers that are not whole. */
const ROUNDING_MS = 1e-6
const DELAYS_MS = [0, 1, 3, 0.25, 0, 2, 1, 4.7, 2.0004, 1, 3, 0]
/** By then whatever should not fire would have fired. */
const LATER_MS = 20

/** What is wrongly still to come has come when this ends. */
async function pass({ clock, until }: ClockRig): Promise<void> {
  let isOver = false
  clock.after(LATER_MS, () => {
    isOver = true
  })
  await until(() => isOver)
}

export function clockContract(name: string, makeRig: () => ClockRig): void {
  describe(`${name} keeps the contract of the Clock door`, () => {
    timeRules(makeRig)
    firingRules(makeRig)
    cancelRules(makeRig)
  })
}

function timeRules(makeRig: () => ClockRig): void {
  test('time goes on and never back', async () => {
    const { clock, until, stall } = makeRig()
    const readMs = [clock.monotonicMs()]
    const read = () => readMs.push(clock.monotonicMs())
    for (const delayMs of DELAYS_MS) {
      clock.after(delayMs, read)
      read()
    }
    stall(1)
    for (let i = 0; i < 1000; i++) read()
    await until(() => readMs.length === 1001 + 2 * DELAYS_MS.length)
    expect(readMs).toEqual([...readMs].sort((a, b) => a - b))
    expect(readMs.at(-1)).toBeGreaterThan(readMs[0] ?? Number.NaN)
  })

  test('the time of day is a number', () => {
    expect(Number.isFinite(makeRig().clock.wallMs())).toBe(true)
  })

  test('no timer fires before its delay has passed, as the clock itself shows it', async () => {
    const { clock, until, stall } = makeRig()
    const earlyMs: number[] = []
    let waiting = 0
    const ask = (delayMs: number) => {
      const askedMs = clock.monotonicMs()
      waiting++
      clock.after(delayMs, () => {
        waiting--
        const leftMs = askedMs + delayMs - clock.monotonicMs()
        if (leftMs > ROUNDING_MS) earlyMs.push(leftMs)
      })
    }
    for (let round = 0; round < 20; round++) {
      for (const delayMs of DELAYS_MS) ask(delayMs)
      stall(0.3)
    }
    await until(() => waiting === 0)
    expect(earlyMs).toEqual([])
  })
}

function firingRules(makeRig: () => ClockRig): void {
  test('a timer fires once, and not within the call that asks for it', async () => {
    const rig = makeRig()
    const fired = DELAYS_MS.map(() => 0)
    let isInside = true
    let early = 0
    for (const [i, delayMs] of DELAYS_MS.entries()) {
      rig.clock.after(delayMs, () => {
        fired[i] = (fired[i] ?? 0) + 1
        if (isInside) early++
      })
    }
    isInside = false
    await rig.until(() => fired.every(times => times > 0))
    await pass(rig)
    expect(early).toBe(0)
    expect(fired).toEqual(DELAYS_MS.map(() => 1))
  })

  test('delays of 0 and less fire in the order in which they were asked for', async () => {
    const { clock, until } = makeRig()
    const fired: number[] = []
    const order = Array.from({ length: 30 }, (_, i) => i)
    for (const i of order) clock.after(i % 3 === 0 ? -i / 2 : 0, () => fired.push(i))
    await until(() => fired.length === order.length)
    expect(fired).toEqual(order)
  })

  test('a timer may ask for the next, which does not fire within it', async () => {
    const { clock, until } = makeRig()
    const told: string[] = []
    const next = (i: number) => {
      told.push(`${i} begins`)
      if (i < DELAYS_MS.length) clock.after(DELAYS_MS[i] ?? 0, () => next(i + 1))
      told.push(`${i} ends`)
    }
    next(0)
    await until(() => told.includes(`${DELAYS_MS.length} ends`))
    expect(told).toEqual([...DELAYS_MS, 0].flatMap((_, i) => [`${i} begins`, `${i} ends`]))
  })
}

function cancelRules(makeRig: () => ClockRig): void {
  test('a cancelled timer never fires, and the others do', async () => {
    const rig = makeRig()
    const fired = new Set<number>()
    const timers = DELAYS_MS.map((delayMs, i) => rig.clock.after(delayMs, () => fired.add(i)))
    for (const [i, timer] of timers.entries()) if (i % 2 === 1) timer.cancel()
    const kept = [...timers.keys()].filter(i => i % 2 === 0)
    await rig.until(() => kept.every(i => fired.has(i)))
    await pass(rig)
    expect([...fired].sort((a, b) => a - b)).toEqual(kept)
  })

  const together = [[[0, 0, 0]], [[1, 1, 1]], [[2, 1, 3, 0]], [[3, 2, 3, 2, 1]]]
  test.each(together)(
    'of those due together, %j, the first can cancel the rest',
    async delaysMs => {
      const rig = makeRig()
      const fired: number[] = []
      const timers = delaysMs.map((delayMs, i) =>
        rig.clock.after(delayMs, () => {
          fired.push(i)
          for (const [other, timer] of timers.entries()) if (other !== i) timer.cancel()
        }),
      )
      rig.stall(5)
      await rig.until(() => fired.length > 0)
      await pass(rig)
      expect(fired).toHaveLength(1)
    },
  )

  test.each([0, 1])('cancelling late or twice harms nobody, with a delay of %d', async delayMs => {
    const rig = makeRig()
    const { clock } = rig
    const fired: string[] = []
    const first = clock.after(delayMs, () => {
      fired.push('first')
      first.cancel()
    })
    clock.after(delayMs, () => fired.push('second'))
    const never = clock.after(delayMs, () => fired.push('never'))
    never.cancel()
    never.cancel()
    await rig.until(() => fired.length === 2)
    clock.after(delayMs, () => fired.push('third'))
    first.cancel()
    never.cancel()
    await rig.until(() => fired.includes('third'))
    await pass(rig)
    expect([...fired].sort()).toEqual(['first', 'second', 'third'])
  })
}

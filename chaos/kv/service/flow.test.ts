/** The closed loop of a load, with a clock and a server that do what the test says. */

import { expect, test } from 'vitest'
import { Flow, type Flown } from './flow.ts'

class Bed {
  nowMs = 0
  readonly open: { slot: number; done: (isOk: boolean) => void }[] = []
  most = 0
  flown: Flown | undefined
  readonly flow: Flow

  constructor(outstanding: number, warmMs: number, measuredMs: number) {
    const send = (slot: number, done: (isOk: boolean) => void) => {
      this.open.push({ slot, done })
      this.most = Math.max(this.most, this.open.length)
    }
    this.flow = new Flow({ outstanding, warmMs, measuredMs }, () => this.nowMs, send)
    this.flow.start(flown => {
      this.flown = flown
    })
  }

  /** The oldest is answered, so much later. */
  answer(laterMs: number, isOk = true): void {
    this.nowMs += laterMs
    this.open.shift()?.done(isOk)
  }
}

test('so many are on their way, never more, until the time is over', () => {
  const bed = new Bed(3, 0, 100)
  expect(bed.open.map(({ slot }) => slot)).toEqual([0, 1, 2])
  for (let i = 0; i < 12; i++) bed.answer(10)
  expect(bed.most).toBe(3)
  expect(bed.flown).toMatchObject({ failed: 0 })
  expect(bed.flown?.latenciesMs).toHaveLength(10)
})

test('what was answered while it warmed up or afterwards does not count', () => {
  const bed = new Bed(1, 50, 100)
  for (let i = 0; i < 16 && bed.flown === undefined; i++) bed.answer(10)
  // At 10 to 40 it warms up, from 50 to 150 it is measured.
  expect(bed.flown?.latenciesMs).toHaveLength(11)
})

test('the time between asking and answer', () => {
  const bed = new Bed(1, 0, 100)
  for (const ms of [1, 2, 3, 4, 90]) bed.answer(ms)
  expect(bed.flown?.latenciesMs).toEqual([1, 2, 3, 4, 90])
})

test('failures are counted apart, and their slot goes on', () => {
  const bed = new Bed(2, 0, 30)
  bed.answer(10, false)
  bed.answer(10)
  bed.answer(10, false)
  expect(bed.flown).toBe(undefined)
  bed.answer(1)
  expect(bed.flown).toMatchObject({ failed: 2 })
  expect(bed.flown?.latenciesMs).toHaveLength(1)
})

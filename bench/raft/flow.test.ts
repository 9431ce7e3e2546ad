/** The closed loop of a load, with a clock and a server that do what the test says. */

import { expect, test } from 'vitest'
import { Flow, type FlowFigures } from './flow.ts'

class Bed {
  nowMs = 0
  readonly open: { slot: number; done: (isOk: boolean) => void }[] = []
  most = 0
  figures: FlowFigures | undefined
  readonly flow: Flow

  constructor(outstanding: number, warmMs: number, measuredMs: number) {
    const send = (slot: number, done: (isOk: boolean) => void) => {
      this.open.push({ slot, done })
      this.most = Math.max(this.most, this.open.length)
    }
    this.flow = new Flow({ outstanding, warmMs, measuredMs }, () => this.nowMs, send)
    this.flow.start(figures => {
      this.figures = figures
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
  expect(bed.figures).toMatchObject({ done: 10, failed: 0, seconds: 0.1 })
})

test('what was answered while it warmed up or afterwards does not count', () => {
  const bed = new Bed(1, 50, 100)
  for (let i = 0; i < 16 && bed.figures === undefined; i++) bed.answer(10)
  // At 10 to 40 it warms up, from 50 to 150 it is measured.
  expect(bed.figures?.done).toBe(11)
})

test('the time between asking and answer, by quantiles', () => {
  const bed = new Bed(1, 0, 100)
  for (const ms of [1, 2, 3, 4, 90]) bed.answer(ms)
  expect(bed.figures).toMatchObject({ done: 5, p50Ms: 3, maxMs: 90 })
})

test('failures are counted apart, and their slot goes on', () => {
  const bed = new Bed(2, 0, 30)
  bed.answer(10, false)
  bed.answer(10)
  bed.answer(10, false)
  expect(bed.figures).toBe(undefined)
  bed.answer(1)
  expect(bed.figures).toMatchObject({ done: 1, failed: 2 })
})

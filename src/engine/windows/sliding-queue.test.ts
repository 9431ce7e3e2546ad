/** The aggregate of a queue, against a sum over what is in it; and no cell is left over. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SlidingQueue } from './sliding-queue.ts'
import { Ground } from './testing/ground.ts'

/** A queue of cells with one number each, and the numbers beside it. */
class Twin {
  readonly ground = new Ground()
  readonly queue = new SlidingQueue(this.ground.cells)
  readonly numbers: number[] = []

  push(number: number): void {
    const cell = this.ground.cells.take()
    this.ground.add(cell, number)
    this.queue.push(cell)
    this.numbers.push(number)
  }

  /** Whether there was one. */
  shift(): boolean {
    const cell = this.queue.shift()
    if (cell !== undefined) this.ground.cells.giveBack(cell)
    return (cell !== undefined) === (this.numbers.shift() !== undefined)
  }

  get aggregate(): readonly unknown[] {
    const cell = this.queue.aggregate()
    const result = this.ground.resultOf(cell)
    this.ground.cells.giveBack(cell)
    return result
  }

  get wanted(): readonly unknown[] {
    const [first] = this.numbers
    if (first === undefined) return [0, null, null]
    return [this.numbers.length, this.numbers.reduce((sum, one) => sum + one, 0), first]
  }
}

const anySteps = fc.array(fc.option(fc.integer({ min: -50, max: 50 })), { maxLength: 60 })

describe('a sliding queue', () => {
  test('knows the aggregate of what is in it after every step, the oldest first', () => {
    fc.assert(
      fc.property(anySteps, steps => {
        const twin = new Twin()
        for (const number of steps) {
          if (number === null) expect(twin.shift()).toBe(true)
          else twin.push(number)
          expect(twin.aggregate).toEqual(twin.wanted)
          expect(twin.queue.size).toBe(twin.numbers.length)
        }
      }),
    )
  })

  test('keeps at most two cells for each item, and one when it is empty', () => {
    fc.assert(
      fc.property(anySteps, steps => {
        const twin = new Twin()
        for (const number of steps) {
          if (number === null) twin.shift()
          else twin.push(number)
          expect(twin.ground.cells.size).toBeLessThanOrEqual(1 + 2 * twin.numbers.length)
        }
        while (twin.numbers.length > 0) twin.shift()
        expect(twin.ground.cells.size).toBe(1)
      }),
    )
  })

  test('that is empty has nothing to give, time and again', () => {
    const twin = new Twin()
    for (let at = 0; at < 3; at++) expect(twin.queue.shift()).toBeUndefined()
    expect(twin.aggregate).toEqual([0, null, null])
    expect(twin.ground.cells.size).toBe(1)
  })

  test('does not change the cells of its items', () => {
    const twin = new Twin()
    for (const number of [1, 2, 3]) twin.push(number)
    twin.shift()
    expect(twin.aggregate).toEqual([2, 5, 2])
    const rest = [twin.queue.shift(), twin.queue.shift()].map(cell =>
      twin.ground.resultOf(cell as number),
    )
    expect(rest).toEqual([
      [1, 2, 2],
      [1, 3, 3],
    ])
  })
})

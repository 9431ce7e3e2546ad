/** Records of sliding windows: waiting, in the window, and gone; in memory and as rows. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Line } from './line.ts'
import { type Item, SlidingBook } from './sliding-book.ts'
import { input } from './testing/events.ts'
import { Ground } from './testing/ground.ts'

const itemsOf = (line: Line<Item>): readonly Item[] =>
  Array.from({ length: line.size }, (_, at) => line.at(at) as Item)

class Shelf {
  readonly ground = new Ground()
  readonly book: SlidingBook

  constructor() {
    const { keys, cells } = this.ground
    this.book = new SlidingBook(this.ground.state, 50, { keys, cells, schema: input })
  }

  of(user = 'a') {
    return this.book.of(this.ground.idOf(user))
  }

  add(time: number, n = 0, user = 'a'): void {
    const item = this.book.add(this.ground.idOf(user), time, [user, n])
    this.ground.add(item.cell, n)
  }

  /** The first that waits is said, as the operator does it. */
  enter(user = 'a'): void {
    const item = this.book.enter(this.of(user))
    if (item !== undefined) item.values = undefined
  }

  save(): string {
    this.book.save()
    return this.ground.apply()
  }

  forget(): void {
    this.book.forget()
    this.ground.cells.forget()
    this.ground.keys.clear()
  }

  /** What waits, by time and number; what is in the window, by time; and its aggregate. */
  shown(user = 'a'): readonly unknown[] {
    const { waiting, said, queue } = this.of(user)
    const cell = queue.aggregate()
    const result = this.ground.resultOf(cell)
    this.ground.cells.giveBack(cell)
    const places = itemsOf(waiting).map(one => [one.time, one.number])
    return [places, itemsOf(said).map(one => one.time), result]
  }
}

describe('records that wait', () => {
  test('stand by time, and those of one time as they came', () => {
    const shelf = new Shelf()
    for (const time of [5, 3, 5, 9, 3, 5]) shelf.add(time)
    expect(shelf.shown()[0]).toEqual([
      [3, 0],
      [3, 1],
      [5, 0],
      [5, 1],
      [5, 2],
      [9, 0],
    ])
  })

  test('keep their columns until their result is said, also as rows', () => {
    const shelf = new Shelf()
    shelf.add(5, 7)
    shelf.add(6, 8)
    shelf.enter()
    shelf.save()
    shelf.forget()
    const { waiting, said } = shelf.of()
    expect(itemsOf(waiting).map(({ values }) => values)).toEqual([['a', 8]])
    expect(itemsOf(said).map(({ values }) => values)).toEqual([undefined])
  })

  test('of each key are its own', () => {
    const shelf = new Shelf()
    shelf.add(5, 7, 'a')
    shelf.add(6, 8, 'b')
    shelf.save()
    shelf.forget()
    expect([shelf.shown('a')[0], shelf.shown('b')[0], shelf.shown('c')[0]]).toEqual([
      [[5, 0]],
      [[6, 0]],
      [],
    ])
  })

  test('go on with their numbers under another leader', () => {
    const shelf = new Shelf()
    shelf.add(5)
    shelf.save()
    shelf.forget()
    shelf.add(5)
    expect(shelf.shown()[0]).toEqual([
      [5, 0],
      [5, 1],
    ])
  })
})

describe('the window', () => {
  test('takes in the first that waits and lets the oldest go', () => {
    const shelf = new Shelf()
    for (const n of [1, 2, 4]) shelf.add(n, n)
    shelf.enter()
    shelf.enter()
    expect(shelf.shown()).toEqual([[[4, 0]], [1, 2], [2, 3, 1]])
    shelf.book.leave(shelf.of())
    expect(shelf.shown()).toEqual([[[4, 0]], [2], [1, 2, 2]])
  })

  test('that is empty has nothing to take in, and nobody to let go', () => {
    const shelf = new Shelf()
    const track = shelf.of()
    expect(shelf.book.enter(track)).toBeUndefined()
    shelf.book.leave(track)
    expect(shelf.shown()).toEqual([[], [], [0, null, null]])
    expect(shelf.ground.apply()).toBe(new Shelf().ground.apply())
  })

  test('leaves neither rows nor cells behind', () => {
    const shelf = new Shelf()
    for (const n of [1, 2, 3]) shelf.add(n, n)
    shelf.save()
    for (let at = 0; at < 3; at++) shelf.enter()
    for (let at = 0; at < 3; at++) shelf.book.leave(shelf.of())
    shelf.save()
    expect(shelf.ground.rows).toBe(0)
    // The queue's own.
    expect(shelf.ground.cells.size).toBe(1)
  })
})

test('what a batch writes, and what there is, does not depend on what was in memory', () => {
  // In this order within a batch; later ones have later times, as behind a watermark.
  const deed = fc.constantFrom('add', 'add again', 'enter', 'leave')
  fc.assert(
    fc.property(fc.array(fc.array(deed, { maxLength: 6 }), { maxLength: 6 }), batches => {
      const [kept, forgot] = [false, true].map(forgets => {
        const shelf = new Shelf()
        let time = 0
        return batches.map(deeds => {
          time++
          for (const one of [...deeds].sort()) {
            if (one === 'enter') shelf.enter()
            else if (one === 'leave') shelf.book.leave(shelf.of())
            else shelf.add(one === 'add' ? ++time : time, time)
          }
          const delta = shelf.save()
          if (forgets) shelf.forget()
          return [delta, shelf.shown()]
        })
      })
      expect(forgot).toEqual(kept)
    }),
    { numRuns: 60 },
  )
})

test('records that wait stand as a stable sort would have them, whatever the order', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(9), { maxLength: 40 }), times => {
      const shelf = new Shelf()
      for (const time of times) shelf.add(time)
      const sorted = [...times].sort((a, b) => a - b)
      const numbered = sorted.map((time, at) => [time, at - sorted.indexOf(time)])
      expect(shelf.shown()[0]).toEqual(numbered)
    }),
  )
})

test('what records hold is counted, also what is read, until all is forgotten', () => {
  const shelf = new Shelf()
  shelf.add(5, 1, 'x'.repeat(100))
  const held = shelf.book.heldBytes
  expect(held).toBeGreaterThan(100)
  shelf.save()
  shelf.forget()
  expect(shelf.book.heldBytes).toBe(0)
  shelf.of('x'.repeat(100))
  expect(shelf.book.heldBytes).toBe(held)
})

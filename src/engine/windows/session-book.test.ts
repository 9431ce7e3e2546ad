/** The sessions of keys, in memory and as rows: in order, apart, and gone when they are removed. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Session, SessionBook } from './session-book.ts'
import { CALLS, DISTINCT, Ground } from './testing/ground.ts'

const TABLE = 40

class Shelf {
  readonly ground: Ground
  readonly book: SessionBook

  constructor(calls = CALLS) {
    this.ground = new Ground(calls)
    this.book = new SessionBook(this.ground.state, TABLE, this.ground)
  }

  of(user: string): readonly Session[] {
    return this.book.of(this.ground.idOf(user))
  }

  begin(user: string, time: number, ...numbers: readonly number[]): Session {
    const one = this.book.begin(this.ground.idOf(user), time)
    this.ground.add(one.cell, ...numbers)
    return one
  }

  save(): string {
    this.book.save()
    this.ground.cells.save()
    return this.ground.apply()
  }

  /** As another leader begins. */
  forget(): void {
    this.book.forget()
    this.ground.cells.forget()
    this.ground.keys.clear()
  }

  /** Bounds and results. */
  shown(user: string): readonly unknown[] {
    return this.of(user).map(({ start, last, cell }) => [
      start,
      last,
      ...this.ground.resultOf(cell),
    ])
  }
}

describe('the sessions of a key', () => {
  test('stand in order of time, however they came', () => {
    const shelf = new Shelf()
    for (const time of [50, -10, 20, 90]) shelf.begin('a', time, 1)
    expect(shelf.of('a').map(({ start }) => start)).toEqual([-10, 20, 50, 90])
    shelf.save()
    shelf.forget()
    expect(shelf.of('a').map(({ start }) => start)).toEqual([-10, 20, 50, 90])
  })

  test('are found by a time: the one before, and the one behind', () => {
    const shelf = new Shelf()
    for (const time of [10, 20, 30]) shelf.begin('a', time, 1)
    const id = shelf.ground.idOf('a')
    const near = (time: number) => shelf.book.near(id, time).map(({ start }) => start)
    expect([9, 10, 19, 20, 30, 99].map(near)).toEqual([
      [10],
      [10, 20],
      [10, 20],
      [20, 30],
      [30],
      [30],
    ])
    const before = (time: number) => shelf.book.lastBefore(id, time)?.start
    expect([10, 11, 20, 99].map(before)).toEqual([undefined, 10, 10, 30])
  })

  test('are not those of others, be their names alike', () => {
    const shelf = new Shelf()
    for (const user of ['a', 'a\0', 'ab', '']) shelf.begin(user, 5, 1)
    shelf.save()
    shelf.forget()
    for (const user of ['a', 'a\0', 'ab', '']) expect(shelf.of(user)).toHaveLength(1)
    expect(shelf.of('b')).toEqual([])
  })

  test('come back with bounds and contents', () => {
    const shelf = new Shelf()
    const one = shelf.begin('a', 10, 3, 4)
    shelf.book.extend(one, -7)
    shelf.book.extend(one, 25)
    shelf.book.extend(one, 12)
    one.isSaid = true
    shelf.save()
    shelf.forget()
    expect(shelf.shown('a')).toEqual([[-7, 25, 2, 7, 3]])
    expect(shelf.of('a').map(({ birth, isSaid }) => [birth, isSaid])).toEqual([[10, true]])
  })

  test('at the ends of time have their rows among them', () => {
    const shelf = new Shelf()
    for (const time of [-8.64e15, 0, 8.64e15]) shelf.begin('a', time, 1)
    shelf.save()
    shelf.forget()
    expect(shelf.of('a').map(({ birth }) => birth)).toEqual([-8.64e15, 0, 8.64e15])
  })
})

describe('a session', () => {
  test('takes in a later one, whose row goes', () => {
    const shelf = new Shelf()
    const [one, later] = [shelf.begin('a', 10, 1), shelf.begin('a', 30, 2)]
    shelf.save()
    shelf.book.absorb(one, later)
    shelf.ground.cells.giveBack(later.cell)
    expect(shelf.shown('a')).toEqual([[10, 30, 2, 3, 1]])
    shelf.save()
    expect(shelf.ground.rows).toBe(1)
    shelf.forget()
    expect(shelf.shown('a')).toEqual([[10, 30, 2, 3, 1]])
  })

  test('that is removed leaves neither row nor cell', () => {
    const shelf = new Shelf([...CALLS, DISTINCT])
    const one = shelf.begin('a', 10, 1, 2, 2)
    shelf.save()
    expect(shelf.ground.rows).toBe(3)
    shelf.book.remove(new Set([one]))
    expect([shelf.of('a'), shelf.ground.cells.size]).toEqual([[], 0])
    shelf.save()
    expect(shelf.ground.rows).toBe(0)
  })

  test('may be born when another was that goes in the same batch', () => {
    const shelf = new Shelf([...CALLS, DISTINCT])
    const old = shelf.begin('a', 10, 1, 2)
    shelf.save()
    shelf.book.remove(new Set([old]))
    shelf.begin('a', 10, 9)
    shelf.save()
    shelf.forget()
    expect(shelf.shown('a')).toEqual([[10, 10, 1, 9, 9, 1]])
    expect(shelf.ground.rows).toBe(2)
  })

  test('leaves those beside it', () => {
    const shelf = new Shelf()
    const [one, , third] = [10, 20, 30, 40].map(time => shelf.begin('a', time, 1))
    shelf.save()
    shelf.book.remove(new Set([one, third] as Session[]))
    expect(shelf.of('a').map(({ start }) => start)).toEqual([20, 40])
    shelf.save()
    shelf.forget()
    expect(shelf.of('a').map(({ start }) => start)).toEqual([20, 40])
  })

  test('that came and went within a batch leaves nothing', () => {
    const shelf = new Shelf([DISTINCT])
    shelf.book.remove(new Set([shelf.begin('a', 10, 1)]))
    shelf.save()
    expect(shelf.ground.rows).toBe(0)
  })

  test('that did not change is not written', () => {
    const shelf = new Shelf()
    const [one] = [shelf.begin('a', 10, 1), shelf.begin('b', 10, 1)]
    shelf.save()
    const empty = shelf.save()
    shelf.book.markChanged(one)
    expect(shelf.save()).not.toBe(empty)
    expect(shelf.save()).toBe(empty)
  })
})

test('what a batch writes does not depend on what was in memory', () => {
  const deed = fc.record({
    user: fc.constantFrom('a', 'b'),
    time: fc.integer({ min: 0, max: 9 }),
    removes: fc.boolean(),
  })
  const batches = fc.array(fc.array(deed, { maxLength: 5 }), { maxLength: 6 })
  fc.assert(
    fc.property(batches, all => {
      const deltas = [false, true].map(forgets => {
        const shelf = new Shelf([...CALLS, DISTINCT])
        return all.map(deeds => {
          for (const { user, time, removes } of deeds) {
            const at = 10 * time
            const known = shelf.of(user).find(({ birth }) => birth === at)
            if (known === undefined) shelf.begin(user, at, time)
            else if (removes) shelf.book.remove(new Set([known]))
            else shelf.book.extend(known, at + 1)
          }
          const delta = shelf.save()
          if (forgets) shelf.forget()
          return delta
        })
      })
      expect(deltas[0]).toEqual(deltas[1])
    }),
    { numRuns: 50 },
  )
})

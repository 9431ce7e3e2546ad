/** Cells of (slice, key) pairs: the same, whatever of the state is in memory. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Panes, SlotSet } from './panes.ts'
import { CALLS, DISTINCT, Ground } from './testing/ground.ts'

const TABLE = 60
const ALL = new SlotSet(Array.from({ length: 1024 }, (_, slot) => slot))

class Shelf {
  readonly ground: Ground
  readonly panes: Panes
  /** Slices of which a slot got its first cell, by whom. */
  readonly began: string[] = []

  constructor(calls = CALLS) {
    this.ground = new Ground(calls)
    this.panes = new Panes(this.ground.state, TABLE, this.ground)
  }

  add(slice: number, user: string, ...numbers: readonly number[]): void {
    const cell = this.panes.change(slice, this.ground.idOf(user), () => {
      this.began.push(`${user}@${slice}`)
    })
    this.ground.add(cell, ...numbers)
  }

  save(): string {
    this.panes.save()
    this.ground.cells.save()
    return this.ground.apply()
  }

  forget(): void {
    this.panes.forget()
    this.ground.cells.forget()
    this.ground.keys.clear()
  }

  shown(slice: number, user: string): readonly unknown[] | undefined {
    const cell = this.panes.find(slice, this.ground.idOf(user))
    return cell < 0 ? undefined : this.ground.resultOf(cell)
  }

  users(slice: number, slots = ALL): readonly unknown[] {
    return this.panes
      .idsIn(slice, slots)
      .map(id => this.ground.keys.partsOf(id)[0])
      .sort()
  }
}

describe('a cell', () => {
  test('begins once for each slice and key, and is told then', () => {
    const shelf = new Shelf()
    for (const [slice, user] of [
      [10, 'a'],
      [10, 'b'],
      [20, 'a'],
      [10, 'a'],
    ] as const) {
      shelf.add(slice, user, 1)
    }
    expect(shelf.began).toEqual(['a@10', 'b@10', 'a@20'])
    expect([shelf.shown(10, 'a'), shelf.shown(20, 'a')]).toEqual([
      [2, 2, 1],
      [1, 1, 1],
    ])
  })

  test('that the state has is not new, whether it is in memory or not', () => {
    const shelf = new Shelf()
    shelf.add(10, 'a', 1)
    shelf.save()
    shelf.add(10, 'a', 2)
    shelf.save()
    shelf.forget()
    shelf.add(10, 'a', 4)
    expect(shelf.began).toEqual(['a@10'])
    expect(shelf.shown(10, 'a')).toEqual([3, 7, 1])
  })

  test('is told if it is the first of its slot, whatever is in memory', () => {
    const shelf = new Shelf()
    const { keys } = shelf.ground
    const slotOf = (user: string) => keys.slotOf(shelf.ground.idOf(user))
    const users = Array.from({ length: 9000 }, (_, at) => `user-${at}`)
    const three = users.filter(user => slotOf(user) === slotOf('a')).slice(0, 3)
    expect(three).toHaveLength(3)
    const [one = '', two = '', last = ''] = three
    shelf.add(10, one, 1)
    shelf.add(10, two, 1)
    shelf.save()
    shelf.forget()
    shelf.add(10, last, 1)
    shelf.add(20, last, 1)
    expect(shelf.began).toEqual([`${one}@10`, `${last}@20`])
    // It is dropped there while others stay: the next is the first again.
    shelf.add(10, 'b', 1)
    shelf.save()
    shelf.panes.drop(10, new SlotSet([slotOf(one)]))
    shelf.save()
    shelf.add(10, two, 1)
    expect(shelf.began.at(-1)).toBe(`${two}@10`)
  })

  test('that there is not is not found, nor made by looking', () => {
    const shelf = new Shelf()
    shelf.add(10, 'a', 1)
    shelf.save()
    for (const forgets of [false, true]) {
      if (forgets) shelf.forget()
      expect([shelf.shown(10, 'b'), shelf.shown(20, 'a'), shelf.shown(0, 'a')]).toEqual([
        undefined,
        undefined,
        undefined,
      ])
    }
    expect(shelf.ground.rows).toBe(1)
  })
})

describe('the keys of a slice', () => {
  test('are those in memory and those in the state alone', () => {
    const shelf = new Shelf()
    for (const user of ['a', 'b', 'c']) shelf.add(10, user, 1)
    shelf.save()
    shelf.forget()
    shelf.add(10, 'b', 1)
    shelf.add(10, 'd', 1)
    shelf.add(11, 'e', 1)
    expect(shelf.users(10)).toEqual(['a', 'b', 'c', 'd'])
    expect(shelf.shown(10, 'a')).toEqual([1, 1, 1])
  })

  test('are those of the slots that are asked for', () => {
    const shelf = new Shelf()
    const users = Array.from({ length: 40 }, (_, at) => `user-${at}`)
    for (const user of users) shelf.add(10, user, 1)
    shelf.save()
    shelf.forget()
    const slots = users.map(user => shelf.ground.keys.slotOf(shelf.ground.idOf(user)))
    const some = new SlotSet([...new Set(slots)].filter(slot => slot % 2 === 0))
    expect(shelf.users(10, some)).toEqual(
      users.filter((_, at) => (slots[at] as number) % 2 === 0).sort(),
    )
    expect(shelf.users(10)).toEqual([...users].sort())
  })

  test('of a slice that nobody came for are none', () => {
    const shelf = new Shelf()
    shelf.add(10, 'a', 1)
    shelf.save()
    expect([shelf.users(5), shelf.users(15)]).toEqual([[], []])
  })
})

describe('a slice that is dropped', () => {
  test('leaves neither rows nor cells, and says how many they were', () => {
    const shelf = new Shelf([...CALLS, DISTINCT])
    for (const user of ['a', 'b', 'c']) shelf.add(10, user, 1, 2, 2)
    shelf.add(20, 'a', 1)
    shelf.save()
    shelf.forget()
    expect(shelf.panes.drop(10, ALL)).toBe(3)
    shelf.save()
    expect(shelf.users(10)).toEqual([])
    // Of the other slice: the cell and its one value.
    expect(shelf.ground.rows).toBe(2)
    expect(shelf.panes.drop(20, ALL)).toBe(1)
    shelf.save()
    expect([shelf.ground.rows, shelf.ground.cells.size]).toEqual([0, 0])
  })

  test('in some slots stays in the others', () => {
    const shelf = new Shelf()
    const users = ['a', 'b', 'c', 'd']
    for (const user of users) shelf.add(10, user, 1)
    shelf.save()
    const slot = shelf.ground.keys.slotOf(shelf.ground.idOf('b'))
    shelf.panes.drop(10, new SlotSet([slot]))
    shelf.save()
    for (const forgets of [false, true]) {
      if (forgets) shelf.forget()
      expect(shelf.users(10)).toEqual(['a', 'c', 'd'])
    }
  })

  test('that came and went within a batch leaves nothing', () => {
    const shelf = new Shelf([DISTINCT])
    shelf.add(10, 'a', 1, 2)
    shelf.panes.drop(10, ALL)
    shelf.save()
    expect([shelf.ground.rows, shelf.ground.cells.size]).toEqual([0, 0])
  })

  test('may come again in a later batch, as new', () => {
    const shelf = new Shelf()
    shelf.add(10, 'a', 5)
    shelf.save()
    shelf.panes.drop(10, ALL)
    shelf.save()
    shelf.add(10, 'a', 7)
    expect(shelf.shown(10, 'a')).toEqual([1, 7, 7])
    expect(shelf.began).toEqual(['a@10', 'a@10'])
  })
})

test('what a batch writes, and what there is, does not depend on what was in memory', () => {
  const users = ['a', 'b', 'c']
  const deed = fc.record({
    slice: fc.integer({ min: -1, max: 2 }),
    user: fc.constantFrom(...users),
    n: fc.integer({ min: 0, max: 9 }),
  })
  const batch = fc.record({ adds: fc.array(deed, { maxLength: 5 }), drops: fc.nat(5) })
  fc.assert(
    fc.property(fc.array(batch, { maxLength: 6 }), batches => {
      const told = ['nothing', 'forgets', 'looks'].map(habit => {
        const shelf = new Shelf([...CALLS, DISTINCT])
        return batches.map(({ adds, drops }) => {
          if (habit === 'looks') for (const slice of [-1, 0, 1, 2]) shelf.users(slice)
          for (const { slice, user, n } of adds) shelf.add(slice, user, n)
          if (drops < 3) shelf.panes.drop(drops, ALL)
          const delta = shelf.save()
          if (habit === 'forgets') shelf.forget()
          return [delta, shelf.began, [-1, 0, 1, 2].map(slice => shelf.users(slice))]
        })
      })
      expect(told[1]).toEqual(told[0])
      expect(told[2]).toEqual(told[0])
    }),
    { numRuns: 50 },
  )
})

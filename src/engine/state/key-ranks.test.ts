/** Keys in order by their numbers, against a sort, while others come. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { KeyRanks, type OrderedKeys } from './key-ranks.ts'

/** Each key is a number of its own; how often two were compared. */
class Numbers implements OrderedKeys {
  compared = 0
  readonly list: number[] = []

  get size(): number {
    return this.list.length
  }

  compare(one: number, other: number): number {
    this.compared++
    return (this.list[one] as number) - (this.list[other] as number)
  }

  sorted(ids: readonly number[]): number[] {
    return [...ids].sort((a, b) => (this.list[a] as number) - (this.list[b] as number))
  }
}

const scattered = (count: number, from = 0) =>
  Array.from({ length: count }, (_, at) => ((from + at) * 7919) % 10_007)

test('ids are sorted, few or all of them, and however many keys came since', () => {
  const step = fc.record({
    keys: fc.nat(60),
    // Of all ids, one in so many is asked for.
    every: fc.integer({ min: 1, max: 50 }),
    clears: fc.nat(9),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12, size: 'max' }), steps => {
      const numbers = new Numbers()
      const ranks = new KeyRanks(numbers)
      let seen = 0
      for (const { keys, every, clears } of steps) {
        if (clears === 0) {
          numbers.list.length = 0
          ranks.clear()
        }
        numbers.list.push(...scattered(keys, seen))
        seen += keys
        const ids = numbers.list.map((_, id) => id).filter(id => (id * 31) % every === 0)
        expect(ranks.sorted(ids)).toEqual(numbers.sorted(ids))
        expect(ranks.sorted([])).toEqual([])
      }
    }),
    { numRuns: 300 },
  )
})

test('known keys are not compared again, and new ones with few of the others', () => {
  const numbers = new Numbers()
  const ranks = new KeyRanks(numbers)
  numbers.list.push(...scattered(4096))
  const half = numbers.list.map((_, id) => id).filter(id => id % 2 === 0)
  ranks.sorted(half)
  numbers.compared = 0
  expect(ranks.sorted(half)).toEqual(numbers.sorted(half))
  expect(numbers.compared).toBe(0)
  numbers.list.push(...scattered(10, 4096))
  ranks.sorted(half)
  // Ten among themselves, and each by halves among the others.
  expect(numbers.compared).toBeLessThan(10 * 5 + 10 * 13)
})

test('a few of very many keys are sorted alone', () => {
  const numbers = new Numbers()
  const ranks = new KeyRanks(numbers)
  numbers.list.push(...scattered(4096))
  expect([ranks.areCheapFor(10), ranks.areCheapFor(1000)]).toEqual([false, true])
  expect(ranks.sorted([3, 2, 1])).toEqual(numbers.sorted([3, 2, 1]))
  expect(numbers.compared).toBeLessThan(10)
})

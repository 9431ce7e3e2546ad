/**
 * The heap against a sorted array. Arrays are of `size: 'max'`: left to itself fast-check hardly
 * makes any longer than ten, and in a heap of ten a wrong parent goes unseen.
 */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Heap } from './heap.ts'

const byNumber = (a: number, b: number) => a - b

function drained<T>(heap: Heap<T>): T[] {
  const items: T[] = []
  while (heap.size > 0) {
    items.push(heap.pop() as T)
  }
  return items
}

test('an empty heap gives nothing', () => {
  const heap = new Heap(byNumber)
  expect(heap.size).toBe(0)
  expect(heap.peek()).toBeUndefined()
  expect(heap.pop()).toBeUndefined()
  expect(heap.size).toBe(0)
})

test('peek shows what pop takes', () => {
  const heap = new Heap(byNumber)
  heap.push(2)
  heap.push(1)
  expect(heap.peek()).toBe(1)
  expect(heap.size).toBe(2)
  expect(heap.pop()).toBe(1)
  expect(heap.peek()).toBe(2)
})

test('the comparison decides what is smallest', () => {
  const heap = new Heap<number>((a, b) => b - a)
  for (const n of [3, 9, 1]) {
    heap.push(n)
  }
  expect(drained(heap)).toEqual([9, 3, 1])
})

test('clear leaves a heap as good as new', () => {
  const heap = new Heap(byNumber)
  heap.push(2)
  heap.push(1)
  heap.clear()
  expect(heap.size).toBe(0)
  expect(heap.pop()).toBeUndefined()
  heap.push(3)
  expect(drained(heap)).toEqual([3])
})

test('pops in the order of a sort', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(1000), { maxLength: 300, size: 'max' }), numbers => {
      const heap = new Heap(byNumber)
      for (const n of numbers) {
        heap.push(n)
      }
      expect(drained(heap)).toEqual(numbers.toSorted(byNumber))
    }),
  )
})

test('behaves as a sorted array whatever the order of pushes and pops', () => {
  const pushOrPop = fc.oneof(fc.nat(20), fc.nat(1000), fc.constant('pop' as const))
  fc.assert(
    fc.property(fc.array(pushOrPop, { maxLength: 200, size: 'max' }), steps => {
      const heap = new Heap(byNumber)
      const model: number[] = []
      for (const step of steps) {
        if (step === 'pop') {
          expect(heap.pop()).toBe(model.shift())
        } else {
          heap.push(step)
          model.push(step)
          model.sort(byNumber)
        }
        expect(heap.peek()).toBe(model[0])
        expect(heap.size).toBe(model.length)
      }
    }),
  )
})

test('with a sequence number, equal items come out in the order in which they went in', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(5), { maxLength: 100, size: 'max' }), times => {
      const items = times.map((at, seq) => ({ at, seq }))
      const heap = new Heap<{ at: number; seq: number }>((a, b) => a.at - b.at || a.seq - b.seq)
      for (const item of items) {
        heap.push(item)
      }
      expect(drained(heap)).toEqual(items.toSorted((a, b) => a.at - b.at))
    }),
  )
})

test('compares at most about 2 log n times for a push and a pop', () => {
  const size = 1 << 12
  let compared = 0
  const heap = new Heap<number>((a, b) => {
    compared++
    return a - b
  })
  // Falling numbers are the worst case of push: each rises to the top.
  for (let n = size; n > 0; n--) {
    heap.push(n)
  }
  expect(compared).toBeLessThanOrEqual(size * 12)
  compared = 0
  drained(heap)
  expect(compared).toBeLessThanOrEqual(size * 2 * 12)
})

/** The bounded queue against an array that is told when to stop. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BoundedQueue } from './queue.ts'

test('an empty queue gives nothing', () => {
  const queue = new BoundedQueue<string>(3)
  expect(queue.isEmpty).toBe(true)
  expect(queue.size).toBe(0)
  expect(queue.peek()).toBeUndefined()
  expect(queue.shift()).toBeUndefined()
  expect([...queue]).toEqual([])
})

test('first in, first out', () => {
  const queue = new BoundedQueue<string>(3)
  queue.push('a')
  queue.push('b')
  expect(queue.isEmpty).toBe(false)
  expect(queue.peek()).toBe('a')
  expect(queue.shift()).toBe('a')
  expect(queue.shift()).toBe('b')
  expect(queue.isEmpty).toBe(true)
})

test('a full queue refuses and keeps what it holds', () => {
  const queue = new BoundedQueue<string>(2)
  expect(queue.push('a')).toBe(true)
  expect(queue.push('b')).toBe(true)
  expect(queue.push('c')).toBe(false)
  expect([...queue]).toEqual(['a', 'b'])
  expect(queue.shift()).toBe('a')
  expect(queue.push('c')).toBe(true)
  expect([...queue]).toEqual(['b', 'c'])
})

test('undefined is an item like any other', () => {
  const queue = new BoundedQueue<undefined>(2)
  queue.push(undefined)
  expect(queue.size).toBe(1)
  queue.shift()
  expect(queue.size).toBe(0)
})

test.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('%d is no capacity', capacity => {
  expect(() => new BoundedQueue(capacity)).toThrow('queue-has-a-capacity')
})

test('a large capacity costs nothing until it is used', () => {
  const queue = new BoundedQueue<number>(Number.MAX_SAFE_INTEGER)
  expect(queue.push(1)).toBe(true)
  expect(queue.capacity).toBe(Number.MAX_SAFE_INTEGER)
  expect(queue.shift()).toBe(1)
})

test('keeps its order while it grows with its head anywhere in the ring', () => {
  for (let head = 0; head < 20; head++) {
    const queue = new BoundedQueue<number>(1000)
    for (let n = 0; n < head; n++) {
      queue.push(n)
      queue.shift()
    }
    const items = Array.from({ length: 100 }, (_, n) => n)
    for (const item of items) {
      queue.push(item)
    }
    expect([...queue]).toEqual(items)
  }
})

test('behaves as an array with a limit, whatever is done in whatever order', () => {
  const step = fc.oneof({ weight: 3, arbitrary: fc.nat() }, fc.constant('shift' as const))
  const steps = fc.array(step, { maxLength: 300, size: 'max' })
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 70 }), steps, (capacity, todo) => {
      const queue = new BoundedQueue<number>(capacity)
      const model: number[] = []
      for (const item of todo) {
        if (item === 'shift') {
          expect(queue.shift()).toBe(model.shift())
        } else {
          expect(queue.push(item)).toBe(model.length < capacity)
          model.splice(model.length, 0, ...(model.length < capacity ? [item] : []))
        }
        expect(queue.size).toBe(model.length)
        expect(queue.peek()).toBe(model[0])
      }
      expect([...queue]).toEqual(model)
    }),
  )
})

/** A line against an array. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Line } from './line.ts'

const step = fc.oneof(
  { weight: 3, arbitrary: fc.constant({ does: 'push' as const, part: 0 }) },
  { weight: 2, arbitrary: fc.constant({ does: 'shift' as const, part: 0 }) },
  fc.record({ does: fc.constant('insert' as const), part: fc.double({ min: 0, max: 1 }) }),
)

test('is as an array is, after every step', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200, size: 'max' }), steps => {
      const line = new Line<number>()
      const wanted: number[] = []
      steps.forEach(({ does, part }, n) => {
        if (does === 'push') {
          line.push(n)
          wanted.push(n)
        } else if (does === 'shift') {
          expect(line.shift()).toBe(wanted.shift())
        } else {
          const place = Math.floor((Number.isNaN(part) ? 0 : part) * wanted.length)
          line.insert(place, n)
          wanted.splice(place, 0, n)
        }
        expect(line.size).toBe(wanted.length)
        const found = Array.from({ length: wanted.length + 1 }, (_, at) => line.at(at))
        expect(found).toEqual([...wanted, undefined])
        expect(line.at(-1)).toBeUndefined()
      })
    }),
    { numRuns: 100 },
  )
})

test('of very many goes out one by one', () => {
  const line = new Line<number>()
  for (let n = 0; n < 300_000; n++) line.push(n)
  let isInOrder = true
  for (let n = 0; n < 300_000; n++) isInOrder &&= line.shift() === n
  expect([isInOrder, line.size, line.shift()]).toEqual([true, 0, undefined])
})

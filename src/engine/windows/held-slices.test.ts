/** Slices in order, beside a sorted set of them. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { HeldSlices } from './held-slices.ts'

const times = fc.integer({ min: -30, max: 30 })
const deed = fc.oneof(
  times.map(slice => ({ slice, goes: false })),
  times.map(slice => ({ slice, goes: true })),
)

test('come and go anywhere, and are found in order', () => {
  fc.assert(
    fc.property(fc.array(deed, { maxLength: 80 }), times, times, (deeds, from, to) => {
      const held = new HeldSlices()
      const wanted = new Set<number>()
      for (const { slice, goes } of deeds) {
        if (goes) held.remove(slice)
        else held.add(slice)
        if (goes) wanted.delete(slice)
        else wanted.add(slice)
        const inside = [...wanted].filter(one => one > from && one <= to).sort((a, b) => a - b)
        expect(held.between(from, to)).toEqual(inside)
      }
    }),
  )
})

test('go one after the other at the beginning, and all at once', () => {
  const held = new HeldSlices()
  for (let slice = 0; slice < 100; slice++) held.add(slice)
  for (let slice = 0; slice < 90; slice++) {
    held.remove(slice)
    expect(held.between(-1, 100)[0]).toBe(slice + 1)
  }
  held.clear()
  expect(held.between(-1, 100)).toEqual([])
})

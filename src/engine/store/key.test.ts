/** Heads of keys: what eight bytes can tell of an order, and what they cannot. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compareKeys } from './entry.ts'
import { Key } from './key.ts'
import { anyKey, bytes, textBytes } from './testing/rows.ts'

const headsOf = (bytes: Uint8Array, skip = 0) => {
  const key = new Key().all(bytes)
  key.aim(skip)
  return [key.head0, key.head1] as const
}

test('heads are the first eight bytes, the sign turned', () => {
  expect(headsOf(bytes(0x80, 0, 0, 1, 0x80, 0, 0, 2, 99))).toEqual([1, 2])
  expect(headsOf(bytes(0, 0, 0, 0, 0, 0, 0, 0))).toEqual([-(2 ** 31), -(2 ** 31)])
  expect(headsOf(bytes(...new Array<number>(8).fill(0xff)))).toEqual([2 ** 31 - 1, 2 ** 31 - 1])
})

test('zeros stand for bytes that are not there', () => {
  for (let size = 0; size < 8; size++) {
    const key = new Uint8Array(size).fill(0xab)
    const padded = new Uint8Array(8)
    padded.set(key)
    expect(headsOf(key)).toEqual(headsOf(padded))
  }
})

test('what is skipped does not count, up to the whole key', () => {
  expect(headsOf(textBytes('tableabcdefgh'), 5)).toEqual(headsOf(textBytes('abcdefgh')))
  expect(headsOf(textBytes('tableab'), 5)).toEqual(headsOf(textBytes('ab')))
  expect(headsOf(textBytes('table'), 5)).toEqual(headsOf(bytes()))
})

test('a key may lie anywhere in its bytes; what stands behind it does not count', () => {
  const key = new Key().set(textBytes('..abc..'), 2, 3)
  key.aim(0)
  expect([key.head0, key.head1]).toEqual(headsOf(textBytes('abc')))
})

test('where heads differ their order is that of the keys', () => {
  fc.assert(
    fc.property(anyKey, anyKey, (a, b) => {
      const [a0, a1] = headsOf(a)
      const [b0, b1] = headsOf(b)
      const order = a0 === b0 ? Math.sign(a1 - b1) : Math.sign(a0 - b0)
      if (order !== 0) expect(Math.sign(compareKeys(a, b))).toBe(order)
      else
        expect(compareKeys(a.slice(0, 8), b.slice(0, 8))).toBe(
          a.slice(0, 8).length - b.slice(0, 8).length,
        )
    }),
  )
})

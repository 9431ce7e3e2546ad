/** The order of keys, which everything else rests on. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { commonSize, compareKeys, copyBytes } from './entry.ts'
import { anyKey, bytes, pattern } from './testing/rows.ts'

describe('the order of keys', () => {
  test.each([
    ['the empty key is first', bytes(), bytes(0), -1],
    ['a key comes before those that it begins', bytes(1, 2), bytes(1, 2, 0), -1],
    ['bytes count as they are, without a sign', bytes(0x7f), bytes(0x80), -1],
    ['the first difference decides', bytes(2, 0, 0), bytes(1, 9, 9, 9), 1],
    ['equal keys', bytes(0, 0xff), bytes(0, 0xff), 0],
  ])('%s', (_, a, b, order) => {
    expect(Math.sign(compareKeys(a, b))).toBe(order)
    expect(Math.sign(compareKeys(b, a))).toBe(order === 0 ? 0 : -order)
  })

  test('is that of their hexadecimal texts', () => {
    const hex = (key: Uint8Array) =>
      [...key].map(byte => byte.toString(16).padStart(2, '0')).join('')
    const sign = (a: string, b: string) => (a < b ? -1 : Number(a > b))
    fc.assert(
      fc.property(anyKey, anyKey, (a, b) => {
        expect(Math.sign(compareKeys(a, b))).toBe(sign(hex(a), hex(b)))
      }),
    )
  })
})

test.each([
  [bytes(), bytes(), 0],
  [bytes(1, 2, 3), bytes(1, 2, 4), 2],
  [bytes(1, 2), bytes(1, 2, 4), 2],
  [bytes(9), bytes(1), 0],
])('what %s and %s have in common', (a, b, size) => {
  expect(commonSize(a, b)).toBe(size)
  expect(commonSize(b, a, size)).toBe(size)
})

test('bytes are copied from one place to another, few or many, and nothing beside them', () => {
  fc.assert(
    fc.property(fc.nat(100), fc.nat(20), fc.nat(20), (size, start, at) => {
      const from = pattern(150, 7)
      const to = new Uint8Array(150)
      copyBytes(from, start, size, to, at)
      const wanted = new Uint8Array(150)
      wanted.set(from.slice(start, start + size), at)
      expect(compareKeys(to, wanted)).toBe(0)
    }),
  )
})

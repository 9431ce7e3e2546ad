/** Whole numbers and decimals against fractions of bigints. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decimalText } from '../../engine/columns/decimal.ts'
import {
  atScale,
  decimalOf,
  dividedRounding,
  doubleOf,
  hasDigits,
  isInt32,
  isInt64,
  power10,
  rescaled,
  roundedEven,
  safePower10,
  wholeOf,
} from './whole.ts'

const anyBig = fc.bigInt({ min: -(10n ** 38n), max: 10n ** 38n })
const nonZero = anyBig.filter(value => value !== 0n)

test('a whole number is a number where that is safe', () => {
  expect(wholeOf(9_007_199_254_740_991n)).toBe(9_007_199_254_740_991)
  expect(wholeOf(9_007_199_254_740_992n)).toBe(9_007_199_254_740_992n)
  expect(wholeOf(-9_007_199_254_740_992n)).toBe(-9_007_199_254_740_992n)
})

test('ranges end where they end', () => {
  expect([2 ** 31 - 1, 2 ** 31, -(2 ** 31), -(2 ** 31) - 1].map(isInt32)).toEqual([
    true,
    false,
    true,
    false,
  ])
  expect([2n ** 63n - 1n, 2n ** 63n, -(2n ** 63n), -(2n ** 63n) - 1n].map(isInt64)).toEqual([
    true,
    false,
    true,
    false,
  ])
  expect([999, 1000, -999, -1000].map(value => hasDigits(value, 3))).toEqual([
    true,
    false,
    true,
    false,
  ])
})

test('powers of ten', () => {
  expect(power10(0)).toBe(1n)
  expect(power10(79)).toBe(10n ** 79n)
  expect(safePower10(15)).toBe(1e15)
  expect(safePower10(16)).toBeUndefined()
})

test('a quotient is rounded half away from zero', () => {
  const cases: [bigint, bigint, bigint][] = [
    [7n, 2n, 4n],
    [-7n, 2n, -4n],
    [7n, -2n, -4n],
    [-7n, -2n, 4n],
    [6n, 4n, 2n],
    [5n, 4n, 1n],
    [-5n, 4n, -1n],
    [0n, 3n, 0n],
  ]
  for (const [a, b, expected] of cases) expect(dividedRounding(a, b)).toBe(expected)
  fc.assert(
    fc.property(anyBig, nonZero, (a, b) => {
      const distance = 2n * (dividedRounding(a, b) * b - a)
      const size = distance < 0n ? -distance : distance
      expect(size <= (b < 0n ? -b : b)).toBe(true)
    }),
  )
})

test('digits are given more places and get them back', () => {
  fc.assert(
    fc.property(anyBig, fc.nat(20), fc.nat(20), (digits, from, more) => {
      const wide = rescaled(wholeOf(digits), from, from + more)
      expect(BigInt(wide)).toBe(digits * 10n ** BigInt(more))
      expect(rescaled(wide, from + more, from)).toBe(wholeOf(digits))
    }),
  )
  expect(rescaled(125, 2, 1)).toBe(13)
  expect(rescaled(-125, 2, 1)).toBe(-13)
  expect(rescaled(124, 2, 1)).toBe(12)
})

describe('decimals as text', () => {
  test('are read as they are written', () => {
    fc.assert(
      fc.property(anyBig, fc.nat(38), (digits, scale) => {
        const text = decimalText(wholeOf(digits), scale)
        expect(decimalOf(text)).toEqual({ digits, scale })
      }),
    )
  })

  test.each([
    ['1', 1n, 0],
    [' +1.50 ', 150n, 2],
    ['.5', 5n, 1],
    ['5.', 5n, 0],
    ['1e3', 1000n, 0],
    ['1.25E2', 125n, 0],
    ['1.25e-1', 125n, 3],
    ['-0', 0n, 0],
  ])('%s', (text, digits, scale) => {
    expect(decimalOf(text)).toEqual({ digits, scale })
  })

  test.each(['', '.', '-', 'e5', '1e', '1_000', '0x1', 'NaN', '1e500', '1 2', '1'.repeat(600)])(
    'not %s',
    text => {
      expect(decimalOf(text)).toBeUndefined()
    },
  )

  test('at another scale', () => {
    expect(atScale({ digits: 12345n, scale: 3 }, 1)).toBe(123)
    expect(atScale({ digits: 12350n, scale: 3 }, 1)).toBe(124)
    expect(atScale({ digits: 5n, scale: 0 }, 2)).toBe(500)
  })
})

test('doubles of decimals are the nearest', () => {
  fc.assert(
    fc.property(anyBig, fc.nat(38), (digits, scale) => {
      const text = decimalText(wholeOf(digits), scale)
      expect(doubleOf(wholeOf(digits), scale)).toBe(Number(text))
    }),
  )
})

test('halves go to the even side', () => {
  expect([0.5, 1.5, 2.5, -0.5, -1.5, 2.4, 2.6, -2.6].map(roundedEven)).toEqual([
    0, 2, 2, 0, -2, 2, 3, -3,
  ])
})

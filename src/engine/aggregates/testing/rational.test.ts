/** The measure is measured: fractions against known ones, nearest doubles against parsing. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Fraction, fractionOf, nearestDouble, plus, times, ZERO } from './rational.ts'

const finite = fc.double({ noNaN: true, noDefaultInfinity: true })

function same(one: Fraction, other: Fraction): boolean {
  return one.top * other.bottom === other.top * one.bottom
}

describe('fractions', () => {
  test.each([
    [0.5, 1n, 2n],
    [0.75, 3n, 4n],
    [-2.5, -5n, 2n],
    [1e22, 10n ** 22n, 1n],
    [2 ** -1074, 1n, 2n ** 1074n],
    [7n, 7n, 1n],
    [-0, 0n, 1n],
  ])('%s is %s over %s', (value, top, bottom) => {
    expect(same(fractionOf(value), { top, bottom })).toBe(true)
  })

  test('add and multiply', () => {
    const [third, half] = [
      { top: 1n, bottom: 3n },
      { top: 1n, bottom: 2n },
    ]
    expect(same(plus(third, half), { top: 5n, bottom: 6n })).toBe(true)
    expect(same(plus(half, half), { top: 1n, bottom: 1n })).toBe(true)
    expect(same(plus(ZERO, third), third)).toBe(true)
    expect(same(times(third, half), { top: 1n, bottom: 6n })).toBe(true)
  })
})

describe('the nearest double', () => {
  test('to a double is that double', () => {
    fc.assert(
      fc.property(finite, value => {
        expect(nearestDouble(fractionOf(value))).toBe(value + 0)
      }),
    )
  })

  test('to a decimal is what its text is read as', () => {
    const digits = fc.bigInt({ min: -(10n ** 25n), max: 10n ** 25n })
    fc.assert(
      fc.property(digits, fc.integer({ min: -340, max: 300 }), (top, exponent) => {
        const unit = 10n ** BigInt(Math.abs(exponent))
        const fraction = exponent < 0 ? { top, bottom: unit } : { top: top * unit, bottom: 1n }
        expect(nearestDouble(fraction)).toBe(Number(`${top}e${exponent}`) + 0)
      }),
      { numRuns: 300 },
    )
  })

  test.each([
    [{ top: 2n ** 53n + 1n, bottom: 1n }, 2 ** 53],
    [{ top: 2n ** 53n + 3n, bottom: 1n }, 2 ** 53 + 4],
    [{ top: 1n, bottom: 2n ** 1075n }, 0],
    [{ top: 3n, bottom: 2n ** 1076n }, 2 ** -1074],
    [{ top: 2n ** 1024n, bottom: 1n }, Number.POSITIVE_INFINITY],
    [{ top: 2n ** 1024n - 2n ** 970n, bottom: 1n }, Number.POSITIVE_INFINITY],
    [{ top: 2n ** 1024n - 2n ** 970n - 1n, bottom: 1n }, Number.MAX_VALUE],
    [{ top: -1n, bottom: 3n }, -1 / 3],
  ])('case %#', (fraction, expected) => {
    expect(nearestDouble(fraction)).toBe(expected)
  })
})

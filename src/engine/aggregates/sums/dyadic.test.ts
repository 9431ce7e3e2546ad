/** Exact numbers against fractions, and roundings against a search among all doubles. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ByteReader, ByteWriter } from '../../../base/bytes.ts'
import { type Fraction, fractionOf, nearestDouble } from '../testing/rational.ts'
import {
  type Dyadic,
  dyadicOf,
  minus,
  nearest,
  plus,
  ratio,
  readDyadic,
  times,
  writeDyadic,
} from './dyadic.ts'

const finite = fc.double({ noNaN: true, noDefaultInfinity: true })
const near = fc.oneof(
  finite,
  fc.integer(),
  fc.constantFrom(0, -0, Number.MIN_VALUE, Number.MAX_VALUE, 2 ** -1022, 2 ** 53 - 1, 0.1),
)
const anyDyadic = fc.record({
  digits: fc.bigInt({ min: -(2n ** 130n), max: 2n ** 130n }),
  exponent: fc.oneof(fc.integer({ min: -1300, max: 1000 }), fc.integer({ min: -80, max: 10 })),
})

function fraction({ digits, exponent }: Dyadic): Fraction {
  const shift = BigInt(Math.abs(exponent))
  if (exponent < 0) return { top: digits, bottom: 1n << shift }
  return { top: digits << shift, bottom: 1n }
}

function same(one: Fraction, other: Fraction): boolean {
  return one.top * other.bottom === other.top * one.bottom
}

describe('dyadics', () => {
  test('are what doubles are, and doubles again', () => {
    fc.assert(
      fc.property(near, value => {
        expect(same(fraction(dyadicOf(value)), fractionOf(value))).toBe(true)
        expect(nearest(dyadicOf(value))).toBe(value + 0)
      }),
      { numRuns: 1000 },
    )
  })

  test('add, subtract and multiply exactly', () => {
    fc.assert(
      fc.property(near, near, (a, b) => {
        const [x, y] = [fractionOf(a), fractionOf(b)]
        const bottom = x.bottom * y.bottom
        const [one, other] = [dyadicOf(a), dyadicOf(b)]
        const [ax, by] = [x.top * y.bottom, y.top * x.bottom]
        expect(same(fraction(plus(one, other)), { top: ax + by, bottom })).toBe(true)
        expect(same(fraction(minus(one, other)), { top: ax - by, bottom })).toBe(true)
        expect(same(fraction(times(one, other)), { top: x.top * y.top, bottom })).toBe(true)
      }),
    )
  })

  test('become the nearest double, also where doubles are few or end', () => {
    fc.assert(
      fc.property(anyDyadic, value => {
        expect(nearest(value)).toBe(nearestDouble(fraction(value)))
      }),
      { numRuns: 800 },
    )
  })

  test.each([
    [{ digits: 2n ** 53n + 1n, exponent: 0 }, 2 ** 53],
    [{ digits: 2n ** 53n + 3n, exponent: 0 }, 2 ** 53 + 4],
    [{ digits: (2n ** 53n + 1n) * 2n ** 40n + 1n, exponent: -40 }, 2 ** 53 + 2],
    [{ digits: -((2n ** 53n + 1n) * 2n ** 40n) - 1n, exponent: -40 }, -(2 ** 53) - 2],
    [{ digits: 1n, exponent: -1075 }, 0],
    [{ digits: 3n, exponent: -1075 }, 2 ** -1073],
    [{ digits: -1n, exponent: -1080 }, 0],
    [{ digits: 2n ** 70n + 1n, exponent: -1145 }, 2 ** -1074],
    [{ digits: 1n, exponent: 1024 }, Number.POSITIVE_INFINITY],
    [{ digits: -1n, exponent: 5000 }, Number.NEGATIVE_INFINITY],
    [{ digits: 2n ** 54n - 1n, exponent: 970 }, Number.POSITIVE_INFINITY],
    [{ digits: 2n ** 54n - 3n, exponent: 970 }, (2 ** 53 - 2) * 2 ** 971],
    [{ digits: 0n, exponent: 5000 }, 0],
    [{ digits: 0n, exponent: -5000 }, 0],
  ])('%o becomes %d', (value, expected) => {
    expect(nearest(value)).toBe(expected)
  })

  test('divided are rounded once', () => {
    const divisor = fc.oneof(
      fc.bigInt({ min: 1n, max: 1000n }),
      fc.bigInt({ min: 1n, max: 10n ** 60n }),
    )
    fc.assert(
      fc.property(anyDyadic, divisor, (value, by) => {
        const { top, bottom } = fraction(value)
        expect(ratio(value, by)).toBe(nearestDouble({ top, bottom: bottom * by }))
      }),
      { numRuns: 800 },
    )
  })

  test('that are equal have equal bytes, and come back', () => {
    const written = (value: Dyadic) => {
      const out = new ByteWriter()
      writeDyadic(out, value)
      return out.finish()
    }
    fc.assert(
      fc.property(anyDyadic, fc.nat(70), (value, shift) => {
        const { digits, exponent } = value
        const other = { digits: digits << BigInt(shift), exponent: exponent - shift }
        expect(written(other)).toEqual(written(value))
        const reader = new ByteReader(written(value))
        expect(same(fraction(readDyadic(reader)), fraction(value))).toBe(true)
        reader.done()
      }),
    )
  })
})

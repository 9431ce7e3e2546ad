/** Exact sums of doubles: the nearest double to the true sum, in whatever order. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ByteReader, ByteWriter } from '../../../base/bytes.ts'
import { fractionOf, nearestDouble, plus, times, ZERO } from '../testing/rational.ts'
import { nearest } from './dyadic.ts'
import { ExactSums } from './exact-sums.ts'

function sumsOf(values: readonly number[], cell = 0): ExactSums {
  const sums = new ExactSums()
  sums.room(3)
  for (const value of values) {
    sums.add(cell, value)
  }
  return sums
}

const sumOf = (values: readonly number[]) => sumsOf(values).sum(0)

function bytesOf(sums: ExactSums, cell = 0): Uint8Array {
  const out = new ByteWriter()
  sums.write(out, cell)
  return out.finish()
}

const exactly = (values: readonly number[]) =>
  nearestDouble(values.map(fractionOf).reduce(plus, ZERO))

const any = fc.double({ noNaN: true, noDefaultInfinity: true })
const cents = fc.integer().map(value => value / 100)
const scattered = fc
  .tuple(fc.integer(), fc.integer({ min: -200, max: 200 }))
  .map(([digits, exponent]) => digits * 2 ** exponent)
const tiny = fc.integer({ min: -9, max: 9 }).map(value => value * Number.MIN_VALUE)
const huge = fc.constantFrom(Number.MAX_VALUE, -Number.MAX_VALUE, 2 ** 1023, -(2 ** 1023))
const lists = fc.oneof(
  ...[any, cents, scattered, tiny, huge, fc.oneof(any, cents, scattered, tiny, huge)].map(value =>
    fc.array(value, { maxLength: 40 }),
  ),
)

describe('exact sums', () => {
  test('are the nearest double to the true sum', () => {
    fc.assert(
      fc.property(lists, values => {
        expect(sumOf(values)).toBe(exactly(values))
      }),
      { numRuns: 500 },
    )
  })

  test('are the same in each order, merged or not, to the byte', () => {
    fc.assert(
      fc.property(lists, fc.nat(40), (values, cut) => {
        const once = bytesOf(sumsOf(values))
        expect(bytesOf(sumsOf([...values].reverse()))).toEqual(once)
        const sums = sumsOf(values.slice(0, cut))
        for (const value of values.slice(cut)) {
          sums.add(1, value)
        }
        const before = bytesOf(sums, 1)
        sums.merge(0, 1)
        expect(bytesOf(sums)).toEqual(once)
        expect(bytesOf(sums, 1)).toEqual(before)
        expect(sums.sum(2)).toBe(0)
      }),
      { numRuns: 500 },
    )
  })

  test('come back from their bytes', () => {
    fc.assert(
      fc.property(lists, lists, (values, more) => {
        const sums = sumsOf(values)
        const bytes = bytesOf(sums)
        const reader = new ByteReader(bytes)
        sums.add(1, 7)
        sums.read(reader, 1)
        reader.done()
        expect(bytesOf(sums, 1)).toEqual(bytes)
        for (const value of more) {
          sums.add(1, value)
        }
        expect(sums.sum(1)).toBe(exactly([...values, ...more]))
      }),
      { numRuns: 300 },
    )
  })

  test('of squares are exact as well', () => {
    const values = fc.array(fc.oneof(any, cents, scattered, tiny), { maxLength: 20 })
    fc.assert(
      fc.property(values, all => {
        const sums = new ExactSums()
        sums.room(1)
        for (const value of all) {
          sums.addSquare(0, value)
        }
        const squares = all.map(fractionOf).map(value => times(value, value))
        const expected = nearestDouble(squares.reduce(plus, ZERO))
        expect(sums.sum(0)).toBe(expected)
        expect(nearest(sums.total(0))).toBe(expected)
      }),
      { numRuns: 500 },
    )
  })

  test.each([
    [[0.1, 0.2, 0.3], 0.6],
    [Array.from({ length: 10 }, () => 0.1), 1],
    [[1e16, 1, -1e16], 1],
    [[1e308, 1e308, -1e308], 1e308],
    [[Number.MAX_VALUE, Number.MAX_VALUE], Number.POSITIVE_INFINITY],
    [[1, 2 ** -60, 2 ** -200, -1], 2 ** -60 + 2 ** -200],
    [[-0], 0],
    [[], 0],
    [[Number.POSITIVE_INFINITY, 1e308], Number.POSITIVE_INFINITY],
    [[Number.NEGATIVE_INFINITY, 1], Number.NEGATIVE_INFINITY],
    [[Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY], Number.NaN],
    [[1, Number.NaN, Number.POSITIVE_INFINITY], Number.NaN],
  ])('of %j are %d', (values, expected) => {
    expect(sumOf(values)).toBe(expected)
    expect(sumOf([...values].reverse())).toBe(expected)
    const sums = sumsOf(values, 1)
    sums.merge(0, 1)
    expect(sums.sum(0)).toBe(expected)
    const reader = new ByteReader(bytesOf(sums))
    sums.read(reader, 2)
    expect(sums.sum(2)).toBe(expected)
  })

  test('of usual numbers take few bytes', () => {
    const some = (count: number) => Array.from({ length: count }, (_, at) => (at * 7919) / 100)
    expect(bytesOf(sumsOf([])).length).toBe(1)
    expect(bytesOf(sumsOf([1, 2, 3])).length).toBe(9)
    expect(bytesOf(sumsOf(some(1000))).length).toBe(17)
  })

  test('remember nothing of what was cleared', () => {
    const sums = sumsOf([1e308, 1e308, Number.NaN, 1, 1e-300])
    sums.clear(0)
    expect([...bytesOf(sums)]).toEqual([0])
    sums.add(0, 2)
    expect(sums.sum(0)).toBe(2)
  })
})

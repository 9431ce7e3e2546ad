/** How much may be made at a time: what builders are given counts, and only where it is bounded. */

import { describe, expect, test } from 'vitest'
import { arrayOf, BIGINT, BYTES, TEXT, type Type } from '../schema/type.ts'
import { Excess, spend, within } from './allowance.ts'
import { builderOf } from './builder.ts'
import type { Scalar } from './vector.ts'

const make = (type: Type, value: Scalar) => () => {
  const builder = builderOf(type, 1)
  builder.set(0, value)
  return builder.finish(1)
}

describe('work within an allowance', () => {
  test.each<[string, Type, Scalar, number]>([
    ['texts', TEXT, 'abcde', 5],
    ['bytes', BYTES, new Uint8Array(5), 5],
    ['lists', arrayOf(BIGINT), [1, 2], 16],
    ['lists of texts', arrayOf(TEXT), ['abc', null], 19],
    ['lists of bytes', arrayOf(BYTES), [new Uint8Array(3)], 11],
    ['lists of lists', arrayOf(arrayOf(TEXT)), [['a'], []], 25],
  ])('spends it on %s', (_, type, value, cost) => {
    expect(within(cost, make(type, value))).toBeDefined()
    expect(within(cost - 1, make(type, value))).toBeUndefined()
  })

  test('spends nothing on numbers and nulls', () => {
    expect(within(0, make(BIGINT, 7))).toBeDefined()
    for (const type of [TEXT, BYTES, arrayOf(TEXT)]) {
      expect(within(0, make(type, null))).toBeDefined()
    }
  })

  test('has what the work within it has, and after it what it had', () => {
    const result = within(10, () => {
      expect(within(3, () => spend(4) ?? {})).toBeUndefined()
      spend(10)
      return {}
    })
    expect(result).toBeDefined()
    expect(() => spend(1e9)).not.toThrow()
  })

  test('lets every other error through, and has what it had then, too', () => {
    const work = () => {
      throw new RangeError('mine')
    }
    expect(() => within(1, work)).toThrow(new RangeError('mine'))
    expect(() => spend(1e9)).not.toThrow()
  })

  test('that is spent ends the work by an error of its own', () => {
    within(1, () => {
      expect(() => spend(2)).toThrow(Excess)
      return {}
    })
  })
})

/** The order of values is that of their keys in bytes, which the state sorts by. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { EVERY_TYPE } from '../aggregates/testing/calls.ts'
import { arrayOf, DOUBLE, INTEGER, JSON_TYPE, TEXT, type Type, typeText } from '../schema/type.ts'
import { keyOf } from '../state/group-key.ts'
import { compareKeys } from '../store/entry.ts'
import { scalarOf } from '../testing/arbitrary.ts'
import { compareTexts, orderOf } from './order.ts'
import type { Scalar } from './vector.ts'

const ordered = EVERY_TYPE.filter(type => orderOf(type) !== undefined)

function byKey(type: Type, one: Scalar, other: Scalar): number {
  return Math.sign(compareKeys(keyOf([type], [one]), keyOf([type], [other])))
}

describe('the order of values', () => {
  test.each(ordered.map(type => [typeText(type), type] as const))('of %s', (_name, type) => {
    const present = scalarOf(type).filter(value => value !== null)
    const compare = orderOf(type)
    fc.assert(
      fc.property(present, present, (one, other) => {
        expect(Math.sign(compare?.(one, other) ?? Number.NaN)).toBe(byKey(type, one, other))
        expect(compare?.(one, one)).toBe(0)
      }),
      { numRuns: 200 },
    )
  })

  test('is not there for lists and JSON', () => {
    expect(orderOf(JSON_TYPE)).toBeUndefined()
    expect(orderOf(arrayOf(INTEGER))).toBeUndefined()
  })

  test.each([
    ['', 'a'],
    ['a', 'ab'],
    ['Z', 'a'],
    ['\uffff', '\u{10000}'],
    ['\ue000', '\u{1f600}'],
    ['\ud7ff', '\ue000'],
    ['a\u{1f600}', 'a\u{1f601}'],
  ])('of texts is that of code points: %j before %j', (one, other) => {
    expect(compareTexts(one, other)).toBeLessThan(0)
    expect(compareTexts(other, one)).toBeGreaterThan(0)
    expect(byKey(TEXT, one, other)).toBe(-1)
  })

  test.each([
    [Number.NEGATIVE_INFINITY, -1],
    [1, Number.POSITIVE_INFINITY],
    [Number.POSITIVE_INFINITY, Number.NaN],
  ])('of doubles has NaN at the end: %d before %d', (one, other) => {
    const compare = orderOf(DOUBLE)
    expect(compare?.(one, other)).toBeLessThan(0)
    expect(compare?.(other, one)).toBeGreaterThan(0)
  })

  test('takes a minus zero for zero and one NaN for another', () => {
    expect(orderOf(DOUBLE)?.(0, -0)).toBe(0)
    expect(orderOf(DOUBLE)?.(Number.NaN, Number.NaN)).toBe(0)
  })

  test('of whole numbers goes on beyond what is safe', () => {
    const compare = orderOf(INTEGER)
    expect(compare?.(2 ** 53 - 1, 2n ** 53n)).toBeLessThan(0)
    expect(compare?.(-(2n ** 60n), -5)).toBeLessThan(0)
    expect(compare?.(2n ** 60n, 2n ** 60n + 1n)).toBeLessThan(0)
  })
})

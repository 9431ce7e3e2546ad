/** Comparisons of random columns, against plain values row by row. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { vectorOf } from '../../engine/columns/builder.ts'
import { type Scalar, scalarAt, type Vector } from '../../engine/columns/vector.ts'
import {
  BIGINT,
  DOUBLE,
  decimal,
  INTEGER,
  TEXT,
  type Type,
  typeText,
} from '../../engine/schema/type.ts'
import { anyType, scalarOf } from '../../engine/testing/arbitrary.ts'
import type { ComparisonOperator } from '../text/ast.ts'
import { compareDecimals, orderOf } from '../value/order.ts'
import type { Whole } from '../value/whole.ts'
import { comparison, comparisonWithConstant, distinctness, membership } from './comparison.ts'
import { allOf, frameOf, valuesOf } from './testing/frames.ts'

const operators: readonly ComparisonOperator[] = ['=', '<>', '<', '<=', '>', '>=']
const holds: Readonly<Record<ComparisonOperator, (order: number) => boolean>> = {
  '=': order => order === 0,
  '<>': order => order !== 0,
  '<': order => order < 0,
  '<=': order => order <= 0,
  '>': order => order > 0,
  '>=': order => order >= 0,
}

describe.each(operators)('comparison %s', operator => {
  test('goes by the order of the type', () => {
    const sameType = anyType
      .filter(({ kind }) => kind !== 'json')
      .chain(type => {
        const pairs = fc.array(fc.tuple(scalarOf(type), scalarOf(type)), { maxLength: 8 })
        return fc.tuple(fc.constant(type), pairs)
      })
    fc.assert(
      fc.property(sameType, ([type, pairs]) => {
        const left = vectorOf(
          type,
          pairs.map(([a]) => a),
        )
        const right = vectorOf(
          type,
          pairs.map(([, b]) => b),
        )
        const run = comparison(operator, type, type)
        const seen = run([left, right], allOf(pairs.length), frameOf(pairs.length))
        const order = orderOf(type)
        const wanted = pairs.map(([a, b]) =>
          a === null || b === null ? null : holds[operator](order(a, b)),
        )
        expect(valuesOf(seen, pairs.length), typeText(type)).toEqual(wanted)
      }),
      { numRuns: 200 },
    )
  })

  test('of exact numbers with other places goes by value', () => {
    const [one, other] = [decimal(20, 3), decimal(30, 7)]
    fc.assert(
      fc.property(scalarOf(one), scalarOf(other), (a, b) => {
        const run = comparison(operator, one, other)
        const seen = run([vectorOf(one, [a]), vectorOf(other, [b])], allOf(1), frameOf(1))
        const isNull = a === null || b === null
        const order = isNull ? 0 : compareDecimals(a as Whole, 3, b as Whole, 7)
        expect(scalarAt(seen, 0)).toBe(isNull ? null : holds[operator](order))
      }),
    )
  })

  test('with a constant is the same as with a column of it', () => {
    const types: readonly Type[] = [INTEGER, BIGINT, DOUBLE, TEXT, decimal(12, 2)]
    const cases = fc.constantFrom(...types).chain(type => {
      const value = scalarOf(type).filter(one => one !== null)
      return fc.tuple(fc.constant(type), value, fc.array(scalarOf(type), { minLength: 1 }))
    })
    let fast = 0
    fc.assert(
      fc.property(cases, ([type, value, column]) => {
        const run = comparisonWithConstant(operator, type, { type, value })
        if (run === undefined) return
        fast++
        const size = column.length
        const vector = vectorOf(type, [...column.slice(0, -1), value])
        const same = vectorOf(type, new Array<Scalar>(size).fill(value))
        const slow = comparison(operator, type, type)([vector, same], allOf(size), frameOf(size))
        const seen = run([vector], allOf(size), frameOf(size))
        expect(valuesOf(seen, size)).toEqual(valuesOf(slow, size))
      }),
      { numRuns: 400 },
    )
    expect(fast).toBeGreaterThan(100)
  })
})

test('text is compared by its bytes where the column has them', () => {
  const source = new TextEncoder().encode('xxpagepägebook')
  const [starts, ends] = [Int32Array.of(2, 6, 11, 0), Int32Array.of(6, 11, 15, 0)]
  const vector: Vector = {
    store: 'text',
    nulls: Uint8Array.of(0, 0, 0, 1),
    source,
    starts,
    ends,
    strings: [undefined, undefined, undefined, undefined],
  }
  const run = comparisonWithConstant('=', TEXT, { type: TEXT, value: 'päge' })
  const seen = run?.([vector], allOf(4), frameOf(4)) as Vector
  expect(valuesOf(seen, 4)).toEqual([false, true, false, null])
  expect(vector.strings).toEqual([undefined, undefined, undefined, undefined])
})

test('distinct from is equality that knows null', () => {
  const equality = comparison('=', INTEGER, INTEGER)
  const left = vectorOf(INTEGER, [1, 1, null, null])
  const right = vectorOf(INTEGER, [1, 2, 1, null])
  const distinct = distinctness(equality, true)([left, right], allOf(4), frameOf(4))
  expect(valuesOf(distinct, 4)).toEqual([false, true, true, false])
  const same = distinctness(equality, false)([left, right], allOf(4), frameOf(4))
  expect(valuesOf(same, 4)).toEqual([true, false, false, true])
})

test('membership in three values', () => {
  const column = vectorOf(BIGINT, [1, 2n ** 60n, 3, null])
  const values = new Set<Scalar>([1, 2n ** 60n])
  const seen = (hasNull: boolean, negated: boolean) =>
    valuesOf(membership(values, hasNull, negated)([column], allOf(4), frameOf(4)), 4)
  expect(seen(false, false)).toEqual([true, true, false, null])
  expect(seen(false, true)).toEqual([false, false, true, null])
  expect(seen(true, false)).toEqual([true, true, null, null])
  expect(seen(true, true)).toEqual([false, false, null, null])
})

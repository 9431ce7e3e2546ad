/** Three-valued logic over columns, and which rows are evaluated at all. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { vectorOf } from '../../engine/columns/builder.ts'
import { type Scalar, scalarAt } from '../../engine/columns/vector.ts'
import { BOOLEAN, INTEGER, typeText } from '../../engine/schema/type.ts'
import { anyType, scalarOf } from '../../engine/testing/arbitrary.ts'
import { caseOf, coalesce, junction, negation, truthTest } from './logic.ts'
import { allOf, frameOf, valuesOf, watched } from './testing/frames.ts'

const truth = fc.constantFrom(true, false, null)

describe('AND and OR', () => {
  const and = (values: readonly Scalar[]) => {
    if (values.includes(false)) return false
    return values.includes(null) ? null : true
  }
  const or = (values: readonly Scalar[]) => {
    if (values.includes(true)) return true
    return values.includes(null) ? null : false
  }

  test('are as their tables say, and ask only for rows that are open', () => {
    const columns = fc.integer({ min: 1, max: 4 }).chain(count =>
      fc.array(fc.array(truth, { minLength: 5, maxLength: 5 }), {
        minLength: count,
        maxLength: count,
      }),
    )
    fc.assert(
      fc.property(columns, fc.boolean(), (parts, isOr) => {
        const kernels = parts.map(part => watched(part))
        const seen = junction(kernels, isOr).evaluate(frameOf(5), allOf(5))
        for (let row = 0; row < 5; row++) {
          const values = parts.map(part => part[row] as Scalar)
          expect(scalarAt(seen, row)).toBe((isOr ? or : and)(values))
          const decided = values.indexOf(isOr)
          kernels.forEach((kernel, i) => {
            expect(kernel.asked.includes(row)).toBe(decided < 0 || i <= decided)
          })
        }
      }),
    )
  })

  test('leave rows alone that do not count', () => {
    const part = watched([true, true, true])
    junction([part, part], false).evaluate(frameOf(3), Int32Array.of(1))
    expect(part.asked).toEqual([1, 1])
  })
})

test('NOT, and the tests of truth', () => {
  const column = vectorOf(BOOLEAN, [true, false, null])
  const seen = (run: typeof negation) => valuesOf(run([column], allOf(3), frameOf(3)), 3)
  expect(seen(negation)).toEqual([false, true, null])
  expect(seen(truthTest('true', false))).toEqual([true, false, false])
  expect(seen(truthTest('true', true))).toEqual([false, true, true])
  expect(seen(truthTest('false', false))).toEqual([false, true, false])
  expect(seen(truthTest('unknown', false))).toEqual([false, false, true])
  expect(seen(truthTest('null', true))).toEqual([true, true, false])
})

describe('CASE and COALESCE', () => {
  const sized = fc.array(fc.tuple(truth, truth, fc.integer(), fc.integer()), { minLength: 1 })

  test('a branch is asked only for its rows', () => {
    fc.assert(
      fc.property(sized, rows => {
        const pick = (i: number) => rows.map(row => row[i] as Scalar)
        const [one, other] = [watched(pick(2), INTEGER), watched(pick(3), INTEGER)]
        const second = watched(pick(1))
        const branches = [
          { when: watched(pick(0)), result: one },
          { when: second, result: other },
        ]
        const kernel = caseOf({ type: INTEGER, branches })
        const seen = kernel.evaluate(frameOf(rows.length), allOf(rows.length))
        rows.forEach(([first, next, a, b], row) => {
          const isOther = first !== true && next === true
          const rest = isOther ? b : null
          expect(scalarAt(seen, row)).toBe(first === true ? a : rest)
          expect(one.asked.includes(row)).toBe(first === true)
          expect(second.asked.includes(row)).toBe(first !== true)
          expect(other.asked.includes(row)).toBe(isOther)
        })
      }),
    )
  })

  test('the first that is not null, of any type', () => {
    const columns = anyType.chain(type => {
      const column = fc.array(scalarOf(type), { minLength: 4, maxLength: 4 })
      return fc.tuple(fc.constant(type), fc.array(column, { minLength: 1, maxLength: 3 }))
    })
    fc.assert(
      fc.property(columns, ([type, parts]) => {
        const seen = coalesce(
          type,
          parts.map(part => watched(part, type)),
        ).evaluate(frameOf(4), allOf(4))
        const wanted = [0, 1, 2, 3].map(row => {
          const found = parts.map(part => part[row] as Scalar).find(value => value !== null)
          return found ?? null
        })
        expect(valuesOf(seen, 4), typeText(type)).toEqual(wanted)
      }),
    )
  })
})

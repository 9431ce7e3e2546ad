/** Columns put together, functions of single values lifted to columns, constants, nulls. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { vectorOf } from '../../engine/columns/builder.ts'
import type { BooleanVector, Vector } from '../../engine/columns/vector.ts'
import { arrayOf, BIGINT, decimal, INTEGER, SIMPLE_TYPES, TEXT } from '../../engine/schema/type.ts'
import { scalarOf } from '../../engine/testing/arbitrary.ts'
import { Failure } from '../value/failure.ts'
import { assemblyOf } from './assembly.ts'
import { Gaps, unionNulls } from './gaps.ts'
import { constant } from './leaf.ts'
import { lifted, toDoubles } from './lift.ts'
import { junction } from './logic.ts'
import { allOf, frameOf, valuesOf, watched } from './testing/frames.ts'

test('an assembly takes rows of columns of every type', () => {
  for (const type of [...SIMPLE_TYPES, decimal(38, 5), arrayOf(TEXT)]) {
    const column = fc.array(scalarOf(type), { minLength: 6, maxLength: 6 })
    fc.assert(
      fc.property(column, column, (one, other) => {
        const whole = assemblyOf(type, 6)
        whole.take(vectorOf(type, one), Int32Array.of(0, 2))
        whole.take(vectorOf(type, other), Int32Array.of(1, 4))
        const seen = valuesOf(whole.finish(), 6)
        expect(seen).toEqual([one[0], other[1], one[2], null, other[4], null])
      }),
      { numRuns: 20 },
    )
  }
})

test('texts of two sources go together', () => {
  const part = (text: string): Vector => ({
    store: 'text',
    nulls: undefined,
    source: new TextEncoder().encode(text),
    starts: Int32Array.of(0, 1),
    ends: Int32Array.of(1, 2),
    strings: [undefined, undefined],
  })
  const whole = assemblyOf(TEXT, 2)
  whole.take(part('ab'), Int32Array.of(0))
  whole.take(part('yz'), Int32Array.of(1))
  expect(valuesOf(whole.finish(), 2)).toEqual(['a', 'z'])
})

describe('functions of values', () => {
  const half = lifted({
    type: INTEGER,
    seesNulls: false,
    run: value =>
      (value as number) % 2 === 0
        ? (value as number) / 2
        : new Failure('sql-argument', 'It is odd'),
  })

  test('are not called for nulls, and failures are told', () => {
    const frame = frameOf(3)
    const seen = half([vectorOf(INTEGER, [4, null, 5])], allOf(3), frame)
    expect(valuesOf(seen, 3)).toEqual([2, null, null])
    expect([...frame.failures.rows]).toEqual([[2, { code: 'sql-argument', reason: 'It is odd' }]])
  })

  test('are called for nulls if they want it, with any number of arguments', () => {
    const count = lifted({
      type: INTEGER,
      seesNulls: true,
      run: (...values) => values.filter(value => value === null).length,
    })
    const column = vectorOf(INTEGER, [1, null])
    for (let arity = 1; arity <= 4; arity++) {
      const args = new Array<Vector>(arity).fill(column)
      expect(valuesOf(count(args, allOf(2), frameOf(2)), 2)).toEqual([0, arity])
    }
  })

  test('whole numbers become doubles', () => {
    const column = vectorOf(BIGINT, [1, 2n ** 60n, null])
    const seen = toDoubles([column], allOf(3), frameOf(3))
    expect(valuesOf(seen, 3)).toEqual([1, 2 ** 60, null])
    const narrow = vectorOf(BIGINT, [1, 2])
    expect(toDoubles([narrow], allOf(2), frameOf(2))).toBe(narrow)
  })
})

test('a constant is a column of any size', () => {
  const kernel = constant(TEXT, 'x')
  expect(valuesOf(kernel.evaluate(frameOf(3), allOf(3)), 3)).toEqual(['x', 'x', 'x'])
  const two = kernel.evaluate(frameOf(2), allOf(2))
  expect(valuesOf(two, 2)).toEqual(['x', 'x'])
  expect(kernel.evaluate(frameOf(2), allOf(2))).toBe(two)
  expect(valuesOf(constant(INTEGER, null).evaluate(frameOf(1), allOf(1)), 1)).toEqual([null])
})

test('nulls are joined, and added to without a change to those of others', () => {
  const shared = Uint8Array.of(0, 1, 0)
  expect(unionNulls(undefined, undefined)).toBeUndefined()
  expect(unionNulls(shared, undefined)).toBe(shared)
  expect(unionNulls(undefined, shared)).toBe(shared)
  expect(unionNulls(shared, Uint8Array.of(1, 0, 0))).toEqual(Uint8Array.of(1, 1, 0))
  const gaps = new Gaps(3, shared)
  expect(gaps.finish()).toBe(shared)
  gaps.add(2)
  expect(gaps.finish()).toEqual(Uint8Array.of(0, 1, 1))
  expect(shared).toEqual(Uint8Array.of(0, 1, 0))
  const fresh = new Gaps(2, undefined)
  fresh.add(0)
  expect(fresh.finish()).toEqual(Uint8Array.of(1, 0))
})

test('flags are bytes of zero and one', () => {
  const seen = junction([watched([true, null, false])], true).evaluate(frameOf(3), allOf(3))
  expect([...(seen as BooleanVector).flags].every(flag => flag === 0 || flag === 1)).toBe(true)
})

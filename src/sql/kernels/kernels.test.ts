/** Comparisons, logic and assembly on random columns, against plain values row by row. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { vectorOf } from '../../engine/columns/builder.ts'
import { recordsOf } from '../../engine/columns/records.ts'
import {
  type BooleanVector,
  type Scalar,
  scalarAt,
  type Vector,
} from '../../engine/columns/vector.ts'
import { Schema } from '../../engine/schema/schema.ts'
import {
  arrayOf,
  BIGINT,
  BOOLEAN,
  DOUBLE,
  decimal,
  INTEGER,
  SIMPLE_TYPES,
  TEXT,
  type Type,
  typeText,
} from '../../engine/schema/type.ts'
import { anyType, scalarOf } from '../../engine/testing/arbitrary.ts'
import { Told } from '../testing/evaluate.ts'
import type { ComparisonOperator } from '../text/ast.ts'
import { Failure } from '../value/failure.ts'
import { compareDecimals, orderOf } from '../value/order.ts'
import type { Whole } from '../value/whole.ts'
import { assemblyOf } from './assembly.ts'
import { comparison, comparisonWithConstant, distinctness, membership } from './comparison.ts'
import type { Frame, Kernel } from './frame.ts'
import { Gaps, unionNulls } from './gaps.ts'
import { constant } from './leaf.ts'
import { lifted, toDoubles } from './lift.ts'
import { caseOf, coalesce, junction, negation, truthTest } from './logic.ts'

function frameOf(size: number): Frame & { readonly failures: Told } {
  const rows = Array.from({ length: size }, () => ({ time: 0, values: [] }))
  return { records: recordsOf(new Schema([]), rows), size, failures: new Told() }
}

const allOf = (size: number) => Int32Array.from({ length: size }, (_, row) => row)
const valuesOf = (vector: Vector, size: number): readonly Scalar[] =>
  Array.from({ length: size }, (_, row) => scalarAt(vector, row))

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

/** A column that notes for which rows it is asked. */
function watched(values: readonly Scalar[], type: Type = BOOLEAN): Kernel & { asked: number[] } {
  const vector = vectorOf(type, values)
  const asked: number[] = []
  return {
    asked,
    evaluate(_frame, rows) {
      asked.push(...rows)
      return vector
    },
  }
}

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

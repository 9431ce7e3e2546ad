/** Columns of numbers against bigints, row by row: equal where it fits, else failed. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { vectorOf } from '../../engine/columns/builder.ts'
import { type Scalar, scalarAt, type Vector } from '../../engine/columns/vector.ts'
import { BIGINT, DOUBLE, decimal, INTEGER, type Type } from '../../engine/schema/type.ts'
import type { ArithmeticOperator } from '../text/ast.ts'
import { wholeOf } from '../value/whole.ts'
import { doubleArithmetic, exactArithmetic } from './arithmetic.ts'
import { frameOf } from './testing/frames.ts'

const operators: readonly ArithmeticOperator[] = ['+', '-', '*', '/', '%']

const edges = [0n, 1n, -1n, 2n, -3n, 2n ** 53n, 2n ** 53n - 1n, -(2n ** 53n) + 1n]

/** Near the ends of the range, near 2^53, and anywhere. */
const anyWithin = (low: bigint, high: bigint) =>
  fc.oneof(
    fc.constantFrom(low, low + 1n, high, high - 1n),
    fc.constantFrom(...edges.filter(value => value >= low && value <= high)),
    fc.bigInt({ min: low, max: high }),
    fc.bigInt({ min: -1000n, max: 1000n }),
  )

function exact(operator: ArithmeticOperator, a: bigint, b: bigint): bigint | undefined {
  switch (operator) {
    case '+':
      return a + b
    case '-':
      return a - b
    case '*':
      return a * b
    case '/':
      return b === 0n ? undefined : a / b
    case '%':
      return b === 0n ? undefined : a % b
  }
}

const nullable = (value: fc.Arbitrary<bigint>) => fc.option(value, { nil: null })
const scalars = (values: readonly (bigint | null)[]): readonly Scalar[] =>
  values.map(value => (value === null ? null : wholeOf(value)))

describe.each([
  ['INTEGER', INTEGER, -(2n ** 31n), 2n ** 31n - 1n],
  ['BIGINT', BIGINT, -(2n ** 63n), 2n ** 63n - 1n],
] as const)('%s', (_, type, low, high) => {
  test.each(operators)('%s', operator => {
    const run = exactArithmetic(operator, { type, leftPower: 0, rightPower: 0, dropped: 0 })
    const pair = fc.tuple(nullable(anyWithin(low, high)), nullable(anyWithin(low, high)))
    fc.assert(
      fc.property(fc.array(pair, { maxLength: 10 }), pairs => {
        const frame = frameOf(pairs.length)
        const left = vectorOf(type, scalars(pairs.map(([a]) => a)))
        const right = vectorOf(type, scalars(pairs.map(([, b]) => b)))
        const rows = Int32Array.from(pairs, (_pair, row) => row)
        const result = run([left, right], rows, frame)
        pairs.forEach(([a, b], row) => {
          const value = a === null || b === null ? null : exact(operator, a, b)
          const fits = value === null || (value !== undefined && value >= low && value <= high)
          expect(frame.failures.has(row)).toBe(!fits)
          const wanted = !fits || value === null ? null : wholeOf(value as bigint)
          expect(scalarAt(result, row)).toEqual(wanted)
        })
      }),
      { numRuns: 300 },
    )
  })
})

/** Digits, rounded half away from zero. */
function divided(dividend: bigint, divisor: bigint): bigint {
  const size = (value: bigint) => (value < 0n ? -value : value)
  const rounded = (2n * size(dividend) + size(divisor)) / (2n * size(divisor))
  return dividend < 0n === divisor < 0n ? rounded : -rounded
}

interface Decimals {
  readonly left: number
  readonly right: number
  readonly result: number
}

/** What the digits of the result are, by fractions. */
function exactDecimal(
  operator: ArithmeticOperator,
  [a, b]: readonly [bigint, bigint],
  { left, right, result }: Decimals,
): bigint | undefined {
  const [x, y] = [a * 10n ** BigInt(right), b * 10n ** BigInt(left)]
  const unit = 10n ** BigInt(left + right)
  const scale = 10n ** BigInt(result)
  switch (operator) {
    case '+':
      return divided((x + y) * scale, unit)
    case '-':
      return divided((x - y) * scale, unit)
    case '*':
      return divided(a * b * scale, unit)
    case '/':
      return b === 0n ? undefined : divided(x * scale, y)
    case '%':
      return b === 0n ? undefined : divided((x % y) * scale, unit)
  }
}

test.each([
  ['+', 2, 4, 4],
  ['+', 10, 0, 6],
  ['-', 0, 3, 3],
  ['-', 20, 18, 6],
  ['*', 2, 3, 5],
  ['*', 10, 10, 6],
  ['/', 2, 2, 6],
  ['/', 0, 10, 8],
  ['/', 12, 0, 7],
  ['%', 2, 0, 2],
  ['%', 1, 3, 3],
] as const)('decimals: %s of %i and %i places, to %i', (operator, left, right, result) => {
  const type = decimal(38, result)
  const scale = Math.max(left, right)
  const power = result - left + right
  const aligned = { leftPower: scale - left, rightPower: scale - right, dropped: scale - result }
  const shapes = {
    '+': aligned,
    '-': aligned,
    '*': { leftPower: 0, rightPower: 0, dropped: left + right - result },
    '/': { leftPower: Math.max(power, 0), rightPower: Math.max(-power, 0), dropped: 0 },
    '%': { ...aligned, dropped: 0 },
  }
  const run = exactArithmetic(operator, { type, ...shapes[operator] })
  const high = 10n ** 25n
  const digits = anyWithin(-high, high)
  fc.assert(
    fc.property(digits, digits, (a, b) => {
      const frame = frameOf(1)
      const vectors = [
        vectorOf(decimal(38, left), [wholeOf(a)]),
        vectorOf(decimal(38, right), [wholeOf(b)]),
      ]
      const seen = scalarAt(run(vectors, Int32Array.of(0), frame), 0)
      const wanted = exactDecimal(operator, [a, b], { left, right, result })
      const fits = wanted !== undefined && wanted < 10n ** 38n && -wanted < 10n ** 38n
      expect(frame.failures.has(0)).toBe(!fits)
      expect(seen).toEqual(fits ? wholeOf(wanted) : null)
    }),
    { numRuns: 300 },
  )
})

test.each(operators)('doubles: %s is what JavaScript says', operator => {
  const run = doubleArithmetic(operator)
  const plain: Record<ArithmeticOperator, (a: number, b: number) => number> = {
    '+': (a, b) => a + b,
    '-': (a, b) => a - b,
    '*': (a, b) => a * b,
    '/': (a, b) => a / b,
    '%': (a, b) => a % b,
  }
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.double(), fc.double()), { minLength: 1 }), pairs => {
      const [left, right] = [0, 1].map(side =>
        vectorOf(
          DOUBLE,
          pairs.map(pair => pair[side] as number),
        ),
      ) as [Vector, Vector]
      const rows = Int32Array.from(pairs, (_, row) => row)
      const result = run([left, right], rows, frameOf(pairs.length))
      expect(rows.length).toBe(pairs.length)
      pairs.forEach(([a, b], row) => {
        expect(scalarAt(result, row)).toBe(plain[operator](a, b))
      })
    }),
  )
})

test('rows that do not count do not fail', () => {
  const run = exactArithmetic('/', { type: INTEGER, leftPower: 0, rightPower: 0, dropped: 0 })
  const frame = frameOf(3)
  const zeros: Type = INTEGER
  const result = run(
    [vectorOf(zeros, [1, 1, 1]), vectorOf(zeros, [0, 1, 0])],
    Int32Array.of(1),
    frame,
  )
  expect(frame.failures.count).toBe(0)
  expect(scalarAt(result, 1)).toBe(1)
})

test('what failed once is told once, with its code', () => {
  const run = exactArithmetic('+', { type: BIGINT, leftPower: 0, rightPower: 0, dropped: 0 })
  const frame = frameOf(1)
  const max = vectorOf(BIGINT, [2n ** 63n - 1n])
  run([max, max], Int32Array.of(0), frame)
  expect(frame.failures.rows.get(0)).toEqual({
    code: 'sql-overflow',
    reason: 'The result does not fit BIGINT',
  })
})

/** Casts and orders: there and back again, and what does not fit is said. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decimalText } from '../../engine/columns/decimal.ts'
import type { Scalar } from '../../engine/columns/vector.ts'
import {
  arrayOf,
  BIGINT,
  BOOLEAN,
  BYTES,
  DATE,
  DOUBLE,
  decimal,
  INTEGER,
  INTERVAL,
  JSON_TYPE,
  MONTHS,
  SIMPLE_TYPES,
  TEXT,
  TIMESTAMP,
  TIMESTAMPTZ,
  type Type,
  typeText,
} from '../../engine/schema/type.ts'
import { scalarOf } from '../../engine/testing/arbitrary.ts'
import { type Cast, castOf } from './cast.ts'
import { Failure, shown } from './failure.ts'
import { compareDecimals, orderOf } from './order.ts'
import { type Whole, wholeOf } from './whole.ts'

function mustCast(from: Type, to: Type): Cast {
  const cast = castOf(from, to)
  if (cast === undefined) throw new Error(`no cast from ${typeText(from)} to ${typeText(to)}`)
  return cast
}

const types: readonly Type[] = [...SIMPLE_TYPES, decimal(20, 4), decimal(38, 0)]
const present = (type: Type) => scalarOf(type).filter(value => value !== null)

/** As text and JSON write them, a value comes back; but bytes, which need not be UTF-8. */
const throughText = types.filter(({ kind }) => !['bytes', 'json'].includes(kind))

/** A text that is cast to JSON is read as JSON. */
const throughJson = throughText.filter(({ kind }) => kind !== 'text')

test.each(throughText.map(type => [typeText(type), type] as const))(
  '%s to TEXT and back is the same',
  (_, type) => {
    fc.assert(
      fc.property(present(type), value => {
        const text = mustCast(type, TEXT)(value)
        const back = mustCast(TEXT, type)(text as Scalar)
        if (Object.is(value, -0)) expect(back).toBe(0)
        else expect(back).toEqual(value)
      }),
    )
  },
)

test.each(throughJson.map(type => [typeText(type), type] as const))(
  '%s to JSON and back is the same',
  (_, type) => {
    fc.assert(
      fc.property(present(type), value => {
        const json = mustCast(type, JSON_TYPE)(value)
        expect(() => JSON.parse(json as string)).not.toThrow()
        const back = mustCast(JSON_TYPE, type)(json as Scalar)
        if (Object.is(value, -0)) expect(back).toBe(0)
        else expect(back).toEqual(value)
      }),
    )
  },
)

test('arrays through JSON', () => {
  const type = arrayOf(arrayOf(TEXT))
  fc.assert(
    fc.property(present(type), value => {
      const json = mustCast(type, JSON_TYPE)(value)
      expect(mustCast(JSON_TYPE, type)(json as Scalar)).toEqual(value)
    }),
  )
})

test('what comes out fits its type, or nothing does', () => {
  const numeric: readonly Type[] = [INTEGER, BIGINT, DOUBLE, decimal(10, 2), decimal(38, 20)]
  const pairs = numeric.flatMap(from => numeric.map(to => [from, to] as const))
  for (const [from, to] of pairs) {
    fc.assert(
      fc.property(present(from), value => {
        const made = mustCast(from, to)(value)
        if (made instanceof Failure) {
          expect(made.code).toBe('sql-overflow')
          expect(made.reason).toContain(typeText(to))
        } else if (to.kind === 'decimal') {
          expect(BigInt(made as Whole) < 10n ** BigInt(to.precision)).toBe(true)
        } else if (to.kind === 'integer') expect(made).toBe((made as number) | 0)
        else if (to.kind === 'bigint')
          expect(BigInt.asIntN(64, BigInt(made as Whole))).toBe(BigInt(made as Whole))
      }),
      { numRuns: 50 },
    )
  }
})

test('decimals to whole numbers are rounded half away from zero', () => {
  fc.assert(
    fc.property(fc.integer(), digits => {
      const made = mustCast(decimal(12, 2), BIGINT)(digits)
      const size = Math.floor(Math.abs(digits) / 100 + 0.5)
      expect(made).toBe(digits < 0 && size > 0 ? -size : size)
    }),
  )
})

describe('refuses in a sentence', () => {
  test.each<[Type, Type, Scalar, string]>([
    [TEXT, INTEGER, 'x', "'x' is no INTEGER"],
    [TEXT, INTEGER, '3000000000', "'3000000000' does not fit INTEGER"],
    [TEXT, decimal(4, 2), '100', "'100' does not fit DECIMAL(4, 2)"],
    [TEXT, BOOLEAN, 'maybe', "'maybe' is no BOOLEAN"],
    [TEXT, DATE, '2023-02-29', "'2023-02-29' is no DATE"],
    [TEXT, TIMESTAMP, 'noon', "'noon' is no TIMESTAMP"],
    [TEXT, TIMESTAMPTZ, '10000-01-01', "'10000-01-01' is no TIMESTAMPTZ"],
    [TEXT, INTERVAL, '1 month', "'1 month' is no INTERVAL DAY TO SECOND"],
    [TEXT, MONTHS, '1 day', "'1 day' is no INTERVAL YEAR TO MONTH"],
    [TEXT, JSON_TYPE, '{', "'{' is no JSON"],
    [DOUBLE, INTEGER, Number.NaN, "'NaN' does not fit INTEGER"],
    [DOUBLE, BIGINT, 1e19, "'10000000000000000000' does not fit BIGINT"],
    [DOUBLE, decimal(4, 2), Number.POSITIVE_INFINITY, "'Infinity' does not fit DECIMAL(4, 2)"],
    [BIGINT, INTEGER, 2 ** 31, "'2147483648' does not fit INTEGER"],
    [
      BYTES,
      TEXT,
      Uint8Array.of(0xff),
      'These bytes are not UTF-8; take hex(..) or base64(..) of them',
    ],
    [JSON_TYPE, INTEGER, '{}', "The JSON '{}' is no INTEGER"],
    [JSON_TYPE, INTEGER, 'true', "The JSON 'true' is no INTEGER"],
    [JSON_TYPE, INTEGER, '1.5', "'1.5' is no INTEGER"],
    [JSON_TYPE, arrayOf(TEXT), '5', "The JSON '5' is no array"],
    [JSON_TYPE, TEXT, '"\\x"', `'"\\x"' is no JSON`],
  ])('%s to %s', (from, to, value, reason) => {
    const made = mustCast(from, to)(value)
    expect(made).toBeInstanceOf(Failure)
    expect((made as Failure).reason).toBe(reason)
  })

  test('long values are cut', () => {
    expect(shown('x'.repeat(100))).toHaveLength(42)
  })
})

describe('orders', () => {
  test('are total: of any two one comes first, or they are equal; and sorting agrees', () => {
    for (const type of [...types, arrayOf(INTEGER)]) {
      const order = orderOf(type)
      fc.assert(
        fc.property(present(type), present(type), present(type), (a, b, c) => {
          expect(Math.sign(order(a, b))).toBe(-Math.sign(order(b, a)) + 0)
          expect(order(a, a)).toBe(0)
          const [x, y, z] = [a, b, c].sort(order) as [Scalar, Scalar, Scalar]
          expect(order(x, y)).toBeLessThanOrEqual(0)
          expect(order(y, z)).toBeLessThanOrEqual(0)
          expect(order(x, z)).toBeLessThanOrEqual(0)
        }),
        { numRuns: 50 },
      )
    }
  })

  test('texts come as their bytes in UTF-8', () => {
    const anyText = fc.string({ unit: 'binary' })
    const order = orderOf(TEXT)
    fc.assert(
      fc.property(anyText, anyText, (a, b) => {
        const bytes = Buffer.compare(Buffer.from(a), Buffer.from(b))
        expect(Math.sign(order(a, b))).toBe(bytes)
      }),
      { numRuns: 1000 },
    )
  })

  test('decimals compare by value, whatever their scales', () => {
    const digits = fc.bigInt({ min: -(10n ** 38n), max: 10n ** 38n })
    fc.assert(
      fc.property(digits, digits, fc.nat(38), fc.nat(38), (a, b, aScale, bScale) => {
        const [x, y] = [a * 10n ** BigInt(bScale), b * 10n ** BigInt(aScale)]
        const expected = Number(x > y) - Number(x < y)
        expect(compareDecimals(wholeOf(a), aScale, wholeOf(b), bScale), decimalText(a, 0)).toBe(
          expected,
        )
      }),
    )
  })
})

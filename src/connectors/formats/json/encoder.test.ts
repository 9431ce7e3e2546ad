/** JSON out of columns: what is written is JSON, and says what the columns said. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { TextBuilder } from '../../../engine/columns/builder.ts'
import { rowsOf as engineRows, type Records, recordsOf } from '../../../engine/columns/records.ts'
import type { Scalar } from '../../../engine/columns/vector.ts'
import { Schema } from '../../../engine/schema/schema.ts'
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
  TEXT,
  TIMESTAMP,
  TIMESTAMPTZ,
  type Type,
} from '../../../engine/schema/type.ts'
import { anyRecords, anyText } from '../../../engine/testing/arbitrary.ts'
import { fieldOf } from '../path.ts'
import { rowsOf, textsOf } from '../testing/raw.ts'
import { JsonDecoder } from './decoder.ts'
import { JsonEncoder, type JsonEncoderOptions } from './encoder.ts'

function one(type: Type, value: Scalar, options?: JsonEncoderOptions): string {
  const schema = new Schema([{ name: 'v', type }])
  const records = recordsOf(schema, [{ time: 0, values: [value] }])
  const [text = ''] = textsOf(new JsonEncoder(schema, options).encode(records))
  return text.replace(/^\{"v":/, '').replace(/\}$/, '')
}

/** What JSON has no word for: numbers that are not finite, and a JSON null that is a value. */
function sayable(value: Scalar, type: Type): Scalar {
  if (type.kind === 'double') return Number.isFinite(value) ? value : null
  if (type.kind === 'json') return value === 'null' ? null : value
  if (type.kind !== 'array' || value === null) return value
  return (value as readonly Scalar[]).map(element => sayable(element, type.of))
}

function wanted(records: Records): Scalar[][] {
  return engineRows(records).map(({ values }) =>
    values.map((value, place) => sayable(value, records.schema.at(place).type)),
  )
}

describe('records', () => {
  test.each(['iso', 'ms'] as const)('come back as they were, moments as %s', moments => {
    fc.assert(
      fc.property(anyRecords, fc.boolean(), (records, lines) => {
        const { schema, size } = records
        const raw = new JsonEncoder(schema, { moments, lines }).encode(records)
        const fields = schema.columns.map(column => fieldOf(column))
        expect(rowsOf(new JsonDecoder(fields).decode(raw), size)).toEqual(wanted(records))
        for (const text of textsOf(raw)) {
          expect(Object.keys(JSON.parse(text))).toEqual(schema.names)
          expect(text.indexOf('\n')).toBe(lines ? text.length - 1 : -1)
        }
      }),
    )
  })

  test('any name is a key', () => {
    fc.assert(
      fc.property(fc.uniqueArray(anyText, { maxLength: 4 }), names => {
        const schema = new Schema(names.map(name => ({ name, type: INTEGER })))
        const values = names.map((_, at) => at)
        const raw = new JsonEncoder(schema).encode(recordsOf(schema, [{ time: 0, values }]))
        const entries = Object.entries(JSON.parse(textsOf(raw)[0] ?? ''))
        expect(new Map(entries)).toEqual(new Map(names.map((name, at) => [name, at])))
      }),
    )
  })

  test('the memory that was handed out is not written to again', () => {
    const schema = new Schema([{ name: 'a', type: TEXT }])
    const encoder = new JsonEncoder(schema)
    const first = encoder.encode(recordsOf(schema, [{ time: 0, values: ['x'.repeat(9000)] }]))
    const before = first.bytes.slice()
    encoder.encode(recordsOf(schema, [{ time: 0, values: ['y'.repeat(9000)] }]))
    expect(first.bytes).toEqual(before)
  })

  test('of any size have room for their escapes', () => {
    const schema = new Schema([{ name: 'a', type: TEXT }])
    for (const size of [1, 500, 4000, 5000, 70_000]) {
      const text = `${'"'.repeat(size)}${'\u0001'.repeat(size)}${'x'.repeat(size)}\n`
      const raw = new JsonEncoder(schema).encode(recordsOf(schema, [{ time: 0, values: [text] }]))
      expect(JSON.parse(textsOf(raw)[0] ?? '')).toEqual({ a: text })
    }
  })

  test('of another schema are our mistake', () => {
    const schema = new Schema([{ name: 'a', type: TEXT }])
    const other = recordsOf(new Schema([{ name: 'b', type: TEXT }]), [])
    expect(() => new JsonEncoder(schema).encode(other)).toThrow('records-have-the-encoders-schema')
  })
})

describe('values', () => {
  test.each<[Type, Scalar, string]>([
    [INTEGER, -2_147_483_648, '-2147483648'],
    [BIGINT, 9_007_199_254_740_991, '9007199254740991'],
    [BIGINT, -(2n ** 63n), '-9223372036854775808'],
    [BIGINT, 1_000_000_000, '1000000000'],
    [BIGINT, 999_999_999, '999999999'],
    [BIGINT, 5_000_000_007, '5000000007'],
    [BIGINT, 0, '0'],
    [decimal(38, 2), 10n ** 37n + 5n, `1${'0'.repeat(34)}0.05`],
    [decimal(10, 2), -5, '-0.05'],
    [decimal(10, 0), 12, '12'],
    [DOUBLE, 0.1, '0.1'],
    [DOUBLE, -0, '-0'],
    [DOUBLE, 1e21, '1e+21'],
    [DOUBLE, 9_007_199_254_740_992, '9007199254740992'],
    [DOUBLE, Number.NaN, 'null'],
    [DOUBLE, -Infinity, 'null'],
    [BOOLEAN, true, 'true'],
    [BOOLEAN, false, 'false'],
    [TEXT, '', '""'],
    [TEXT, 'a"b\\c\n\u0001\u007fé😀/', '"a\\"b\\\\c\\n\\u0001\u007fé😀/"'],
    [TEXT, '\b\t\f\r\u001f', '"\\b\\t\\f\\r\\u001f"'],
    [BYTES, Uint8Array.of(255, 0), '"/wA="'],
    [JSON_TYPE, '{"a" : [1e2]}', '{"a" : [1e2]}'],
    [DATE, 20_778, '"2026-11-21"'],
    [TIMESTAMP, 1_795_290_023_500, '"2026-11-21T19:40:23.500"'],
    [TIMESTAMPTZ, 1_795_290_023_500, '"2026-11-21T19:40:23.500Z"'],
    [TIMESTAMPTZ, -1, '"1969-12-31T23:59:59.999Z"'],
    [TIMESTAMPTZ, 8.64e15, '"+275760-09-13T00:00:00.000Z"'],
    [INTERVAL, 90_061_001, '"P1DT1H1M1.001S"'],
    [MONTHS, 14, '"P1Y2M"'],
    [arrayOf(TEXT), ['a', null], '["a",null]'],
    [arrayOf(arrayOf(BIGINT)), [[1, 2n ** 60n], []], '[[1,1152921504606846976],[]]'],
    [TEXT, null, 'null'],
  ])('%o %o', (type, value, text) => {
    expect(one(type, value)).toBe(text)
  })

  test('moments can be milliseconds', () => {
    expect(one(TIMESTAMP, -5, { moments: 'ms' })).toBe('-5')
    expect(one(TIMESTAMPTZ, 1_795_290_023_500, { moments: 'ms' })).toBe('1795290023500')
  })

  test('a JSON value over several lines is written on one', () => {
    expect(one(JSON_TYPE, '{\n\t"a":\r\n1}', { lines: true })).toBe('{  "a":  1}}\n')
  })

  test('texts that are parts of other bytes are written from there', () => {
    const bytes = new TextEncoder().encode('xx"é\n"yy')
    const builder = new TextBuilder(1, bytes)
    builder.setPart(0, 2, bytes.length - 2)
    const schema = new Schema([{ name: 'v', type: TEXT }])
    const times = new Float64Array(1)
    const records = { schema, size: 1, vectors: [builder.finish(1)], times }
    expect(textsOf(new JsonEncoder(schema).encode(records))).toEqual(['{"v":"\\"é\\n\\""}'])
  })

  test('no columns, no keys', () => {
    const schema = new Schema([])
    const records = recordsOf(schema, [{ time: 0, values: [] }])
    expect(textsOf(new JsonEncoder(schema).encode(records))).toEqual(['{}'])
  })
})

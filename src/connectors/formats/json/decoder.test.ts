/** Columns out of JSON: what `JSON.parse` would say, value by value and failure by failure. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fuzzLimit, fuzzRuns } from '../../../base/testing/runs.ts'
import type { Scalar, TextVector } from '../../../engine/columns/vector.ts'
import {
  arrayOf,
  BIGINT,
  BOOLEAN,
  DOUBLE,
  decimal,
  INTEGER,
  JSON_TYPE,
  TEXT,
  TIMESTAMPTZ,
  type Type,
} from '../../../engine/schema/type.ts'
import type { Field } from '../format.ts'
import { fieldOf } from '../path.ts'
import { ANY, verdictOf } from '../testing/json-oracle.ts'
import { type Bytes, bytesOf, rawOf, rowsOf } from '../testing/raw.ts'
import { wildRecord } from '../testing/wild-json.ts'
import { JsonDecoder, type JsonOptions } from './decoder.ts'

const field = (name: string, type: Type, from?: string) => fieldOf({ name, type }, { from })

function decoded(fields: readonly Field[], records: readonly Bytes[], options?: JsonOptions) {
  return new JsonDecoder(fields, options).decode(rawOf(records))
}

function rows(fields: readonly Field[], records: readonly Bytes[], options?: JsonOptions) {
  return rowsOf(decoded(fields, records, options), records.length)
}

const value = (type: Type, text: string, options?: JsonOptions) =>
  rows([field('v', type)], [`{"v":${text}}`], options)[0]

const choices: readonly Field[] = [
  field('user', TEXT),
  field('ts', TIMESTAMPTZ),
  field('status', INTEGER),
  field('ok', BOOLEAN),
  field('page', DOUBLE),
  field('inner', DOUBLE, 'payload.user'),
  field('innerOk', BOOLEAN, 'payload.ok'),
  field('deep', TEXT, 'payload.payload.page'),
  field('proto', JSON_TYPE, '__proto__'),
  field('builder', TEXT, 'constructor'),
  field('payload', JSON_TYPE),
  field('accent', TEXT, 'é'),
  field('all', JSON_TYPE, '$'),
]

/** JSON columns hold the text as it came: what it means is compared. */
function meant(row: Scalar[] | string | undefined, fields: readonly Field[]): unknown {
  if (!Array.isArray(row)) return row
  return row.map((one, at) =>
    fields[at]?.type === JSON_TYPE && one !== null
      ? JSON.stringify(JSON.parse(one as string))
      : one,
  )
}

function compare(records: readonly Uint8Array[], fields: readonly Field[], got: unknown[]): void {
  records.forEach((record, row) => {
    const wanted = verdictOf(record, fields)
    const said = got[row] as Scalar[] | string
    if (wanted instanceof Set && wanted.has(ANY)) return
    if (wanted instanceof Set) expect(wanted).toContain(said)
    else expect(meant(said, fields)).toEqual(wanted)
  })
}

describe('against JSON.parse', () => {
  const plan = fc.tuple(
    fc.subarray([...choices]),
    fc.array(wildRecord, { maxLength: 6 }),
    fc.constantFrom('', '}', ',"user":"x"}', '"', '0}', '\u00e9'),
  )

  test(
    'any record has its values or its failure, whatever stands beside it',
    fuzzLimit(2000),
    () => {
      fc.assert(
        fc.property(plan, ([fields, records, between]) => {
          const raw = rawOf(records, between)
          const out = new JsonDecoder(fields).decode(raw)
          compare(records, fields, rowsOf(out, records.length))
          for (const { row, at, reason } of out.failures) {
            expect(at).toBeGreaterThanOrEqual(0)
            expect(at).toBeLessThanOrEqual(records[row]?.length ?? 0)
            expect(reason).toMatch(/^[\w ,:.\\()-]+$/)
          }
        }),
        { numRuns: fuzzRuns(2000) },
      )
    },
  )
})

describe('values', () => {
  const digits = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })

  test('BIGINTs are exact, as numbers and as texts', () => {
    fc.assert(
      fc.property(digits, whole => {
        for (const text of [`${whole}`, `"${whole}"`]) {
          expect(BigInt((value(BIGINT, text) as [bigint])[0])).toBe(whole)
        }
      }),
    )
    expect(value(BIGINT, '9223372036854775808')).toBe('out-of-range')
    expect(value(BIGINT, '-9223372036854775809')).toBe('out-of-range')
    expect(value(BIGINT, '12e2')).toEqual([1200])
    expect(value(BIGINT, '1.0')).toEqual([1])
    expect(value(BIGINT, '-0')).toEqual([0])
    expect(value(BIGINT, '1.5')).toBe('inexact')
    expect(value(BIGINT, '1e999999999999')).toBe('out-of-range')
    expect(value(BIGINT, '"12 "')).toBe('no-such-value')
  })

  test('DECIMALs are exact', () => {
    const type = decimal(38, 10)
    const whole = fc.bigInt({ min: 0n, max: 10n ** 28n - 1n })
    fc.assert(
      fc.property(whole, fc.nat(999_999_999), (before, behind) => {
        const tail = behind.toString().padStart(10, '0')
        const [got] = value(type, `${before}.${tail}`) as [bigint]
        expect(BigInt(got)).toBe(before * 10n ** 10n + BigInt(behind))
      }),
    )
    expect(value(decimal(4, 2), '99.99')).toEqual([9999])
    expect(value(decimal(4, 2), '-99.990')).toEqual([-9999])
    expect(value(decimal(4, 2), '100')).toBe('out-of-range')
    expect(value(decimal(4, 2), '0.001')).toBe('inexact')
    expect(value(decimal(4, 2), '"1.5"')).toEqual([150])
    expect(value(decimal(4, 2), 'true')).toBe('wrong-type')
  })

  test('null and what is missing are null', () => {
    const fields = [field('a', TEXT), field('b', BIGINT), field('c', TEXT, 'd.e')]
    expect(rows(fields, ['{"a":null}', '{"b":1,"d":null}', '{"d":{}}'])).toEqual([
      [null, null, null],
      [null, 1, null],
      [null, null, null],
    ])
  })

  test('a path into something that has no fields is a failure', () => {
    expect(rows([field('c', TEXT, 'd.e')], ['{"d":[{"e":"x"}]}', '{"d":"x"}', '[]'])).toEqual([
      'not-an-object',
      'not-an-object',
      'not-an-object',
    ])
  })

  test('of two keys the last counts, with all that is in it', () => {
    const fields = [field('a', BIGINT, 'x.a'), field('b', BIGINT, 'x.b')]
    const records = ['{"x":{"a":1,"a":2}}', '{"x":{"a":1},"x":{"b":2}}', '{"x":5,"x":{"a":1}}']
    const emptied = ['{"x":{"a":1},"x":null}', '{"x":{"a":1},"x":{}}', '{"x":{"a":1},"x":"y"}']
    expect(rows(fields, [...records, ...emptied])).toEqual([
      [2, null],
      [null, 2],
      [1, null],
      [null, null],
      [null, null],
      'not-an-object',
    ])
  })

  test('one value may fill several columns', () => {
    const fields = [
      field('a', BIGINT, 'x'),
      field('b', TIMESTAMPTZ, 'x'),
      field('c', JSON_TYPE, '$'),
    ]
    expect(rows(fields, [' {"x": 7 } '])).toEqual([[7, 7, '{"x": 7 }']])
  })

  test('JSON is the text that stood there, and texts are views of it', () => {
    const fields = [field('a', JSON_TYPE), field('b', TEXT)]
    const out = decoded(fields, ['{"a": [1, {"x" : 1e2}] ,"b":"h\u00e9"}'])
    expect(rowsOf(out, 1)).toEqual([['[1, {"x" : 1e2}]', 'h\u00e9']])
    expect(out.vectors.map(vector => (vector as TextVector).starts[0])).toEqual([6, 29])
  })

  test('ARRAYs hold what their elements become', () => {
    expect(value(arrayOf(BIGINT), '[ 1, null ,12345678901234567890123e-4]')).toBe('inexact')
    expect(value(arrayOf(BIGINT), '[ 1, null ,"3" ]')).toEqual([[1, null, 3]])
    expect(value(arrayOf(BIGINT), '[]')).toEqual([[]])
    expect(value(arrayOf(arrayOf(TEXT)), '[["\\u0041"],[ ],null]')).toEqual([[['A'], [], null]])
    expect(value(arrayOf(JSON_TYPE), '[{"a":1},2]')).toEqual([['{"a":1}', '2']])
    expect(value(arrayOf(TEXT), '["a",1]')).toBe('wrong-type')
    for (const text of ['1', '"a"', 'true', '{}']) {
      expect(value(arrayOf(TEXT), text)).toBe('wrong-type')
    }
  })

  test('lenient: texts, numbers and booleans stand for each other', () => {
    const lenient = { lenient: true }
    expect(value(TEXT, '1.50', lenient)).toEqual(['1.50'])
    expect(value(TEXT, 'true', lenient)).toEqual(['true'])
    expect(value(BOOLEAN, '"false"', lenient)).toEqual([false])
    expect(value(DOUBLE, '"1e3"', lenient)).toEqual([1000])
    expect(value(TEXT, '{}', lenient)).toBe('wrong-type')
    expect(value(BOOLEAN, '1', lenient)).toBe('wrong-type')
    expect(value(TEXT, '1.50')).toBe('wrong-type')
    expect(value(DOUBLE, '"1e3"')).toBe('wrong-type')
  })
})

describe('failures', () => {
  const one = (record: Bytes, options?: JsonOptions) =>
    decoded([field('a', BIGINT)], [record], options).failures

  test.each([
    ['nothing', '', 'malformed', 0],
    ['a record that is cut off', '{"a":1', 'malformed', 6],
    ['a second value', '{"a":1}{}', 'malformed', 7],
    ['a comma too many', '{"a":1,}', 'malformed', 7],
    ['a byte order mark', '\ufeff{}', 'malformed', 0],
    ['a leading zero', '{"a":01}', 'malformed', 6],
    ['a word that is none', '{"a":nil}', 'malformed', 6],
    ['a tab in a text', '{"b":"\t"}', 'malformed', 6],
    ['an escape that is none', '{"b":"\\x"}', 'malformed', 7],
    ['half an escape', '{"b":"\\u00g0"}', 'malformed', 10],
    ['a text instead of a number', '{"a":"x"}', 'no-such-value', 5],
    ['an object instead of a number', '{"b":{},"a":{}}', 'wrong-type', 12],
  ])('%s', (_, record, code, at) => {
    expect(one(record)).toMatchObject([{ row: 0, code, at }])
  })

  test('bytes that are no UTF-8 fail wherever they stand, at the place where they do', () => {
    const head = [...bytesOf('{"zz":"')]
    const tail = [...bytesOf('"}')]
    const wrong = [[0x80], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xe2, 0x82]]
    for (const bytes of [...wrong, [0xff], [0xf0, 0x80, 0x80, 0x80], [0xe0, 0x9f, 0xbf]]) {
      const record = Uint8Array.from([...head, ...bytes, ...tail])
      expect(one(record)).toMatchObject([{ code: 'not-utf8', at: head.length }])
    }
  })

  test.each([...'\u00a0\u2003\u2028\ufeff\v\f\0\u0085'])('%j is no space', space => {
    for (const text of [`${space}{}`, `{}${space}`, `{"a"${space}:1}`, `{"a":${space}1}`]) {
      expect(one(text)).toMatchObject([{ code: 'malformed' }])
    }
    expect(one(` {\t"a"\r:\n1 }\r\n`)).toEqual([])
  })

  test('no control character stands in a text', () => {
    for (let code = 0; code < 0x20; code++) {
      const text = `{"b":"x${String.fromCharCode(code)}"}`
      expect(one(text)).toMatchObject([{ code: 'malformed', at: 7 }])
    }
    expect(one('{"b":"\u007f\u0080"}')).toEqual([])
  })

  test('a failure names its column, its place is in its own record, its neighbours stand', () => {
    const records = ['{"a":1}', '{"a":true}', null, '{"a":4}']
    const out = decoded([field('a', BIGINT), field('b', TEXT)], records)
    expect(rowsOf(out, 4)).toEqual([[1, null], 'wrong-type', 'no-value', [4, null]])
    expect(out.failures).toEqual([
      { row: 1, code: 'wrong-type', reason: 'a: BIGINT is not made of a boolean', at: 5 },
      { row: 2, code: 'no-value', reason: 'the record has no value', at: 0 },
    ])
    expect(out.vectors.map(({ nulls }) => [...(nulls ?? [])])).toEqual([
      [0, 1, 1, 0],
      [1, 1, 1, 1],
    ])
  })

  test('a record that fails in its last column is null in all', () => {
    const out = decoded([field('a', TEXT), field('b', BIGINT)], ['{"a":"x","b":[]}'])
    expect(out.vectors.map(({ nulls }) => nulls?.[0])).toEqual([1, 1])
  })

  test.each([
    ['recordBytesMax', 10, ['{"a":1   }', '{"a":1    }'], 'too-large', 10],
    ['depthMax', 2, ['{"b":[1],"c":{}}', '{"b":[[]]}'], 'too-deep', 6],
    ['textBytesMax', 3, ['{"b":"abc"}', '{"b":"abcd"}'], 'text-too-long', 5],
    ['textBytesMax', 3, ['{"abc":1}', '{"abcd":1}'], 'text-too-long', 1],
    ['numberBytesMax', 4, ['{"b":-1.5}', '{"b":-1.55}'], 'number-too-long', 5],
  ] as const)('%s is a limit', (name, limit, [within, beyond], code, at) => {
    const limits = { [name]: limit }
    expect(one(within, { limits })).toEqual([])
    expect(one(beyond, { limits })).toMatchObject([{ code, at }])
  })

  test('depth is bounded, however deep a record goes', () => {
    const deep = `{"a":${'['.repeat(500_000)}`
    expect(one(deep)).toMatchObject([{ code: 'too-deep', at: 5 + 63 }])
    expect(one(`${'{"a":'.repeat(100)}1${'}'.repeat(100)}`)).toMatchObject([{ code: 'too-deep' }])
  })

  test('a record beyond its bytes is our mistake', () => {
    const raw = { ...rawOf(['{}']), ends: Int32Array.of(3) }
    expect(() => new JsonDecoder([]).decode(raw)).toThrow('a-record-lies-in-its-bytes')
  })
})

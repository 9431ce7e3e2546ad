/**
 * The quick path against the slow one: whatever was learned, the same rows and the same failures.
 * And that it is taken where it should be, which its results cannot show.
 */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fuzzLimit, fuzzRuns } from '../../../base/testing/runs.ts'
import {
  BIGINT,
  BOOLEAN,
  DOUBLE,
  decimal,
  INTEGER,
  JSON_TYPE,
  TEXT,
  TIMESTAMP,
  TIMESTAMPTZ,
  type Type,
} from '../../../engine/schema/type.ts'
import type { Field, TimeUnit } from '../format.ts'
import { limitsOf } from '../limits.ts'
import { fieldOf } from '../path.ts'
import { type Bytes, bytesOf, rawOf, rowsOf } from '../testing/raw.ts'
import { change, changed, wildRecord } from '../testing/wild-json.ts'
import { type JsonColumn, jsonColumnOf } from './column.ts'
import { JsonDecoder } from './decoder.ts'
import { Lexer } from './lexer.ts'
import { ShapeMemory } from './memory.ts'
import { Scanner } from './scanner.ts'
import { templateOf } from './template.ts'
import { treeOf } from './tree.ts'

const field = (name: string, type: Type, from?: string, unit?: TimeUnit) =>
  fieldOf({ name, type }, { from, unit })

const choices: readonly Field[] = [
  field('user', TEXT),
  field('userJson', JSON_TYPE, 'user'),
  field('ts', TIMESTAMPTZ),
  field('tsSeconds', TIMESTAMP, 'ts', 's'),
  field('page', TEXT),
  field('pageNumber', DOUBLE, 'page'),
  field('money', decimal(12, 3), 'page'),
  field('status', INTEGER),
  field('long', BIGINT, 'status'),
  field('ok', BOOLEAN),
  field('inner', BIGINT, 'payload.user'),
  field('innerDouble', DOUBLE, 'payload.user'),
  field('innerOk', BOOLEAN, 'payload.ok'),
  field('payload', JSON_TYPE),
  field('proto', JSON_TYPE, '__proto__'),
  field('all', JSON_TYPE, '$'),
]

const someFields = fc.subarray([...choices])
const between = fc.constantFrom('', '}', '"}', ',"user":"x"}', '0}', '5', 'é', ' ')
/** A record, and what may be taken for it: the same again, and copies that are changed a little. */
const family = wildRecord.chain(record =>
  fc
    .array(fc.option(change, { freq: 2 }), { maxLength: 6 })
    .map(changes => [record, ...changes.map(one => (one ? changed(record, one) : record))]),
)
const families = fc.array(family, { maxLength: 4 }).map(all => all.flat())

function bothWays(fields: readonly Field[], batches: readonly (readonly Bytes[])[], gap: Bytes) {
  const quick = [new JsonDecoder(fields), new JsonDecoder(fields, { usesKernel: false })]
  const slow = new JsonDecoder(fields, { learns: false })
  for (const records of batches) {
    const raw = rawOf(records, gap)
    const wanted = slow.decode(raw)
    const rows = rowsOf(wanted, records.length)
    for (const decoder of quick) {
      const said = decoder.decode(raw)
      expect(rowsOf(said, records.length)).toEqual(rows)
      expect(said.failures).toEqual(wanted.failures)
    }
  }
}

describe('the quick path says what the slow one says', () => {
  test('of records that resemble each other', fuzzLimit(2000), () => {
    fc.assert(
      fc.property(someFields, families, families, between, (fields, first, second, gap) => {
        bothWays(fields, [first, second], gap)
      }),
      { numRuns: fuzzRuns(2000) },
    )
  })

  test('of records of the same shape with any values', fuzzLimit(2000), () => {
    const records = fc.array(wildRecord, { maxLength: 12 })
    fc.assert(
      fc.property(someFields, records, between, (fields, all, gap) => {
        bothWays(fields, [all, all], gap)
      }),
      { numRuns: fuzzRuns(2000) },
    )
  })

  test('of records that have some keys of many, in and out of objects', () => {
    const members = ['"user":"x"', '"ts":1', '"page":"\\n"', '"status":5', '"ok":true', '"z":[{}]']
    const inner = ['"user":7', '"ok":false', '"zz":"é"']
    const some = fc.tuple(fc.subarray(members), fc.subarray(inner), fc.constantFrom('', ' '))
    const record = some.map(([outside, inside, space]) => {
      const all = [...outside, `"payload":${space}{${inside.join(',')}}`, '"tail":0']
      return `{${all.join(`,${space}`)}}`
    })
    fc.assert(
      fc.property(someFields, fc.array(record, { maxLength: 40 }), (fields, records) => {
        bothWays(fields, [records], '1')
      }),
    )
  })

  test('of every record with any byte of it changed or missing', () => {
    const fields = [field('a', BIGINT), field('b', TEXT, 'p.b'), field('d', DOUBLE, 'p.d')]
    const text = '{"a":120,"x":[{"y":"\\n"},-1.5e3],"p":{"b":"hé\u{1f600}","c":true,"d":0.25}}'
    const record = bytesOf(text)
    const wild = [...bytesOf('{}[]",:\\ 0-.eut\u00e9'), 0, 31, 127, 128, 255]
    const variants = [...record].flatMap((_, at) => [
      record.slice(0, at),
      ...wild.flatMap(byte => [
        changed(record, { at, byte, kind: 'set' }),
        changed(record, { at, byte, kind: 'insert' }),
      ]),
    ])
    const all = variants.flatMap(variant => [record, variant])
    bothWays(fields, [all, all], text)
  })
})

function scannerOf(fields: readonly Field[], record: string, limits = limitsOf()) {
  const lexer = new Lexer(limits)
  const columns: readonly JsonColumn[] = fields.map(one => jsonColumnOf(one, lexer))
  const open = (records: readonly string[]) => {
    const raw = rawOf(records)
    lexer.attach(raw.bytes)
    for (const column of columns) {
      column.begin(raw)
    }
    return raw
  }
  const first = open([record])
  const template = templateOf(lexer, treeOf(fields), 0, first.bytes.length)
  if (template === undefined) return undefined
  const scanner = new Scanner(lexer, template, { columns, marks: new Int32Array(300) })
  return (next: string) => {
    const raw = open([next])
    const verdict = scanner.scan(0, raw.bytes.length, { slot: 0, at: 0 })
    const vectors = columns.map(column => column.finish(1))
    return verdict === 'done' ? rowsOf({ vectors, failures: [] }, 1)[0] : verdict
  }
}

describe('the quick path is taken', () => {
  const fields = [field('user', TEXT), field('ts', TIMESTAMPTZ), field('ms', DOUBLE, 'load.ms')]
  const record = '{"user":"ann","ts":1700000000000,"x":{"y":[1]},"load":{"ms":1.5,"z":null}}'

  test.each([
    ['other values', '{"user":"b","ts":5,"x":{"y":[1]},"load":{"ms":22,"z":null}}', ['b', 5, 22]],
    ['objects nobody wants', '{"user":"","ts":0,"x":[{}],"load":{"ms":0.5,"z":[]}}', ['', 0, 0.5]],
    ['words', '{"user":null,"ts":null,"x":true,"load":{"ms":null,"z":1}}', [null, null, null]],
    ['escapes', '{"user":"\\u0041","ts":1,"x":"\\\\","load":{"ms":1e3,"z":-0}}', ['A', 1, 1000]],
    ['other letters', '{"user":"é","ts":-7,"x":"😀","load":{"ms":-1.25,"z":0}}', ['é', -7, -1.25]],
    ['moments', '{"user":"","ts":"1970-01-01","x":1E5,"load":{"ms":-0,"z":0}}', ['', 0, -0]],
  ])('for %s', (_, next, row) => {
    expect(scannerOf(fields, record)?.(next)).toEqual(row)
  })

  test.each([
    ['another order', 'other', '{"ts":1,"user":"ann","x":1,"load":{"ms":1,"z":1}}'],
    ['a key more', 'other', '{"user":"ann","ts":1,"y":2,"x":1,"load":{"ms":1,"z":1}}'],
    ['a key less', 'other', '{"user":"ann","ts":1,"load":{"ms":1,"z":1}}'],
    ['space', 'other', '{"user": "ann","ts":1,"x":1,"load":{"ms":1,"z":1}}'],
    ['a tail', 'other', '{"user":"ann","ts":1,"x":1,"load":{"ms":1,"z":1}} '],
    ['too early an end', 'other', '{"user":"ann","ts":1,"x":1,"load":{"ms":1,"z":1}'],
    ['a value that does not fit', 'odd', '{"user":5,"ts":1,"x":1,"load":{"ms":1,"z":1}}'],
    ['no value', 'odd', '{"user":"ann","ts":,"x":1,"load":{"ms":1,"z":1}}'],
    ['a bad value nobody wants', 'odd', '{"user":"ann","ts":1,"x":01,"load":{"ms":1,"z":1}}'],
  ])('not for %s', (_, verdict, next) => {
    expect(['other', 'odd']).toContain(scannerOf(fields, record)?.(next))
    if (verdict === 'other') expect(scannerOf(fields, record)?.(next)).toBe('other')
  })

  test('with space where the first record had it', () => {
    const scan = scannerOf([field('a', BIGINT), field('b', TEXT)], ' {"a": 1, "b" : "x" }\n')
    expect(scan?.(' {"a": 27, "b" : "yy" }\n')).toEqual([27, 'yy'])
  })

  test('for objects that are wanted whole and in part', () => {
    const both = [field('p', JSON_TYPE), field('a', BIGINT, 'p.a'), field('all', JSON_TYPE, '$')]
    const scan = scannerOf(both, ' {"p": {"a":1}} ')
    expect(scan?.(' {"p": {"a":222}} ')).toEqual(['{"a":222}', 222, '{"p": {"a":222}}'])
  })

  test('for columns that the shape does not have', () => {
    const scan = scannerOf(
      [field('a', BIGINT), field('b', TEXT), field('c', TEXT, 'd.e')],
      '{"a":1}',
    )
    expect(scan?.('{"a":2}')).toEqual([2, null, null])
  })

  test('for an object that is null, and only then', () => {
    const scan = scannerOf([field('a', BIGINT), field('c', TEXT, 'd.e')], '{"a":1,"d":null}')
    expect(scan?.('{"a":2,"d":null}')).toEqual([2, null])
    expect(scan?.('{"a":2,"d":"xx"}')).toBe('other')
  })

  test.each([
    ['{"a":1,"a":2}'],
    ['{"x":{"b":1,"b":2}}'],
    ['{"x":{"b":1},"x":{"b":2}}'],
    ['{"a":1,"\\u0061":2}'],
    [`{${Array.from({ length: 300 }, (_, at) => `"k${at}":1`)}}`],
    [`{"${'k'.repeat(20_000)}":1}`],
  ])('and nothing is learned from %s', record => {
    expect(scannerOf([field('a', BIGINT), field('b', TEXT, 'x.b')], record)).toBeUndefined()
  })
})

describe('numbers on the quick path', () => {
  const numbers = [
    ...['0', '-0', '7', '-7', '00', '-', '1.', '.5', '1.5', '-1.5', '0.5', '-0.0', '0.0', '1e2'],
    ...['1E+2', '1.5e1', '123456789012345', '1234567890123456', '999999999999999.5', '1.5.5'],
    ...['12345678901234.5', '0.12345678901234', '0.123456789012345', '0.0000000000000001', '1.50'],
    ...['2147483647', '2147483648', '-2147483648', '-2147483649', '8640000000000', '1.005', '1-'],
  ]
  const types: readonly [string, Type, TimeUnit][] = [
    ['integer', INTEGER, 'ms'],
    ['bigint', BIGINT, 'ms'],
    ['double', DOUBLE, 'ms'],
    ['decimal', decimal(20, 4), 'ms'],
    ['small', decimal(3, 1), 'ms'],
    ['fine', decimal(38, 30), 'ms'],
    ['ms', TIMESTAMPTZ, 'ms'],
    ['s', TIMESTAMPTZ, 's'],
    ['us', TIMESTAMPTZ, 'us'],
  ]

  test.each(types)('%s', (_, type, unit) => {
    const fields = [field('a', type, 'a', unit)]
    const records = numbers.flatMap(number => ['{"a":1}', `{"a":${number}}`])
    bothWays(fields, [records, records], '')
    bothWays(fields, [records, records], '5')
  })

  test('are exact, digit by digit', () => {
    const digits = fc.tuple(fc.nat(), fc.nat(), fc.constantFrom('', '-'))
    fc.assert(
      fc.property(fc.array(digits, { minLength: 1 }), all => {
        const records = all.map(([a, b, sign]) => `{"a":${sign}${a}.${b}}`)
        const out = new JsonDecoder([field('a', DOUBLE)]).decode(rawOf(records))
        const wanted = all.map(([a, b, sign]) => [Number(`${sign}${a}.${b}`)])
        expect(rowsOf(out, records.length)).toEqual(wanted)
      }),
    )
  })
})

describe('limits on the quick path', () => {
  const records = [
    '{"a":1,"b":"x"}',
    '{"a":1,"b":"xxxx"}',
    '{"a":1,"b":12345}',
    '{"a":1,"b":[[[]]]}',
  ]

  test.each([{ textBytesMax: 3 }, { numberBytesMax: 4 }, { depthMax: 3 }, { recordBytesMax: 15 }])(
    '%o',
    limits => {
      const quick = new JsonDecoder([field('a', BIGINT)], { limits }).decode(rawOf(records))
      const slow = new JsonDecoder([field('a', BIGINT)], { limits, learns: false })
      expect(quick.failures.length).toBeGreaterThan(0)
      expect(quick.failures).toEqual(slow.decode(rawOf(records)).failures)
    },
  )
})

describe('what is remembered of shapes', () => {
  function memoryOf(fields: readonly Field[]) {
    const lexer = new Lexer()
    const columns = fields.map(one => jsonColumnOf(one, lexer))
    const memory = new ShapeMemory(lexer, treeOf(fields), columns)
    /** How many records of a batch were of a known shape. */
    return (records: readonly string[]): number => {
      const raw = rawOf(records)
      lexer.attach(raw.bytes)
      for (const column of columns) {
        column.begin(raw)
      }
      let hits = 0
      for (let row = 0; row < raw.size; row++) {
        const [start = 0, end = 0] = [raw.starts[row], raw.ends[row]]
        if (memory.scan(row, start, end)) hits++
        else memory.maybeLearn(start, end)
      }
      return hits
    }
  }
  const shape = (n: number) => `{"k${n}":1,"a":${n}}`
  const shapes = (count: number) => Array.from({ length: count }, (_, n) => shape(n))

  test('one record is enough to know the next', () => {
    expect(memoryOf([field('a', BIGINT)])([shape(1), shape(1), shape(1)])).toBe(2)
  })

  test('up to eight shapes, in any order', () => {
    const hits = memoryOf([field('a', BIGINT)])
    expect(hits([...shapes(8), ...shapes(8).reverse(), ...shapes(8)])).toBe(16)
  })

  test('of more shapes than that, those that come often', () => {
    const hits = memoryOf([field('a', BIGINT)])
    hits(shapes(9))
    const mixed = Array.from({ length: 900 }, (_, n) => shape(n % 3 === 0 ? 100 + n : 1))
    hits(mixed)
    expect(hits(mixed)).toBeGreaterThan(550)
  })

  test('where every record has another shape, little is learned and tried, for a while', () => {
    const hits = memoryOf([field('a', BIGINT)])
    const others = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, n) => shape(from + n))
    const same = Array.from({ length: 400 }, () => shape(1))
    const windows = 16 * 512
    expect(hits(others(0, 1024))).toBe(0)
    expect(hits(same)).toBe(0)
    expect(hits(others(1424, windows))).toBe(0)
    expect(hits(same)).toBeGreaterThan(390)
  })
})

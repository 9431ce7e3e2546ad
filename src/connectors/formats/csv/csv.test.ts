/** CSV: RFC 4180 in both directions, cell by cell. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fuzzRuns } from '../../../base/testing/runs.ts'
import { rowsOf as engineRows, recordsOf } from '../../../engine/columns/records.ts'
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
import { anyRecords } from '../../../engine/testing/arbitrary.ts'
import { LineSplitter } from '../lines.ts'
import { fieldOf } from '../path.ts'
import { type Bytes, bytesOf, rawOf, rowsOf, textsOf } from '../testing/raw.ts'
import { Cells, cellBytes } from './cells.ts'
import { CsvCutter } from './cutter.ts'
import { CsvDecoder, type CsvOptions, namesOf } from './decoder.ts'
import { CsvEncoder } from './encoder.ts'

const field = (name: string, type: Type) => fieldOf({ name, type })

function rows(types: Record<string, Type>, records: readonly Bytes[], more?: Partial<CsvOptions>) {
  const names = Object.keys(types)
  const fields = names.map(name => field(name, types[name] as Type))
  const out = new CsvDecoder(fields, { names, ...more }).decode(rawOf(records, '\n'))
  return rowsOf(out, records.length)
}

const cell = (type: Type, text: string): unknown => {
  const [row] = rows({ a: type, b: TEXT }, [`${text},x`])
  return Array.isArray(row) ? row[0] : row
}

describe('cells', () => {
  const read = (text: string, delimiter?: string): readonly string[] | undefined => {
    const bytes = bytesOf(text)
    const cells = new Cells({ delimiter })
    if (cells.read(bytes, 0, bytes.length) !== undefined) return undefined
    const decoder = new TextDecoder()
    return cells.starts.map((_, at) => decoder.decode(cellBytes(bytes, cells, at)))
  }

  test.each([
    ['a,b', ['a', 'b']],
    ['', ['']],
    [',', ['', '']],
    ['"a,b","c"', ['a,b', 'c']],
    ['"say ""it"""', ['say "it"']],
    ['"",x\r\n', ['', 'x']],
    ['"a\nb"\n', ['a\nb']],
    [' a , b', [' a ', ' b']],
    ['a,"b"\r', ['a', 'b']],
  ])('%o', (text, cells) => {
    expect(read(text)).toEqual(cells)
  })

  test.each(['a"b', '"a"b', '"a', '"', '"a""', 'a,"b', '"a" ,b', 'a,b"'])('none in %o', text => {
    expect(read(text)).toBeUndefined()
  })

  test('may have another delimiter', () => {
    expect(read('a;"b;c"', ';')).toEqual(['a', 'b;c'])
    expect(read('a\tb', '\t')).toEqual(['a', 'b'])
    for (const delimiter of ['', ',,', '"', '\n', 'é']) {
      expect(() => new Cells({ delimiter })).toThrow('bad-delimiter')
    }
  })

  test('any texts come back', () => {
    const text = fc.string({ unit: fc.constantFrom('"', ',', '\n', '\r', 'a', 'é', ' ') })
    fc.assert(
      fc.property(fc.array(text, { minLength: 1 }), texts => {
        const quoted = texts.map(one => `"${one.replaceAll('"', '""')}"`)
        expect(read(quoted.join(','))).toEqual(texts)
      }),
      { numRuns: fuzzRuns(2000) },
    )
  })
})

describe('columns of cells', () => {
  test.each<[Type, string, unknown]>([
    [TEXT, 'x', 'x'],
    [TEXT, '', null],
    [TEXT, '""', ''],
    [TEXT, '12', '12'],
    [TEXT, '"a ""b"""', 'a "b"'],
    [INTEGER, '12', 12],
    [INTEGER, '"12"', 12],
    [INTEGER, '', null],
    [INTEGER, ' 12', 'no-such-value'],
    [INTEGER, 'x', 'no-such-value'],
    [INTEGER, '1.5', 'inexact'],
    [BIGINT, '9223372036854775807', 2n ** 63n - 1n],
    [decimal(5, 2), '1.5', 150],
    [DOUBLE, '1e3', 1000],
    [DOUBLE, 'NaN', Number.NaN],
    [BOOLEAN, 'true', true],
    [BOOLEAN, 'TRUE', 'no-such-value'],
    [BOOLEAN, '1', 'no-such-value'],
    [BYTES, 'QUI=', bytesOf('AB')],
    [BYTES, '1234', Uint8Array.of(215, 109, 248)],
    [DATE, '2026-11-21', 20_778],
    [DATE, '20778', 'no-such-value'],
    [TIMESTAMP, '2026-11-21T00:00', 1_795_219_200_000],
    [TIMESTAMPTZ, '1795219200000', 1_795_219_200_000],
    [INTERVAL, 'PT1S', 1000],
    [INTERVAL, '1000', 1000],
    [MONTHS, 'P1M', 1],
    [JSON_TYPE, '"{""a"": [1]} "', '{"a": [1]}'],
    [JSON_TYPE, 'null', null],
    [JSON_TYPE, '{}{}', 'malformed'],
    [JSON_TYPE, '{', 'malformed'],
    [arrayOf(INTEGER), '"[1,null]"', [1, null]],
    [arrayOf(INTEGER), '1', 'wrong-type'],
    [arrayOf(INTEGER), '[x]', 'malformed'],
  ])('%o %s', (type, text, value) => {
    expect(cell(type, text)).toEqual(value)
  })

  test('a record that is none fails alone', () => {
    const types = { a: INTEGER, b: TEXT }
    const notUtf8 = Uint8Array.of(0x31, 0x2c, 0xff)
    const records = ['1,x', '1', '1,2,3', '1,"x', null, notUtf8, 'x,y', '2,z']
    expect(rows(types, records)).toEqual([
      [1, 'x'],
      'malformed',
      'malformed',
      'malformed',
      'no-value',
      'not-utf8',
      'no-such-value',
      [2, 'z'],
    ])
  })

  test('says where', () => {
    const decoder = new CsvDecoder([field('b', INTEGER)], { names: ['a', 'b'] })
    const records = ['aaa,x', 'a,"b', 'a,b"', '"a"b,c', Uint8Array.of(0x61, 0x2c, 0x80)]
    const { failures } = decoder.decode(rawOf(records, '##'))
    expect(failures.map(({ row, at }) => [row, at])).toEqual([
      [0, 4],
      [1, 4],
      [2, 3],
      [3, 3],
      [4, 2],
    ])
    expect(failures[0]?.reason).toBe('b: the text says no INTEGER')
  })

  test('limits', () => {
    const types = { a: TEXT, b: TEXT }
    expect(rows(types, ['12,34', '12,345'], { limits: { recordBytesMax: 5 } })).toEqual([
      ['12', '34'],
      'too-large',
    ])
    expect(rows(types, ['123,4', '1234,5'], { limits: { textBytesMax: 3 } })).toEqual([
      ['123', '4'],
      'text-too-long',
    ])
    const json = { a: JSON_TYPE, b: TEXT }
    expect(rows(json, ['[[[]]],x'], { limits: { depthMax: 2 } })).toEqual(['too-deep'])
  })

  test('a record beyond its bytes is our mistake', () => {
    const raw = { ...rawOf(['a']), ends: Int32Array.of(3) }
    const decoder = new CsvDecoder([field('a', TEXT)], { names: ['a'] })
    expect(() => decoder.decode(raw)).toThrow('a-record-lies-in-its-bytes')
  })

  test('names may come from the first record', () => {
    expect(namesOf(bytesOf('id,"the ""name""",é\r\n'))).toEqual(['id', 'the "name"', 'é'])
    expect(namesOf(bytesOf('a;b'), { delimiter: ';' })).toEqual(['a', 'b'])
    expect(() => namesOf(bytesOf('a,"b'))).toThrow('bad-header')
    expect(() => namesOf(Uint8Array.of(0xff))).toThrow('bad-header')
  })

  test('a column wants a cell of its name', () => {
    const names = ['id', 'name']
    expect(() => new CsvDecoder([field('nam', TEXT)], { names })).toThrow(
      "no-such-cell: column 'nam' has no cell: there is none called 'nam'; there are 'id', 'name'",
    )
    const nested = fieldOf({ name: 'x', type: TEXT }, { from: 'id.name' })
    expect(() => new CsvDecoder([nested], { names })).toThrow('no-such-cell')
    const renamed = fieldOf({ name: 'x', type: TEXT }, { from: 'name' })
    const decoder = new CsvDecoder([renamed], { names })
    expect(rowsOf(decoder.decode(rawOf(['1,ann'])), 1)).toEqual([['ann']])
  })
})

describe('written and read again', () => {
  /** What CSV cannot tell apart. */
  function sayable(value: Scalar, type: Type): Scalar {
    if (type.kind === 'json') return value === 'null' ? null : value
    if (type.kind !== 'array' || value === null) return value
    return (value as readonly Scalar[]).map(one => {
      const isLost = type.of.kind === 'double' && !Number.isFinite(one)
      return isLost ? null : sayable(one, type.of)
    })
  }

  test.each([
    [',', 'iso'],
    [';', 'ms'],
    ['\t', 'iso'],
  ] as const)('any records, with %o between cells, moments as %s', (delimiter, moments) => {
    fc.assert(
      fc.property(anyRecords, records => {
        fc.pre(records.schema.columns.length > 1)
        const encoder = new CsvEncoder(records.schema, { delimiter, moments })
        const { schema } = records
        const wanted = engineRows(records).map(({ values }) =>
          values.map((value, place) => sayable(value, schema.at(place).type)),
        )
        const splitter = new LineSplitter({ skips: 'empty' }, new CsvCutter({ delimiter }))
        const file = Uint8Array.from([...encoder.header(), ...encoder.encode(records).bytes])
        const whole = splitter.push(file)
        const names = namesOf(whole.bytes.subarray(whole.starts[0], whole.ends[0]), { delimiter })
        expect(names).toEqual(schema.names)
        const fields = schema.columns.map(column => fieldOf(column))
        const out = new CsvDecoder(fields, { names, delimiter }).decode(whole)
        expect(rowsOf(out, whole.size).slice(1)).toEqual(wanted)
      }),
      { numRuns: fuzzRuns(100) },
    )
  })

  test.each(['\ufeff', ''])('any texts, behind %o', mark => {
    const schema = new Schema(['\ufeffa', 'b'].map(name => ({ name, type: TEXT })))
    const unit = fc.constantFrom('\ufeff', '"', ',', '\n', '\r', 'a', 'é', ' ')
    const value = fc.option(fc.string({ unit, maxLength: 5 }), { freq: 5 })
    fc.assert(
      fc.property(
        fc.array(fc.tuple(value, value), { maxLength: 5 }),
        fc.boolean(),
        (all, named) => {
          const encoder = new CsvEncoder(schema)
          const records = recordsOf(
            schema,
            all.map(values => ({ time: 0, values })),
          )
          const head = named ? encoder.header() : []
          const file = Uint8Array.from([
            ...bytesOf(mark),
            ...head,
            ...encoder.encode(records).bytes,
          ])
          const whole = new LineSplitter({}, new CsvCutter()).push(file)
          const fields = schema.columns.map(column => fieldOf(column))
          const out = new CsvDecoder(fields, { names: schema.names }).decode(whole)
          expect(rowsOf(out, whole.size)).toEqual(named ? [schema.names, ...all] : all)
        },
      ),
      { numRuns: fuzzRuns(2000) },
    )
  })

  test('null and an empty text are told apart', () => {
    const schema = new Schema(['a', 'b', 'c,'].map(name => ({ name, type: TEXT })))
    const records = recordsOf(schema, [{ time: 0, values: [null, '', 'x"y'] }])
    const encoder = new CsvEncoder(schema)
    expect(textsOf(encoder.encode(records))).toEqual([',"","x""y"\r\n'])
    expect(new TextDecoder().decode(encoder.header())).toBe('a,b,"c,"\r\n')
    const other = recordsOf(new Schema([{ name: 'a', type: TEXT }]), [])
    expect(() => encoder.encode(other)).toThrow('records-have-the-encoders-schema')
  })
})

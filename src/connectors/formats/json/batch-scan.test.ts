/**
 * The kernel: what it takes, and that it leaves all else. That whatever it takes is what the slow
 * path says is for scanner.test.ts, where it reads every second batch.
 */

import fc from 'fast-check'
import { afterEach, describe, expect, test, vi } from 'vitest'
import {
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
import type { Field, RawRecords } from '../format.ts'
import { type Limits, limitsOf } from '../limits.ts'
import { fieldOf } from '../path.ts'
import { type Bytes, bytesOf, rawOf, rowsOf } from '../testing/raw.ts'
import { scanBatch } from './batch-scan.ts'
import { jsonColumnOf } from './column.ts'
import { kernelOf } from './kernel.ts'
import { Lexer } from './lexer.ts'
import { Layout, ODD } from './program.ts'
import { Scanner } from './scanner.ts'
import { templateOf } from './template.ts'
import { treeOf } from './tree.ts'

const field = (name: string, type: Type, from?: string) => fieldOf({ name, type }, { from })

interface Scanning {
  readonly fields: readonly Field[]
  /** One of each shape. */
  readonly shapes: readonly string[]
  readonly limits?: Partial<Limits>
}

/** Learns the shapes, then reads the batch: marks, and the rows of those that were taken. */
function scanned({ fields, shapes, limits }: Scanning, raw: RawRecords) {
  const lexer = new Lexer(limitsOf(limits))
  const columns = fields.map(one => jsonColumnOf(one, lexer))
  const programs = shapes.map(shape => {
    const { bytes } = rawOf([shape])
    lexer.attach(bytes)
    const template = templateOf(lexer, treeOf(fields), 0, bytes.length)
    if (template === undefined) throw new Error(`no shape: ${shape}`)
    const scanner = new Scanner(lexer, template, { columns, marks: new Int32Array(300) })
    return scanner.program
  })
  lexer.attach(raw.bytes)
  for (const column of columns) column.begin(raw)
  const known = programs.filter(program => program !== undefined)
  const scan = scanBatch(raw, known, lexer.limits)
  const vectors = columns.map(column => column.finish(raw.size))
  const rows = rowsOf({ vectors, failures: [] }, raw.size)
  return { scan, marks: [...(scan?.marks ?? [])], rows, known }
}

/** Of one shape and one record: the row, or the mark of what was not taken. */
function one(fields: readonly Field[], shape: string, record: Bytes, limits: Partial<Limits> = {}) {
  const { marks, rows } = scanned({ fields, shapes: [shape], limits }, rawOf([record], '1'))
  return marks[0] === 1 ? rows[0] : marks[0]
}

const fields = [field('user', TEXT), field('ts', TIMESTAMPTZ), field('ms', DOUBLE, 'load.ms')]
const shape = '{"user":"ann","ts":1700000000000,"x":{"y":[1]},"load":{"ms":1.5,"z":null}}'

describe('the kernel takes', () => {
  test.each([
    ['other values', '{"user":"b","ts":5,"x":"","load":{"ms":22,"z":null}}', ['b', 5, 22]],
    ['no text', '{"user":"","ts":0,"x":0,"load":{"ms":0.5,"z":""}}', ['', 0, 0.5]],
    [
      'less than nothing',
      '{"user":"~","ts":-7,"x":-0,"load":{"ms":-1.25,"z":0}}',
      ['~', -7, -1.25],
    ],
    ['words', '{"user":"a","ts":1,"x":true,"load":{"ms":1,"z":false}}', ['a', 1, 1]],
    [
      'numbers nobody wants',
      '{"user":"a","ts":1,"x":-1.50E+3,"load":{"ms":1,"z":1e9}}',
      ['a', 1, 1],
    ],
  ])('%s', (_, record, row) => {
    expect(one(fields, shape, record)).toEqual(row)
  })

  test('values of any type, by their place', () => {
    const some = [
      field('ok', BOOLEAN),
      field('raw', JSON_TYPE, 'ok'),
      field('at', TIMESTAMPTZ, 'at'),
      field('text', JSON_TYPE, 'text'),
    ]
    const [a, b] = ['{"ok":true,"at":1,"text":"x"}', '{"ok":false,"at":25,"text":"yy"}']
    expect(one(some, a, b)).toEqual([false, 'false', 25, '"yy"'])
    expect(one(some, a, '{"ok":null,"at":0,"text":-1e3}')).toEqual([null, null, 0, '-1e3'])
  })

  test('texts of any length', () => {
    for (let size = 0; size < 70; size++) {
      const text = 'x'.repeat(size)
      expect(one([field('a', TEXT)], '{"a":"y"}', `{"a":"${text}"}`)).toEqual([text])
    }
  })

  test('literals of any length, and none that differs in a byte', () => {
    for (let size = 0; size < 40; size++) {
      const record = `{"${'k'.repeat(size)}":1,"a":2}`
      expect(one([field('a', BIGINT)], record, record)).toEqual([2])
      const bytes = bytesOf(record)
      for (let at = 0; at < bytes.length; at++) {
        if (/\d/.test(record[at] ?? '')) continue
        const other = bytes.map((byte, place) => (place === at ? byte ^ 1 : byte))
        expect(one([field('a', BIGINT)], record, other)).toBe(0)
      }
    }
  })

  test('numbers as JavaScript has them', () => {
    const digits = fc.tuple(
      fc.constantFrom('', '-'),
      fc.maxSafeInteger().map(n => Math.abs(n) % 1e15),
      fc.option(fc.stringMatching(/^[0-9]{1,6}$/)),
    )
    fc.assert(
      fc.property(digits, ([sign, whole, part]) => {
        const text = `${sign}${whole}${part === null ? '' : `.${part}`}`
        const said = one([field('a', DOUBLE)], '{"a":1}', `{"a":${text}}`)
        const size = text.replace(/[-.]/g, '').length
        const isZero = Number(text) === 0 && text !== '0'
        expect(said).toEqual(size > 15 || isZero ? 0 : [Number(text)])
      }),
      { numRuns: 500 },
    )
  })
})

describe('the kernel leaves', () => {
  test.each([
    ['another order', '{"ts":1,"user":"ann","x":1,"load":{"ms":1,"z":1}}'],
    ['a key more', '{"user":"ann","ts":1,"y":2,"x":1,"load":{"ms":1,"z":1}}'],
    ['a key less', '{"user":"ann","ts":1,"load":{"ms":1,"z":1}}'],
    ['space', '{"user": "ann","ts":1,"x":1,"load":{"ms":1,"z":1}}'],
    ['a tail', '{"user":"ann","ts":1,"x":1,"load":{"ms":1,"z":1}} '],
    ['too early an end', '{"user":"ann","ts":1,"x":1,"load":{"ms":1,"z":1}'],
    ['no bytes', ''],
    ['a number for a text', '{"user":5,"ts":1,"x":1,"load":{"ms":1,"z":1}}'],
    ['a text for a number', '{"user":"a","ts":"1","x":1,"load":{"ms":1,"z":1}}'],
    ['a word for a number', '{"user":"a","ts":null,"x":1,"load":{"ms":1,"z":1}}'],
    ['an escape', '{"user":"a\\n","ts":1,"x":1,"load":{"ms":1,"z":1}}'],
    ['an escape nobody wants', '{"user":"a","ts":1,"x":"\\u0041","load":{"ms":1,"z":1}}'],
    ['letters beyond ASCII', '{"user":"é","ts":1,"x":1,"load":{"ms":1,"z":1}}'],
    ['a control character', '{"user":"a\u0001","ts":1,"x":1,"load":{"ms":1,"z":1}}'],
    ['an object', '{"user":"a","ts":1,"x":{},"load":{"ms":1,"z":1}}'],
    ['a list', '{"user":"a","ts":1,"x":[],"load":{"ms":1,"z":1}}'],
    ['no value', '{"user":"a","ts":,"x":1,"load":{"ms":1,"z":1}}'],
    ['no value nobody wants', '{"user":"a","ts":1,"x":,"load":{"ms":1,"z":1}}'],
    ['an exponent', '{"user":"a","ts":1e3,"x":1,"load":{"ms":1,"z":1}}'],
    ['a zero with a sign', '{"user":"a","ts":-0,"x":1,"load":{"ms":1,"z":1}}'],
    ['a zero with a point', '{"user":"a","ts":1,"x":1,"load":{"ms":0.0,"z":1}}'],
    ['a zero in front', '{"user":"a","ts":01,"x":1,"load":{"ms":1,"z":1}}'],
    ['a zero in front nobody wants', '{"user":"a","ts":1,"x":01,"load":{"ms":1,"z":1}}'],
    ['a point alone', '{"user":"a","ts":1.,"x":1,"load":{"ms":1,"z":1}}'],
    ['a point alone nobody wants', '{"user":"a","ts":1,"x":1.,"load":{"ms":1,"z":1}}'],
    ['a sign alone', '{"user":"a","ts":1,"x":-,"load":{"ms":1,"z":1}}'],
    ['an exponent alone', '{"user":"a","ts":1,"x":1e+,"load":{"ms":1,"z":1}}'],
    ['half a word', '{"user":"a","ts":1,"x":tru,"load":{"ms":1,"z":1}}'],
    ['another word', '{"user":"a","ts":1,"x":falsy,"load":{"ms":1,"z":1}}'],
  ])('%s', (_, record) => {
    expect(one(fields, shape, record)).toBe(0)
  })

  test('a record that goes on behind its end', () => {
    for (let cut = 1; cut < shape.length; cut++) {
      const raw = rawOf([shape.replace('{"y":[1]}', '1')])
      raw.ends[0] = raw.bytes.length - cut
      expect(scanned({ fields, shapes: [shape] }, raw).marks).toEqual([0])
    }
  })

  test('records that have no value, or do not lie in their bytes', () => {
    const record = '{"a":1}'
    const raw = rawOf([record, null, record, record, record])
    raw.ends[2] = raw.bytes.length + 1
    raw.ends[3] = (raw.starts[3] ?? 0) - 1
    expect(scanned({ fields: [field('a', BIGINT)], shapes: [record] }, raw).marks).toEqual([
      1, 0, 0, 0, 1,
    ])
    const none = rawOf([null, null])
    expect(scanned({ fields: [field('a', BIGINT)], shapes: [record] }, none).marks).toEqual([0, 0])
  })

  test.each<[string, Partial<Limits>, number[]]>([
    ['texts', { textBytesMax: 3 }, [1, 1, 0, 1]],
    ['numbers', { numberBytesMax: 4 }, [0, 0, 0, 0]],
    ['numbers nobody wants', { numberBytesMax: 18 }, [1, 1, 1, 0]],
  ])('%s beyond the limits', (_, limits, marks) => {
    const records = ['{"a":1,"b":"x"}', '{"a":1,"b":"xxx"}', '{"a":1,"b":"xxxx"}']
    const raw = rawOf([...records, `{"a":1,"b":${'9'.repeat(19)}}`])
    const scanning = { fields: [field('a', BIGINT)], shapes: ['{"a":1,"b":1}'], limits }
    expect(scanned(scanning, raw).marks).toEqual(marks)
  })
})

test.each([
  ['an INTEGER', field('a', INTEGER), '2147483648'],
  ['a fraction of one', field('a', INTEGER), '1.5'],
  ['a DECIMAL', field('a', decimal(4, 2)), '123.45'],
  ['a BOOLEAN', field('a', BOOLEAN), '1'],
])('what has no place in %s is for the slow path', (_, wanted, value) => {
  expect(one([wanted], '{"a":1,"b":1}', `{"a":${value},"b":1}`)).toBe(ODD)
})

test('an object that is wanted whole and in part is for the scanners', () => {
  const both = [field('p', JSON_TYPE), field('a', BIGINT, 'p.a')]
  expect(scanned({ fields: both, shapes: ['{"p":{"a":1}}'] }, rawOf([])).known).toEqual([])
})

describe('several shapes', () => {
  const shapes = ['{"a":1}', '{"a":1,"b":"x"}', '{"b":"x"}']
  const some = [field('a', BIGINT), field('b', TEXT)]

  test('each take their own', () => {
    const raw = rawOf(['{"b":"u"}', '{"a":7}', '{"c":7}', '{"a":8,"b":"v"}', '{"a":9}'])
    const { scan, marks, rows } = scanned({ fields: some, shapes }, raw)
    expect(marks).toEqual([3, 1, 0, 2, 1])
    expect(scan?.accepted).toEqual([2, 1, 1])
    expect(rows).toEqual([
      [null, 'u'],
      [7, null],
      [null, null],
      [8, 'v'],
      [9, null],
    ])
  })

  test('are not asked once nothing is left', () => {
    const raw = rawOf(['{"a":7}', '{"a":8}'])
    expect(scanned({ fields: some, shapes }, raw).scan?.accepted).toEqual([2, 0, 0])
  })
})

describe('the memory of the kernel', () => {
  afterEach(() => {
    vi.unstubAllGlobals()
  })

  test('grows with batches, up to a bound', () => {
    const text = 'x'.repeat(500_000)
    const batch = (count: number) => rawOf(Array.from({ length: count }, () => `{"a":"${text}"}`))
    const scanning = { fields: [field('a', TEXT)], shapes: ['{"a":""}'] }
    expect(scanned(scanning, batch(1)).rows).toEqual([[text]])
    expect(scanned(scanning, batch(10)).marks).toEqual(Array(10).fill(1))
    expect(scanned(scanning, batch(34)).scan).toBeUndefined()
  })

  test('has nothing of the batch before', () => {
    const scanning = { fields: [field('a', BIGINT)], shapes: ['{"a":1}'] }
    scanned(scanning, rawOf(['{"a":1}', '{"a":2}', '{"a":3}']))
    const { marks, rows } = scanned(scanning, rawOf(['{"b":1}', '{"a":4}']))
    expect([marks, rows]).toEqual([
      [0, 1],
      [[null], [4]],
    ])
  })

  test('is given out in whole pieces', () => {
    const layout = new Layout(64)
    expect([layout.take(1), layout.take(0), layout.take(17), layout.take(16)]).toEqual([
      64, 80, 80, 112,
    ])
    expect(layout.size).toBe(128)
  })

  test('is not there where there is no WebAssembly, or one of another kind', () => {
    const size = 2 ** 26
    const sound = kernelOf(1)
    expect(sound?.bytes.length).toBeGreaterThan(1)
    vi.stubGlobal('WebAssembly', undefined)
    expect(kernelOf(size)).toBeUndefined()
    vi.stubGlobal('WebAssembly', { validate: () => false })
    expect(kernelOf(size)).toBeUndefined()
    vi.unstubAllGlobals()
    expect(kernelOf(1)?.scan).toBeTypeOf('function')
  })
})

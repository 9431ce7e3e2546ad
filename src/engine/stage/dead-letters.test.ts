/** Records that could not be computed, as letters: who could not, why, and what it was about. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ByteReader, ByteWriter } from '../../base/bytes.ts'
import { type Records, recordsOf, rowAt, rowsOf } from '../columns/records.ts'
import { readRecords, writeRecords } from '../columns/records-codec.ts'
import type { Scalar } from '../columns/vector.ts'
import { weightOf } from '../columns/weight.ts'
import { Schema } from '../schema/schema.ts'
import { arrayOf, BIGINT, BYTES, DOUBLE, TEXT, type Type } from '../schema/type.ts'
import { anyRecords } from '../testing/arbitrary.ts'
import {
  DEAD_LETTER_SCHEMA,
  deadLetters,
  LETTER_TEXT_MAX,
  LETTERS_MAX,
  LETTERS_TEXT_MAX,
} from './dead-letters.ts'

const why = { operator: 'sums', code: 'overflow', reason: 'too large' }

function letterOf(type: Type, value: Scalar, name = 'x') {
  const schema = new Schema([{ name, type }])
  const records = recordsOf(schema, [{ time: 7, values: [value] }])
  const letters = rowsOf(deadLetters([{ ...why, records, row: 0 }]))
  return letters[0]?.values[5] as string
}

describe('a dead letter', () => {
  const schema = new Schema([
    { name: 'user', type: TEXT },
    { name: 'n', type: BIGINT },
  ])
  const records = recordsOf(schema, [
    { time: 4, values: ['a', 1] },
    { time: 5, values: ['b', null] },
  ])

  test('says operator, code, reason, and the record as JSON, at its time', () => {
    expect(rowsOf(deadLetters([{ ...why, records, row: 1 }]))).toEqual([
      { time: 5, values: ['sums', 'overflow', 'too large', null, null, '{"user":"b","n":null}'] },
    ])
  })

  test('says where the record came from, as long as that is known', () => {
    const origin = { channel: 3, offsets: Float64Array.of(100, 2 ** 40) }
    const known: Records = { ...records, origin }
    const [letter] = rowsOf(deadLetters([{ ...why, records: known, row: 1 }]))
    expect(letter?.values.slice(3, 5)).toEqual([3, 2 ** 40])
  })

  test('stands among others in the order in which they failed', () => {
    const rows = [1, 0, 1].map(row => ({ ...why, records, row }))
    expect(rowsOf(deadLetters(rows)).map(({ time }) => time)).toEqual([5, 4, 5])
  })

  test('of none is no letter', () => {
    expect(deadLetters([]).size).toBe(0)
  })

  test.each<[string, Type, Scalar, string]>([
    ['a whole number beyond 2^53 as text', BIGINT, 2n ** 60n, '{"x":"1152921504606846976"}'],
    ['bytes as hexadecimal digits', BYTES, Uint8Array.of(0, 255, 16), '{"x":"00ff10"}'],
    ['what JSON has no number for as text', DOUBLE, Number.NaN, '{"x":"NaN"}'],
    ['a number without end as text', DOUBLE, -Infinity, '{"x":"-Infinity"}'],
    [
      'an array with all that is in it',
      arrayOf(BIGINT),
      [1, null, 2n ** 60n],
      '{"x":[1,null,"1152921504606846976"]}',
    ],
    ['an array of bytes, too', arrayOf(BYTES), [Uint8Array.of(1)], '{"x":["01"]}'],
    ['quotes as JSON quotes them', TEXT, 'a "b"\n', '{"x":"a \\"b\\"\\n"}'],
  ])('has %s', (_, type, value, text) => {
    expect(letterOf(type, value)).toBe(text)
  })

  test('has a column of any name, even those that objects have by birth', () => {
    expect(letterOf(TEXT, 'v', '__proto__')).toBe('{"__proto__":"v"}')
    expect(letterOf(TEXT, 'v', 'toJSON')).toBe('{"toJSON":"v"}')
  })

  test.each<[string, Type, Scalar]>([
    ['a text', TEXT, `a${'\u{1f600}'.repeat(LETTER_TEXT_MAX)}`],
    ['a text of signs that JSON escapes', TEXT, '\0'.repeat(LETTER_TEXT_MAX)],
    ['bytes', BYTES, new Uint8Array(LETTER_TEXT_MAX)],
    ['a list', arrayOf(TEXT), new Array<Scalar>(LETTER_TEXT_MAX).fill('x'.repeat(100))],
  ])('stays small, and is JSON and Unicode where it is cut: %s', (_, type, value) => {
    const text = letterOf(type, value)
    expect(text.length).toBeLessThanOrEqual(LETTER_TEXT_MAX)
    expect(text.length).toBeGreaterThan(1000)
    expect(text).not.toMatch(/\p{Surrogate}/u)
    expect(Object.keys(JSON.parse(text))).toEqual(['x'])
  })

  test('of very many columns names none, if need be', () => {
    const columns = Array.from({ length: 9000 }, (_, n) => ({ name: `column_${n}`, type: TEXT }))
    const values = columns.map(() => 'x'.repeat(20))
    const wide = recordsOf(new Schema(columns), [{ time: 1, values }])
    expect(rowsOf(deadLetters([{ ...why, records: wide, row: 0 }]))[0]?.values[5]).toBe('{}')
  })

  test('among very many has no record, and the last one counts those that have none', () => {
    const long = recordsOf(schema, [{ time: 4, values: ['x'.repeat(30_000), 1] }])
    const letters = deadLetters(new Array(LETTERS_MAX + 7).fill({ ...why, records: long, row: 0 }))
    expect(letters.size).toBe(LETTERS_MAX + 1)
    const [first, last] = [rowAt(letters, 0), rowAt(letters, LETTERS_MAX)]
    expect(first.values[5]).toHaveLength(30_017)
    expect(rowAt(letters, LETTERS_MAX - 1).values[5]).toBeNull()
    expect(last.values.slice(1, 3)).toEqual([
      'more-failed',
      '7 more records of the batch failed, this and others',
    ])
    expect(weightOf(letters)).toBeLessThan(LETTERS_TEXT_MAX + 2 ** 20 + LETTERS_MAX * 200)
  })

  test('of any record can be kept as bytes', () => {
    fc.assert(
      fc.property(anyRecords, some => {
        const rows = Array.from({ length: some.size }, (_, row) => ({ ...why, records: some, row }))
        const letters = deadLetters(rows)
        const out = new ByteWriter()
        writeRecords(out, letters)
        const back = readRecords(new ByteReader(out.finish()), DEAD_LETTER_SCHEMA)
        expect(rowsOf(back)).toEqual(rowsOf(letters))
      }),
    )
  })
})

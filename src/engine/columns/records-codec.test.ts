/** Records in bytes: every byte means something, and every other meaning is refused. */

import { describe, expect, test } from 'vitest'
import { ByteReader, ByteWriter } from '../../base/bytes.ts'
import { Schema } from '../schema/schema.ts'
import { arrayOf, BIGINT, BOOLEAN, DOUBLE, INTEGER, TEXT, type Type } from '../schema/type.ts'
import { DELETE, type Records, recordsOf, rowsOf, UPDATE } from './records.ts'
import { readRecords, writeRecords } from './records-codec.ts'
import type { Scalar } from './vector.ts'

const schemaOf = (...types: readonly Type[]) =>
  new Schema(types.map((type, place) => ({ name: `c${place}`, type })))

function written(records: Records): Uint8Array {
  const out = new ByteWriter()
  writeRecords(out, records)
  return out.finish()
}

function read(bytes: Uint8Array | readonly number[], schema: Schema): Records {
  const reader = new ByteReader(Uint8Array.from(bytes))
  const records = readRecords(reader, schema)
  reader.done()
  return records
}

const column = (type: Type, ...values: readonly Scalar[]) =>
  recordsOf(
    schemaOf(type),
    values.map(value => ({ time: 0, values: [value] })),
  )

/** Two rows at time 0, without kinds and origin. */
const TWO = [2, 0, 0, 0, 0]
const ONE = [1, 0, 0, 0]
const HAS_NULLS = 1
const HAS_WIDE = 2

describe('a batch of records', () => {
  test('of no rows and no columns takes three bytes', () => {
    expect([...written(recordsOf(schemaOf(), []))]).toEqual([0, 0, 0])
  })

  test('has its times first, then column by column', () => {
    expect([...written(column(BOOLEAN, true, false))]).toEqual([...TWO, 0, 0b01])
    expect([...written(column(BIGINT, 3, 5))]).toEqual([...TWO, 0, 0, 6, 4])
    expect([...written(column(TEXT, 'a', ''))]).toEqual([...TWO, 0, 1, 0x61, 0])
  })

  test('says of each record what it does, where one is no insert', () => {
    const rows = [0, UPDATE, DELETE].map(kind => ({ time: 0, values: [], kind }))
    const bytes = written(recordsOf(schemaOf(), rows))
    expect([...bytes]).toEqual([3, 1, 0, 0, 0, 0, 0, UPDATE, DELETE])
    expect(read(bytes, schemaOf()).kinds).toEqual(Uint8Array.of(0, UPDATE, DELETE))
  })

  test('says where each record came from, where that is known', () => {
    const origin = { channel: 300, offsets: Float64Array.of(7, 9) }
    const records = { ...column(BOOLEAN, true, true), origin }
    expect(read(written(records), records.schema).origin).toEqual(origin)
  })

  test('read from memory that changes stays what it was', () => {
    const bytes = written(column(TEXT, 'abc', 'd'))
    const records = read(bytes, schemaOf(TEXT))
    bytes.fill(0x7a)
    expect(rowsOf(records).map(({ values }) => values[0])).toEqual(['abc', 'd'])
  })

  test.each([
    ['flags of eight rows in one byte', 8, 1],
    ['of the ninth in another', 9, 2],
  ])('has %s', (_, size, bytes) => {
    const flags = Array.from({ length: size }, (_row, at) => at % 3 === 0)
    const plain = written(column(INTEGER, ...flags.map(() => 1))).length
    const whole = written(column(BOOLEAN, ...flags))
    expect(whole.length).toBe(plain - 1 - size + bytes)
    expect(rowsOf(read(whole, schemaOf(BOOLEAN))).map(({ values }) => values[0])).toEqual(flags)
  })
})

describe('bytes that no writer wrote', () => {
  const wide = (text: string) => [...new ByteWriter().text(text).finish()]

  test.each<[string, readonly number[], Type]>([
    ['flags beyond the last row', [...TWO, 0, 0b100], BOOLEAN],
    ['nulls that are announced and are none', [...TWO, HAS_NULLS, 0, 0], BOOLEAN],
    ['a null that is true', [...TWO, HAS_NULLS, 0b01, 0b01], BOOLEAN],
    ['a null that is a number', [...ONE, HAS_NULLS, 1, 0, 2], BIGINT],
    ['a null beyond the last row', [...ONE, HAS_NULLS, 0b10, 0, 0], BIGINT],
    ['a column of an unknown form', [...ONE, 4, 0], BIGINT],
    ['a wide number where none can be', [...ONE, HAS_WIDE, 0, 0, 1, 0], INTEGER],
    ['a wide boolean', [...ONE, HAS_WIDE, 1], BOOLEAN],
    ['wide numbers that are none', [...ONE, HAS_WIDE, 0, 0, 0], BIGINT],
    ['more wide numbers than rows', [...ONE, HAS_WIDE, 0, 0, 2], BIGINT],
    [
      'a wide number that is narrow',
      [...ONE, HAS_WIDE, 0, 0, 1, 0, ...wide('9007199254740991')],
      BIGINT,
    ],
    ['a wide number that is no number', [...ONE, HAS_WIDE, 0, 0, 1, 0, ...wide('x')], BIGINT],
    [
      'a wide number over a narrow one',
      [...ONE, HAS_WIDE, 0, 2, 1, 0, ...wide('9'.repeat(18))],
      BIGINT,
    ],
    [
      'a wide number beyond the rows',
      [...ONE, HAS_WIDE, 0, 0, 1, 3, ...wide('9'.repeat(18))],
      BIGINT,
    ],
    ['a wide number that is null', [...ONE, 3, 1, 0, 0, 1, 0, ...wide('9'.repeat(18))], BIGINT],
    ['a text that is not UTF-8', [...ONE, 0, 1, 0xff], TEXT],
    ['half a character', [...ONE, 0, 1, 0xc3], TEXT],
    ['a text longer than its bytes', [...ONE, 0, 9, 0x61], TEXT],
    ['a null without its mark', [...ONE, 0, 0], arrayOf(TEXT)],
    ['an unknown kind', [1, 1, 0, 0, 3, 0, 0, 0], DOUBLE],
    ['records of an unknown form', [1, 4, 0, 0, 0, 0, 0], DOUBLE],
    ['too many rows', [...new ByteWriter().varint(1_000_001).finish(), 0], DOUBLE],
    ['nothing at all', [], DOUBLE],
  ])('like %s are refused', (_, bytes, type) => {
    expect(() => read(bytes, schemaOf(type))).toThrow('malformed-bytes')
  })

  test('two wide numbers of one row, or in another order, too', () => {
    const one = wide('9'.repeat(18))
    const rows = (...at: readonly number[]) => [2, ...at.flatMap(row => [row, ...one])]
    const bytes = (...at: readonly number[]) => [...TWO, HAS_WIDE, 0, 0, 0, ...rows(...at)]
    expect(rowsOf(read(bytes(0, 1), schemaOf(BIGINT)))).toHaveLength(2)
    for (const at of [
      [0, 0],
      [1, 0],
    ]) {
      expect(() => read(bytes(...at), schemaOf(BIGINT))).toThrow('malformed-bytes')
    }
  })
})

test('the writer refuses more rows than the reader would', () => {
  const size = 1_000_001
  const many = { schema: new Schema([]), size, vectors: [], times: new Float64Array(size) }
  expect(() => writeRecords(new ByteWriter(), many)).toThrow('records-are-bounded')
})

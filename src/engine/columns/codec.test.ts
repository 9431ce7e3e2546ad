/** Columns in bytes: whatever is written is read, one encoding a value, damage is refused. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ByteReader, ByteWriter } from '../../base/bytes.ts'
import { Schema } from '../schema/schema.ts'
import { arrayOf, BIGINT, BOOLEAN, DOUBLE, decimal, INTEGER, TEXT } from '../schema/type.ts'
import { anyRecords, anyType, recordsUnder, scalarOf } from '../testing/arbitrary.ts'
import { TextBuilder } from './builder.ts'
import { gatherRecords } from './gather.ts'
import { readNumbers, writeNumbers } from './number-codec.ts'
import { type Records, recordsOf, rowsOf } from './records.ts'
import { readRecords, writeRecords } from './records-codec.ts'
import { readScalar, writeScalar } from './scalar-codec.ts'

function written(records: Records): Uint8Array {
  const out = new ByteWriter()
  writeRecords(out, records)
  return out.finish()
}

function read(bytes: Uint8Array, schema: Schema): Records {
  const reader = new ByteReader(bytes)
  const records = readRecords(reader, schema)
  reader.done()
  return records
}

const one = (type: Parameters<typeof scalarOf>[0]) => new Schema([{ name: 'a', type }])

describe('scalars', () => {
  test('come back as they were', () => {
    const typed = anyType.chain(type => scalarOf(type).map(value => ({ type, value })))
    fc.assert(
      fc.property(typed, ({ type, value }) => {
        const out = new ByteWriter()
        writeScalar(out, type, value)
        const reader = new ByteReader(out.finish())
        expect(readScalar(reader, type)).toEqual(value)
        reader.done()
      }),
    )
  })

  test('have one encoding: whatever can be read would be written just so', () => {
    const wild = fc.tuple(anyType, fc.uint8Array({ maxLength: 24 }))
    fc.assert(
      fc.property(wild, ([type, bytes]) => {
        const reader = new ByteReader(bytes)
        let value: ReturnType<typeof readScalar>
        try {
          value = readScalar(reader, type)
        } catch (error) {
          expect(error).toHaveProperty('code', 'malformed-bytes')
          return
        }
        const out = new ByteWriter()
        writeScalar(out, type, value)
        expect(out.finish()).toEqual(bytes.subarray(0, bytes.length - reader.left))
      }),
    )
  })

  test('whole numbers take the place that they need, up to 38 digits', () => {
    const sizes = [0, -1, 63, 64, 2 ** 51, 2 ** 51 + 1, 10n ** 37n].map(value => {
      const out = new ByteWriter()
      writeScalar(out, decimal(38, 0), value)
      return out.size
    })
    expect(sizes).toEqual([2, 2, 2, 3, 9, 18, 40])
  })

  test.each([
    ['a boolean that is neither', BOOLEAN, [3]],
    ['a text of an unknown form', TEXT, [2, 0]],
    ['a whole number of an unknown form', BIGINT, [3, 1]],
    ['a large form of a small number', BIGINT, [2, 1, 0x35]],
    ['a list longer than its bytes', arrayOf(TEXT), [1, 100, 0]],
  ])('%s is refused', (_, type, bytes) => {
    expect(() => readScalar(new ByteReader(Uint8Array.from(bytes)), type)).toThrow(
      'malformed-bytes',
    )
  })
})

describe('numbers', () => {
  const roundTrip = (numbers: readonly number[]) => {
    const out = new ByteWriter()
    writeNumbers(out, Float64Array.from(numbers))
    const bytes = out.finish()
    const reader = new ByteReader(bytes)
    const back = [...readNumbers(reader, numbers.length)]
    reader.done()
    return { bytes, back }
  }

  test('of any kind come back', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.double(), fc.integer(), fc.maxSafeInteger())), numbers => {
        expect(roundTrip(numbers).back).toEqual(numbers)
      }),
    )
  })

  test('that lie near each other take a byte each', () => {
    const times = Array.from({ length: 100 }, (_, at) => 1_700_000_000_000 + 40 * at)
    expect(roundTrip(times).bytes.length).toBe(1 + 6 + 99)
  })

  test('a minus zero stays one', () => {
    expect(roundTrip([-0, 1]).back).toEqual([-0, 1])
  })

  test.each([
    ['whole numbers in the form of others', [1, 0, 0, 0, 0, 0, 0, 0, 0], 1],
    ['too few floats', [1, 0, 0, 0], 1],
    ['too few whole numbers', [0, 2], 3],
    ['an unknown form', [2, 0], 1],
    ['a whole number out of bounds', [0, 0xfe, 255, 255, 255, 255, 255, 255, 15], 1],
  ])('%s are refused', (_, bytes, size) => {
    expect(() => readNumbers(new ByteReader(Uint8Array.from(bytes)), size)).toThrow(
      'malformed-bytes',
    )
  })
})

describe('records', () => {
  test('come back as they were', () => {
    fc.assert(
      fc.property(anyRecords, records => {
        const back = read(written(records), records.schema)
        expect(rowsOf(back)).toEqual(rowsOf(records))
        expect(back.kinds).toEqual(records.kinds)
        expect(back.origin).toEqual(records.origin)
      }),
    )
  })

  test('of the same rows have the same bytes, however they came to be', () => {
    fc.assert(
      fc.property(anyRecords, records => {
        const again = { ...recordsOf(records.schema, rowsOf(records)), origin: records.origin }
        const twice = Int32Array.from([...Array(records.size).keys()].flatMap(row => [row, row]))
        const odd = Int32Array.from({ length: records.size }, (_, row) => 2 * row + 1)
        const gathered = gatherRecords(gatherRecords(records, twice), odd)
        const bytes = written(records)
        expect(written(again)).toEqual(bytes)
        expect(written(gathered)).toEqual(bytes)
        expect(written(read(bytes, records.schema))).toEqual(bytes)
      }),
    )
  })

  test('in bytes that were changed are refused, or are what those bytes say', () => {
    const schema = new Schema([
      { name: 'a', type: BIGINT },
      { name: 'b', type: TEXT },
      { name: 'c', type: BOOLEAN },
      { name: 'd', type: DOUBLE },
      { name: 'e', type: arrayOf(INTEGER) },
    ])
    const change = fc.tuple(recordsUnder(schema), fc.nat(), fc.nat(255), fc.boolean())
    fc.assert(
      fc.property(change, ([records, at, byte, cut]) => {
        const bytes = written(records)
        bytes[at % bytes.length] = byte
        const given = cut ? bytes.subarray(0, at % bytes.length) : bytes
        let back: Records
        try {
          back = read(given, schema)
        } catch (error) {
          expect(error).toHaveProperty('code', 'malformed-bytes')
          return
        }
        expect(written(back)).toEqual(given)
      }),
      { numRuns: 1000 },
    )
  })

  test('that are null say nothing else, whatever memory holds under them', () => {
    const builder = new TextBuilder(2)
    builder.setText(0, 'secret')
    builder.setNull(0)
    builder.setText(1, 'x')
    const records = { ...recordsOf(one(TEXT), []), size: 2, times: new Float64Array(2) }
    const spoilt = written({ ...records, vectors: [builder.finish(2)] })
    const rows = [
      { time: 0, values: [null] },
      { time: 0, values: ['x'] },
    ]
    expect(spoilt).toEqual(written(recordsOf(one(TEXT), rows)))
  })

  test('of many users take few bytes', () => {
    const schema = new Schema([
      { name: 'user', type: TEXT },
      { name: 'n', type: INTEGER },
    ])
    const rows = Array.from({ length: 1000 }, (_, at) => ({
      time: 1_700_000_000_000 + at,
      values: [`user-${at % 100}`, at % 7],
    }))
    expect(written(recordsOf(schema, rows)).length / 1000).toBeLessThan(11)
  })
})

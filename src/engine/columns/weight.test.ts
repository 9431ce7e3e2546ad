/** What records weigh: the same whatever memory they lie in, and about what they are written in. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ByteReader, ByteWriter } from '../../base/bytes.ts'
import { arrayOf, BOOLEAN, BYTES, TEXT } from '../schema/type.ts'
import { anyRecords } from '../testing/arbitrary.ts'
import { vectorOf } from './builder.ts'
import { gatherRecords } from './gather.ts'
import { allRows } from './records.ts'
import { readRecords, writeRecords } from './records-codec.ts'
import { rowWeight, scalarWeight, utf8Size, weightAt, weightOf } from './weight.ts'

function written(records: Parameters<typeof writeRecords>[1]): Uint8Array {
  const out = new ByteWriter()
  writeRecords(out, records)
  return out.finish()
}

test('the size of a text is that of its UTF-8', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), text => {
      expect(utf8Size(text)).toBe(new TextEncoder().encode(text).length)
    }),
  )
  expect(['', 'a', 'é', '名', '😀', 'a😀é'].map(utf8Size)).toEqual([0, 1, 2, 3, 4, 7])
})

describe('the weight of records', () => {
  test('is that of their rows', () => {
    fc.assert(
      fc.property(anyRecords, records => {
        const rows = [...allRows(records.size)].map(row => rowWeight(records, row))
        expect(rows.reduce((sum, one) => sum + one, 0)).toBe(weightOf(records))
      }),
    )
  })

  test('is the same when they were written and read again, or gathered', () => {
    fc.assert(
      fc.property(anyRecords, records => {
        const again = readRecords(new ByteReader(written(records)), records.schema)
        expect(weightOf(again)).toBe(weightOf(records))
        expect(weightOf(gatherRecords(again, allRows(again.size)))).toBe(weightOf(records))
      }),
    )
  })
})

test.each([
  ['a text', TEXT, 'aé', 11],
  ['bytes', BYTES, new Uint8Array(100), 108],
  ['a boolean', BOOLEAN, true, 8],
  ['null', TEXT, null, 8],
  ['a list, and all that is in it', arrayOf(arrayOf(TEXT)), [['abc', null], null], 43],
] as const)('%s weighs what it holds', (_, type, value, weight) => {
  expect(weightAt(vectorOf(type, [value]), 0)).toBe(weight)
  expect(scalarWeight(value)).toBe(weight)
})

/** Vectors in the making: the last word counts, and what is beyond the end was never said. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ByteReader, ByteWriter } from '../../base/bytes.ts'
import { Schema } from '../schema/schema.ts'
import {
  arrayOf,
  BIGINT,
  BOOLEAN,
  BYTES,
  DOUBLE,
  decimal,
  TEXT,
  type Type,
} from '../schema/type.ts'
import { anyType, scalarOf } from '../testing/arbitrary.ts'
import { type Builder, builderOf, TextBuilder, vectorOf } from './builder.ts'
import { type Records, recordsOf, rowsOf } from './records.ts'
import { readRecords, writeRecords } from './records-codec.ts'
import { isNull, type Scalar, scalarAt, storeOf, type Vector } from './vector.ts'

const utf8 = new TextEncoder()

function asRecords(type: Type, vector: Vector, size: number): Records {
  const schema = new Schema([{ name: 'a', type }])
  return { schema, size, vectors: [vector], times: new Float64Array(size) }
}

function throughBytes(records: Records): Records {
  const out = new ByteWriter()
  writeRecords(out, records)
  const reader = new ByteReader(out.finish())
  const back = readRecords(reader, records.schema)
  reader.done()
  return back
}

const scalars = (vector: Vector, size: number) =>
  Array.from({ length: size }, (_, row) => scalarAt(vector, row))

const samples: readonly (readonly [Type, Scalar])[] = [
  [BOOLEAN, true],
  [BIGINT, 2n ** 60n],
  [DOUBLE, Number.NaN],
  [decimal(38, 2), 10n ** 30n],
  [TEXT, 'text'],
  [BYTES, Uint8Array.of(1)],
  [arrayOf(TEXT), ['a', null]],
]

describe.each(samples)('a builder of %j', (type, value) => {
  test('has the store of its type', () => {
    expect(builderOf(type, 1).finish(1).store).toBe(storeOf(type))
  })

  test('holds null until something is said', () => {
    expect(scalars(builderOf(type, 3).finish(3), 3)).toEqual([null, null, null])
  })

  test('takes a null back, and says one over a value', () => {
    const builder = builderOf(type, 3)
    builder.setNull(0)
    builder.set(0, value)
    builder.set(1, value)
    builder.setNull(1)
    builder.set(2, value)
    builder.set(2, null)
    expect(scalars(builder.finish(3), 3)).toEqual([value, null, null])
  })

  test('says nothing of rows beyond its end', () => {
    const builder = builderOf(type, 4)
    for (let row = 0; row < 4; row++) builder.set(row, value)
    const records = asRecords(type, builder.finish(2), 2)
    expect(rowsOf(throughBytes(records)).map(({ values }) => values[0])).toEqual([value, value])
  })

  test('of no rows makes a vector of none', () => {
    expect(rowsOf(throughBytes(asRecords(type, builderOf(type, 0).finish(0), 0)))).toEqual([])
  })

  test('keeps no array of nulls where there are none', () => {
    expect(vectorOf(type, [value, value]).nulls).toBeUndefined()
    expect(vectorOf(type, [value, null]).nulls).toEqual(Uint8Array.of(0, 1))
  })
})

test('whatever was said of rows beyond the end, bytes are those of the rows before it', () => {
  const plan = anyType.chain(type =>
    fc.tuple(
      fc.constant(type),
      fc.array(scalarOf(type), { maxLength: 8 }),
      fc.array(scalarOf(type), { maxLength: 4 }),
    ),
  )
  fc.assert(
    fc.property(plan, ([type, kept, beyond]) => {
      const builder = builderOf(type, kept.length + beyond.length)
      for (const [row, value] of [...kept, ...beyond].entries()) builder.set(row, value)
      const records = asRecords(type, builder.finish(kept.length), kept.length)
      const plain = recordsOf(
        records.schema,
        kept.map(value => ({ time: 0, values: [value] })),
      )
      const bytes = [records, plain].map(one => {
        const out = new ByteWriter()
        writeRecords(out, one)
        return out.finish()
      })
      expect(bytes[0]).toEqual(bytes[1])
    }),
  )
})

describe('a builder of texts', () => {
  const source = utf8.encode('grüße')

  function told(...words: readonly ((builder: TextBuilder) => void)[]): Vector {
    const builder = new TextBuilder(2, source)
    for (const word of words) word(builder)
    return builder.finish(2)
  }

  test('forgets a part for a text, and a text for a part', () => {
    const text = told(
      builder => builder.setPart(0, 0, 2),
      builder => builder.setText(0, 'other'),
      builder => builder.setText(1, 'other'),
      builder => builder.setPart(1, 0, 2),
    )
    expect(scalars(text, 2)).toEqual(['other', 'gr'])
  })

  test('takes a part that is empty for an empty text, not for null', () => {
    const text = told(
      builder => builder.setPart(0, 3, 3),
      builder => builder.setPart(1, source.length, source.length),
    )
    expect(scalars(text, 2)).toEqual(['', ''])
    expect(isNull(text, 0)).toBe(false)
  })

  test('gives parts and texts of the same letters the same bytes', () => {
    const parts = told(builder => builder.setPart(0, 0, source.length))
    const texts = told(builder => builder.setText(0, 'grüße'))
    const [one, other] = [parts, texts].map(vector => {
      const out = new ByteWriter()
      writeRecords(out, asRecords(TEXT, vector, 2))
      return out.finish()
    })
    expect(one).toEqual(other)
  })

  test('without a source has no parts', () => {
    expect(() => new TextBuilder(1).setPart(0, 0, 1)).toThrow('part-lies-in-its-source')
  })
})

test('a number that was wide and one that was not take turns in a row', () => {
  const wide = fc.oneof(
    fc.bigInt({ min: 2n ** 53n, max: 2n ** 62n }),
    fc.integer(),
    fc.constant(null),
  )
  fc.assert(
    fc.property(fc.array(wide, { minLength: 1 }), values => {
      const builder: Builder = builderOf(BIGINT, 1)
      for (const value of values) builder.set(0, value)
      expect(scalarAt(builder.finish(1), 0)).toEqual(values.at(-1))
    }),
  )
})

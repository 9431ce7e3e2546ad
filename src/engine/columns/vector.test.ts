/** Vectors say what they were told, row by row, whatever their memory looks like. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BIGINT, BOOLEAN, BYTES, decimal, TEXT } from '../schema/type.ts'
import { anyRecords, anyText, anyType, scalarOf, whole } from '../testing/arbitrary.ts'
import { builderOf, NumberBuilder, TextBuilder, vectorOf } from './builder.ts'
import { gatherRecords } from './gather.ts'
import { allRows, rowAt, rowsOf } from './records.ts'
import { isNull, scalarAt, type TextVector, textAt, utf8At } from './vector.ts'

const utf8 = new TextEncoder()

describe('a vector', () => {
  test('says what its builder was told, in whatever order it was told', () => {
    const plan = anyType.chain(type =>
      fc.tuple(fc.constant(type), fc.array(fc.tuple(fc.nat(9), scalarOf(type)), { maxLength: 30 })),
    )
    fc.assert(
      fc.property(plan, ([type, told]) => {
        const builder = builderOf(type, 10)
        for (const [row, value] of told) {
          builder.set(row, value)
        }
        const vector = builder.finish(10)
        const wanted = new Map(told)
        for (let row = 0; row < 10; row++) {
          const value = wanted.get(row) ?? null
          expect(scalarAt(vector, row)).toEqual(value)
          expect(isNull(vector, row)).toBe(value === null)
        }
      }),
    )
  })

  test('of a type is made of scalars and gives them back', () => {
    const typed = anyType.chain(type =>
      fc.tuple(fc.constant(type), fc.array(scalarOf(type), { maxLength: 8 })),
    )
    fc.assert(
      fc.property(typed, ([type, values]) => {
        const vector = vectorOf(type, values)
        expect(values.map((_, row) => scalarAt(vector, row))).toEqual(values)
      }),
    )
  })

  test('without nulls says so', () => {
    expect(vectorOf(BOOLEAN, [true, false]).nulls).toBeUndefined()
    expect(vectorOf(BOOLEAN, [true, null]).nulls).toEqual(Uint8Array.of(0, 1))
  })
})

describe('numbers', () => {
  test('are exact at any size', () => {
    const digits = fc.bigInt({ min: -(10n ** 38n) + 1n, max: 10n ** 38n - 1n })
    fc.assert(
      fc.property(fc.array(digits), values => {
        const vector = vectorOf(decimal(38, 0), values.map(whole))
        expect(values.map((_, row) => BigInt(scalarAt(vector, row) as bigint))).toEqual(values)
      }),
    )
  })

  test('that were wide and are not any more leave nothing behind', () => {
    const builder = new NumberBuilder(3)
    builder.set(0, 2n ** 60n)
    builder.set(1, 2n ** 60n)
    builder.set(2, 2n ** 60n)
    builder.setNumber(0, 5)
    builder.setNull(1)
    builder.setWhole(2, 7n)
    const vector = builder.finish(3)
    expect(vector.wide).toBeUndefined()
    expect([...vector.numbers].filter((_, row) => row !== 1)).toEqual([5, 7])
  })

  test('of another size than was planned', () => {
    const builder = builderOf(BIGINT, 10)
    builder.set(0, 1)
    expect(builder.finish(1)).toEqual(vectorOf(BIGINT, [1]))
  })
})

describe('texts', () => {
  test('are read from the bytes under them', () => {
    fc.assert(
      fc.property(fc.array(anyText), texts => {
        const parts = texts.map(text => utf8.encode(text))
        const source = Uint8Array.from(parts.flatMap(part => [...part]))
        const builder = new TextBuilder(texts.length, source)
        let at = 0
        parts.forEach((part, row) => {
          builder.setPart(row, at, at + part.length)
          at += part.length
        })
        const vector = builder.finish(texts.length)
        texts.forEach((text, row) => {
          expect(utf8At(vector, row)).toEqual(parts[row])
          expect(textAt(vector, row)).toBe(text)
          expect(textAt(vector, row)).toBe(text)
        })
      }),
    )
  })

  test('beyond their source are our mistake', () => {
    expect(() => new TextBuilder(1, new Uint8Array(3)).setPart(0, 2, 4)).toThrow(
      'part-lies-in-its-source',
    )
  })

  test('with half a surrogate pair are made whole, so that bytes and text say the same', () => {
    const vector = vectorOf(TEXT, ['a\ud800b']) as TextVector
    expect(textAt(vector, 0)).toBe('a\ufffdb')
    expect(utf8At(vector, 0)).toEqual(utf8.encode('a\ufffdb'))
  })

  test('with a byte order mark keep it', () => {
    const source = utf8.encode('\ufeffx')
    const builder = new TextBuilder(1, source)
    builder.setPart(0, 0, source.length)
    expect(textAt(builder.finish(1), 0)).toBe('\ufeffx')
  })
})

describe('rows', () => {
  test('are gathered in the order in which they are named', () => {
    const plan = anyRecords.chain(records =>
      fc.tuple(
        fc.constant(records),
        fc.array(fc.nat(Math.max(0, records.size - 1)), { maxLength: 20 }),
      ),
    )
    fc.assert(
      fc.property(plan, ([records, named]) => {
        const rows = Int32Array.from(records.size === 0 ? [] : named)
        const some = gatherRecords(records, rows)
        expect(rowsOf(some)).toEqual([...rows].map(row => rowAt(records, row)))
        const offsets = [...rows].map(row => records.origin?.offsets[row])
        if (records.origin) expect([...(some.origin?.offsets ?? [])]).toEqual(offsets)
      }),
    )
  })

  test('all of them are counted from zero, however many', () => {
    for (const size of [0, 3, 5000, 70_000, 4]) {
      const rows = allRows(size)
      expect(rows.length).toBe(size)
      expect([rows[0], rows[size - 1]]).toEqual(size === 0 ? [undefined, undefined] : [0, size - 1])
    }
  })

  test('of bytes are the objects that were given', () => {
    const bytes = Uint8Array.of(1)
    expect(scalarAt(vectorOf(BYTES, [bytes]), 0)).toBe(bytes)
  })
})

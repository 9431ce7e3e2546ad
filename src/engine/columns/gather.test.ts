/** Some rows of records, in any order and as often as one likes, as records of their own. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Schema } from '../schema/schema.ts'
import { BIGINT, BYTES, TEXT } from '../schema/type.ts'
import { anyRecords, anyType, scalarOf } from '../testing/arbitrary.ts'
import { TextBuilder, vectorOf } from './builder.ts'
import { gather, gatherNumbers, gatherRecords, gatherRest } from './gather.ts'
import { allRows, DELETE, recordsOf, rowAt, rowsOf } from './records.ts'
import { type NumberVector, scalarAt, type TextVector, textAt } from './vector.ts'

const schema = new Schema([{ name: 'n', type: BIGINT }])

const rows = (...numbers: readonly number[]) => Int32Array.from(numbers)

const anyColumn = anyType.chain(type =>
  fc.tuple(fc.constant(type), fc.array(scalarOf(type), { minLength: 1, maxLength: 8 })),
)

describe('a gathered vector', () => {
  test('holds the rows that were named, in that order', () => {
    fc.assert(
      fc.property(anyColumn, fc.array(fc.nat(), { maxLength: 12 }), ([type, values], wild) => {
        const named = wild.map(number => number % values.length)
        const vector = gather(vectorOf(type, values), rows(...named))
        expect(named.map((_, row) => scalarAt(vector, row))).toEqual(named.map(row => values[row]))
      }),
    )
  })

  test('of all rows, or of some of some, is what it would be in one go', () => {
    fc.assert(
      fc.property(anyColumn, ([type, values]) => {
        const vector = vectorOf(type, values)
        const odd = rows(...values.keys()).filter(row => row % 2 === 1)
        const twice = gather(gather(vector, odd), allRows(odd.length))
        expect(twice).toEqual(gather(vector, odd))
      }),
    )
  })

  test('drops its nulls and its wide numbers with the last row that had one', () => {
    const vector = vectorOf(BIGINT, [1, null, 2n ** 60n])
    const both = gather(vector, rows(2, 1)) as NumberVector
    const none = gather(vector, rows(0, 0)) as NumberVector
    expect([both.nulls, both.wide]).toEqual([Uint8Array.of(0, 1), new Map([[0, 2n ** 60n]])])
    expect([none.nulls, none.wide]).toEqual([undefined, undefined])
  })

  test('of texts shares the bytes under them, and what is decoded already', () => {
    const source = new TextEncoder().encode('abcd')
    const builder = new TextBuilder(2, source)
    builder.setPart(0, 0, 2)
    builder.setPart(1, 2, 4)
    const vector = builder.finish(2)
    const raw = gather(vector, rows(1, 0)) as TextVector
    expect([raw.source, raw.strings]).toEqual([source, []])
    textAt(vector, 1)
    const known = gather(vector, rows(1, 0)) as TextVector
    expect(known.strings).toEqual(['cd', undefined])
    expect([textAt(known, 0), textAt(known, 1)]).toEqual(['cd', 'ab'])
  })

  test('of texts without bytes keeps them', () => {
    const vector = gather(vectorOf(TEXT, ['a', null, 'b']), rows(2, 1, 0)) as TextVector
    expect([0, 1, 2].map(row => scalarAt(vector, row))).toEqual(['b', null, 'a'])
  })

  test('of bytes holds the same objects', () => {
    const one = Uint8Array.of(1, 2)
    expect(scalarAt(gather(vectorOf(BYTES, [null, one]), rows(1)), 0)).toBe(one)
  })
})

describe('gathered records', () => {
  test('have the time, the kind and the origin of each row', () => {
    fc.assert(
      fc.property(anyRecords, records => {
        const back = Int32Array.from(allRows(records.size)).reverse()
        const some = gatherRecords(records, back)
        expect(rowsOf(some)).toEqual([...back].map(row => rowAt(records, row)))
        expect(some.origin?.channel).toBe(records.origin?.channel)
        expect([...(some.origin?.offsets ?? [])]).toEqual(
          [...(records.origin?.offsets ?? [])].reverse(),
        )
      }),
    )
  })

  test('have no kinds where there were none, and keep them where there were', () => {
    const plain = recordsOf(schema, [{ time: 4, values: [1] }])
    const gone = recordsOf(schema, [{ time: 5, values: [1], kind: DELETE }])
    expect(gatherRest(plain, rows(0, 0))).toEqual({
      times: Float64Array.of(4, 4),
      kinds: undefined,
      origin: undefined,
    })
    expect(gatherRest(gone, rows(0)).kinds).toEqual(Uint8Array.of(DELETE))
  })

  test('do not share memory with what they were taken of', () => {
    const times = Float64Array.of(1, 2, 3)
    const some = gatherNumbers(times, rows(0, 1, 2))
    times.fill(9)
    expect([...some]).toEqual([1, 2, 3])
  })
})

/** One value by cell, of every type. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ByteReader, ByteWriter } from '../../base/bytes.ts'
import { vectorOf } from '../columns/builder.ts'
import type { Scalar } from '../columns/vector.ts'
import { BIGINT, BYTES, TEXT, typeText } from '../schema/type.ts'
import { scalarOf } from '../testing/arbitrary.ts'
import { EVERY_TYPE } from './testing/calls.ts'
import { owned, ownScalarAt, readValue, valuesOf, writeValue } from './values.ts'

const CELLS = 5

describe('values', () => {
  test.each(EVERY_TYPE.map(type => [typeText(type), type] as const))('of %s', (_name, type) => {
    const puts = fc.array(fc.tuple(fc.nat(CELLS - 1), scalarOf(type)), { maxLength: 20 })
    fc.assert(
      fc.property(puts, all => {
        const values = valuesOf(type)
        values.room(2)
        values.room(CELLS)
        const model: Scalar[] = Array.from({ length: CELLS }, () => null)
        for (const [cell, value] of all) {
          values.put(cell, value)
          model[cell] = value
        }
        values.room(1000)
        expect(model.map((_, cell) => values.at(cell))).toEqual(model)
        expect(values.at(999)).toBeNull()
        for (const cell of model.keys()) {
          const out = new ByteWriter()
          writeValue(out, type, values, cell)
          const reader = new ByteReader(out.finish())
          readValue(reader, type, values, 999)
          reader.done()
          expect(values.at(999)).toEqual(values.at(cell))
        }
        values.clear(0)
        expect(values.at(0)).toBeNull()
      }),
      { numRuns: 50 },
    )
  })

  test('that were wide leave nothing behind', () => {
    const values = valuesOf(BIGINT)
    values.room(1)
    values.put(0, 2n ** 60n)
    values.put(0, 7)
    expect(values.at(0)).toBe(7)
    values.put(0, 2n ** 61n)
    values.put(0, null)
    expect(values.at(0)).toBeNull()
    values.put(0, -0)
    expect(values.at(0)).toBe(-0)
  })

  test('of bytes are copies when they are taken from a column; others are as they are', () => {
    const bytes = Uint8Array.of(1, 2, 3)
    const own = ownScalarAt(vectorOf(BYTES, [bytes]), 0)
    expect(own).toEqual(bytes)
    expect(own).not.toBe(bytes)
    expect(ownScalarAt(vectorOf(TEXT, ['a']), 0)).toBe('a')
    expect(ownScalarAt(vectorOf(TEXT, [null]), 0)).toBeNull()
  })
})

describe('what is kept', () => {
  test('is equal to what it was', () => {
    for (const type of EVERY_TYPE) {
      fc.assert(
        fc.property(scalarOf(type), value => {
          expect(owned(value)).toEqual(value)
          expect(ownScalarAt(vectorOf(type, [value]), 0)).toEqual(value)
        }),
        { numRuns: 20 },
      )
    }
  })

  test('holds bytes of its own, in lists, too', () => {
    const whole = Uint8Array.of(1, 2, 3)
    const part = whole.subarray(1, 2)
    const [one] = owned([part]) as readonly [Uint8Array]
    expect([one.buffer.byteLength, (owned(part) as Uint8Array).buffer.byteLength]).toEqual([1, 1])
  })

  test('is counted while it is held', () => {
    const values = valuesOf(TEXT)
    values.room(2)
    expect(values.heldBytes).toBe(0)
    values.put(0, 'x'.repeat(100))
    values.put(1, 'y'.repeat(10))
    const both = values.heldBytes
    expect(both).toBeGreaterThanOrEqual(110)
    values.put(0, 'z')
    expect(both - values.heldBytes).toBe(99)
    values.clear(0)
    values.clear(1)
    expect(values.heldBytes).toBe(0)
  })
})

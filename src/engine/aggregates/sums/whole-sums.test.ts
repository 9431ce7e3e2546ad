/** Sums of whole numbers of any size, and their bytes. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ByteReader, ByteWriter } from '../../../base/bytes.ts'
import { vectorOf } from '../../columns/builder.ts'
import { allRows } from '../../columns/records.ts'
import type { NumberVector, Scalar } from '../../columns/vector.ts'
import { decimal } from '../../schema/type.ts'
import { whole } from '../../testing/arbitrary.ts'
import { readAnyWhole, writeAnyWhole } from './whole-codec.ts'
import { WholeSums } from './whole-sums.ts'

const DIGITS = decimal(38, 0)
const SAFE = 2n ** 53n - 1n

const value = fc
  .oneof(
    fc.bigInt({ min: -9n, max: 9n }),
    fc.bigInt({ min: SAFE - 3n, max: SAFE + 3n }),
    fc.bigInt({ min: -SAFE - 3n, max: 3n - SAFE }),
    fc.bigInt({ min: 1n - 10n ** 38n, max: 10n ** 38n - 1n }),
  )
  .map(whole)
const values = fc.array(value, { maxLength: 30 })

function add(sums: WholeSums, cell: number, list: readonly Scalar[]): void {
  const vector = vectorOf(DIGITS, list) as NumberVector
  sums.addColumn(vector, {
    rows: allRows(list.length),
    cells: new Int32Array(list.length).fill(cell),
    args: [vector],
    times: new Float64Array(list.length),
  })
}

function sumsOf(list: readonly Scalar[]): WholeSums {
  const sums = new WholeSums()
  sums.room(3)
  add(sums, 0, list)
  return sums
}

function bytesOf(sums: WholeSums, cell = 0): Uint8Array {
  const out = new ByteWriter()
  sums.write(out, cell)
  return out.finish()
}

const exactly = (list: readonly Scalar[]) =>
  whole(list.reduce<bigint>((sum, one) => sum + BigInt(one as number | bigint), 0n))

describe('sums of whole numbers', () => {
  test('are exact, a number where that is safe', () => {
    fc.assert(
      fc.property(values, list => {
        expect(sumsOf(list).sum(0)).toBe(exactly(list))
      }),
      { numRuns: 1000 },
    )
  })

  test('are the same merged, and in the same bytes', () => {
    fc.assert(
      fc.property(values, values, (one, other) => {
        const sums = sumsOf(one)
        add(sums, 1, other)
        const before = bytesOf(sums, 1)
        sums.merge(0, 1)
        expect(sums.sum(0)).toBe(exactly([...one, ...other]))
        expect(bytesOf(sums)).toEqual(bytesOf(sumsOf([...other, ...one])))
        expect(bytesOf(sums, 1)).toEqual(before)
        expect(sums.sum(2)).toBe(0)
      }),
      { numRuns: 1000 },
    )
  })

  test('come back from their bytes, in place of what was there', () => {
    fc.assert(
      fc.property(values, values, (one, more) => {
        const sums = sumsOf(one)
        add(sums, 1, more)
        const reader = new ByteReader(bytesOf(sums))
        sums.read(reader, 1)
        reader.done()
        expect(sums.sum(1)).toBe(exactly(one))
        add(sums, 1, more)
        expect(sums.sum(1)).toBe(exactly([...one, ...more]))
      }),
    )
  })

  test('leave nulls out, wide ones too', () => {
    const wide = 2n ** 70n
    expect(sumsOf([null, 5, null, wide, null]).sum(0)).toBe(wide + 5n)
    expect(sumsOf([null, null]).sum(0)).toBe(0)
  })

  test('go back to zero', () => {
    const sums = sumsOf([2n ** 60n, 7])
    add(sums, 0, [-(2n ** 60n), -7])
    expect(sums.sum(0)).toBe(0)
    expect([...bytesOf(sums)]).toEqual([...bytesOf(sumsOf([]))])
    add(sums, 0, [2n ** 90n])
    sums.clear(0)
    expect(sums.sum(0)).toBe(0)
  })

  test('grow without losing what they hold', () => {
    const sums = sumsOf([1, 2n ** 80n])
    sums.room(100_000)
    add(sums, 99_999, [3])
    expect([sums.sum(0), sums.sum(99_999), sums.sum(50_000)]).toEqual([2n ** 80n + 1n, 3, 0])
  })
})

test('whole numbers of any size come back from their bytes, in the shortest form', () => {
  const any = fc.oneof(value, fc.bigInt({ min: -(10n ** 90n), max: 10n ** 90n }).map(whole))
  fc.assert(
    fc.property(any, given => {
      const out = new ByteWriter()
      writeAnyWhole(out, given)
      const bytes = out.finish()
      const reader = new ByteReader(bytes)
      expect(readAnyWhole(reader)).toBe(given)
      reader.done()
      writeAnyWhole(out, BigInt(given))
      expect(out.finish()).toEqual(bytes)
    }),
  )
})

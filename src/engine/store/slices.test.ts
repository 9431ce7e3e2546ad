/** Rows cut into slices of a size, against the delta of all of them. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { RowSlices } from './slices.ts'
import { expectBytes } from './testing/expect.ts'
import { changesOf, deltaOf } from './testing/model.ts'
import { ArrayRows, anyRows, bytes, numberedRows, pattern } from './testing/rows.ts'

function slicesOf(rows: Parameters<typeof deltaOf>[0], maxBytes: number): Uint8Array[] {
  const slices = new RowSlices(new ArrayRows(rows), maxBytes)
  const all: Uint8Array[] = []
  for (let slice = slices.next(); slice !== undefined; slice = slices.next()) all.push(slice)
  expect(slices.next()).toBeUndefined()
  return all
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

describe('slices', () => {
  test('of no rows are none', () => {
    expect(slicesOf([], 100)).toEqual([])
  })

  test('are no larger than was asked, and as large as they can be', () => {
    const slices = slicesOf(numberedRows(100, 20), 200)
    // A row takes 1 + 15 + 1 + 20 bytes.
    for (const slice of slices.slice(0, -1)) expect(slice.length).toBe(5 * 37)
    expect(slices).toHaveLength(20)
  })

  test('may be filled to the last byte', () => {
    expect(slicesOf(numberedRows(10, 20), 37).map(slice => slice.length)).toEqual(
      new Array<number>(10).fill(37),
    )
  })

  test('have a row that is larger alone', () => {
    const rows = [10, 500, 10, 600].map((size, i) => ({ key: bytes(i), value: pattern(size, i) }))
    expect(slicesOf(rows, 100).map(slice => changesOf(slice).length)).toEqual([1, 1, 1, 1])
  })

  test('have a size', () => {
    expect(() => new RowSlices(new ArrayRows([]), 0)).toThrow('a-slice-has-a-size')
  })

  test('are the rows as a delta, whatever their sizes', () => {
    fc.assert(
      fc.property(anyRows(40), fc.integer({ min: 1, max: 5000 }), (rows, maxBytes) => {
        const slices = slicesOf(rows, maxBytes)
        expectBytes(joined(slices), deltaOf(rows))
        for (const slice of slices) {
          expect(slice.length <= maxBytes || changesOf(slice).length === 1).toBe(true)
        }
      }),
    )
  })
})

/** Cuts of a stretch: they follow each other, lose nothing and part no offset. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { offsetsOf } from '../channels/frame.ts'
import { weightOf } from '../columns/weight.ts'
import { recordsAt } from '../testing/traffic.ts'
import { cutOf } from './stretch.ts'

const stretch = { from: 10, to: 20, watermark: 5, parts: new Map() }
const part = recordsAt(1, [11, 11, 12, 15, 15, 15, 19])

const cut = (from: number, limit = Infinity, weightMax = 1e9) => {
  const { to, records } = cutOf(stretch, part, { from, limit, weightMax })
  return [to, records && [...offsetsOf(records)]]
}

describe('a cut', () => {
  test('goes to the end of the stretch, or to the limit', () => {
    expect(cut(10)).toEqual([20, [11, 11, 12, 15, 15, 15, 19]])
    expect(cutOf(stretch, part, { from: 10, limit: 20, weightMax: 1e9 }).records).toBe(part)
    expect(cut(12)).toEqual([20, [12, 15, 15, 15, 19]])
    expect(cut(12, 15)).toEqual([15, [12]])
    expect(cut(13, 15)).toEqual([15, undefined])
    expect(cut(10, 11)).toEqual([11, undefined])
  })

  test('ends before the offset whose records would weigh too much, if it is not the first', () => {
    expect(cut(10, Infinity, 1)).toEqual([12, [11, 11]])
    expect(cut(13, Infinity, 1)).toEqual([19, [15, 15, 15]])
    expect(cut(19, Infinity, 1)).toEqual([20, [19]])
  })

  test('leaves a heavy offset to the next frame, however light each of its records is', () => {
    const light = recordsAt(1, [10, ...Array.from({ length: 20 }, () => 11), 12])
    const weightMax = weightOf(recordsAt(1, [11, 11]))
    const at = (from: number) => cutOf(stretch, light, { from, limit: Infinity, weightMax }).to
    expect([at(10), at(11), at(12)]).toEqual([11, 12, 20])
  })

  test('of nothing is whole', () => {
    const none = cutOf(stretch, undefined, { from: 12, limit: 17, weightMax: 0 })
    expect(none).toEqual({ to: 17, records: undefined })
  })

  test('begins within the stretch', () => {
    expect(() => cut(9)).toThrow('a-cut-lies-within')
    expect(() => cut(20)).toThrow('a-cut-lies-within')
  })
})

test('cuts behind each other are the whole, whatever bounds them', () => {
  const anyOffsets = fc.array(fc.integer({ min: 10, max: 19 }), { maxLength: 12 })
  fc.assert(
    fc.property(anyOffsets, fc.integer({ min: 1, max: 300 }), (unsorted, weightMax) => {
      const offsets = unsorted.sort((one, other) => one - other)
      const records = recordsAt(1, offsets)
      const seen: number[] = []
      for (let from = 10; from < 20; ) {
        const next = cutOf(stretch, records, { from, limit: Infinity, weightMax })
        const own = next.records === undefined ? [] : [...offsetsOf(next.records)]
        expect(own.every(offset => offset >= from && offset < next.to)).toBe(true)
        expect(next.to).toBeGreaterThan(from)
        seen.push(...own)
        from = next.to
      }
      expect(seen).toEqual(offsets)
    }),
  )
})

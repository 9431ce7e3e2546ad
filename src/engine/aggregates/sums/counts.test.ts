/** Counts of records, of values and of truths, by cell. */

import { describe, expect, test } from 'vitest'
import { ByteReader, ByteWriter } from '../../../base/bytes.ts'
import type { Additions } from '../accumulators.ts'
import { Counts } from './counts.ts'

function additions(rows: readonly number[], cells: readonly number[]): Additions {
  return {
    rows: Int32Array.from(rows),
    cells: Int32Array.from(cells),
    args: [],
    times: new Float64Array(8),
  }
}

function countsOf(cells: number): Counts {
  const counts = new Counts()
  counts.room(cells)
  return counts
}

const all = (counts: Counts, cells: number) =>
  Array.from({ length: cells }, (_, cell) => counts.count(cell))

describe('counts', () => {
  test('are of the rows that are named, in their cells', () => {
    const counts = countsOf(3)
    counts.addColumn(undefined, additions([5, 1, 1, 0], [0, 2, 2, 2]))
    expect(all(counts, 3)).toEqual([1, 0, 3])
  })

  test('leave out what is null in the row, whatever its place', () => {
    const counts = countsOf(2)
    const nulls = Uint8Array.of(0, 1, 0, 1, 0)
    counts.addColumn(nulls, additions([4, 3, 2, 1], [0, 0, 1, 1]))
    expect(all(counts, 2)).toEqual([1, 1])
  })

  test('of truths leave out false and null, also null over a true', () => {
    const counts = countsOf(2)
    const flags = Uint8Array.of(1, 0, 1, 1)
    counts.addFlags(flags, undefined, additions([0, 1, 2, 3], [0, 0, 0, 1]))
    expect(all(counts, 2)).toEqual([2, 1])
    counts.addFlags(flags, Uint8Array.of(1, 1, 0, 0), additions([0, 1, 2, 3], [0, 0, 0, 1]))
    expect(all(counts, 2)).toEqual([3, 2])
  })

  test('add up when merged, and start again when cleared', () => {
    const counts = countsOf(3)
    counts.addColumn(undefined, additions([0, 0, 0], [0, 1, 1]))
    counts.merge(0, 1)
    counts.merge(2, 1)
    expect(all(counts, 3)).toEqual([3, 2, 2])
    counts.clear(1)
    expect(all(counts, 3)).toEqual([3, 0, 2])
  })

  test('are kept when there is room for more cells, which are empty', () => {
    const counts = countsOf(1)
    counts.addColumn(undefined, additions([0], [0]))
    counts.room(1000)
    counts.room(10)
    counts.addColumn(undefined, additions([0], [999]))
    expect([counts.count(0), counts.count(1), counts.count(999)]).toEqual([1, 0, 1])
  })

  test('come back from their bytes, the small ones from one', () => {
    const counts = countsOf(2)
    for (let i = 0; i < 100; i++) {
      counts.addColumn(undefined, additions([0], [0]))
    }
    const out = new ByteWriter()
    counts.write(out, 0)
    const bytes = out.finish()
    expect(bytes.length).toBe(1)
    counts.read(new ByteReader(bytes), 1)
    expect(all(counts, 2)).toEqual([100, 100])
  })
})

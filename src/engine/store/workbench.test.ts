/** Slots on the bench: how many pages they need, and what stands where afterwards. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { PAGE_BYTES } from './bounds.ts'
import { Cell, isNear } from './cell.ts'
import { usedBytes } from './edit.ts'
import { compareKeys } from './entry.ts'
import { Page } from './page.ts'
import { PagePool } from './pool.ts'
import { ArrayRows, anyRows, bytes, numberedRows, pattern, textBytes } from './testing/rows.ts'
import { Versions } from './versions.ts'
import { Workbench } from './workbench.ts'

type Row = { key: Uint8Array; value: Uint8Array }

const versions = new Versions(new PagePool(16 * PAGE_BYTES))

function benchOf(rows: readonly Row[]): Workbench {
  const bench = new Workbench().clear(0)
  const cursor = new ArrayRows(rows)
  while (cursor.next()) bench.addCell(new Cell().row(cursor, versions))
  return bench
}

function separators(...texts: string[]): Workbench {
  const bench = new Workbench().clear(1)
  for (const [i, text] of texts.entries()) bench.addCell(new Cell().turn(textBytes(text), 10 + i))
  return bench
}

/** Writes each part to a page, and gives the pages. */
function written(bench: Workbench, cuts: readonly number[]): Page[] {
  return [0, ...cuts].map((from, i) => {
    const page = new Page().open(versions.pool, versions.take())
    bench.write(page, from, cuts[i] ?? bench.count)
    return page
  })
}

const keysOf = (page: Page) =>
  Array.from({ length: page.count }, (_, i) => {
    const key = new Uint8Array(page.keySize(i))
    page.copyKey(i, key)
    return key
  })

describe('what a page would take', () => {
  test('is what it takes', () => {
    fc.assert(
      fc.property(anyRows(30), rows => {
        const bench = benchOf(rows)
        if (bench.pageBytes(0, bench.count) > PAGE_BYTES) return
        const [page] = written(bench, []) as [Page]
        expect(usedBytes(page)).toBe(bench.pageBytes(0, bench.count))
        expect(page.prefixSize).toBe(bench.prefixSize(0, bench.count))
        expect(page.garbage).toBe(0)
      }),
    )
  })

  test('grows with each item by what the item takes, while the prefix stays', () => {
    const bench = benchOf(numberedRows(20))
    const prefix = bench.prefixSize(0, 15)
    expect(bench.prefixSize(0, 16)).toBe(prefix)
    expect(bench.pageBytes(0, 16)).toBe(bench.pageBytes(0, 15) + bench.itemBytes(15, prefix))
  })
})

describe('a prefix', () => {
  test('is what first and last have in common', () => {
    const bench = benchOf(
      ['abcd1', 'abcd2', 'abcz'].map(text => ({ key: textBytes(text), value: bytes() })),
    )
    expect(bench.prefixSize(0, 2)).toBe(4)
    expect(bench.prefixSize(0, 3)).toBe(3)
  })

  test('may be a whole key, if it begins all others', () => {
    const bench = benchOf(
      ['ab', 'abc', 'abd'].map(text => ({ key: textBytes(text), value: bytes() })),
    )
    const [page] = written(bench, []) as [Page]
    expect(page.prefixSize).toBe(2)
    expect(keysOf(page)).toEqual(['ab', 'abc', 'abd'].map(textBytes))
  })

  test('of a single row is none: the next one would hardly have it', () => {
    expect(benchOf(numberedRows(1)).prefixSize(0, 1)).toBe(0)
  })

  test('of an inner page leaves out the first, which has no key', () => {
    const bench = separators('', 'group-a', 'group-b')
    expect(bench.prefixSize(0, 3)).toBe(6)
    expect(bench.prefixSize(0, 2)).toBe(0)
    const [page] = written(bench, []) as [Page]
    expect(keysOf(page).slice(1)).toEqual(['group-a', 'group-b'].map(textBytes))
    expect([0, 1, 2].map(i => page.child(i))).toEqual([10, 11, 12])
  })
})

describe('cuts', () => {
  test('there are none where one page is enough', () => {
    expect(benchOf(numberedRows(10)).cuts(false)).toEqual([])
    expect(benchOf([]).cuts(true)).toEqual([])
  })

  test('leave halves', () => {
    const bench = benchOf(numberedRows(80, 60))
    const cuts = bench.cuts(false)
    const pages = written(bench, cuts)
    expect(pages).toHaveLength(2)
    for (const page of pages) expect(usedBytes(page)).toBeLessThan(0.6 * bench.pageBytes(0, 80))
    expect(pages.flatMap(keysOf)).toEqual(numberedRows(80).map(({ key }) => key))
  })

  test('leave a full page behind where more is to come', () => {
    const rows = numberedRows(500, 60)
    const count = rows.findIndex(
      (_, i) => benchOf(rows.slice(0, i + 1)).pageBytes(0, i + 1) > PAGE_BYTES,
    )
    expect(benchOf(rows.slice(0, count + 1)).cuts(true)).toEqual([count])
  })

  test('are as many as large rows need', () => {
    // One that no other can stand beside, between two that share a page only with each other.
    const rows = [500, 2000, 1900, 2000, 100].map((size, i) => ({
      key: bytes(i),
      value: pattern(size, i),
    }))
    expect(rows.every(({ key, value }) => isNear(key.length, value.length))).toBe(true)
    const bench = benchOf(rows)
    const pages = written(bench, bench.cuts(false))
    expect(pages.length).toBeGreaterThan(1)
    expect(pages.flatMap(keysOf)).toEqual(rows.map(({ key }) => key))
  })

  test('no page is ever too full, and one row more than a page takes needs two', () => {
    fc.assert(
      fc.property(anyRows(60), fc.boolean(), (rows, isAppended) => {
        const bench = benchOf(rows)
        const cuts = bench.cuts(isAppended)
        const edges = [0, ...cuts, bench.count]
        for (let i = 1; i < edges.length; i++) {
          const [from, to] = [edges[i - 1] as number, edges[i] as number]
          expect(to).toBeGreaterThan(rows.length === 0 ? -1 : from)
          expect(bench.pageBytes(from, to)).toBeLessThanOrEqual(PAGE_BYTES)
        }
        const all = bench.pageBytes(0, bench.count)
        if (all <= PAGE_BYTES) expect(cuts).toEqual([])
        else if (all <= 1.4 * PAGE_BYTES) expect(cuts.length).toBe(1)
      }),
      { numRuns: 300 },
    )
  })
})

describe('a separator', () => {
  test('of leaves is as short as it can be', () => {
    const bench = benchOf(
      ['apple', 'banana-1', 'banana-2', 'banana-22'].map(text => ({
        key: textBytes(text),
        value: bytes(),
      })),
    )
    expect([1, 2, 3].map(i => bench.separatorOf(i))).toEqual(
      ['b', 'banana-2', 'banana-22'].map(textBytes),
    )
  })

  test('is above the key before it and not above its own', () => {
    fc.assert(
      fc.property(anyRows(20), rows => {
        const bench = benchOf(rows)
        for (let i = 1; i < rows.length; i++) {
          const separator = bench.separatorOf(i)
          expect(compareKeys(bench.keyOf(i - 1), separator)).toBeLessThan(0)
          expect(compareKeys(separator, bench.keyOf(i))).toBeLessThanOrEqual(0)
        }
      }),
    )
  })

  test('of inner pages is the key that moves up', () => {
    expect(separators('', 'banana', 'carrot').separatorOf(2)).toEqual(textBytes('carrot'))
  })
})

describe('slots of a page', () => {
  test('come onto the bench with their whole keys, and to another page as they were', () => {
    const rows = numberedRows(30)
    const [page] = written(benchOf(rows), []) as [Page]
    const bench = new Workbench().clear(0)
    bench.addSlots(page, 5, 25)
    expect(bench.count).toBe(20)
    const [copy] = written(bench, []) as [Page]
    expect(keysOf(copy)).toEqual(rows.slice(5, 25).map(({ key }) => key))
  })

  test('of two pages stand behind each other; the first of the right gets the key between', () => {
    const [left, right] = [separators('', 'b', 'c'), separators('', 'x', 'y')].map(
      bench => written(bench, [])[0] as Page,
    )
    const bench = new Workbench().clear(1)
    bench.addSlots(left as Page, 0, 3)
    bench.addSlots(right as Page, 0, 3, textBytes('m'))
    const [page] = written(bench, []) as [Page]
    expect(keysOf(page).slice(1)).toEqual(['b', 'c', 'm', 'x', 'y'].map(textBytes))
    expect([0, 1, 2, 3, 4, 5].map(i => page.child(i))).toEqual([10, 11, 12, 10, 11, 12])
  })
})

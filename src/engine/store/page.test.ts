/** A single page: what is put in is found, wherever prefix and heads end. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { PAGE_BYTES } from './bounds.ts'
import { Cell } from './cell.ts'
import { dropFirstKey, insert, removeSlot, replace, setChild, usedBytes } from './edit.ts'
import { compareKeys } from './entry.ts'
import { Key } from './key.ts'
import { cellAtOf, HEADER_BYTES, measuresOf, Page, suffixSizeOf, valueCodeOf } from './page.ts'
import { PagePool } from './pool.ts'
import { expectBytes } from './testing/expect.ts'
import {
  ArrayRows,
  anyKey,
  anyRows,
  bytes,
  numberedRows,
  pattern,
  textBytes,
} from './testing/rows.ts'
import { Versions } from './versions.ts'
import { Workbench } from './workbench.ts'

const versions = new Versions(new PagePool(4 * PAGE_BYTES))
const key = (text: string) => new Key().all(textBytes(text))

function cellOf(row: { key: Uint8Array; value: Uint8Array }): Cell {
  const rows = new ArrayRows([row])
  rows.next()
  return new Cell().row(rows, versions)
}

/** Rows in a leaf of their own, with the prefix that they share. */
function leafOf(rows: readonly { key: Uint8Array; value: Uint8Array }[]): Page {
  const bench = new Workbench().clear(0)
  for (const row of rows) bench.addCell(cellOf(row))
  const page = new Page().open(versions.pool, versions.take())
  bench.write(page, 0, bench.count)
  return page
}

const textLeaf = (...texts: string[]) =>
  leafOf(texts.map(text => ({ key: textBytes(text), value: textBytes(`=${text}`) })))

/** Children are numbered from 100 on. */
function innerOf(...separators: string[]): Page {
  const bench = new Workbench().clear(1)
  for (const [i, text] of ['', ...separators].entries()) {
    bench.addCell(new Cell().turn(textBytes(text), 100 + i))
  }
  const page = new Page().open(versions.pool, versions.take())
  bench.write(page, 0, bench.count)
  return page
}

function keyAt(page: Page, index: number): Uint8Array {
  const to = new Uint8Array(page.keySize(index) + 3)
  const size = page.copyKey(index, to, 3)
  return to.slice(3, 3 + size)
}

function valueAt(page: Page, index: number): Uint8Array {
  const at = page.dataAt(index)
  return page.bytes.slice(at, at + page.valueCode(index))
}

const rowsOf = (page: Page) =>
  Array.from({ length: page.count }, (_, i) => ({ key: keyAt(page, i), value: valueAt(page, i) }))

test('place and sizes share a word, up to the largest of each', () => {
  for (const [at, suffix, code] of [
    [0, 0, 0],
    [4094, 1023, 2047],
    [2, 1023, 0],
    [2048, 1, 2046],
  ] as const) {
    const measures = measuresOf(at, suffix, code) | 0
    expect([cellAtOf(measures), suffixSizeOf(measures), valueCodeOf(measures)]).toEqual([
      at,
      suffix,
      code,
    ])
  }
})

describe('finding a key in a leaf', () => {
  const page = textLeaf('table-b', 'table-bb', 'table-d', 'table-daaaaaaaaaaaaaa')

  test('with a prefix that all keys share', () => {
    expect(page.prefixSize).toBe(6)
    expect(page.find(key('table-bb'))).toBe(1)
    expect(page.find(key('table-daaaaaaaaaaaaaa'))).toBe(3)
  })

  test.each([
    ['the empty key', '', 0],
    ['a key that the prefix begins with', 'table', 0],
    ['the prefix itself', 'table-', 0],
    ['a key that is below the prefix', 'tabla-zzz', 0],
    ['a key that is above the prefix', 'tablf', 4],
    ['a key between', 'table-c', 2],
    ['a key that another begins', 'table-b\0', 1],
    ['a key that differs behind its head', 'table-daaaaaaaaaaaaab', 4],
    ['a key that is shorter by a byte', 'table-daaaaaaaaaaaaa', 3],
    ['a key that is longer by a byte', 'table-daaaaaaaaaaaaaaa', 4],
  ])('%s is not there: %j would stand before slot %i', (_, text, place) => {
    expect(page.find(key(text))).toBe(~place)
  })

  test('from a slot on', () => {
    expect(page.find(key('table-d'), 2)).toBe(2)
    expect(page.find(key('table-z'), 4)).toBe(~4)
  })

  test('whatever the keys are', () => {
    fc.assert(
      fc.property(anyRows(12), anyKey, (rows, wanted) => {
        // A page of short rows, which is what fits.
        const short = rows.map(({ key }) => ({ key: key.slice(0, 60), value: bytes(1) }))
        const distinct = short.filter(
          (row, i) => i === 0 || compareKeys(row.key, (short[i - 1] as typeof row).key) > 0,
        )
        const page = leafOf(distinct)
        for (const [i, row] of distinct.entries()) {
          expect(page.find(new Key().all(row.key))).toBe(i)
          expectBytes(keyAt(page, i), row.key)
        }
        const lower = distinct.findIndex(row => compareKeys(row.key, wanted) >= 0)
        const place = lower < 0 ? distinct.length : lower
        const isThere =
          lower >= 0 && compareKeys((distinct[lower] as { key: Uint8Array }).key, wanted) === 0
        expect(page.find(new Key().all(wanted))).toBe(isThere ? place : ~place)
        versions.drop(page.id)
      }),
      { numRuns: 300 },
    )
  })
})

describe('finding the child of an inner page', () => {
  const page = innerOf('group-c', 'group-cc', 'group-m')

  test.each([
    ['', 0],
    ['a', 0],
    ['group-b', 0],
    ['group-c', 1],
    ['group-c\0', 1],
    ['group-cc', 2],
    ['group-l', 2],
    ['group-m', 3],
    ['z', 3],
  ])('that has %j', (text, index) => {
    expect(page.childFor(key(text))).toBe(index)
    expect(page.child(index)).toBe(100 + index)
  })

  test('from a child on, for keys that ascend', () => {
    expect(page.childFor(key('group-l'), 1)).toBe(2)
    expect(page.childFor(key('group-m'), 3)).toBe(3)
    expect(page.childFor(key('z'), 3)).toBe(3)
  })

  test('with one child only, every key is there', () => {
    expect(innerOf().childFor(key('anything'))).toBe(0)
  })

  test('says whether a separator is above a key', () => {
    expect(page.isAbove(2, key('group-cb'))).toBe(true)
    expect(page.isAbove(2, key('group-cc'))).toBe(false)
    expect(page.isAbove(2, key('group-cd'))).toBe(false)
    expect(page.isAbove(2, key('a'))).toBe(true)
    expect(page.isAbove(2, key('z'))).toBe(false)
    expect(page.isAbove(2, key('group-d'))).toBe(false)
  })
})

describe('inserting', () => {
  test('puts a row between others', () => {
    const page = textLeaf('a', 'c')
    expect(insert(page, 1, cellOf({ key: textBytes('b'), value: textBytes('new') }))).toBe(true)
    expect(rowsOf(page).map(({ key }) => key)).toEqual(['a', 'b', 'c'].map(textBytes))
    expect(valueAt(page, 1)).toEqual(textBytes('new'))
  })

  test('is refused where the key has not the prefix, and nothing is changed', () => {
    const page = textLeaf('prefix-a', 'prefix-b')
    const before = rowsOf(page)
    for (const stranger of ['pz', 'pre', '', 'prefix', 'prefiz-a']) {
      const cell = cellOf({ key: textBytes(stranger), value: bytes() })
      expect(insert(page, 2, cell)).toBe(false)
    }
    expect(rowsOf(page)).toEqual(before)
  })

  test('is refused where there is no room, and nothing is changed', () => {
    const page = leafOf([])
    const rows = numberedRows(500, 60)
    const refused = rows.findIndex((row, i) => !insert(page, i, cellOf(row)))
    expect(refused).toBeGreaterThan(30)
    expect(page.count).toBe(refused)
    expect(rowsOf(page)).toEqual(rows.slice(0, refused))
    expect(usedBytes(page)).toBeGreaterThan(PAGE_BYTES - 100)
  })

  test('takes room from what was removed', () => {
    const page = leafOf([])
    const rows = numberedRows(500, 60)
    const full = rows.findIndex((row, i) => !insert(page, i, cellOf(row)))
    removeSlot(page, 0)
    removeSlot(page, 3)
    expect(page.garbage).toBeGreaterThan(0)
    const left = rowsOf(page)
    expect(insert(page, page.count, cellOf(rows[full] as (typeof rows)[number]))).toBe(true)
    expect(page.garbage).toBe(0)
    expect(rowsOf(page)).toEqual([...left, rows[full]])
  })
})

describe('replacing a value', () => {
  const rows = ['a', 'bcdefghijklmnop', 'c'].map(text => ({
    key: textBytes(text),
    value: pattern(40, text.length),
  }))
  const replaced = (page: Page, value: Uint8Array) =>
    replace(page, 1, cellOf({ key: (rows[1] as { key: Uint8Array }).key, value }))
  const expectReplaced = (page: Page, value: Uint8Array) => {
    expect(rowsOf(page)).toEqual(rows.map((row, i) => (i === 1 ? { ...row, value } : row)))
  }

  test.each([
    ['of the same size, in place', 40, 0],
    ['by a smaller one, in place', 11, 30],
    ['by none, in place', 0, 40],
  ])('%s', (_, size, garbage) => {
    const page = leafOf(rows)
    const { top } = page
    expect(replaced(page, pattern(size, 3))).toBe(true)
    expectReplaced(page, pattern(size, 3))
    expect([page.top, page.garbage]).toEqual([top, garbage])
  })

  test('by a larger one, elsewhere in the page', () => {
    const page = leafOf(rows)
    expect(replaced(page, pattern(300, 3))).toBe(true)
    expectReplaced(page, pattern(300, 3))
    expect(page.garbage).toBe(48)
  })

  test('by one that has room only where garbage is now', () => {
    const page = leafOf(rows)
    for (let size = 100; size < 1900; size += 150) {
      expect(replaced(page, pattern(size, size))).toBe(true)
      expectReplaced(page, pattern(size, size))
    }
  })

  test('is refused where there is no room, and nothing is changed', () => {
    const page = leafOf([])
    const all = numberedRows(500, 60)
    const full = all.findIndex((row, i) => !insert(page, i, cellOf(row)))
    const { key } = all[5] as (typeof all)[number]
    expect(replace(page, 5, cellOf({ key, value: pattern(700, 1) }))).toBe(false)
    expect(rowsOf(page)).toEqual(all.slice(0, full))
  })
})

describe('removing', () => {
  test('leaves the others and a hole', () => {
    const page = textLeaf('a', 'b', 'c')
    removeSlot(page, 1)
    expect(rowsOf(page).map(({ key }) => key)).toEqual(['a', 'c'].map(textBytes))
    expect(page.garbage).toBe(2)
  })

  test('the last row leaves an empty page', () => {
    const page = textLeaf('a')
    removeSlot(page, 0)
    expect(page.count).toBe(0)
    expect(usedBytes(page)).toBe(HEADER_BYTES)
    expect(page.find(key('a'))).toBe(~0)
  })

  test('the first child makes the second the first, which needs no key', () => {
    const page = innerOf('group-with-a-long-name', 'group-x')
    removeSlot(page, 0)
    dropFirstKey(page)
    expect(page.count).toBe(2)
    expect(page.child(0)).toBe(101)
    expect(page.childFor(key('a'))).toBe(0)
    expect(page.childFor(key('group-x'))).toBe(1)
    setChild(page, 1, 7)
    expect([page.child(0), page.child(1)]).toEqual([101, 7])
  })
})

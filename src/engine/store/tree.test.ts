/** The shape of the tree: how full its pages are, and what becomes of those that are not. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Prng } from '../../base/prng.ts'
import { IDLE_PAGES, PAGE_BYTES, ROW_COST_BYTES, SPARSE_FACTOR } from './bounds.ts'
import type { Row } from './cursor.ts'
import { PagePool } from './pool.ts'
import { MemoryStore } from './store.ts'
import { expectRows } from './testing/expect.ts'
import { type Change, deltaOf } from './testing/model.ts'
import { ArrayRows, bytes, numberedRows, pattern, textBytes } from './testing/rows.ts'
import { storeStructure } from './testing/structure.ts'

const fresh = () => new MemoryStore(new PagePool(16 * PAGE_BYTES))
const mean = (list: readonly number[]) => list.reduce((sum, one) => sum + one, 0) / list.length

function inBatches(store: MemoryStore, changes: readonly Change[], size: number): void {
  for (let from = 0; from < changes.length; from += size) {
    store.apply(deltaOf(changes.slice(from, from + size)))
  }
}

/** The same in every run, and in no order. */
const shuffled = <T>(list: readonly T[]): T[] => new Prng(1).shuffle([...list])

/** Pages hold so many times what lives in them; the bound is in bounds.ts. */
function sparseness(store: MemoryStore): number {
  const { rows, dataBytes, pages } = store.figures
  return ((pages - IDLE_PAGES) * PAGE_BYTES) / (dataBytes + rows * ROW_COST_BYTES)
}

describe('pages are filled', () => {
  const rows = numberedRows(5000)

  test('by rows that come in order, all but the last', () => {
    const store = fresh()
    inBatches(store, rows, 100)
    const { fill, levels } = storeStructure(store)
    expect(mean(fill)).toBeGreaterThan(0.85)
    expect(levels).toBe(2)
  })

  test('by halves and more, where rows come at random', () => {
    const store = fresh()
    inBatches(store, shuffled(rows), 100)
    const { fill } = storeStructure(store)
    expect(mean(fill)).toBeGreaterThan(0.6)
    expect(Math.min(...fill)).toBeGreaterThan(0.4)
    expectRows(store.scan(), rows)
  })

  test('by a load to the brim, on every level', () => {
    const store = MemoryStore.from(new ArrayRows(numberedRows(40_000, 8)), new PagePool())
    const { fill, levels, innerPages, leaves } = storeStructure(store)
    expect(Math.min(...fill.slice(0, -1))).toBeGreaterThan(0.98)
    expect(levels).toBe(2)
    expect(leaves / innerPages).toBeGreaterThan(100)
  })

  test('by halves where a row comes to the end of a full page that is not the last', () => {
    const store = MemoryStore.from(new ArrayRows(rows), new PagePool(16 * PAGE_BYTES))
    const { fill } = storeStructure(store)
    // From the last to the first: the end of each page comes before what would make room there.
    for (const { key } of rows.slice(20, 4000).reverse()) {
      store.apply(deltaOf([{ key: Uint8Array.from([...key, 0]), value: bytes(1) }]))
    }
    const after = storeStructure(store).fill
    expect(after.length).toBeGreaterThan(1.5 * fill.length)
    expect(Math.min(...after.slice(0, -1))).toBeGreaterThan(0.4)
  })

  test('of several levels by a load of long keys', () => {
    const rows = numberedRows(3000, 4).map(({ key, value }) => ({
      key: Uint8Array.from([...key.slice(8), ...new Array<number>(300).fill(1), ...key]),
      value,
    }))
    const store = MemoryStore.from(new ArrayRows(rows), new PagePool())
    const { levels, rows: count } = storeStructure(store)
    expect([levels > 1, count]).toEqual([true, 3000])
    expectRows(store.scan(), rows)
  })
})

describe('a prefix', () => {
  test('is kept once for each page', () => {
    const store = fresh()
    inBatches(store, shuffled(numberedRows(5000)), 100)
    const { prefixes } = storeStructure(store)
    expect(Math.min(...prefixes.slice(1, -1))).toBeGreaterThanOrEqual('prefixed'.length)
  })

  test('that no longer holds is given up for a shorter one', () => {
    const store = fresh()
    inBatches(store, numberedRows(20), 20)
    const stranger = { key: textBytes('pre'), value: bytes(1) }
    store.apply(deltaOf([stranger]))
    store.apply(deltaOf([{ key: bytes(), value: bytes(2) }]))
    expectRows(store.scan(), [{ key: bytes(), value: bytes(2) }, stranger, ...numberedRows(20)])
    storeStructure(store)
  })

  test('is given up also where the page is then too small', () => {
    const rows = Array.from({ length: 20 }, (_, i) => ({
      key: Uint8Array.from([...new Array<number>(800).fill(7), i]),
      value: pattern(20, i),
    }))
    const store = MemoryStore.from(new ArrayRows(rows), new PagePool(16 * PAGE_BYTES))
    expect(storeStructure(store).leaves).toBe(1)
    store.apply(deltaOf([{ key: bytes(9), value: bytes(9) }]))
    expect(storeStructure(store).leaves).toBe(2)
    expectRows(store.scan(), [...rows, { key: bytes(9), value: bytes(9) }])
  })
})

describe('what was deleted is given back', () => {
  const rows = numberedRows(20_000)
  const loaded = () => MemoryStore.from(new ArrayRows(rows), new PagePool())
  const isKept: Record<string, (n: number) => boolean> = {
    'one of ten': n => n % 10 === 0,
    'one of forty': n => n % 40 === 0,
    'one of a page': n => n % 150 === 75,
    'the first half': n => n < 10_000,
    'the last tenth': n => n >= 18_000,
    'islands of five': n => n % 500 < 5,
    'one row': n => n === 12_345,
  }

  test.each(Object.keys(isKept))('when %s is kept, in any order of deletion', name => {
    const keeps = isKept[name] as (n: number) => boolean
    const gone = rows.filter((_, n) => !keeps(n)).map(({ key }) => ({ key }))
    for (const order of [gone, shuffled(gone), [...gone].reverse()]) {
      const store = loaded()
      const { pages } = store.figures
      for (let from = 0; from < order.length; from += 1000) {
        store.apply(deltaOf(order.slice(from, from + 1000)))
        expect(sparseness(store)).toBeLessThan(SPARSE_FACTOR)
      }
      expectRows(
        store.scan(),
        rows.filter((_, n) => keeps(n)),
      )
      storeStructure(store)
      expect(store.figures.freePages).toBeGreaterThan(pages - store.figures.pages - 1)
    }
  })

  test('when values shrink', () => {
    const store = MemoryStore.from(new ArrayRows(numberedRows(4000, 400)), new PagePool())
    const { pages } = store.figures
    inBatches(store, shuffled(numberedRows(4000, 2)), 500)
    expect(sparseness(store)).toBeLessThan(SPARSE_FACTOR)
    expect(store.figures.pages).toBeLessThan(pages / 8)
    expectRows(store.scan(), numberedRows(4000, 2))
    storeStructure(store)
  })

  test('when rows come at one end and go at the other', () => {
    const store = fresh()
    const all = numberedRows(30_000)
    const window = 1000
    let most = 0
    for (let at = 0; at < all.length; at += 250) {
      const gone = all.slice(Math.max(0, at - window), Math.max(0, at - window + 250))
      store.apply(deltaOf([...gone.map(({ key }) => ({ key })), ...all.slice(at, at + 250)]))
      most = Math.max(most, store.figures.pages)
    }
    expect(store.size).toBe(window)
    // A window's rows take about 12 pages.
    expect(most).toBeLessThan(24)
    storeStructure(store)
  })

  test('down to the one page of an empty tree, and the tree grows again', () => {
    const store = loaded()
    inBatches(store, shuffled(rows.map(({ key }) => ({ key }))), 700)
    expect(store.figures).toMatchObject({ rows: 0, dataBytes: 0, pages: 1 })
    inBatches(store, shuffled(rows), 700)
    expectRows(store.scan(), rows)
    expect(storeStructure(store).rows).toBe(20_000)
  })

  test('large values at once', () => {
    const store = fresh()
    const large = Array.from({ length: 20 }, (_, i) => ({ key: bytes(i), value: pattern(9000, i) }))
    store.apply(deltaOf(large))
    expect(storeStructure(store).farPages).toBe(60)
    store.apply(deltaOf(large.map(({ key }) => ({ key, value: bytes(1) }))))
    expect(storeStructure(store).farPages).toBe(0)
    store.apply(deltaOf(large))
    store.apply(deltaOf(large.map(({ key }, i) => ({ key, value: pattern(5000, i) }))))
    expect(storeStructure(store).farPages).toBe(40)
  })

  test('however rows come and go', () => {
    const anyStep = fc.record({
      isDelete: fc.boolean(),
      from: fc.nat(2000),
      count: fc.nat(1500),
      step: fc.constantFrom(1, 1, 2, 3, 37),
      size: fc.constantFrom(0, 8, 60, 500),
    })
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 12, size: 'max' }), steps => {
        const store = fresh()
        const there = new Map<number, Row>()
        const keys = numberedRows(3600, 0)
        for (const { isDelete, from, count, step, size } of steps) {
          const changes: Change[] = []
          for (let n = from; n < from + count; n += step) {
            const { key } = keys[n] as Row
            const row = { key, value: pattern(size, n) }
            changes.push(isDelete ? { key } : row)
            if (isDelete) there.delete(n)
            else there.set(n, row)
          }
          store.apply(deltaOf(changes))
          expect(store.size).toBe(there.size)
          expect(sparseness(store)).toBeLessThan(SPARSE_FACTOR)
        }
        storeStructure(store)
        expectRows(
          store.scan(),
          [...there].sort(([a], [b]) => a - b).map(([, row]) => row),
        )
      }),
      { numRuns: 40 },
    )
  })
})

describe('inner pages', () => {
  /** Four of each kind are alike up to their last byte, and so are what parts their pages. */
  const rows = Array.from({ length: 4000 }, (_, n) => ({
    key: Uint8Array.from([n >> 10, n >> 2, ...new Array<number>(600).fill(n >> 2), n & 3]),
    value: pattern(8, n),
  }))

  test('make as many levels as long keys need', () => {
    const store = fresh()
    inBatches(store, shuffled(rows), 100)
    expect(storeStructure(store).levels).toBeGreaterThan(3)
    expectRows(store.scan(), rows)
    expectRows(MemoryStore.from(store.scan()).scan(), rows)
  })

  test.each([20, 50, 400])('join as rows go, until one of %i is left', keep => {
    const store = fresh()
    inBatches(store, rows, 500)
    const before = storeStructure(store)
    const gone = rows.filter((_, n) => n % keep !== 0).map(({ key }) => ({ key }))
    for (let from = 0; from < gone.length; from += 300) {
      store.apply(deltaOf(shuffled(gone).slice(from, from + 300)))
      storeStructure(store)
    }
    const left = rows.filter((_, n) => n % keep === 0)
    expectRows(store.scan(), left)
    const after = storeStructure(store)
    expect(after.innerPages).toBeLessThan(before.innerPages / 2)
    expect(after.levels).toBeLessThanOrEqual(before.levels - (keep < 400 ? 0 : 1))
    store.apply(deltaOf(left.map(({ key }) => ({ key }))))
    expect(store.figures.pages).toBe(1)
  })

  test('are copied with what is below them while an image lives, and joined in the copy', () => {
    const store = fresh()
    inBatches(store, rows, 500)
    const image = store.cut()
    inBatches(store, shuffled(rows.map(({ key }) => ({ key }))), 170)
    expect(store.figures).toMatchObject({ rows: 0, pages: 1 })
    expectRows(image.scan(), rows)
    const { retiredPages } = store.figures
    image.release()
    expect(store.figures.retiredPages).toBe(0)
    expect(store.figures.freePages).toBeGreaterThanOrEqual(retiredPages)
  })

  test('of values that take pages of their own are dropped with them', () => {
    const store = fresh()
    const large = rows.slice(0, 400).map(({ key }, n) => ({ key, value: pattern(5000, n) }))
    inBatches(store, large, 50)
    expect(storeStructure(store).farPages).toBe(800)
    const image = store.cut()
    inBatches(
      store,
      large.map(({ key }) => ({ key, value: bytes(1) })),
      50,
    )
    expect(storeStructure(store).farPages).toBe(0)
    expectRows(image.scan(), large)
    image.release()
    expect(store.figures.retiredPages).toBe(0)
  })
})

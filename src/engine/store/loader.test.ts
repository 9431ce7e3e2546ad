/** Trees that are built from rows in order: full, right, and changed afterwards like any other. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { PAGE_BYTES } from './bounds.ts'
import type { Row } from './cursor.ts'
import { DeltaReader } from './delta.ts'
import type { Rows } from './entry.ts'
import { PagePool } from './pool.ts'
import { MemoryStore } from './store.ts'
import { expectRows } from './testing/expect.ts'
import { deltaOf, Model } from './testing/model.ts'
import { ArrayRows, anyKey, anyRows, anyValue, numberedRows, pattern } from './testing/rows.ts'
import { storeStructure } from './testing/structure.ts'

const load = (rows: Rows) => MemoryStore.from(rows, new PagePool(16 * PAGE_BYTES))

describe('a load', () => {
  test('is right for any rows, and the tree may be changed', () => {
    const anyChange = fc.record({ key: anyKey, value: fc.option(anyValue, { nil: undefined }) })
    const anyChanges = fc.array(anyChange, { maxLength: 40, size: 'max' })
    fc.assert(
      fc.property(anyRows(120), anyChanges, (rows, changes) => {
        const store = load(new ArrayRows(rows))
        const model = new Model(rows)
        expect(store.size).toBe(rows.length)
        expect(store.figures.dataBytes).toBe(model.dataBytes)
        storeStructure(store)
        expectRows(store.scan(), rows)
        store.apply(deltaOf(changes))
        for (const change of changes) model.change(change)
        expectRows(store.scan(), model.rows)
        storeStructure(store)
      }),
      { numRuns: 150 },
    )
  })

  test.each([0, 1, 2, 50, 136, 137, 138, 500, 20_000])('of %i rows has all of them', count => {
    const store = load(new ArrayRows(numberedRows(count, 8)))
    expectRows(store.scan(), numberedRows(count, 8))
    expect(storeStructure(store).rows).toBe(count)
  })

  test('takes them from a delta', () => {
    const rows = numberedRows(300)
    expectRows(load(new DeltaReader(deltaOf(rows))).scan(), rows)
  })

  test('takes them from another store, and packs what that one left half empty', () => {
    const sparse = new MemoryStore(new PagePool(16 * PAGE_BYTES))
    const rows = numberedRows(5000)
    for (let i = 0; i < 7; i++) sparse.apply(deltaOf(rows.filter((_, n) => n % 7 === i)))
    const packed = load(sparse.scan())
    expectRows(packed.scan(), rows)
    expect(packed.figures.pages).toBeLessThan(sparse.figures.pages)
  })

  test('takes them from an image while the store changes', () => {
    const store = load(new ArrayRows(numberedRows(2000)))
    const image = store.cut()
    const cursor = image.scan()
    const half: Rows = Object.assign(Object.create(cursor), {
      next: () => {
        store.apply(deltaOf([{ key: numberedRows(1)[0]?.key as Uint8Array, value: pattern(9, 1) }]))
        return cursor.next()
      },
    })
    expectRows(load(half).scan(), numberedRows(2000))
    image.release()
  })
})

describe('pages of a load', () => {
  const longest = (n: number): Row => ({
    key: Uint8Array.from([...new Array<number>(1020).fill(n % 2), n >> 8, n]),
    value: pattern(20, n),
  })

  test('hold rows of the longest keys, which share nearly all of them', () => {
    const rows = Array.from({ length: 600 }, (_, n) => ({
      ...longest(2 * n),
      value: pattern(9, n),
    }))
    const store = load(new ArrayRows(rows))
    expectRows(store.scan(), rows)
    // The prefix, once for each page, is nearly a quarter of it; the keys are all but gone.
    const { fill, leaves } = storeStructure(store)
    expect(leaves).toBeLessThan(10)
    expect(Math.min(...fill.slice(0, -1))).toBeGreaterThan(0.95)
  })

  test('give up a prefix when a row comes that has not got it', () => {
    const rows = [...Array.from({ length: 90 }, (_, n) => longest(2 * n)), longest(2 * 90 + 1)]
    const store = load(new ArrayRows(rows))
    expectRows(store.scan(), rows)
    storeStructure(store)
  })

  test('hold the shortest rows, as many as there are slots for', () => {
    const rows = Array.from({ length: 1000 }, (_, n) => ({
      key: Uint8Array.from([n >> 8, n]),
      value: new Uint8Array(0),
    }))
    const store = load(new ArrayRows(rows))
    expectRows(store.scan(), rows)
    expect(storeStructure(store).leaves).toBe(3)
  })
})

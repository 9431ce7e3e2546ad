/** Values of each size at which the way they are kept changes, each put over each other. */

import { describe, expect, test } from 'vitest'
import { PAGE_BYTES } from './bounds.ts'
import { PagePool } from './pool.ts'
import { MemoryStore } from './store.ts'
import { expectBytes, expectRows } from './testing/expect.ts'
import { deltaOf } from './testing/model.ts'
import { bytes, numberedRows, pattern } from './testing/rows.ts'
import { storeStructure } from './testing/structure.ts'

/** None, one, both sides of a cell's largest, of one page, of two, and many. */
const SIZES = [0, 1, 2, 31, 33, 500, 2010, 2011, 4079, 4080, 4081, 8160, 8161, 100_000]

describe.each(SIZES)('a value of %i bytes', size => {
  const key = numberedRows(11)[5]?.key as Uint8Array

  test.each(SIZES)('becomes one of %i, among others, and goes', next => {
    const store = new MemoryStore(new PagePool(16 * PAGE_BYTES))
    const others = numberedRows(11).filter((_, i) => i !== 5)
    store.apply(deltaOf([...others, { key, value: pattern(size, 1) }]))
    expectBytes(store.get(key), pattern(size, 1))
    const image = store.cut()
    store.apply(deltaOf([{ key, value: pattern(next, 2) }]))
    expectBytes(store.get(key), pattern(next, 2))
    expectBytes(image.get(key), pattern(size, 1))
    image.release()
    store.apply(deltaOf([{ key, value: pattern(size, 3) }]))
    expectBytes(store.get(key), pattern(size, 3))
    store.apply(deltaOf([{ key }]))
    expectRows(store.scan(), others)
    expect(storeStructure(store).farPages).toBe(0)
    expect(store.figures.dataBytes).toBe(others.length * 35)
  })
})

test('many large values fill a pool of small chunks, and leave it empty', () => {
  const pool = new PagePool(PAGE_BYTES)
  const store = new MemoryStore(pool)
  const rows = Array.from({ length: 100 }, (_, n) => ({ key: bytes(n), value: pattern(n * 97, n) }))
  for (let round = 0; round < 3; round++) {
    store.apply(deltaOf(rows))
    expectRows(store.scan(), rows)
    expectRows(store.scan({ reverse: true }), [...rows].reverse())
    storeStructure(store)
    store.apply(deltaOf(rows.map(({ key }) => ({ key }))))
    expect(store.figures.pages).toBe(1)
  }
  // What was free was taken again: three rounds need what one needs.
  const { pooledBytes } = pool
  store.apply(deltaOf(rows))
  expect(pool.pooledBytes).toBe(pooledBytes)
})

/** What people do with a store, one thing at a time; all of it at random is in model.test.ts. */

import { describe, expect, test } from 'vitest'
import { MALFORMED_BYTES } from '../../base/bytes.ts'
import { WeirError } from '../../base/errors.ts'
import { KEY_BYTES_MAX, PAGE_BYTES, VALUE_BYTES_MAX } from './bounds.ts'
import { PagePool } from './pool.ts'
import { MemoryStore, StoreLoading } from './store.ts'
import { expectBytes, expectRows } from './testing/expect.ts'
import { deltaOf, Model } from './testing/model.ts'
import { ArrayRows, bytes, numberedRows, pattern, textBytes } from './testing/rows.ts'
import { storeStructure } from './testing/structure.ts'
import { MISSING } from './view.ts'

const fresh = () => new MemoryStore(new PagePool(4 * PAGE_BYTES))

function codeOf(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    if (error instanceof WeirError) return error.code
    throw error
  }
  return 'nothing'
}

describe('rows', () => {
  test('are there once they were put, and gone once they were deleted', () => {
    const store = fresh()
    expect(store.get(bytes(1))).toBeUndefined()
    store.apply(deltaOf([{ key: bytes(1), value: bytes(7) }]))
    expect([store.get(bytes(1)), store.has(bytes(1)), store.size]).toEqual([bytes(7), true, 1])
    store.apply(deltaOf([{ key: bytes(1), value: bytes(8, 9) }]))
    expect([store.get(bytes(1)), store.size]).toEqual([bytes(8, 9), 1])
    store.apply(deltaOf([{ key: bytes(1) }]))
    expect([store.get(bytes(1)), store.has(bytes(1)), store.size]).toEqual([undefined, false, 0])
  })

  test('may have an empty value, an empty key', () => {
    const store = fresh()
    store.apply(deltaOf([{ key: bytes(), value: bytes() }]))
    expect([store.get(bytes()), store.size, store.figures.dataBytes]).toEqual([bytes(), 1, 0])
  })

  test('that are not there are deleted without a trace', () => {
    const store = fresh()
    store.apply(deltaOf([{ key: bytes(1) }, { key: bytes(2) }]))
    expect(store.figures).toMatchObject({ rows: 0, dataBytes: 0, pages: 1 })
  })

  test('are copies: whoever got one may do with it what he wants', () => {
    const store = fresh()
    store.apply(deltaOf([{ key: bytes(1), value: bytes(7) }]))
    const value = store.get(bytes(1)) as Uint8Array
    value[0] = 0
    expect(store.get(bytes(1))).toEqual(bytes(7))
    store.apply(deltaOf([{ key: bytes(1), value: bytes(9) }]))
    expect(value).toEqual(bytes(0))
  })

  test('of the largest key and value pass, and so do many large ones', () => {
    const store = fresh()
    const key = new Uint8Array(KEY_BYTES_MAX).fill(9)
    store.apply(deltaOf([{ key, value: new Uint8Array(VALUE_BYTES_MAX).fill(5) }]))
    const value = store.get(key) as Uint8Array
    expect(value.length).toBe(VALUE_BYTES_MAX)
    expect(value.every(byte => byte === 5)).toBe(true)
    store.apply(deltaOf([{ key }]))
    expect(store.figures.pages).toBe(1)
  })

  test('of keys that could be no longer make a tree, and go again', () => {
    const store = fresh()
    const model = new Model()
    for (let n = 0; n < 120; n++) {
      const key = new Uint8Array(KEY_BYTES_MAX).fill(n % 3)
      key[KEY_BYTES_MAX - 1] = n
      model.change({ key, value: pattern(n * 8, n) })
    }
    store.apply(deltaOf(model.rows))
    expectRows(store.scan(), model.rows)
    expect(storeStructure(store).levels).toBeGreaterThan(2)
    store.apply(deltaOf(model.rows.map(({ key }) => ({ key }))))
    expect(store.figures.pages).toBe(1)
  })
})

describe('read', () => {
  const store = fresh()
  store.apply(
    deltaOf([
      { key: bytes(1), value: bytes(7, 8, 9) },
      { key: bytes(2), value: pattern(9000, 1) },
    ]),
  )

  test('writes a value where it is wanted, and says its size', () => {
    const to = new Uint8Array(6)
    expect(store.read(bytes(1), to, 2)).toBe(3)
    expect(to).toEqual(bytes(0, 0, 7, 8, 9, 0))
  })

  test('writes nothing where there is no room, and says how much is wanted', () => {
    const to = new Uint8Array(4)
    expect(store.read(bytes(1), to, 2)).toBe(3)
    expect(to).toEqual(new Uint8Array(4))
    expect(store.read(bytes(2), to)).toBe(9000)
    const large = new Uint8Array(9000)
    expect(store.read(bytes(2), large)).toBe(9000)
    expectBytes(large, pattern(9000, 1))
  })

  test('says that a row is missing', () => {
    expect(store.read(bytes(3), new Uint8Array(4))).toBe(MISSING)
  })
})

describe('a delta', () => {
  test('that is malformed changes nothing, not even before the place that is wrong', () => {
    const store = fresh()
    store.apply(deltaOf([{ key: bytes(1), value: bytes(1) }]))
    const delta = deltaOf([{ key: bytes(1) }, { key: bytes(2), value: bytes(2) }])
    expect(codeOf(() => store.apply(delta.slice(0, -1)))).toBe(MALFORMED_BYTES)
    expect([store.size, store.get(bytes(1))]).toEqual([1, bytes(1)])
    store.apply(delta)
    expect([store.size, store.get(bytes(2))]).toEqual([1, bytes(2)])
  })

  test('may be empty', () => {
    const store = fresh()
    store.apply(bytes())
    expect(store.size).toBe(0)
  })

  test('may be shared memory', () => {
    const delta = deltaOf(numberedRows(50))
    const shared = new Uint8Array(new SharedArrayBuffer(delta.length))
    shared.set(delta)
    const store = fresh()
    store.apply(shared)
    expectRows(store.scan(), numberedRows(50))
  })
})

describe('figures', () => {
  test('count rows, their bytes, pages and images', () => {
    const store = fresh()
    store.apply(deltaOf(numberedRows(200, 20)))
    const { pages, pooledBytes, ...rest } = store.figures
    expect(rest).toMatchObject({ rows: 200, dataBytes: 200 * 35, retiredPages: 0, images: 0 })
    expect(pages * PAGE_BYTES).toBeGreaterThan(200 * 20)
    expect(pooledBytes % (4 * PAGE_BYTES)).toBe(0)
    const image = store.cut()
    store.apply(deltaOf(numberedRows(200, 21)))
    expect(store.figures.images).toBe(1)
    expect(store.figures.retiredPages).toBe(pages)
    image.release()
    expect(store.figures).toMatchObject({ images: 0, retiredPages: 0, freePages: pages })
  })

  test('without an image no page is copied', () => {
    const store = fresh()
    store.apply(deltaOf(numberedRows(200, 20)))
    const { pages, pooledBytes } = store.figures
    for (let n = 0; n < 20; n++) store.apply(deltaOf(numberedRows(200, 20)))
    expect(store.figures).toMatchObject({ pages, pooledBytes, freePages: 0 })
  })

  test('with one a page is copied once, and only if it changes', () => {
    const store = fresh()
    store.apply(deltaOf(numberedRows(1000, 20)))
    const { levels } = storeStructure(store)
    const image = store.cut()
    for (let n = 0; n < 5; n++) store.apply(deltaOf(numberedRows(1, 20)))
    expect(store.figures.retiredPages).toBe(levels)
    store.apply(deltaOf([{ key: textBytes('no such row') }]))
    expect(store.figures.retiredPages).toBe(levels)
    image.release()
  })
})

describe('stores that share a pool', () => {
  test('do not meet, and take what others gave back', () => {
    const pool = new PagePool(4 * PAGE_BYTES)
    const [first, second] = [new MemoryStore(pool), new MemoryStore(pool)]
    first.apply(deltaOf(numberedRows(500, 20)))
    second.apply(deltaOf(numberedRows(500, 30)))
    expectRows(first.scan(), numberedRows(500, 20))
    expectRows(second.scan(), numberedRows(500, 30))
    const { pooledBytes } = pool
    first.close()
    const third = new MemoryStore(pool)
    third.apply(deltaOf(numberedRows(400, 20)))
    expect(pool.pooledBytes).toBe(pooledBytes)
    expectRows(second.scan(), numberedRows(500, 30))
  })

  test('give back every page when they are closed, and what an image sees with it', () => {
    const pool = new PagePool(4 * PAGE_BYTES)
    const store = new MemoryStore(pool)
    store.apply(deltaOf([...numberedRows(500, 20), { key: bytes(0), value: pattern(20_000, 1) }]))
    const { pages } = store.figures
    const image = store.cut()
    store.close()
    expect(() => store.get(bytes(1))).toThrow('rows-are-read-while-they-live')
    expect(() => store.scan().next()).toThrow('rows-are-read-while-they-live')
    expect(pool.freePages).toBe(0)
    expect(image.size).toBe(501)
    expectRows(image.scan({ from: bytes(1) }), numberedRows(500, 20))
    image.release()
    expect(pool.freePages).toBe(pages)
  })
})

describe('loading', () => {
  const rows = numberedRows(3000, 20)

  test('makes a store like any other', () => {
    const store = MemoryStore.from(new ArrayRows(rows), new PagePool(4 * PAGE_BYTES))
    expect(store.figures).toMatchObject({ rows: 3000, dataBytes: 3000 * 35 })
    expectRows(store.scan(), rows)
    const model = new Model(rows)
    const changes = rows.map(({ key }, i) => (i % 3 === 0 ? { key } : { key, value: bytes(i) }))
    store.apply(deltaOf(changes))
    for (const change of changes) model.change(change)
    expectRows(store.scan(), model.rows)
    storeStructure(store)
  })

  test('takes rows part by part', () => {
    const loading = new StoreLoading(new PagePool(4 * PAGE_BYTES))
    for (let from = 0; from < 3000; from += 700) {
      loading.add(new ArrayRows(rows.slice(from, from + 700)))
    }
    expectRows(loading.finish().scan(), rows)
  })

  test('of nothing makes an empty store', () => {
    const store = MemoryStore.from(new ArrayRows([]), new PagePool(4 * PAGE_BYTES))
    expect(store.figures).toMatchObject({ rows: 0, pages: 1 })
    expect(store.scan().next()).toBe(false)
    store.apply(deltaOf(rows))
    expectRows(store.scan(), rows)
  })

  test.each([
    [
      'rows that descend',
      [
        { key: bytes(2), value: bytes() },
        { key: bytes(1), value: bytes() },
      ],
    ],
    [
      'a key twice',
      [
        { key: bytes(2), value: bytes() },
        { key: bytes(2), value: bytes() },
      ],
    ],
    [
      'the empty key twice',
      [
        { key: bytes(), value: bytes() },
        { key: bytes(), value: bytes() },
      ],
    ],
    ['a row without a value', [{ key: bytes(2) }]],
  ])('refuses %s, and gives back what it took', (_, wrong) => {
    const pool = new PagePool(4 * PAGE_BYTES)
    const before = { key: bytes(0), value: pattern(9000, 1) }
    const load = () => MemoryStore.from(new ArrayRows([before, ...wrong]), pool)
    expect(codeOf(load)).toBe(MALFORMED_BYTES)
    expect(pool.freePages).toBe(4)
  })

  test('that is given up gives back what it took', () => {
    const pool = new PagePool(4 * PAGE_BYTES)
    const loading = new StoreLoading(pool)
    loading.add(new ArrayRows(rows))
    loading.abandon()
    const free = pool.freePages
    expect(free).toBeGreaterThan(10)
    const store = MemoryStore.from(new ArrayRows(rows), pool)
    expect(pool.freePages).toBe(free - store.figures.pages)
  })
})

/** Images stay as they were: here, and in another thread that reads while the store changes. */

import { Worker } from 'node:worker_threads'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { crc32c } from '../../base/crc32c.ts'
import { BrokenInvariant } from '../../base/errors.ts'
import { PAGE_BYTES } from './bounds.ts'
import { openShared, type SharedImage } from './image.ts'
import { PagePool } from './pool.ts'
import { MemoryStore } from './store.ts'
import { expectBytes, expectRows } from './testing/expect.ts'
import { deltaOf, Model } from './testing/model.ts'
import { ArrayRows, bytes, numberedRows, pattern } from './testing/rows.ts'
import { MISSING } from './view.ts'

const rows = numberedRows(2000, 30)
const loaded = () => MemoryStore.from(new ArrayRows(rows), new PagePool(16 * PAGE_BYTES))

describe('an image', () => {
  test('has what the store had, and the store goes on', () => {
    const store = loaded()
    const image = store.cut()
    const key = rows[7]?.key as Uint8Array
    store.apply(
      deltaOf(rows.map(({ key }, i) => (i % 2 === 0 ? { key } : { key, value: bytes(i) }))),
    )
    expect([image.size, image.dataBytes]).toEqual([2000, 2000 * 45])
    expectRows(image.scan(), rows)
    expectRows(image.scan({ reverse: true, limit: 3 }), rows.slice(-3).reverse())
    expectBytes(image.get(key), rows[7]?.value)
    expect(store.get(key)).toEqual(bytes(7))
    const to = new Uint8Array(40)
    expect(image.read(key, to, 5)).toBe(30)
    expectBytes(to.slice(5, 35), rows[7]?.value)
    expect(image.read(bytes(1), to)).toBe(MISSING)
    expect([image.has(key), image.has(bytes(1))]).toEqual([true, false])
    image.release()
  })

  test('of an empty store is empty', () => {
    const store = new MemoryStore(new PagePool(PAGE_BYTES))
    const image = store.cut()
    store.apply(deltaOf(numberedRows(10)))
    expect([image.size, image.scan().next(), image.rows(100).next()]).toEqual([0, false, undefined])
    image.release()
  })

  test('gives all rows in slices, and they make the same store again', () => {
    const store = loaded()
    const image = store.cut()
    const slices = image.rows(1000)
    const copy = new MemoryStore(new PagePool(16 * PAGE_BYTES))
    for (let slice = slices.next(); slice !== undefined; slice = slices.next()) {
      expect(slice.length).toBeLessThanOrEqual(1000)
      copy.apply(slice)
      // Others may work between two slices.
      store.apply(deltaOf([{ key: rows[0]?.key as Uint8Array, value: slice.slice(0, 50) }]))
    }
    expectRows(copy.scan(), rows)
    image.release()
  })

  test('is cut without a page being taken, copied or looked at, however many there are', () => {
    for (const count of [0, 10, 20_000]) {
      const store = MemoryStore.from(new ArrayRows(numberedRows(count, 9)), new PagePool())
      const before = store.figures
      const image = store.cut()
      expect(store.figures).toEqual({ ...before, images: 1 })
      image.release()
      expect(store.figures).toEqual(before)
    }
  })

  test('lives beside a second, and each has its own moment', () => {
    const store = loaded()
    const first = store.cut()
    store.apply(deltaOf(numberedRows(2000, 31)))
    const second = store.cut()
    store.apply(deltaOf(rows.map(({ key }) => ({ key }))))
    expect(() => store.cut()).toThrow('too-many-images')
    expectRows(first.scan(), rows)
    expectRows(second.scan(), numberedRows(2000, 31))
    first.release()
    expectRows(second.scan(), numberedRows(2000, 31))
    second.release()
    expect(store.figures).toMatchObject({ rows: 0, pages: 1, retiredPages: 0 })
  })

  test('is not to be read once it was released, nor released again', () => {
    const store = loaded()
    const image = store.cut()
    const cursor = image.scan()
    const slices = image.rows(1000)
    cursor.next()
    image.release()
    const uses = [
      () => image.get(bytes(1)),
      () => image.has(bytes(1)),
      () => image.scan().next(),
      () => image.read(bytes(1), bytes()),
      () => image.shared(),
      () => cursor.next(),
      () => slices.next(),
      () => image.release(),
    ]
    for (const use of uses) expect(use).toThrow(BrokenInvariant)
  })

  test('is opened from its chunks', () => {
    const store = loaded()
    const image = store.cut()
    const opened = openShared(image.shared())
    store.apply(deltaOf(rows.map(({ key }) => ({ key }))))
    expect([opened.size, opened.dataBytes]).toEqual([image.size, image.dataBytes])
    expectRows(opened.scan(), rows)
    image.release()
  })
})

interface Told {
  readonly crc: number
  readonly rows: number
  readonly found: Uint8Array | undefined
}

describe('another thread', () => {
  let code = ''
  const workers: Worker[] = []

  beforeAll(async () => {
    const entryPoints = ['src/engine/store/testing/reading.ts']
    const { outputFiles } = await build({
      entryPoints,
      bundle: true,
      platform: 'node',
      write: false,
    })
    code = outputFiles[0]?.text ?? ''
  })

  afterAll(async () => {
    await Promise.all(workers.map(worker => worker.terminate()))
  })

  function told(image: SharedImage, key: Uint8Array): Promise<Told> {
    const worker = new Worker(code, { eval: true, workerData: { image, key } })
    workers.push(worker)
    return new Promise((resolve, reject) => {
      worker.once('message', resolve)
      worker.once('error', reject)
    })
  }

  test('reads an image while the store changes under it', async () => {
    const store = loaded()
    const model = new Model(rows)
    const large = { key: bytes(1), value: pattern(50_000, 3) }
    store.apply(deltaOf([large]))
    model.change(large)
    for (let round = 0; round < 3; round++) {
      const image = store.cut()
      const wanted = { crc: crc32c(deltaOf(model.rows)), rows: model.rows.length }
      const answer = told(image.shared(), large.key)
      let isAnswered = false
      const done = answer.finally(() => {
        isAnswered = true
      })
      for (let n = 0; !isAnswered; n++) {
        const changes = rows
          .filter((_, i) => (i + n) % 7 === 0)
          .map(({ key }, i) => (i % 5 === 0 ? { key } : { key, value: pattern((i + n) % 90, n) }))
        store.apply(deltaOf([...changes, { key: large.key, value: pattern(9000, n) }]))
        await new Promise(resolve => setImmediate(resolve))
      }
      const { crc, rows: count, found } = await done
      expect({ crc, rows: count }).toEqual(wanted)
      expectBytes(found, model.get(large.key))
      image.release()
      model.rows = [...store.scan()]
    }
  })
})

/** Where pages come from, where they lie, and that they come back. */

import { describe, expect, test } from 'vitest'
import { CHUNK_BYTES, PAGE_BYTES } from './bounds.ts'
import { IdStack } from './id-stack.ts'
import { Pages } from './pages.ts'
import { PagePool } from './pool.ts'

describe('a stack of numbers', () => {
  test('gives the last first, however many there are', () => {
    const stack = new IdStack()
    for (let id = 0; id < 1000; id++) stack.push(id)
    expect(stack.size).toBe(1000)
    for (let id = 999; id >= 0; id--) expect(stack.pop()).toBe(id)
    expect(stack.size).toBe(0)
  })

  test('has nothing to give when it is empty', () => {
    const stack = new IdStack()
    stack.push(7)
    stack.pop()
    expect(() => stack.pop()).toThrow('a-stack-has-an-id-to-give')
  })
})

describe('pages', () => {
  test('are found by their number in the chunk that has them', () => {
    const chunks = [0, 1, 2].map(() => new SharedArrayBuffer(4 * PAGE_BYTES))
    const pages = new Pages(4 * PAGE_BYTES, chunks)
    for (let id = 0; id < 12; id++) {
      pages.wordsOf(id)[pages.wordAt(id) + 1] = 100 + id
      pages.bytesOf(id)[4 * pages.wordAt(id)] = id
    }
    for (let id = 0; id < 12; id++) {
      const chunk = chunks[Math.floor(id / 4)] as SharedArrayBuffer
      const words = new Int32Array(chunk, (id % 4) * PAGE_BYTES)
      expect(words[1]).toBe(100 + id)
      expect((words[0] as number) & 0xff).toBe(id)
      expect(pages.stampOf(id)).toBe(100 + id)
    }
  })

  test('are copied whole, from one chunk to another, and nothing beside them', () => {
    const pages = new Pages(2 * PAGE_BYTES)
    pages.add(new SharedArrayBuffer(2 * PAGE_BYTES))
    pages.add(new SharedArrayBuffer(2 * PAGE_BYTES))
    pages.bytesOf(1).fill(9, PAGE_BYTES, 2 * PAGE_BYTES)
    pages.copy(1, 2)
    expect(
      pages
        .bytesOf(2)
        .slice(0, PAGE_BYTES)
        .every(byte => byte === 9),
    ).toBe(true)
    expect(
      pages
        .bytesOf(2)
        .slice(PAGE_BYTES)
        .every(byte => byte === 0),
    ).toBe(true)
  })

  test.each([0, PAGE_BYTES / 2, 3 * PAGE_BYTES, PAGE_BYTES + 1])(
    'do not come in chunks of %i bytes',
    chunkBytes => {
      expect(() => new Pages(chunkBytes)).toThrow('a-chunk-is-a-power-of-two-of-pages')
    },
  )
})

describe('a pool', () => {
  test('asks for a chunk when it needs one', () => {
    const pool = new PagePool(2 * PAGE_BYTES)
    expect(pool.pooledBytes).toBe(0)
    const taken = [pool.take(), pool.take()]
    expect(pool.pooledBytes).toBe(2 * PAGE_BYTES)
    taken.push(pool.take())
    expect(pool.pooledBytes).toBe(4 * PAGE_BYTES)
    expect(new Set(taken).size).toBe(3)
    expect(pool.bytesOf(taken[2] as number)).toBe(pool.bytes[1])
  })

  test('gives what was freed before it asks for more', () => {
    const pool = new PagePool(2 * PAGE_BYTES)
    const [first, second] = [pool.take(), pool.take()]
    pool.free(first)
    pool.free(second)
    expect(pool.freePages).toBe(2)
    expect(new Set([pool.take(), pool.take()])).toEqual(new Set([first, second]))
    expect(pool.freePages).toBe(0)
    expect(pool.pooledBytes).toBe(2 * PAGE_BYTES)
  })

  test('has large chunks unless it is told otherwise', () => {
    const pool = new PagePool()
    pool.take()
    expect(pool.pooledBytes).toBe(CHUNK_BYTES)
  })
})

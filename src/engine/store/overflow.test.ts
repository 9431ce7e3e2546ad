/** Values that lie beside their key, and values that do not. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { PAGE_BYTES } from './bounds.ts'
import { Cell, isNear } from './cell.ts'
import {
  copyFar,
  dropFar,
  FAR_PAYLOAD_BYTES,
  farFirst,
  farPagesOf,
  farSize,
  writeFar,
} from './overflow.ts'
import { FAR, FAR_BYTES } from './page.ts'
import { PagePool } from './pool.ts'
import { expectBytes } from './testing/expect.ts'
import { ArrayRows, bytes, pattern } from './testing/rows.ts'
import { Versions } from './versions.ts'

function entryOf(value: Uint8Array): ArrayRows {
  const rows = new ArrayRows([{ key: bytes(1), value }])
  rows.next()
  return rows
}

const fresh = () => new Versions(new PagePool(2 * PAGE_BYTES))

describe('a value in pages of its own', () => {
  test.each([
    [1, 1],
    [FAR_PAYLOAD_BYTES, 1],
    [FAR_PAYLOAD_BYTES + 1, 2],
    [10 * FAR_PAYLOAD_BYTES, 10],
  ])('of %i bytes takes %i', (size, pages) => {
    const versions = fresh()
    writeFar(versions, entryOf(pattern(size, 1)), new Uint8Array(FAR_BYTES))
    expect(versions.pages).toBe(pages)
    expect(farPagesOf(size)).toBe(pages)
  })

  test('is read as it was written, to wherever it is wanted, and then dropped', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20_000 }), fc.nat(255), fc.nat(9), (size, seed, at) => {
        const versions = fresh()
        const reference = new Uint8Array(FAR_BYTES)
        writeFar(versions, entryOf(pattern(size, seed)), reference)
        expect(farSize(reference, 0)).toBe(size)
        const to = new Uint8Array(size + 20)
        copyFar(versions.pool, farFirst(reference, 0), size, to, at)
        const wanted = new Uint8Array(size + 20)
        wanted.set(pattern(size, seed), at)
        expectBytes(to, wanted)
        dropFar(versions, farFirst(reference, 0))
        expect(versions.pages).toBe(0)
        expect(versions.pool.freePages).toBe(farPagesOf(size))
      }),
      { numRuns: 60 },
    )
  })

  test('stays for the image that sees it', () => {
    const versions = fresh()
    const reference = new Uint8Array(FAR_BYTES)
    const value = pattern(9000, 4)
    writeFar(versions, entryOf(value), reference)
    const image = versions.cut()
    dropFar(versions, farFirst(reference, 0))
    expect([versions.pages, versions.retiredPages]).toEqual([0, 3])
    const to = new Uint8Array(9000)
    copyFar(versions.pool, farFirst(reference, 0), 9000, to, 0)
    expectBytes(to, value)
    versions.release(image)
    expect(versions.pool.freePages).toBe(3)
  })
})

describe('a cell', () => {
  test('takes a value beside its key as long as two such cells fit into a page', () => {
    expect(isNear(0, 2028)).toBe(true)
    expect(isNear(0, 2029)).toBe(false)
    expect(isNear(1023, 1005)).toBe(true)
    expect(isNear(1023, 1006)).toBe(false)
  })

  test('points at a value that is too large', () => {
    const versions = fresh()
    const cell = new Cell().row(entryOf(pattern(5000, 2)), versions)
    expect([cell.code, cell.size]).toEqual([FAR, FAR_BYTES])
    expect(farSize(cell.bytes, cell.at)).toBe(5000)
    expect(versions.pages).toBe(2)
  })

  test('lends a value that is not from where it is', () => {
    const entry = entryOf(pattern(50, 2))
    const cell = new Cell().row(entry, fresh())
    expect([cell.code, cell.size, cell.at]).toEqual([50, 50, 0])
    expect(cell.bytes).toBe(entry.valueBytes)
  })

  test('keeps a copy of a separator', () => {
    const separator = bytes(1, 2, 3)
    const cell = new Cell().turn(separator, 8)
    separator[0] = 9
    expect([...cell.key.bytes.slice(0, cell.key.size)]).toEqual([1, 2, 3])
    expect([cell.child, cell.size, cell.code]).toEqual([8, 0, 0])
  })
})

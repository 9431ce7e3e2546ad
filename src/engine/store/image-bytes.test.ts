/** Images as bytes, in whatever pieces they come; and what was damaged on the way. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MALFORMED_BYTES } from '../../base/bytes.ts'
import { crc32c } from '../../base/crc32c.ts'
import { WeirError } from '../../base/errors.ts'
import { fuzzRuns } from '../../base/testing/runs.ts'
import { PAGE_BYTES } from './bounds.ts'
import type { Row } from './cursor.ts'
import { ImageReader, ImageWriter } from './image-bytes.ts'
import { PagePool } from './pool.ts'
import { MemoryStore, StoreLoading } from './store.ts'
import { expectRows } from './testing/expect.ts'
import { deltaOf, Model } from './testing/model.ts'
import { ArrayRows, anyRows, bytes, numberedRows, pattern, textBytes } from './testing/rows.ts'

const pool = () => new PagePool(16 * PAGE_BYTES)

function chunksOf(
  rows: readonly Row[],
  chunkBytes = 500,
  about: Uint8Array = textBytes('about'),
): Uint8Array[] {
  const store = MemoryStore.from(new ArrayRows(rows), pool())
  const image = store.cut()
  const writer = new ImageWriter(image, about, chunkBytes)
  const chunks: Uint8Array[] = []
  for (let chunk = writer.next(); chunk !== undefined; chunk = writer.next()) chunks.push(chunk)
  expect(writer.next()).toBeUndefined()
  image.release()
  return chunks
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap(part => [...part]))
}

/** A store from pieces, as whoever has a file makes one. */
function storeOf(pieces: Iterable<Uint8Array>, reader = new ImageReader()): MemoryStore {
  const loading = new StoreLoading(pool())
  for (const piece of pieces) {
    reader.add(piece)
    for (let rows = reader.next(); rows !== undefined; rows = reader.next()) loading.add(rows)
  }
  reader.finish()
  return loading.finish()
}

function* piecesOf(all: Uint8Array, size: number): Iterable<Uint8Array> {
  for (let at = 0; at < all.length; at += size) yield all.subarray(at, at + size)
}

function codeOf(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    if (error instanceof WeirError) return error.code
    throw error
  }
  return 'nothing'
}

/** A chunk with a checksum that is right. */
function chunk(kind: number, body: Uint8Array, before = 0): { bytes: Uint8Array; crc: number } {
  const all = new Uint8Array(9 + body.length)
  all[8] = kind
  all.set(body, 9)
  const crc = crc32c(all.subarray(8), before)
  const view = new DataView(all.buffer)
  view.setUint32(0, 1 + body.length, true)
  view.setUint32(4, crc, true)
  return { bytes: all, crc }
}

/** Chunks whose checksums are a chain, whatever they say. */
function chained(...parts: [kind: number, body: Uint8Array][]): Uint8Array {
  let crc = 0
  return joined(
    parts.map(([kind, body]) => {
      const made = chunk(kind, body, crc)
      crc = made.crc
      return made.bytes
    }),
  )
}

const HEAD = 1
const ROWS = 2
const END = 3
const rowOf = (n: number) => deltaOf([{ key: bytes(n), value: bytes(n) }])

describe('an image', () => {
  test('of rows is what it was, and says what its writer had to say of it', () => {
    const rows = numberedRows(1000, 20)
    const reader = new ImageReader()
    const store = storeOf(chunksOf(rows), reader)
    expectRows(store.scan(), rows)
    expect(reader.head).toEqual({ rows: 1000, about: textBytes('about') })
  })

  test('of nothing is a head and an end', () => {
    const chunks = chunksOf([], 500, bytes())
    expect(joined(chunks)).toEqual(chained([HEAD, bytes(1, 0, 0)], [END, bytes(1)]))
    expect(storeOf(chunks).size).toBe(0)
  })

  test('has the form that the header says', () => {
    const rows = [1, 2].map(n => ({ key: bytes(n), value: bytes(n) }))
    expect(joined(chunksOf(rows, 4, bytes(7)))).toEqual(
      chained([HEAD, bytes(1, 2, 1, 7)], [ROWS, rowOf(1)], [ROWS, rowOf(2)], [END, bytes(3)]),
    )
  })

  test('is the same from pieces of any size, its rows of any kind', () => {
    fc.assert(
      fc.property(
        anyRows(40),
        fc.integer({ min: 1, max: 9000 }),
        fc.integer({ min: 1, max: 3000 }),
        (rows, chunkBytes, pieceBytes) => {
          const all = joined(chunksOf(rows, chunkBytes))
          const store = storeOf(piecesOf(all, pieceBytes))
          expectRows(store.scan(), new Model(rows).rows)
        },
      ),
      { numRuns: 60 },
    )
  })

  test('knows its head before its rows', () => {
    const [head] = chunksOf(numberedRows(5))
    const reader = new ImageReader()
    expect(reader.head).toBeUndefined()
    reader.add(head as Uint8Array)
    expect(reader.next()).toBeUndefined()
    expect(reader.head?.rows).toBe(5)
  })

  test('has bounds that its writer keeps', () => {
    const store = new MemoryStore(pool())
    const image = store.cut()
    expect(() => new ImageWriter(image, new Uint8Array(2 ** 16 + 1))).toThrow('is-short')
    expect(() => new ImageWriter(image, bytes(), 2 ** 25)).toThrow('a-chunk-is-bounded')
    image.release()
  })
})

describe('an image that was damaged is refused', () => {
  const chunks = chunksOf([...numberedRows(60, 20), { key: bytes(0xff), value: pattern(900, 1) }])
  const all = joined(chunks)

  test('wherever a bit flipped', () => {
    fc.assert(
      fc.property(
        fc.nat(all.length - 1),
        fc.nat(7),
        fc.integer({ min: 1, max: 700 }),
        (at, bit, size) => {
          const damaged = all.slice()
          damaged[at] = (damaged[at] as number) ^ (1 << bit)
          expect(codeOf(() => storeOf(piecesOf(damaged, size)))).toBe(MALFORMED_BYTES)
        },
      ),
      { numRuns: fuzzRuns(500) },
    )
  })

  test('wherever it ends too early', () => {
    for (let size = 0; size < all.length; size += 7) {
      expect(codeOf(() => storeOf([all.subarray(0, size)]))).toBe(MALFORMED_BYTES)
    }
  })

  test('when bytes or another image stand behind it', () => {
    expect(codeOf(() => storeOf([all, bytes(0)]))).toBe(MALFORMED_BYTES)
    expect(codeOf(() => storeOf([all, all]))).toBe(MALFORMED_BYTES)
  })

  test('when a chunk is missing, comes twice, or in the place of another', () => {
    for (let i = 0; i < chunks.length; i++) {
      const before = chunks.slice(0, i)
      const after = chunks.slice(i + 1)
      const [one] = chunks.slice(i, i + 1) as [Uint8Array]
      const [next, ...rest] = after
      const orders = [
        [...before, ...after],
        [...before, one, one, ...after],
      ]
      if (next !== undefined) orders.push([...before, next, one, ...rest])
      for (const order of orders) expect(codeOf(() => storeOf(order))).toBe(MALFORMED_BYTES)
    }
  })

  test('when it is any bytes at all', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100, size: 'max' }), any => {
        expect(codeOf(() => storeOf([any]))).toBe(MALFORMED_BYTES)
      }),
      { numRuns: fuzzRuns(2000) },
    )
  })
})

describe('an image whose checksums are right, and nothing else, is refused', () => {
  const head: [number, Uint8Array] = [HEAD, bytes(1, 1, 0)]
  test('but this is how one is right', () => {
    expect(storeOf([chained(head, [ROWS, rowOf(1)], [END, bytes(2)])]).size).toBe(1)
  })

  test.each<[string, [number, Uint8Array][]]>([
    [
      'no head',
      [
        [ROWS, rowOf(1)],
        [END, bytes(1)],
      ],
    ],
    ['two heads', [head, head, [END, bytes(2)]]],
    ['another format', [[HEAD, bytes(2, 1, 0)]]],
    ['a head with more in it', [[HEAD, bytes(1, 1, 0, 0)]]],
    ['a head with less in it', [[HEAD, bytes(1, 1)]]],
    ['an unknown kind', [head, [4, rowOf(1)]]],
    ['no kind', [head, [0, bytes()]]],
    ['fewer rows than the head says', [head, [END, bytes(1)]]],
    ['more rows than the head says', [head, [ROWS, rowOf(1)], [ROWS, rowOf(2)], [END, bytes(3)]]],
    ['another number of chunks', [head, [ROWS, rowOf(1)], [END, bytes(3)]]],
    ['an end with more in it', [head, [ROWS, rowOf(1)], [END, bytes(2, 0)]]],
    [
      'rows that descend',
      [
        [HEAD, bytes(1, 2, 0)],
        [ROWS, rowOf(2)],
        [ROWS, rowOf(1)],
        [END, bytes(3)],
      ],
    ],
    ['a row that goes', [head, [ROWS, deltaOf([{ key: bytes(1) }])], [END, bytes(2)]]],
    ['rows that cannot be read', [head, [ROWS, bytes(9)], [END, bytes(2)]]],
    ['rows behind the end', [head, [ROWS, rowOf(1)], [END, bytes(2)], [ROWS, rowOf(2)]]],
  ])('%s', (_, parts) => {
    expect(codeOf(() => storeOf([chained(...parts)]))).toBe(MALFORMED_BYTES)
  })

  test('a chunk of no size, or of one that nobody would hold', () => {
    for (const size of [0, 2 ** 31]) {
      const wrong = chunk(HEAD, bytes(1, 0, 0)).bytes
      new DataView(wrong.buffer).setUint32(0, size, true)
      expect(codeOf(() => storeOf([wrong]))).toBe(MALFORMED_BYTES)
    }
  })
})

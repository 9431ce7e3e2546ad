/**
 * Keys at which trees like this one go wrong: empty, beginning each other, of zeros and of the
 * largest bytes, alike in all that a slot's head can hold. Each set is put in several orders and
 * batches, among rows enough that pages split, and taken out again.
 */

import { describe, expect, test } from 'vitest'
import { PAGE_BYTES } from './bounds.ts'
import { compareKeys } from './entry.ts'
import { PagePool } from './pool.ts'
import { MemoryStore } from './store.ts'
import { expectBytes, expectRows } from './testing/expect.ts'
import { deltaOf, Model } from './testing/model.ts'
import { bytes, pattern, textBytes } from './testing/rows.ts'
import { storeStructure } from './testing/structure.ts'

const range = (count: number) => Array.from({ length: count }, (_, i) => i)
const repeated = (byte: number, size: number) => new Array<number>(size).fill(byte)
const numbered = (n: number) => [n >> 8, n & 0xff]

const sets: Record<string, readonly Uint8Array[]> = {
  'the empty key and all of one byte': [bytes(), ...range(256).map(n => bytes(n))],
  'keys that begin each other, of zeros': range(600).map(n => Uint8Array.from(repeated(0, n))),
  'keys that begin each other, of 0xff': range(600).map(n => Uint8Array.from(repeated(0xff, n))),
  'keys that begin each other, of text': range(300).map(n =>
    textBytes('abcdefghij'.repeat(30).slice(0, n)),
  ),
  'zeros behind a key, across its head': range(40).flatMap(n =>
    range(12).map(zeros => Uint8Array.from([...repeated(1, n % 20), n, ...repeated(0, zeros)])),
  ),
  'alike in eight bytes behind the prefix': range(500).map(n =>
    Uint8Array.from([...textBytes('prefix'), ...repeated(0x42, 8), ...numbered(n)]),
  ),
  'alike in seven bytes, then different': range(500).map(n =>
    Uint8Array.from([...repeated(0x42, 7), n % 256, ...numbered(n)]),
  ),
  'bytes around the sign in every place of a head': range(8).flatMap(at =>
    [0, 0x7f, 0x80, 0xff].flatMap(byte =>
      range(20).map(n => {
        const key = repeated(0x7f, 10)
        key[at] = byte
        return Uint8Array.from([...key, n])
      }),
    ),
  ),
  'as long as can be, different in the last byte': range(200).map(n =>
    Uint8Array.from([...repeated(5, 1022), n]),
  ),
  'as long as can be, different in the first byte': range(200).map(n =>
    Uint8Array.from([n, ...repeated(5, 1022)]),
  ),
  'long and short in turns': range(300).map(n =>
    Uint8Array.from([...numbered(n), ...repeated(n, n % 2 === 0 ? 0 : 700)]),
  ),
}

const orders: Record<string, (keys: readonly Uint8Array[]) => readonly Uint8Array[]> = {
  ascending: keys => [...keys].sort(compareKeys),
  descending: keys => [...keys].sort(compareKeys).reverse(),
  'in no order': keys => keys.map((_, i) => keys[(i * 7919) % keys.length] as Uint8Array),
}

const distinct = (keys: readonly Uint8Array[]) => [
  ...new Map(keys.map(key => [key.toString(), key])).values(),
]

describe.each(Object.keys(sets))('%s', set => {
  const keys = distinct(sets[set] as readonly Uint8Array[])

  test.each(Object.keys(orders))('%s', order => {
    const ordered = (orders[order] as (typeof orders)[string])(keys)
    const store = new MemoryStore(new PagePool(16 * PAGE_BYTES))
    const model = new Model()
    for (let from = 0; from < ordered.length; from += 23) {
      const rows = ordered.slice(from, from + 23).map((key, i) => ({ key, value: pattern(i, i) }))
      store.apply(deltaOf(rows))
      for (const row of rows) model.change(row)
    }
    expectRows(store.scan(), model.rows)
    expectRows(store.scan({ reverse: true }), [...model.rows].reverse())
    storeStructure(store)
    for (const key of keys) {
      expectBytes(store.get(key), model.get(key))
      expectRows(store.scan({ from: key, limit: 2 }), model.scan({ from: key, limit: 2 }))
      const before = { to: key, reverse: true, limit: 2 }
      expectRows(store.scan(before), model.scan(before))
      // Its neighbours that are no keys.
      for (const other of [Uint8Array.from([...key, 0]), key.slice(0, -1)]) {
        expectBytes(store.get(other.slice(0, 1023)), model.get(other.slice(0, 1023)))
      }
    }
    for (let from = 0; from < ordered.length; from += 31) {
      const gone = ordered.slice(from, from + 31).map(key => ({ key }))
      store.apply(deltaOf(gone))
      for (const change of gone) model.change(change)
      expectRows(store.scan(), model.rows)
    }
    expect(store.figures).toMatchObject({ rows: 0, dataBytes: 0, pages: 1 })
  })
})

test('one batch and many single ones make the same rows', () => {
  for (const keys of Object.values(sets)) {
    const changes = distinct(keys).map((key, i) => ({ key, value: pattern(i % 50, i) }))
    const atOnce = new MemoryStore(new PagePool(16 * PAGE_BYTES))
    atOnce.apply(deltaOf(changes))
    const singly = new MemoryStore(new PagePool(16 * PAGE_BYTES))
    for (const change of changes) singly.apply(deltaOf([change]))
    expectRows(atOnce.scan(), [...singly.scan()])
    expect(atOnce.figures.dataBytes).toBe(singly.figures.dataBytes)
  }
})

/** The sort of a batch against one that compares whole keys. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compareKeys } from './entry.ts'
import { KeyOrder } from './key-order.ts'
import { anyKey, bytes, textBytes } from './testing/rows.ts'

const STRIDE = 2

function orderOf(keys: readonly Uint8Array[], order = new KeyOrder(STRIDE)): number[] {
  const measures: number[] = []
  const all: number[] = []
  for (const key of keys) {
    measures.push(all.length, key.length)
    all.push(...key)
  }
  const found = order.of(Uint8Array.from(all), Int32Array.from(measures), keys.length)
  return [...found.subarray(0, keys.length)]
}

const sorted = (keys: readonly Uint8Array[]): number[] =>
  keys
    .map((key, at) => ({ key, at }))
    .sort((a, b) => compareKeys(a.key, b.key) || a.at - b.at)
    .map(({ at }) => at)

describe('entries in the order of their keys', () => {
  test.each([
    ['none', []],
    ['one', [bytes(1)]],
    ['the empty key among others', [bytes(1), bytes(), bytes(0)]],
    ['equal keys stay as they came', [bytes(5), bytes(4), bytes(5), bytes(4)]],
    ['only equal keys', [textBytes('same'), textBytes('same'), textBytes('same')]],
    ['keys that begin each other', ['abc', 'ab', 'abcd', 'a', ''].map(textBytes)],
    ['zeros at the end', [bytes(1, 0, 0), bytes(1), bytes(1, 0)]],
    [
      'alike far behind the first bytes',
      ['d', 'a', 'c', 'b'].map(x => textBytes(`${'x'.repeat(40)}${x}`)),
    ],
    [
      'alike in all but some',
      [textBytes('y'), ...['b', 'a'].map(x => textBytes(`${'x'.repeat(40)}${x}`))],
    ],
    ['bytes at which signs turn', [bytes(0x80), bytes(0x7f), bytes(0xff), bytes(0)]],
  ])('%s', (_, keys) => {
    expect(orderOf(keys)).toEqual(sorted(keys))
  })

  test('whatever they are', () => {
    const order = new KeyOrder(STRIDE)
    fc.assert(
      fc.property(fc.array(anyKey, { maxLength: 120, size: 'max' }), keys => {
        expect(orderOf(keys, order)).toEqual(sorted(keys))
      }),
      { numRuns: 300 },
    )
  })

  test('in runs, few that are merged and many that are not, of one table and of several', () => {
    const order = new KeyOrder(STRIDE)
    const run = fc.array(anyKey, { maxLength: 40, size: 'max' })
    const runs = fc.array(fc.tuple(fc.nat(2), run), { maxLength: 14, size: 'max' })
    let most = 0
    fc.assert(
      fc.property(runs, parts => {
        most = Math.max(most, parts.length)
        const keys = parts.flatMap(([table, part]) =>
          [...part].sort(compareKeys).map(key => Uint8Array.from([0, table, ...key])),
        )
        expect(orderOf(keys, order)).toEqual(sorted(keys))
      }),
      { numRuns: 300 },
    )
    expect(most).toBeGreaterThan(10)
  })

  test('many, so that fewer bits are left for the key', () => {
    const keys = Array.from({ length: 5000 }, (_, n) => textBytes(`key${(n * 7919) % 5000}`))
    expect(orderOf(keys)).toEqual(sorted(keys))
  })

  test('a large set leaves nothing behind for a small one', () => {
    const order = new KeyOrder(STRIDE)
    orderOf(
      Array.from({ length: 1000 }, (_, n) => textBytes(String(n))),
      order,
    )
    expect(orderOf([bytes(2), bytes(1)], order)).toEqual([1, 0])
  })
})

test('keys may lie in their bytes in any order, and apart', () => {
  const all = textBytes('..c..a..b..')
  const order = new KeyOrder(3)
  const measures = Int32Array.from([8, 1, 99, 2, 1, 99, 5, 1, 99])
  expect([...order.of(all, measures, 3).subarray(0, 3)]).toEqual([2, 0, 1])
})

test('nothing is taken from behind a key, though it stands there', () => {
  const order = new KeyOrder(STRIDE)
  // 'b' and 'ba', of which only the second has what follows.
  const measures = Int32Array.from([0, 2, 0, 1])
  expect([...order.of(textBytes('ba'), measures, 2).subarray(0, 2)]).toEqual([1, 0])
})

test('neighbours of the last call are the same when their keys are', () => {
  const order = new KeyOrder(STRIDE)
  const keys = [bytes(1), bytes(1, 0), bytes(2), bytes(1)]
  expect(orderOf(keys, order)).toEqual([0, 3, 1, 2])
  expect([0, 1, 2].map(place => order.isSameAsNext(place))).toEqual([true, false, false])
})

test.each([
  ['only in some bits of some bytes', (n: number) => [7, n >> 5, 9, 0x30 | (n & 15), 1, n & 31]],
  [
    'in more bits than fit',
    (n: number) => Array.from({ length: 12 }, (_, at) => (n * (at + 3)) % 251),
  ],
  ['behind all that is looked at', (n: number) => [...Array(70).fill(8), n & 3, n >> 2]],
  ['in how long they are', (n: number) => [5, ...Array(n % 13).fill(n & 1)]],
  ['in the highest bits', (n: number) => [(n & 1) << 7, (n & 2) << 6, n >> 2]],
])('keys that differ %s', (_, keyOf) => {
  const keys = Array.from({ length: 700 }, (_, n) => Uint8Array.from(keyOf((n * 389) % 700)))
  expect(orderOf(keys)).toEqual(sorted(keys))
})

test('tables are sorted each by itself, however few rows some have', () => {
  const row = (n: number) => [0, 17, n % 4, 0x80, 0, 1, 2, 3, 4, 0x30 | (n % 10), n >> 4]
  const many = Array.from({ length: 400 }, (_, n) => row((n * 263) % 400))
  const few = [[0, 18, 0], [0, 16, 1], [0, 16], [0], [1, 0, 7], [], [0, 17], [255, 255, 1]]
  const keys = [...few, ...many, ...few].map(key => Uint8Array.from(key))
  expect(orderOf(keys)).toEqual(sorted(keys))
})

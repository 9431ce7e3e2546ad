/** Items of parcels, there and back, and what is refused. */

import { expect, test } from 'vitest'
import { ByteReader, ByteWriter } from '../../base/bytes.ts'
import { Prng } from '../../base/prng.ts'
import { ITEM_BYTES_MAX, type Item, readItem, writeItem } from './parcel.ts'

const items: readonly Item[] = [
  { kind: 'open', stream: 1 },
  { kind: 'opened', stream: 127 },
  { kind: 'frame', stream: 128, bytes: Uint8Array.of(1, 2, 3) },
  { kind: 'frame', stream: 2 ** 40, bytes: new Uint8Array(0) },
  { kind: 'closed', stream: Number.MAX_SAFE_INTEGER },
  { kind: 'oversize', stream: 5 },
]

function bytesOf(all: readonly Item[]): Uint8Array {
  const out = new ByteWriter()
  for (const one of all) writeItem(out, one)
  return out.finish()
}

function itemsOf(bytes: Uint8Array): readonly Item[] {
  const input = new ByteReader(bytes)
  const all: Item[] = []
  while (input.left > 0) all.push(readItem(input))
  return all
}

test('a parcel says the same on the other side', () => {
  expect(itemsOf(bytesOf(items))).toEqual(items)
})

test('an item takes no more than it may besides the bytes of its frame', () => {
  const bytes = new Uint8Array(2 ** 21)
  const largest = bytesOf([{ kind: 'frame', stream: Number.MAX_SAFE_INTEGER, bytes }])
  expect(largest.length - bytes.length).toBeLessThanOrEqual(ITEM_BYTES_MAX)
})

test.each([
  ['a kind that there is not', [0, 1]],
  ['a kind beyond the last', [6, 1]],
  ['no number of a stream', [1]],
  ['a frame that ends too early', [3, 1, 5, 1, 2]],
  ['a number in a longer form', [1, 0x80, 0]],
])('%s is refused', (_, bytes) => {
  expect(() => itemsOf(Uint8Array.from(bytes))).toThrow(/they were damaged or are of another/)
})

test('whatever bytes come are items of just these bytes, or are refused', () => {
  const prng = new Prng(7)
  let sound = 0
  for (let round = 0; round < 20_000; round++) {
    const bytes = Uint8Array.from({ length: prng.below(12) }, () => prng.below(7))
    let all: readonly Item[]
    try {
      all = itemsOf(bytes)
    } catch (error) {
      expect(error).toMatchObject({ code: 'malformed-bytes' })
      continue
    }
    sound++
    expect(bytesOf(all)).toEqual(bytes)
  }
  expect(sound).toBeGreaterThan(1000)
})

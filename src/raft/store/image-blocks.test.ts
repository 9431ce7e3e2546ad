/** The blocks of an image's file: any part is read and judged alone. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BlockSealer, blocksOf, blocksPart, openBlocks } from './image-blocks.ts'
import { IMAGE_BLOCK_BYTES } from './limits.ts'
import { expectBytes } from './testing/rig.ts'

const content = (size: number) => Uint8Array.from({ length: size }, (_, i) => (i * 7) ^ (i >> 8))

function sealed(bytes: Uint8Array, pieceBytes: number): Uint8Array {
  const sealer = new BlockSealer()
  const parts: Uint8Array[] = []
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    parts.push(sealer.push(bytes.subarray(at, at + pieceBytes)))
  }
  expect(sealer.sizeBytes).toBe(bytes.length)
  parts.push(sealer.finish())
  return Uint8Array.from(Buffer.concat(parts))
}

function read(file: Uint8Array, first: number, count: number) {
  const { offset, sizeBytes } = blocksPart(first, count)
  return openBlocks(file.subarray(offset, offset + sizeBytes), { first, count, crc: 0 })
}

const sizes = [0, 1, 100, 1, -1].flatMap(more =>
  [0, 1, 2, 3].map(n => n * IMAGE_BLOCK_BYTES + more),
)
const realSizes = [...new Set(sizes)].filter(size => size >= 0)

test.each(realSizes)('an image of %i bytes is read in blocks, the last known as such', size => {
  const bytes = content(size)
  const file = sealed(bytes, 50_000)
  const blocks = Math.max(1, Math.ceil(size / IMAGE_BLOCK_BYTES))
  for (let first = 0; first < blocks; first++) {
    for (let count = 1; count <= blocks - first + 1; count++) {
      const found = read(file, first, count)
      const start = first * IMAGE_BLOCK_BYTES
      const wanted = bytes.subarray(start, start + count * IMAGE_BLOCK_BYTES)
      expectBytes(found?.data, wanted)
      expect(found?.isLast).toBe(start + count * IMAGE_BLOCK_BYTES >= size)
    }
  }
})

test('pieces of any size make the same file', () => {
  const bytes = content(150_000)
  const file = sealed(bytes, 150_000)
  for (const pieceBytes of [997, IMAGE_BLOCK_BYTES, IMAGE_BLOCK_BYTES + 1, 140_000]) {
    expect(Buffer.compare(sealed(bytes, pieceBytes), file)).toBe(0)
  }
})

test('the whole chain of checksums is what the foot says', () => {
  const file = sealed(content(200_000), 70_000)
  let crc = 0
  let footCrc: number | undefined
  for (let first = 0; footCrc === undefined; first += 2) {
    const { offset, sizeBytes } = blocksPart(first, 2)
    const part = file.subarray(offset, offset + sizeBytes)
    const blocks = openBlocks(part, { first, count: 2, crc })
    crc = blocks?.crc ?? -1
    footCrc = blocks?.isLast === false ? undefined : blocks?.footCrc
    expect(first).toBeLessThan(6)
  }
  expect(footCrc).toBe(crc)
})

test('a flipped bit hurts its block and no other', () => {
  const file = sealed(content(3 * IMAGE_BLOCK_BYTES + 9), 100_000)
  fc.assert(
    fc.property(fc.nat({ max: 8 * file.length - 1 }), bit => {
      const hurt = file.slice()
      hurt[bit >> 3] = (hurt[bit >> 3] as number) ^ (1 << (bit & 7))
      const bad = Math.min(3, Math.floor((bit >> 3) / (IMAGE_BLOCK_BYTES + 4)))
      for (let first = 0; first < 4; first++) {
        expect(read(hurt, first, 1) === undefined).toBe(first === bad)
      }
    }),
    { numRuns: 60 },
  )
})

test('a file that was cut short is never read to its end', () => {
  const file = sealed(content(2 * IMAGE_BLOCK_BYTES + 9), 100_000)
  fc.assert(
    fc.property(fc.nat({ max: file.length - 1 }), size => {
      const cut = file.subarray(0, size)
      for (let first = 0; first < 4; first++)
        expect(read(cut, first, 1)?.isLast ?? false).toBe(false)
    }),
    { numRuns: 100 },
  )
})

test('blocks that changed their places are damage', () => {
  const file = sealed(content(2 * IMAGE_BLOCK_BYTES), 100_000)
  const size = IMAGE_BLOCK_BYTES + 4
  const swapped = file.slice()
  swapped.set(file.subarray(0, size), size)
  swapped.set(file.subarray(size, 2 * size), 0)
  expect(read(swapped, 0, 1)).toBe(undefined)
  expect(read(swapped, 1, 1)).toBe(undefined)
})

test('the blocks of a part are those that hold it', () => {
  const size = IMAGE_BLOCK_BYTES
  expect(blocksOf(0, 1)).toEqual({ first: 0, count: 1 })
  expect(blocksOf(0, size)).toEqual({ first: 0, count: 1 })
  expect(blocksOf(size - 1, 2)).toEqual({ first: 0, count: 2 })
  expect(blocksOf(size, size)).toEqual({ first: 1, count: 1 })
  expect(blocksOf(5 * size + 1, 2 * size)).toEqual({ first: 5, count: 3 })
})

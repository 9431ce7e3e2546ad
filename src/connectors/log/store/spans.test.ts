/** What is read at once, and what of it is believed. */

import { expect, test } from 'vitest'
import { crc32c } from '../../../base/crc32c.ts'
import type { Block } from '../state/partition.ts'
import { readBlocks, type Span, spansOf } from './spans.ts'

const KIB = 1024

function block(segment: number, at: number, sizeBytes: number, crc = 0): Block {
  const placed = { segment, at, sizeBytes, crc, count: 1, first: 0, producer: 0 }
  return { ...placed, newestMs: 0, bytes: undefined, verdict: 'commit' }
}

const said = (spans: readonly Span[]) =>
  spans.map(({ segment, at, sizeBytes, blocks }) => [segment, at, sizeBytes, blocks.length])

test('neighbours are read at once, with the little that lies between them', () => {
  const near = [block(1, 100, 50), block(1, 180, 20), block(1, 200 + 4 * KIB, 30)]
  expect(said(spansOf(near))).toEqual([[1, 100, 130 + 4 * KIB, 3]])
})

test.each([
  ['another segment', block(2, 150, 50)],
  ['too far behind', block(1, 151 + 4 * KIB, 50)],
  ['before it', block(1, 0, 50)],
  ['too much with it', block(1, 150, KIB * KIB)],
])('%s has a span of its own', (_, other) => {
  const own = [other.segment, other.at, other.sizeBytes, 1]
  expect(said(spansOf([block(1, 100, 50), other]))).toEqual([[1, 100, 50, 1], own])
})

test('each block is judged by itself, and one that is cut off is not there', () => {
  const bytes = Uint8Array.from({ length: 40 }, (_, i) => i)
  const sound = (at: number) => block(1, 100 + at, 10, crc32c(bytes.subarray(at, at + 10)))
  const blocks = [sound(0), block(1, 110, 10, 7), sound(20), sound(30)]
  const asked: Span[] = []
  const found: Block[] = []
  readBlocks(
    blocks,
    (span, done) => {
      asked.push(span)
      done(bytes.subarray(0, 39))
    },
    all => found.push(...all.keys()),
  )
  expect(said(asked)).toEqual([[1, 100, 40, 4]])
  expect(found).toEqual([blocks[0], blocks[2]])
})

test('nothing is asked for no blocks, and what cannot be read is left out', () => {
  const sizes: number[] = []
  const nothing = (_: Span, done: (bytes: undefined) => void) => done(undefined)
  readBlocks([], nothing, ({ size }) => sizes.push(size))
  readBlocks([block(1, 0, 10), block(2, 0, 10)], nothing, ({ size }) => sizes.push(size))
  expect(sizes).toEqual([0, 0])
})

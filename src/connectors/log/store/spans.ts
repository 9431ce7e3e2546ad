/**
 * Blocks that stand close together are read at once: small ones by the thousand would cost a trip
 * to the disk each. What is not as it was written is left out. Pure.
 */

import { crc32c } from '../../../base/crc32c.ts'
import type { Block } from '../state/partition.ts'

/** What lies between two blocks is read with them, if it is no more. */
const GAP_BYTES = 4 * 1024
const SPAN_BYTES_MAX = 1024 * 1024

export interface Span {
  readonly segment: number
  readonly at: number
  sizeBytes: number
  readonly blocks: Block[]
}

/** In the order of the blocks; one that is larger has a span of its own. */
export function spansOf(blocks: readonly Block[]): readonly Span[] {
  const spans: Span[] = []
  for (const block of blocks) {
    const { segment, at, sizeBytes } = block
    const last = spans.at(-1)
    const gapBytes = last?.segment === segment ? at - (last.at + last.sizeBytes) : -1
    const bytes = last === undefined ? 0 : at + sizeBytes - last.at
    if (last !== undefined && gapBytes >= 0 && gapBytes <= GAP_BYTES && bytes <= SPAN_BYTES_MAX) {
      last.sizeBytes = bytes
      last.blocks.push(block)
    } else spans.push({ segment, at, sizeBytes, blocks: [block] })
  }
  return spans
}

/** Those that are sound, with their bytes; `read` answers undefined, or fewer, where it cannot. */
export function readBlocks(
  blocks: readonly Block[],
  read: (span: Span, done: (bytes: Uint8Array | undefined) => void) => void,
  done: (sound: ReadonlyMap<Block, Uint8Array>) => void,
): void {
  const sound = new Map<Block, Uint8Array>()
  const spans = spansOf(blocks)
  let left = spans.length
  if (left === 0) done(sound)
  for (const span of spans) {
    read(span, bytes => {
      for (const block of bytes === undefined ? [] : span.blocks) {
        const from = block.at - span.at
        const own = bytes?.subarray(from, from + block.sizeBytes) ?? new Uint8Array(0)
        if (own.length === block.sizeBytes && crc32c(own) === block.crc) sound.set(block, own)
      }
      left--
      if (left === 0) done(sound)
    })
  }
}

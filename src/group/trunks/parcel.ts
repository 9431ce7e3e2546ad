/**
 * What trunks say to each other, in bytes: a parcel is what all streams of a trunk had to say in
 * one turn, in that order. proto/exchange.proto says the same for people. A parcel has one
 * encoding; any other is refused.
 */

import { type ByteReader, type ByteWriter, malformed } from '../../base/bytes.ts'

/** Of the stream that has the number; numbers are the caller's, and never used twice. */
export type Item =
  | { readonly kind: 'open' | 'opened' | 'closed' | 'oversize'; readonly stream: number }
  | { readonly kind: 'frame'; readonly stream: number; readonly bytes: Uint8Array }

const CODES = { open: 1, opened: 2, frame: 3, closed: 4, oversize: 5 } as const
const KINDS = ['open', 'opened', 'frame', 'closed', 'oversize'] as const

/** What an item takes besides the bytes of its frame, at most. */
export const ITEM_BYTES_MAX = 17

export function writeItem(out: ByteWriter, item: Item): void {
  out.uint8(CODES[item.kind]).varint(item.stream)
  if (item.kind === 'frame') out.bytes(item.bytes)
}

/** The bytes of a frame are a view. */
export function readItem(input: ByteReader): Item {
  const kind = KINDS[input.uint8() - 1]
  if (kind === undefined) throw malformed('a parcel has an item of no known kind')
  const stream = input.varint()
  return kind === 'frame' ? { kind, stream, bytes: input.bytes() } : { kind, stream }
}

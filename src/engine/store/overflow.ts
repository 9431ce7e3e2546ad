/**
 * Values too large to lie beside their key: a chain of pages, never changed once written. Of each
 * page's first words one is the stamp, as in every page, and one the next page of the chain.
 */

import { PAGE_BYTES } from './bounds.ts'
import type { Entry } from './entry.ts'
import { NO_PAGE, type Pages } from './pages.ts'
import type { Versions } from './versions.ts'

const NEXT_AT = 2
const FAR_HEADER_BYTES = 16
export const FAR_PAYLOAD_BYTES = PAGE_BYTES - FAR_HEADER_BYTES

export const farPagesOf = (size: number): number => Math.ceil(size / FAR_PAYLOAD_BYTES)

function putInt32(bytes: Uint8Array, at: number, value: number): void {
  for (let i = 0; i < 4; i++) bytes[at + i] = value >>> (8 * i)
}

function int32At(bytes: Uint8Array, at: number): number {
  let value = 0
  for (let i = 0; i < 4; i++) value |= (bytes[at + i] as number) << (8 * i)
  return value
}

export const farFirst = (bytes: Uint8Array, at: number): number => int32At(bytes, at)
export const farSize = (bytes: Uint8Array, at: number): number => int32At(bytes, at + 4)

/** Takes the pages, fills them, and writes the reference. */
export function writeFar(versions: Versions, entry: Entry, reference: Uint8Array): void {
  const { valueBytes, valueAt, valueSize } = entry
  let next = NO_PAGE
  // From the end, so that each page knows its next.
  for (let page = farPagesOf(valueSize) - 1; page >= 0; page--) {
    const start = page * FAR_PAYLOAD_BYTES
    const end = Math.min(start + FAR_PAYLOAD_BYTES, valueSize)
    const id = versions.take()
    const word = versions.pool.wordAt(id)
    versions.pool.wordsOf(id)[word + NEXT_AT] = next
    const part = valueBytes.subarray(valueAt + start, valueAt + end)
    versions.pool.bytesOf(id).set(part, 4 * word + FAR_HEADER_BYTES)
    next = id
  }
  putInt32(reference, 0, next)
  putInt32(reference, 4, valueSize)
}

const nextOf = (pages: Pages, id: number): number =>
  pages.wordsOf(id)[pages.wordAt(id) + NEXT_AT] as number

/** `to` has room for `size` bytes from `at` on. */
export function copyFar(
  pages: Pages,
  first: number,
  size: number,
  to: Uint8Array,
  at: number,
): void {
  let id = first
  for (let done = 0; done < size; done += FAR_PAYLOAD_BYTES) {
    const start = 4 * pages.wordAt(id) + FAR_HEADER_BYTES
    const end = start + Math.min(FAR_PAYLOAD_BYTES, size - done)
    to.set(pages.bytesOf(id).subarray(start, end), at + done)
    id = nextOf(pages, id)
  }
}

export function dropFar(versions: Versions, first: number): void {
  let id = first
  while (id !== NO_PAGE) {
    const next = nextOf(versions.pool, id)
    versions.drop(id)
    id = next
  }
}

/**
 * Pages in chunks of shared memory, by number. Whoever holds the chunks reads the pages, in another
 * thread too; who takes and frees them is in pool.ts.
 */

import { invariant } from '../../base/errors.ts'
import { PAGE_BYTES } from './bounds.ts'

export const PAGE_WORDS = PAGE_BYTES / 4
/** Stands where a page's number would. */
export const NO_PAGE = -1
/** Of a page's words, what each page has, whatever its kind. */
export const STAMP_AT = 1

const WORD_SHIFT = Math.log2(PAGE_WORDS)

export class Pages {
  readonly chunkBytes: number
  readonly chunks: SharedArrayBuffer[] = []
  /** One view for each chunk: a view of several would end at 4 GiB. */
  readonly words: Int32Array[] = []
  readonly bytes: Uint8Array[] = []
  /** A page's number: above the shift the chunk's, under the mask its place in there. */
  readonly shift: number
  readonly mask: number

  constructor(chunkBytes: number, chunks: readonly SharedArrayBuffer[] = []) {
    const pages = chunkBytes / PAGE_BYTES
    const isPower = Number.isInteger(Math.log2(pages)) && pages >= 1
    invariant(isPower, 'a-chunk-is-a-power-of-two-of-pages', chunkBytes)
    this.chunkBytes = chunkBytes
    this.shift = Math.log2(pages)
    this.mask = pages - 1
    for (const chunk of chunks) this.add(chunk)
  }

  add(chunk: SharedArrayBuffer): void {
    this.chunks.push(chunk)
    this.words.push(new Int32Array(chunk))
    this.bytes.push(new Uint8Array(chunk))
  }

  wordsOf(id: number): Int32Array {
    return this.words[id >>> this.shift] as Int32Array
  }

  bytesOf(id: number): Uint8Array {
    return this.bytes[id >>> this.shift] as Uint8Array
  }

  /** Where a page begins, in words of its chunk. */
  wordAt(id: number): number {
    return (id & this.mask) << WORD_SHIFT
  }

  stampOf(id: number): number {
    return this.wordsOf(id)[this.wordAt(id) + STAMP_AT] as number
  }

  /** By words: a copy of bytes into shared memory takes several times as long. */
  copy(from: number, to: number): void {
    const start = this.wordAt(from)
    this.wordsOf(to).set(this.wordsOf(from).subarray(start, start + PAGE_WORDS), this.wordAt(to))
  }
}

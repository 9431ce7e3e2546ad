/** What goes into a page: a key with what belongs to it, ready to be written. */

import { KEY_BYTES_MAX, PAGE_BYTES } from './bounds.ts'
import type { Entry } from './entry.ts'
import { Key } from './key.ts'
import { writeFar } from './overflow.ts'
import { even, FAR, FAR_BYTES, HEADER_BYTES, LEAF_STRIDE } from './page.ts'
import { NO_PAGE } from './pages.ts'
import type { Versions } from './versions.ts'

/**
 * With its slot, a cell takes half a page at most: one more cell than a page can take then always
 * fits into two.
 */
const HALF_PAGE = (PAGE_BYTES - HEADER_BYTES) / 2

/** A row whose value lies beside its key. */
export const isNear = (keySize: number, valueSize: number): boolean =>
  4 * LEAF_STRIDE + even(keySize + valueSize) <= HALF_PAGE

export class Cell {
  readonly key = new Key()
  /** Of the value, or of the reference to it. */
  bytes: Uint8Array = this.key.bytes
  at = 0
  size = 0
  code = 0
  child = NO_PAGE

  readonly #reference = new Uint8Array(FAR_BYTES)
  readonly #separator = new Uint8Array(KEY_BYTES_MAX)

  /** For a leaf; a value that is too large goes to pages of its own. */
  row(entry: Entry, versions: Versions): this {
    this.key.set(entry.keyBytes, entry.keyAt, entry.keySize)
    this.child = NO_PAGE
    if (isNear(entry.keySize, entry.valueSize)) {
      this.bytes = entry.valueBytes
      this.at = entry.valueAt
      this.size = entry.valueSize
      this.code = entry.valueSize
      return this
    }
    writeFar(versions, entry, this.#reference)
    this.bytes = this.#reference
    this.at = 0
    this.size = FAR_BYTES
    this.code = FAR
    return this
  }

  /** For an inner page. The key is copied. */
  turn(separator: Uint8Array, child: number): this {
    this.#separator.set(separator)
    this.key.set(this.#separator, 0, separator.length)
    this.size = 0
    this.code = 0
    this.child = child
    return this
  }
}

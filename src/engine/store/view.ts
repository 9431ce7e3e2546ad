/**
 * The reading half of the tree: a root, and pages that are only read. The store reads itself so,
 * and an image, and whoever was handed an image's chunks in another thread.
 */

import { invariant } from '../../base/errors.ts'
import { Cursor, type Range } from './cursor.ts'
import { Key } from './key.ts'
import { Page } from './page.ts'
import { NO_PAGE, type Pages } from './pages.ts'
import { copyValue, valueSizeOf } from './value.ts'

/** What `read` says of a key that has no row. */
export const MISSING = -1

export class View {
  readonly pages: Pages
  /** `NO_PAGE`: there is nothing to be read any more. */
  root: number
  /** Counts the times that rows may have moved. */
  version = 0
  readonly #key = new Key()
  readonly #page = new Page()

  constructor(pages: Pages, root: number) {
    this.pages = pages
    this.root = root
  }

  has(key: Uint8Array): boolean {
    return this.#find(key) >= 0
  }

  /** A copy of the value. */
  get(key: Uint8Array): Uint8Array | undefined {
    const index = this.#find(key)
    if (index < 0) return undefined
    const value = new Uint8Array(valueSizeOf(this.#page, index))
    copyValue(this.pages, this.#page, index, value, 0)
    return value
  }

  /**
   * The size of the value, or `MISSING`. The value is written to `to`, from `at` on, if there is
   * room for it.
   */
  read(key: Uint8Array, to: Uint8Array, at = 0): number {
    const index = this.#find(key)
    if (index < 0) return MISSING
    const size = valueSizeOf(this.#page, index)
    if (size <= to.length - at) copyValue(this.pages, this.#page, index, to, at)
    return size
  }

  scan(range: Range = {}): Cursor {
    return new Cursor(this, range)
  }

  /** Whoever still reads is told. */
  end(): void {
    this.root = NO_PAGE
    this.version++
  }

  #find(key: Uint8Array): number {
    invariant(this.root !== NO_PAGE, 'rows-are-read-while-they-live')
    const page = this.#page.open(this.pages, this.root)
    this.#key.all(key)
    while (page.level > 0) page.open(this.pages, page.child(page.childFor(this.#key)))
    return page.find(this.#key)
  }
}

/**
 * Where pages are taken apart and put together: the slots of one or two of them, and what is to
 * come between them, lie here in order, each with its whole key, and are written to as many pages
 * as they need. Splits, joins, prefixes that no longer hold and loads are all this one motion.
 */

import { invariant } from '../../base/errors.ts'
import { KEY_BYTES_MAX, PAGE_BYTES } from './bounds.ts'
import type { Cell } from './cell.ts'
import { format } from './edit.ts'
import { copyBytes } from './entry.ts'
import { Key } from './key.ts'
import {
  CHILD_AT,
  dataSizeOf,
  even,
  HEADER_BYTES,
  INNER_STRIDE,
  LEAF_STRIDE,
  MEASURES_AT,
  measuresOf,
  type Page,
  prefixBytes,
  tailSizeOf,
} from './page.ts'
import { NO_PAGE } from './pages.ts'

const FIRST_BYTES = 4 * PAGE_BYTES
/** Two pages of the smallest slots, and what comes between them. */
const ITEMS_MAX = 2 * Math.ceil(PAGE_BYTES / (4 * LEAF_STRIDE))
const NO_KEY = new Uint8Array(0)

export class Workbench {
  level = 0
  count = 0
  #bytes = new Uint8Array(FIRST_BYTES)
  #used = 0
  readonly #at = new Int32Array(ITEMS_MAX)
  readonly #keySize = new Int32Array(ITEMS_MAX)
  readonly #code = new Int32Array(ITEMS_MAX)
  readonly #child = new Int32Array(ITEMS_MAX)
  readonly #key = new Key()

  clear(level: number): this {
    this.level = level
    this.count = 0
    this.#used = 0
    return this
  }

  /** The slots from one to before another. The keyless first of an inner page gets `firstKey`. */
  addSlots(page: Page, from: number, to: number, firstKey: Uint8Array = NO_KEY): void {
    for (let i = from; i < to; i++) {
      this.#begin()
      const isKeyless = this.level > 0 && i === 0
      const size = isKeyless ? this.#giveKey(firstKey) : page.copyKey(i, this.#bytes, this.#used)
      const code = page.valueCode(i)
      const at = this.#used + size
      copyBytes(page.bytes, page.dataAt(i), dataSizeOf(code), this.#bytes, at)
      this.#end(size, code, this.level > 0 ? page.child(i) : NO_PAGE)
    }
  }

  addCell(cell: Cell): void {
    this.#begin()
    const { key } = cell
    copyBytes(key.bytes, key.at, key.size, this.#bytes, this.#used)
    copyBytes(cell.bytes, cell.at, cell.size, this.#bytes, this.#used + key.size)
    this.#end(key.size, cell.code, cell.child)
  }

  /** A copy of its key. */
  keyOf(item: number): Uint8Array {
    const at = this.#at[item] as number
    return this.#bytes.slice(at, at + (this.#keySize[item] as number))
  }

  /** The shortest key that is above the item before and not above this one. */
  separatorOf(item: number): Uint8Array {
    const key = this.keyOf(item)
    return this.level > 0 ? key : key.slice(0, this.#common(item - 1, item) + 1)
  }

  /** What the items from one to before another take in a page of their own. */
  pageBytes(from: number, to: number): number {
    const prefix = this.prefixSize(from, to)
    let bytes = HEADER_BYTES + prefixBytes(prefix)
    for (let i = from; i < to; i++) bytes += this.itemBytes(i, prefix)
    return bytes
  }

  /** What one of them takes in a page with such a prefix. */
  itemBytes(item: number, prefix: number): number {
    const tail = tailSizeOf((this.#keySize[item] as number) - prefix)
    const stride = this.level === 0 ? LEAF_STRIDE : INNER_STRIDE
    return 4 * stride + even(tail + dataSizeOf(this.#code[item] as number))
  }

  /** Common to all that have a key there. */
  prefixSize(from: number, to: number): number {
    const first = this.level === 0 ? from : from + 1
    return to - first < 2 ? 0 : this.#common(first, to - 1)
  }

  #common(a: number, b: number): number {
    const aAt = this.#at[a] as number
    const bAt = this.#at[b] as number
    const size = Math.min(this.#keySize[a] as number, this.#keySize[b] as number)
    let common = 0
    while (common < size && this.#bytes[aAt + common] === this.#bytes[bAt + common]) common++
    return common
  }

  /**
   * Where each page after the first begins. Halves where that is possible, all but the last item
   * in the first page when more are to come behind it.
   */
  cuts(isAppended: boolean): readonly number[] {
    const { count } = this
    if (this.pageBytes(0, count) <= PAGE_BYTES) return []
    if (isAppended && this.pageBytes(0, count - 1) <= PAGE_BYTES) return [count - 1]
    const middle = this.#middle()
    const isEnough =
      this.pageBytes(0, middle) <= PAGE_BYTES && this.pageBytes(middle, count) <= PAGE_BYTES
    return isEnough ? [middle] : this.#greedyCuts()
  }

  /** Where half of the bytes are on either side. */
  #middle(): number {
    const prefix = this.prefixSize(0, this.count)
    const half = this.pageBytes(0, this.count) / 2
    let bytes = HEADER_BYTES + prefixBytes(prefix)
    for (let i = 0; i < this.count; i++) {
      const more = this.itemBytes(i, prefix)
      if (bytes + more / 2 > half && i > 0) return i
      bytes += more
    }
    return this.count - 1
  }

  #greedyCuts(): readonly number[] {
    const cuts: number[] = []
    let from = 0
    for (let to = 1; to <= this.count; to++) {
      if (this.pageBytes(from, to) <= PAGE_BYTES) continue
      from = to - 1
      cuts.push(from)
    }
    return cuts
  }

  /** Writes the items from one to before another; the page keeps nothing of what it had. */
  write(page: Page, from: number, to: number): void {
    const prefix = this.prefixSize(from, to)
    const first = this.#at[this.level === 0 ? from : from + 1] ?? 0
    format(page, this.level, this.#bytes.subarray(first, first + prefix))
    let top = page.top
    for (let i = from; i < to; i++) {
      const isKeyless = this.level > 0 && i === from
      top = this.#writeItem(page, i - from, i, isKeyless ? NO_PREFIX : prefix, top)
    }
    invariant(page.slotAt(to - from) * 4 <= page.byte + top, 'a-page-holds-what-it-is-given')
    page.words[page.word] = (this.level << 16) | (to - from)
    page.words[page.word + 2] = top << 16
  }

  #writeItem(page: Page, index: number, item: number, prefix: number, top: number): number {
    const slot = page.slotAt(index)
    if (this.level > 0) page.words[slot + CHILD_AT] = this.#child[item] as number
    if (prefix === NO_PREFIX) {
      page.words[slot + MEASURES_AT] = 0
      return top
    }
    const keySize = this.#keySize[item] as number
    const code = this.#code[item] as number
    const at = this.#at[item] as number
    this.#key.set(this.#bytes, at, keySize).aim(prefix)
    page.words[slot] = this.#key.head0
    page.words[slot + 1] = this.#key.head1
    const tail = tailSizeOf(keySize - prefix)
    const size = tail + dataSizeOf(code)
    const begin = top - even(size)
    copyBytes(this.#bytes, at + keySize - tail, size, page.bytes, page.byte + begin)
    page.words[slot + MEASURES_AT] = measuresOf(begin, keySize - prefix, code)
    return begin
  }

  #giveKey(key: Uint8Array): number {
    this.#bytes.set(key, this.#used)
    return key.length
  }

  /** Room for the longest key, its value, and some to spare. */
  #begin(): void {
    invariant(this.count < ITEMS_MAX, 'a-workbench-is-large-enough', this.count)
    if (this.#used + KEY_BYTES_MAX + PAGE_BYTES <= this.#bytes.length) return
    const grown = new Uint8Array(2 * this.#bytes.length)
    grown.set(this.#bytes)
    this.#bytes = grown
  }

  #end(keySize: number, code: number, child: number): void {
    const item = this.count++
    this.#at[item] = this.#used
    this.#keySize[item] = keySize
    this.#code[item] = code
    this.#child[item] = child
    this.#used += keySize + dataSizeOf(code)
  }
}

/** The first of an inner page is written without a key. */
const NO_PREFIX = -1

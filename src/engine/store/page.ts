/**
 * How a page of the tree is read. From its beginning:
 *
 *   word 0  level << 16 | number of slots; leaves are level 0
 *   word 1  stamp (versions.ts)
 *   word 2  where the cells begin << 16 | bytes of cells that nobody needs any more
 *   word 3  size of the prefix
 *   prefix  that all keys of the page share, up to the next whole word
 *   slots   in the order of their keys: head, head, where and how large, in inner pages the child
 *
 * and from its end, downwards: cells, each with what the heads do not hold of the key and with the
 * value. The first slot of an inner page has no key: its child has everything below the second. A
 * value too large for a page is a reference. Header and prefix are mostly one line of the cache.
 *
 * A `Page` is a view that is opened on one page after the other.
 */

import { copyBytes } from './entry.ts'
import { HEAD_BYTES, type Key } from './key.ts'
import { NO_PAGE, type Pages } from './pages.ts'

const HEADER_WORDS = 4
export const HEADER_BYTES = 4 * HEADER_WORDS
/** Words of a slot. */
export const LEAF_STRIDE = 3
export const INNER_STRIDE = 4
/** Of a slot's words. */
export const MEASURES_AT = 2
export const CHILD_AT = 3
export const PREFIX_AT = 3

/** Instead of the size of a value: the cell holds number of the first page and size. */
export const FAR = 0x7ff
export const FAR_BYTES = 8

const NO_WORDS = new Int32Array(0)
const NO_BYTES = new Uint8Array(0)

/** Where the cell is (an even place), size of the key behind the prefix, size of the value. */
export const measuresOf = (at: number, suffixSize: number, valueCode: number): number =>
  (at << 20) | (suffixSize << 11) | valueCode
export const cellAtOf = (measures: number): number => (measures >>> 21) << 1
export const suffixSizeOf = (measures: number): number => (measures >>> 11) & 0x3ff
export const valueCodeOf = (measures: number): number => measures & FAR

/** What a prefix takes. */
export const prefixBytes = (size: number): number => (size + 3) & ~3
export const even = (size: number): number => (size + 1) & ~1
export const tailSizeOf = (suffixSize: number): number =>
  suffixSize > HEAD_BYTES ? suffixSize - HEAD_BYTES : 0
/** Bytes in the cell. */
export const dataSizeOf = (valueCode: number): number => (valueCode === FAR ? FAR_BYTES : valueCode)

export function cellSizeOf(measures: number): number {
  return even(tailSizeOf(suffixSizeOf(measures)) + dataSizeOf(valueCodeOf(measures)))
}

export class Page {
  id = NO_PAGE
  words: Int32Array = NO_WORDS
  bytes: Uint8Array = NO_BYTES
  /** Where it begins in its chunk. */
  word = 0
  byte = 0
  stride = LEAF_STRIDE
  /** Word of the chunk. */
  slots = 0

  open(pages: Pages, id: number): this {
    this.id = id
    this.words = pages.wordsOf(id)
    this.bytes = pages.bytesOf(id)
    this.word = pages.wordAt(id)
    this.byte = this.word << 2
    return this.look()
  }

  /** After level or prefix became others. */
  look(): this {
    this.stride = this.level === 0 ? LEAF_STRIDE : INNER_STRIDE
    this.slots = this.word + HEADER_WORDS + ((this.prefixSize + 3) >>> 2)
    return this
  }

  get level(): number {
    return (this.words[this.word] as number) >>> 16
  }

  get count(): number {
    return (this.words[this.word] as number) & 0xffff
  }

  get stamp(): number {
    return this.words[this.word + 1] as number
  }

  /** Where the cells begin, counted from the page's beginning. */
  get top(): number {
    return (this.words[this.word + 2] as number) >>> 16
  }

  get garbage(): number {
    return (this.words[this.word + 2] as number) & 0xffff
  }

  get prefixSize(): number {
    return this.words[this.word + PREFIX_AT] as number
  }

  /** Word of the chunk. */
  slotAt(index: number): number {
    return this.slots + index * this.stride
  }

  measures(index: number): number {
    return this.words[this.slotAt(index) + MEASURES_AT] as number
  }

  child(index: number): number {
    return this.words[this.slotAt(index) + CHILD_AT] as number
  }

  keySize(index: number): number {
    return this.prefixSize + suffixSizeOf(this.measures(index))
  }

  valueCode(index: number): number {
    return valueCodeOf(this.measures(index))
  }

  /** Of what the cell has for the value, in the chunk. */
  dataAt(index: number): number {
    const measures = this.measures(index)
    return this.byte + cellAtOf(measures) + tailSizeOf(suffixSizeOf(measures))
  }

  /** Where the prefix begins in the chunk. */
  get prefixAt(): number {
    return this.byte + HEADER_BYTES
  }

  /**
   * Where the key is among the slots from `from` on; where it is not, ~ of the place of the first
   * slot above it.
   */
  find(key: Key, from = 0): number {
    const { words, stride, slots, count } = this
    const skip = this.prefixSize
    if (skip > 0) {
      const side = this.#sideOf(key, skip)
      if (side !== 0) return side < 0 ? ~from : ~count
    }
    key.aim(skip)
    const { head0 } = key
    let low = from
    let high = count
    while (low < high) {
      const middle = (low + high) >>> 1
      const slot = slots + middle * stride
      const first = words[slot] as number
      if (first < head0) low = middle + 1
      else if (first > head0) high = middle
      else {
        const order = this.#orderBehind(slot, key, skip)
        if (order === 0) return middle
        if (order < 0) low = middle + 1
        else high = middle
      }
    }
    return ~low
  }

  /** The child that has the key, if its slot is `from` or a later one. */
  childFor(key: Key, from = 0): number {
    const found = this.find(key, from + 1)
    return found >= 0 ? found : ~found - 1
  }

  /** Is the key below that of a slot? */
  isAbove(index: number, key: Key): boolean {
    const skip = this.prefixSize
    const side = skip > 0 ? this.#sideOf(key, skip) : 0
    if (side !== 0) return side < 0
    key.aim(skip)
    const slot = this.slotAt(index)
    const first = this.words[slot] as number
    return first === key.head0 ? this.#orderBehind(slot, key, skip) > 0 : first > key.head0
  }

  /** Writes the key of a slot, and says its size. */
  copyKey(index: number, to: Uint8Array, at = 0): number {
    const skip = this.prefixSize
    const from = this.prefixAt
    for (let i = 0; i < skip; i++) to[at + i] = this.bytes[from + i] as number
    return skip + this.copySuffix(index, to, at + skip)
  }

  /** What stands behind the prefix. */
  copySuffix(index: number, to: Uint8Array, at: number): number {
    const slot = this.slotAt(index)
    const measures = this.words[slot + MEASURES_AT] as number
    const size = suffixSizeOf(measures)
    this.#copyHead(slot, Math.min(size, HEAD_BYTES), to, at)
    if (size > HEAD_BYTES) {
      const tailAt = this.byte + cellAtOf(measures)
      copyBytes(this.bytes, tailAt, size - HEAD_BYTES, to, at + HEAD_BYTES)
    }
    return size
  }

  #copyHead(slot: number, size: number, to: Uint8Array, at: number): void {
    const head0 = (this.words[slot] as number) ^ (1 << 31)
    const head1 = (this.words[slot + 1] as number) ^ (1 << 31)
    for (let i = 0; i < size; i++) {
      to[at + i] = i < 4 ? head0 >>> (24 - 8 * i) : head1 >>> (56 - 8 * i)
    }
  }

  hasPrefixOf(key: Key): boolean {
    const skip = this.prefixSize
    return skip === 0 || this.#sideOf(key, skip) === 0
  }

  /** Below 0: the key comes before all that begins with the prefix. 0: it begins with it. */
  #sideOf(key: Key, skip: number): number {
    const { bytes } = this
    const at = this.prefixAt
    const size = key.size < skip ? key.size : skip
    for (let i = 0; i < size; i++) {
      const order = (key.bytes[key.at + i] as number) - (bytes[at + i] as number)
      if (order !== 0) return order
    }
    return key.size < skip ? -1 : 0
  }

  /** The slot's key against the other, whose first four bytes behind the prefix are the same. */
  #orderBehind(slot: number, key: Key, skip: number): number {
    const head1 = this.words[slot + 1] as number
    if (head1 !== key.head1) return head1 < key.head1 ? -1 : 1
    const measures = this.words[slot + MEASURES_AT] as number
    const size = suffixSizeOf(measures)
    const otherSize = key.size - skip
    const common = (size < otherSize ? size : otherSize) - HEAD_BYTES
    const at = this.byte + cellAtOf(measures)
    const otherAt = key.at + skip + HEAD_BYTES
    for (let i = 0; i < common; i++) {
      const order = (this.bytes[at + i] as number) - (key.bytes[otherAt + i] as number)
      if (order !== 0) return order
    }
    return size - otherSize
  }
}

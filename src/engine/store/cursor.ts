/**
 * Walks rows in order, either way, without an object for each. The key is put together in the
 * cursor's own memory; a value that lies in its page is lent from there. Both hold until the cursor
 * moves or the store changes. Between two moves the store may change: a cursor then goes on behind
 * the key that it stood on, and sees the rows as they are when it comes to them.
 */

import { invariant } from '../../base/errors.ts'
import { KEY_BYTES_MAX } from './bounds.ts'
import { copyBytes, type Rows } from './entry.ts'
import { Key } from './key.ts'
import { FAR, Page } from './page.ts'
import { NO_PAGE, type Pages } from './pages.ts'
import { copyValue, valueSizeOf } from './value.ts'

/** Most keys are shorter. */
const FIRST_KEY_BYTES = 64

/** Keys from `from`, which is in it, to `to`, which is not; both ends may be open. */
export interface Range {
  readonly from?: Uint8Array | undefined
  readonly to?: Uint8Array | undefined
  /** From the last to the first. */
  readonly reverse?: boolean
  /** So many rows at most. */
  readonly limit?: number
}

/** The keys that begin with a prefix. */
export function rangeOf(prefix: Uint8Array): Range {
  let size = prefix.length
  while (size > 0 && prefix[size - 1] === 0xff) size--
  if (size === 0) return { from: prefix }
  // Not by slice: of one of Node's buffers it is no copy.
  const to = new Uint8Array(prefix.subarray(0, size))
  to[size - 1] = (to[size - 1] as number) + 1
  return { from: prefix, to }
}

/** What is walked: the tree of a store, or of an image. */
export interface Walked {
  readonly pages: Pages
  readonly root: number
  /** Another one than before: rows may have moved. */
  readonly version: number
}

export interface Row {
  readonly key: Uint8Array
  readonly value: Uint8Array
}

export class Cursor implements Rows {
  keyBytes = new Uint8Array(FIRST_KEY_BYTES)
  readonly keyAt = 0
  keySize = 0
  valueBytes: Uint8Array = this.keyBytes
  valueAt = 0
  valueSize = 0

  readonly #tree: Walked
  #step: 1 | -1 = 1
  /** Where the walk begins and where it ends, in its own direction. */
  #start: Uint8Array | undefined
  #stop: Uint8Array | undefined
  #left = 0
  #version = 0
  #isBegun = false
  readonly #path: Page[] = [new Page()]
  readonly #index: number[] = [0]
  #top = 0
  /** The slot of this leaf at which the walk ends; beyond it: no such. */
  #end = 0
  #prefixOf = -1
  #far = new Uint8Array(0)
  readonly #key = new Key()

  constructor(tree: Walked, range: Range) {
    this.#tree = tree
    this.open(range)
  }

  /** Another walk of the same rows: who walks often needs one cursor. */
  open({ from, to, reverse = false, limit = Infinity }: Range): this {
    this.#step = reverse ? -1 : 1
    this.#start = reverse ? to : from
    this.#stop = reverse ? from : to
    this.#left = limit
    this.#isBegun = false
    return this
  }

  /** Copies. */
  get key(): Uint8Array {
    return this.keyBytes.slice(0, this.keySize)
  }

  get value(): Uint8Array {
    return this.valueBytes.slice(this.valueAt, this.valueAt + this.valueSize)
  }

  next(): boolean {
    if (this.#left <= 0 || !this.#move()) return this.#finish()
    this.#left--
    this.#show()
    return true
  }

  /** Copies of all that is left. */
  *[Symbol.iterator](): Iterator<Row> {
    while (this.next()) yield { key: this.key, value: this.value }
  }

  #finish(): false {
    this.#left = 0
    return false
  }

  #move(): boolean {
    if (!this.#isBegun) this.#begin()
    else if (this.#version !== this.#tree.version) this.#goOn()
    else (this.#index as [number])[0] += this.#step
    return this.#settle()
  }

  #begin(): void {
    this.#isBegun = true
    const place = this.#start === undefined ? undefined : this.#descend(this.#key.all(this.#start))
    if (place === undefined) this.#descendToEdge(this.#openRoot())
    else this.#index[0] = this.#asc ? lower(place) : lower(place) - 1
    this.#findEnd()
  }

  /** Rows moved: behind the last key. */
  #goOn(): void {
    const place = this.#descend(this.#key.set(this.keyBytes, 0, this.keySize))
    if (place >= 0) this.#index[0] = place + this.#step
    else this.#index[0] = this.#asc ? ~place : ~place - 1
    this.#findEnd()
  }

  get #asc(): boolean {
    return this.#step === 1
  }

  #openRoot(): number {
    invariant(this.#tree.root !== NO_PAGE, 'rows-are-read-while-they-live')
    this.#version = this.#tree.version
    this.#prefixOf = -1
    const level = (this.#path[0] as Page).open(this.#tree.pages, this.#tree.root).level
    for (let more = this.#path.length; more <= level; more++) {
      this.#path.push(new Page())
      this.#index.push(0)
    }
    this.#top = level
    this.#pageAt(level).open(this.#tree.pages, this.#tree.root)
    return level
  }

  #pageAt(level: number): Page {
    return this.#path[level] as Page
  }

  #openChild(level: number, index: number): void {
    this.#index[level] = index
    this.#pageAt(level - 1).open(this.#tree.pages, this.#pageAt(level).child(index))
  }

  /** To the leaf that has the key or would have it, and what the leaf says of it. */
  #descend(key: Key): number {
    for (let level = this.#openRoot(); level > 0; level--) {
      this.#openChild(level, this.#pageAt(level).childFor(key))
    }
    return this.#pageAt(0).find(key)
  }

  /** To the first or last row below a page. */
  #descendToEdge(from: number): void {
    for (let level = from; level > 0; level--) {
      this.#openChild(level, this.#asc ? 0 : this.#pageAt(level).count - 1)
    }
    this.#index[0] = this.#asc ? 0 : this.#pageAt(0).count - 1
  }

  /** Where in this leaf the walk ends; one search for all its rows. */
  #findEnd(): void {
    const leaf = this.#pageAt(0)
    this.#end = this.#asc ? leaf.count : -1
    if (this.#stop === undefined) return
    const place = lower(leaf.find(this.#key.all(this.#stop)))
    if (this.#asc) this.#end = place
    else this.#end = place - 1
  }

  /** Onto a row: in this leaf, or in the next that has one. */
  #settle(): boolean {
    for (;;) {
      const index = this.#index[0] as number
      const leaf = this.#pageAt(0)
      if (this.#asc ? index < this.#end : index > this.#end) return true
      const isLast = this.#asc ? this.#end < leaf.count : this.#end >= 0
      if (isLast || !this.#nextLeaf()) return false
    }
  }

  #nextLeaf(): boolean {
    for (let level = 1; level <= this.#top; level++) {
      const index = (this.#index[level] as number) + this.#step
      if (index < 0 || index >= this.#pageAt(level).count) continue
      this.#openChild(level, index)
      this.#descendToEdge(level - 1)
      this.#findEnd()
      return true
    }
    return false
  }

  #show(): void {
    const leaf = this.#pageAt(0)
    const index = this.#index[0] as number
    const prefix = leaf.prefixSize
    this.#room(leaf.keySize(index))
    if (this.#prefixOf !== leaf.id) {
      this.#prefixOf = leaf.id
      copyBytes(leaf.bytes, leaf.prefixAt, prefix, this.keyBytes, 0)
    }
    this.keySize = prefix + leaf.copySuffix(index, this.keyBytes, prefix)
    this.valueSize = valueSizeOf(leaf, index)
    if (leaf.valueCode(index) === FAR) this.#showFar(leaf, index)
    else {
      this.valueBytes = leaf.bytes
      this.valueAt = leaf.dataAt(index)
    }
  }

  #room(size: number): void {
    if (size <= this.keyBytes.length) return
    this.keyBytes = new Uint8Array(KEY_BYTES_MAX)
    this.#prefixOf = -1
  }

  #showFar(leaf: Page, index: number): void {
    if (this.#far.length < this.valueSize) this.#far = new Uint8Array(this.valueSize)
    copyValue(this.#tree.pages, leaf, index, this.#far, 0)
    this.valueBytes = this.#far
    this.valueAt = 0
  }
}

/** The first slot at or above what was looked for. */
const lower = (place: number): number => (place >= 0 ? place : ~place)

/**
 * What must hold of every tree, whatever was done to it; looks at all of its pages. It reads them
 * by the words of page.ts, and trusts no search.
 */

import { invariant } from '../../../base/errors.ts'
import { PAGE_BYTES } from '../bounds.ts'
import { compareKeys } from '../entry.ts'
import type { SharedImage } from '../image.ts'
import { farFirst, farPagesOf, farSize } from '../overflow.ts'
import { cellAtOf, cellSizeOf, FAR, Page } from '../page.ts'
import { NO_PAGE, Pages } from '../pages.ts'
import type { MemoryStore } from '../store.ts'

/** Thousands of times for each tree: the words of a test would take most of its time. */
const must: (holds: boolean, what: string) => void = invariant

export interface Structure {
  readonly levels: number
  readonly leaves: number
  readonly innerPages: number
  readonly farPages: number
  readonly rows: number
  /** Of each leaf, from the first to the last, without what is garbage. */
  readonly fill: readonly number[]
  /** Of each leaf. */
  readonly prefixes: readonly number[]
}

class Walk {
  readonly pages: Pages
  readonly seen = new Set<number>()
  readonly fill: number[] = []
  readonly prefixes: number[] = []
  innerPages = 0
  farPages = 0
  rows = 0
  last: Uint8Array | undefined

  constructor(pages: Pages) {
    this.pages = pages
  }

  /** Keys of the page are at least `from` and below `to`. */
  visit(id: number, level: number, from: Uint8Array, to: Uint8Array | undefined): void {
    const page = new Page().open(this.pages, id)
    must(page.level === level, 'a page is of another level')
    this.#once(id)
    this.#checkCells(page)
    const keys = this.#keysOf(page)
    const first = level > 0 ? 1 : 0
    for (const key of keys.slice(first)) {
      must(compareKeys(key, from) >= 0, 'a key is below its page')
      must(to === undefined || compareKeys(key, to) < 0, 'a key is above its page')
    }
    for (let i = first + 1; i < keys.length; i++) {
      const order = compareKeys(keys[i - 1] as Uint8Array, keys[i] as Uint8Array)
      must(order < 0, 'keys do not ascend')
    }
    if (level === 0) this.#leaf(page)
    else this.#inner(page, keys, from, to)
  }

  #once(id: number): void {
    must(!this.seen.has(id), 'a page is reached twice')
    this.seen.add(id)
  }

  #keysOf(page: Page): Uint8Array[] {
    return Array.from({ length: page.count }, (_, i) => {
      const key = new Uint8Array(page.keySize(i))
      page.copyKey(i, key)
      return key
    })
  }

  /** Cells lie behind each other without overlap, and garbage is what nobody has. */
  #checkCells(page: Page): void {
    const cells = Array.from({ length: page.count }, (_, i) => page.measures(i))
      .map(measures => ({ at: cellAtOf(measures), size: cellSizeOf(measures) }))
      .filter(({ size }) => size > 0)
      .sort((a, b) => a.at - b.at)
    let end = page.top
    let used = 0
    for (const { at, size } of cells) {
      must(at >= end, 'cells overlap')
      end = at + size
      used += size
    }
    must(end <= PAGE_BYTES, 'a cell ends behind its page')
    must(used + page.garbage === PAGE_BYTES - page.top, 'garbage is not what nobody has')
    must(4 * page.slotAt(page.count) <= page.byte + page.top, 'slots overlap cells')
  }

  #leaf(page: Page): void {
    this.rows += page.count
    const slots = 4 * page.slotAt(page.count) - page.byte
    this.fill.push((slots + PAGE_BYTES - page.top - page.garbage) / PAGE_BYTES)
    this.prefixes.push(page.prefixSize)
    for (let i = 0; i < page.count; i++) {
      if (page.valueCode(i) === FAR) this.#far(page, i)
    }
  }

  #far(page: Page, index: number): void {
    const at = page.dataAt(index)
    const pages = farPagesOf(farSize(page.bytes, at))
    let id = farFirst(page.bytes, at)
    for (let i = 0; i < pages; i++) {
      this.#once(id)
      this.farPages++
      id = this.pages.wordsOf(id)[this.pages.wordAt(id) + 2] as number
    }
    must(id === NO_PAGE, 'a chain is longer than its value')
  }

  #inner(page: Page, keys: Uint8Array[], from: Uint8Array, to: Uint8Array | undefined): void {
    this.innerPages++
    must(page.count > 0, 'an inner page has no child')
    must((page.measures(0) & 0x1fffff) === 0, 'a first slot has a key')
    for (let i = 0; i < page.count; i++) {
      const low = i === 0 ? from : (keys[i] as Uint8Array)
      this.visit(page.child(i), page.level - 1, low, keys[i + 1] ?? to)
    }
  }
}

export function structureOf({ chunks, chunkBytes, root, rows }: SharedImage): Structure {
  const pages = new Pages(chunkBytes, chunks)
  const walk = new Walk(pages)
  const { level, count } = new Page().open(pages, root)
  must(level === 0 || count > 1, 'a root has one child')
  walk.visit(root, level, new Uint8Array(0), undefined)
  must(walk.rows === rows, 'rows are counted wrongly')
  const { fill, prefixes, innerPages, farPages } = walk
  return { levels: level + 1, leaves: fill.length, innerPages, farPages, rows, fill, prefixes }
}

/** Of the store as it is now; every page that it counts is reached. */
export function storeStructure(store: MemoryStore): Structure {
  const image = store.cut()
  const structure = structureOf(image.shared())
  image.release()
  const { leaves, innerPages, farPages } = structure
  must(leaves + innerPages + farPages === store.figures.pages, 'pages are counted wrongly')
  return structure
}

/**
 * The writing half of the tree. A change goes down to its leaf, copies what an image can see of the
 * way there, and changes the leaf in place. Changes that come in the order of their keys begin
 * where the last one ended: `begin` forgets that place, and so does whatever moves pages about.
 */

import { invariant } from '../../base/errors.ts'
import { PAGE_BYTES } from './bounds.ts'
import { Cell } from './cell.ts'
import { dropFirstKey, insert, removeSlot, replace, setChild, usedBytes } from './edit.ts'
import type { Entry } from './entry.ts'
import { Key } from './key.ts'
import { dropFar, farFirst } from './overflow.ts'
import { FAR, Page } from './page.ts'
import { STAMP_AT } from './pages.ts'
import { valueSizeOf } from './value.ts'
import type { Versions } from './versions.ts'
import { View } from './view.ts'
import { Workbench } from './workbench.ts'

/** A page that shrinks below the first joins a neighbour if both together stay below the second. */
const SPARSE_BYTES = PAGE_BYTES / 2
const JOINED_BYTES_MAX = (3 * PAGE_BYTES) / 4

/** A page that is to stand behind another, with the key from which on it has the rows. */
interface Newcomer {
  readonly separator: Uint8Array
  readonly id: number
}

export class Tree extends View {
  readonly versions: Versions
  rows = 0
  /** Of all keys and values. */
  dataBytes = 0
  readonly #path: Page[] = []
  readonly #index: number[] = []
  #isPlaced = false
  readonly #key = new Key()
  readonly #cell = new Cell()
  readonly #turn = new Cell()
  readonly #bench = new Workbench()
  readonly #left = new Page()
  readonly #right = new Page()

  constructor(versions: Versions, root = emptyLeaf(versions)) {
    super(versions.pool, root)
    this.versions = versions
  }

  /** A batch begins: its keys ascend, those of the last one are forgotten. */
  begin(): void {
    this.#isPlaced = false
    this.version++
  }

  put(entry: Entry): void {
    const leaf = this.#seek(entry)
    const place = leaf.find(this.#key)
    const cell = this.#cell.row(entry, this.versions)
    if (place >= 0) this.#overwrite(place, cell)
    else this.#insert(~place, cell)
    if (place < 0) this.rows++
    this.dataBytes += entry.valueSize + (place < 0 ? entry.keySize : 0)
  }

  remove(entry: Entry): void {
    const place = this.#seek(entry).find(this.#key)
    if (place < 0) return
    const leaf = this.#own(0)
    this.dataBytes -= entry.keySize
    this.#dropValue(leaf, place)
    this.rows--
    removeSlot(leaf, place)
    if (leaf.count === 0 && this.#top > 0) this.#removeChild(1)
    else this.#maybeJoin(0)
  }

  /** Gives up every page; images keep what they see. Nothing is left to be read or written. */
  close(): void {
    this.#dropBelow(this.root)
    this.end()
  }

  #dropBelow(id: number): void {
    const page = new Page().open(this.pages, id)
    for (let i = 0; i < page.count; i++) {
      if (page.level > 0) this.#dropBelow(page.child(i))
      else this.#dropValue(page, i)
    }
    this.versions.drop(id)
  }

  get #top(): number {
    return this.#path.length - 1
  }

  #pageAt(level: number): Page {
    return this.#path[level] as Page
  }

  #indexAt(level: number): number {
    return this.#index[level] as number
  }

  /** The leaf that has the key or should. */
  #seek(entry: Entry): Page {
    const key = this.#key.set(entry.keyBytes, entry.keyAt, entry.keySize)
    const from = this.#isPlaced ? this.#climb(key) : this.#openRoot()
    for (let level = from; level > 0; level--) {
      const page = this.#pageAt(level)
      const index = page.childFor(key, this.#indexAt(level))
      this.#index[level] = index
      this.#index[level - 1] = 0
      this.#pageAt(level - 1).open(this.pages, page.child(index))
    }
    return this.#pageAt(0)
  }

  #openRoot(): number {
    const { level } = this.#left.open(this.pages, this.root)
    while (this.#path.length <= level) this.#path.push(new Page())
    this.#path.length = level + 1
    this.#pageAt(level).open(this.pages, this.root)
    this.#index[level] = 0
    this.#isPlaced = true
    return level
  }

  /** The lowest page of the path that has a key above the last one. */
  #climb(key: Key): number {
    let holder = 0
    for (let level = 1; level <= this.#top; level++) {
      const page = this.#pageAt(level)
      const next = this.#indexAt(level) + 1
      if (next === page.count) continue
      if (page.isAbove(next, key)) return holder
      holder = level
    }
    return holder
  }

  /** The page of the path as one that may be changed, and so all above it. */
  #own(level: number): Page {
    const page = this.#pageAt(level)
    if (!this.versions.isSeen(page.stamp)) return page
    const id = this.#copy(page)
    if (level === this.#top) this.root = id
    else setChild(this.#own(level + 1), this.#indexAt(level + 1), id)
    return page.open(this.pages, id)
  }

  #copy(page: Page): number {
    const id = this.versions.take()
    const stampAt = this.pages.wordAt(id) + STAMP_AT
    const words = this.pages.wordsOf(id)
    const stamp = words[stampAt] as number
    this.pages.copy(page.id, id)
    words[stampAt] = stamp
    this.versions.drop(page.id)
    return id
  }

  #overwrite(place: number, cell: Cell): void {
    const leaf = this.#own(0)
    const used = usedBytes(leaf)
    this.#dropValue(leaf, place)
    if (!replace(leaf, place, cell)) {
      this.#bench.clear(0).addSlots(leaf, 0, place)
      this.#bench.addCell(cell)
      this.#bench.addSlots(leaf, place + 1, leaf.count)
      this.#spread(0, false)
    } else if (usedBytes(leaf) < used) this.#maybeJoin(0)
  }

  /** What it takes elsewhere is free again, and it is counted no more. */
  #dropValue(leaf: Page, place: number): void {
    this.dataBytes -= valueSizeOf(leaf, place)
    if (leaf.valueCode(place) !== FAR) return
    dropFar(this.versions, farFirst(leaf.bytes, leaf.dataAt(place)))
  }

  #insert(place: number, cell: Cell): void {
    const leaf = this.#own(0)
    if (insert(leaf, place, cell)) return
    const { count } = leaf
    this.#bench.clear(0).addSlots(leaf, 0, place)
    this.#bench.addCell(cell)
    this.#bench.addSlots(leaf, place, count)
    this.#spread(0, place === count && this.#isRightEdge())
  }

  #isRightEdge(): boolean {
    for (let level = 1; level <= this.#top; level++) {
      if (this.#indexAt(level) < this.#pageAt(level).count - 1) return false
    }
    return true
  }

  /** What lies on the workbench takes the place of the path's page, and of as many as it needs. */
  #spread(level: number, isAppended: boolean): void {
    const bench = this.#bench
    const cuts = bench.cuts(isAppended)
    bench.write(this.#pageAt(level), 0, cuts[0] ?? bench.count)
    const newcomers = cuts.map((from, i) => {
      const id = this.versions.take()
      bench.write(this.#right.open(this.pages, id), from, cuts[i + 1] ?? bench.count)
      return { separator: bench.separatorOf(from), id }
    })
    this.#isPlaced = false
    if (newcomers.length > 0) this.#welcome(level + 1, newcomers, isAppended)
  }

  /** Pages that stand behind the one of the path become children of the page above. */
  #welcome(level: number, newcomers: readonly Newcomer[], isAppended: boolean): void {
    if (level > this.#top) this.#growRoot(level)
    const page = this.#own(level)
    let index = this.#indexAt(level) + 1
    for (const [done, { separator, id }] of newcomers.entries()) {
      if (!insert(page, index, this.#turn.turn(separator, id))) {
        this.#welcomeMany(level, index, newcomers.slice(done), isAppended)
        return
      }
      index++
    }
  }

  #welcomeMany(
    level: number,
    index: number,
    newcomers: readonly Newcomer[],
    isAppended: boolean,
  ): void {
    const page = this.#pageAt(level)
    this.#bench.clear(level).addSlots(page, 0, index)
    for (const { separator, id } of newcomers) this.#bench.addCell(this.#turn.turn(separator, id))
    this.#bench.addSlots(page, index, page.count)
    this.#spread(level, isAppended)
  }

  /** A root with the old one as its only child. */
  #growRoot(level: number): void {
    const id = this.versions.take()
    const page = new Page().open(this.pages, id)
    this.#bench.clear(level).addCell(this.#turn.turn(NO_KEY, this.root))
    this.#bench.write(page, 0, 1)
    this.root = id
    this.#path.push(page)
    this.#index[level] = 0
  }

  /** The child of the path at a level has no rows left. */
  #removeChild(level: number): void {
    this.versions.drop(this.#pageAt(level - 1).id)
    const page = this.#own(level)
    this.#removeSlot(page, this.#indexAt(level))
    this.#isPlaced = false
    if (page.count === 0) this.#removeChild(level + 1)
    else this.#settle(level)
  }

  #removeSlot(page: Page, index: number): void {
    removeSlot(page, index)
    if (index === 0 && page.count > 0) dropFirstKey(page)
  }

  /** A page above the leaves lost a child, and has others. */
  #settle(level: number): void {
    if (level === this.#top) this.#shrinkRoot()
    else this.#maybeJoin(level)
  }

  #shrinkRoot(): void {
    const page = this.#left.open(this.pages, this.root)
    while (page.level > 0 && page.count === 1) {
      this.root = page.child(0)
      this.versions.drop(page.id)
      page.open(this.pages, this.root)
    }
  }

  #maybeJoin(level: number): void {
    if (level === this.#top || usedBytes(this.#pageAt(level)) >= SPARSE_BYTES) return
    const parent = this.#pageAt(level + 1)
    const index = this.#indexAt(level + 1)
    if (index > 0 && this.#canJoin(parent, index)) this.#join(level, index)
    else if (index + 1 < parent.count && this.#canJoin(parent, index + 1)) {
      this.#join(level, index + 1)
    }
  }

  /** The child at a place of its parent and the one before it, in one page that is not full. */
  #canJoin(parent: Page, index: number): boolean {
    const left = this.#left.open(this.pages, parent.child(index - 1))
    const right = this.#right.open(this.pages, parent.child(index))
    const used = usedBytes(left) + usedBytes(right)
    if (used > JOINED_BYTES_MAX) return false
    // Keys grow by what the common prefix is shorter than the one they have now.
    const common = commonPrefix(left, right)
    const growth =
      left.count * (left.prefixSize - common) + right.count * (right.prefixSize - common)
    const separator = right.level > 0 ? parent.keySize(index) : 0
    return used + growth + separator <= JOINED_BYTES_MAX
  }

  /** As #canJoin left them open. */
  #join(level: number, index: number): void {
    const parent = this.#own(level + 1)
    const bench = this.#bench.clear(level)
    bench.addSlots(this.#left, 0, this.#left.count)
    bench.addSlots(this.#right, 0, this.#right.count, this.#separatorAt(parent, index))
    invariant(bench.cuts(false).length === 0, 'joined-pages-fit-into-one')
    this.versions.drop(this.#left.id)
    this.versions.drop(this.#right.id)
    const id = this.versions.take()
    bench.write(this.#left.open(this.pages, id), 0, bench.count)
    setChild(parent, index - 1, id)
    this.#removeSlot(parent, index)
    this.#isPlaced = false
    this.#settle(level + 1)
  }

  #separatorAt(parent: Page, index: number): Uint8Array {
    const key = new Uint8Array(parent.keySize(index))
    parent.copyKey(index, key)
    return key
  }
}

const NO_KEY = new Uint8Array(0)

function emptyLeaf(versions: Versions): number {
  const id = versions.take()
  new Workbench().clear(0).write(new Page().open(versions.pool, id), 0, 0)
  return id
}

function commonPrefix(a: Page, b: Page): number {
  const size = Math.min(a.prefixSize, b.prefixSize)
  let common = 0
  while (common < size && a.bytes[a.prefixAt + common] === b.bytes[b.prefixAt + common]) common++
  return common
}

/**
 * Builds a tree from rows that come in the order of their keys: pages are filled to the brim one
 * after the other, each level hands its pages to the one above, and nothing is ever moved.
 */

import { MALFORMED_BYTES } from '../../base/bytes.ts'
import { WeirError } from '../../base/errors.ts'
import { KEY_BYTES_MAX, PAGE_BYTES } from './bounds.ts'
import { Cell } from './cell.ts'
import { copyBytes, type Entry, type Rows } from './entry.ts'
import { Key } from './key.ts'
import { HEADER_BYTES, Page } from './page.ts'
import { Tree } from './tree.ts'
import type { Versions } from './versions.ts'
import { Workbench } from './workbench.ts'

const NO_KEY = new Uint8Array(0)

/** The page of a level that is being filled. */
class Level {
  readonly bench: Workbench
  /** What the level above is told: from this key on. */
  separator: Uint8Array = NO_KEY
  /** What the page takes so far, with the prefix that it would have now. */
  #bytes = HEADER_BYTES
  #prefix = 0

  constructor(level: number) {
    this.bench = new Workbench().clear(level)
  }

  /** False: the page is larger now than a page can be. */
  add(cell: Cell): boolean {
    const { bench } = this
    bench.addCell(cell)
    const prefix = bench.prefixSize(0, bench.count)
    if (prefix === this.#prefix) this.#bytes += bench.itemBytes(bench.count - 1, prefix)
    else this.#bytes = bench.pageBytes(0, bench.count)
    this.#prefix = prefix
    return this.#bytes <= PAGE_BYTES
  }

  beginPage(separator: Uint8Array, cell: Cell): void {
    this.separator = separator
    this.#bytes = HEADER_BYTES
    this.#prefix = 0
    this.bench.clear(this.bench.level)
    this.add(cell)
  }
}

export class Loader {
  readonly #versions: Versions
  readonly #levels: Level[] = []
  readonly #page = new Page()
  readonly #row = new Cell()
  readonly #turn = new Cell()
  readonly #last = new Key().all(new Uint8Array(KEY_BYTES_MAX))
  #rows = 0
  #dataBytes = 0

  constructor(versions: Versions) {
    this.#versions = versions
  }

  /** Rows may come in several parts, each behind the one before. */
  add(rows: Rows): void {
    while (rows.next()) {
      this.#check(rows)
      this.#add(0, this.#row.row(rows, this.#versions))
      this.#rows++
      this.#dataBytes += rows.keySize + rows.valueSize
    }
  }

  /** The tree of what was added. */
  finish(): Tree {
    const tree = new Tree(this.#versions, this.#finishLevel(0))
    tree.rows = this.#rows
    tree.dataBytes = this.#dataBytes
    return tree
  }

  #check(row: Entry): void {
    const last = this.#last
    const isInOrder = this.#rows === 0 || isBelow(last, row)
    if (row.valueSize < 0 || !isInOrder) {
      const what = isInOrder ? 'a row has no value' : 'rows are not in the order of their keys'
      throw new WeirError(MALFORMED_BYTES, `${what}; an image was damaged or badly put together`)
    }
    copyBytes(row.keyBytes, row.keyAt, row.keySize, last.bytes, 0)
    last.size = row.keySize
  }

  #levelAt(level: number): Level {
    if (level === this.#levels.length) this.#levels.push(new Level(level))
    return this.#levels[level] as Level
  }

  #add(level: number, cell: Cell): void {
    const filled = this.#levelAt(level)
    if (filled.add(cell)) return
    const { bench, separator } = filled
    const last = bench.count - 1
    const id = this.#write(bench, last)
    filled.beginPage(bench.separatorOf(last), cell)
    this.#add(level + 1, this.#turn.turn(separator, id))
  }

  #write(bench: Workbench, count: number): number {
    const id = this.#versions.take()
    bench.write(this.#page.open(this.#versions.pool, id), 0, count)
    return id
  }

  /** The page that was being filled, and all above it; the last is the root. */
  #finishLevel(level: number): number {
    const { bench, separator } = this.#levelAt(level)
    const id = this.#write(bench, bench.count)
    if (level + 1 === this.#levels.length) return id
    this.#add(level + 1, this.#turn.turn(separator, id))
    return this.#finishLevel(level + 1)
  }
}

function isBelow(last: Key, row: Entry): boolean {
  const common = Math.min(last.size, row.keySize)
  for (let i = 0; i < common; i++) {
    const order = (last.bytes[i] as number) - (row.keyBytes[row.keyAt + i] as number)
    if (order !== 0) return order < 0
  }
  return last.size < row.keySize
}

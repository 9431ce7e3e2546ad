/**
 * The rows of a group in memory, outside of the heap: a copy-on-write tree in pages of shared
 * memory. It changes by deltas alone, one whole delta at a time; an image of any moment costs
 * nothing but, while it lives, a copy of each page that is changed. Nobody else touches its pages.
 */

import { OWN_CHUNK_BYTES } from './bounds.ts'
import type { Cursor, Range } from './cursor.ts'
import { checkDelta, DeltaReader } from './delta.ts'
import type { Rows } from './entry.ts'
import { StoreImage } from './image.ts'
import { Loader } from './loader.ts'
import { PagePool } from './pool.ts'
import { Tree } from './tree.ts'
import { Versions } from './versions.ts'

/** Pages are of `PAGE_BYTES`. */
export interface StoreFigures {
  readonly rows: number
  /** Of all keys and values. */
  readonly dataBytes: number
  /** In use for the rows of now. */
  readonly pages: number
  /** Kept for images alone. */
  readonly retiredPages: number
  /** Free in the pool, for whoever shares it. */
  readonly freePages: number
  /** What the pool asked the system for. */
  readonly pooledBytes: number
  readonly images: number
}

export class MemoryStore {
  readonly #tree: Tree
  readonly #delta = new DeltaReader()

  constructor(pool = new PagePool(OWN_CHUNK_BYTES), tree = new Tree(new Versions(pool))) {
    this.#tree = tree
  }

  /** Quicker than a delta, and the pages are full. Rows that are out of order are refused. */
  static from(rows: Rows, pool = new PagePool(OWN_CHUNK_BYTES)): MemoryStore {
    const loading = new StoreLoading(pool)
    loading.add(rows)
    return loading.finish()
  }

  /** Number of rows. */
  get size(): number {
    return this.#tree.rows
  }

  get figures(): StoreFigures {
    const { rows, dataBytes, versions } = this.#tree
    const { pages, retiredPages, images, pool } = versions
    const { freePages, pooledBytes } = pool
    return { rows, dataBytes, pages, retiredPages, freePages, pooledBytes, images }
  }

  has(key: Uint8Array): boolean {
    return this.#tree.has(key)
  }

  /** A copy of the value: it stays as it is. */
  get(key: Uint8Array): Uint8Array | undefined {
    return this.#tree.get(key)
  }

  /**
   * The size of the value, or `MISSING`; it is written to `to`, from `at` on, if there is room for
   * it. No object is made.
   */
  read(key: Uint8Array, to: Uint8Array, at = 0): number {
    return this.#tree.read(key, to, at)
  }

  scan(range: Range = {}): Cursor {
    return this.#tree.scan(range)
  }

  /** All of the delta, or nothing of it if it is malformed. */
  apply(delta: Uint8Array): void {
    checkDelta(delta, this.#delta)
    const entries = this.#delta.open(delta)
    this.#tree.begin()
    while (entries.next()) {
      if (entries.valueSize < 0) this.#tree.remove(entries)
      else this.#tree.put(entries)
    }
  }

  /** The rows as they are now; to be released. A third while two live is refused. */
  cut(): StoreImage {
    const { versions, root, rows, dataBytes } = this.#tree
    return new StoreImage({ versions, root, rows, dataBytes })
  }

  /** The pages go back to the pool, those that an image sees with it. The store is no more. */
  close(): void {
    this.#tree.close()
  }
}

/** A store that is being filled from rows that come part by part, in the order of their keys. */
export class StoreLoading {
  readonly #pool: PagePool
  readonly #loader: Loader

  constructor(pool = new PagePool(OWN_CHUNK_BYTES)) {
    this.#pool = pool
    this.#loader = new Loader(new Versions(pool))
  }

  /** Each part behind the one before. Where it throws, the pages are given back. */
  add(rows: Rows): void {
    try {
      this.#loader.add(rows)
    } catch (error) {
      this.abandon()
      throw error
    }
  }

  finish(): MemoryStore {
    return new MemoryStore(this.#pool, this.#loader.finish())
  }

  /** There will be no store: the pages go back to the pool. */
  abandon(): void {
    this.#loader.finish().close()
  }
}

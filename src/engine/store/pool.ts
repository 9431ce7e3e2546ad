/**
 * Takes pages from chunks and has them back. Stores may share a pool: what one frees the next may
 * take, and the numbers of all differ. Chunks are of a fixed size: memory that can grow in place
 * reads twenty times slower. They are never given back.
 */

import { invariant } from '../../base/errors.ts'
import { CHUNK_BYTES } from './bounds.ts'
import { IdStack } from './id-stack.ts'
import { Pages } from './pages.ts'

/** A number is a signed integer. */
const PAGES_MAX = 2 ** 31 - 1

export class PagePool extends Pages {
  #begun = 0
  readonly #free = new IdStack()

  constructor(chunkBytes = CHUNK_BYTES) {
    super(chunkBytes)
  }

  /** What the system was asked for; what no page has touched yet costs nothing there. */
  get pooledBytes(): number {
    return this.chunks.length * this.chunkBytes
  }

  /** Had been in use, and may be taken again. */
  get freePages(): number {
    return this.#free.size
  }

  take(): number {
    if (this.#free.size > 0) return this.#free.pop()
    invariant(this.#begun < PAGES_MAX, 'pages-have-numbers')
    const id = this.#begun++
    if (id >>> this.shift === this.chunks.length) this.add(new SharedArrayBuffer(this.chunkBytes))
    return id
  }

  free(id: number): void {
    this.#free.push(id)
  }
}

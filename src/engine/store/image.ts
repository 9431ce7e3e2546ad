/**
 * A store as it was at one moment. Nothing in it ever changes, so it can be read in any thread that
 * was handed its chunks, by plain loads: the message that brings them comes after all writes.
 */

import { invariant } from '../../base/errors.ts'
import type { Cursor, Range } from './cursor.ts'
import { NO_PAGE, Pages } from './pages.ts'
import { RowSlices } from './slices.ts'
import type { Versions } from './versions.ts'
import { View } from './view.ts'

/** All that another thread needs; may be posted as it is, the memory is shared and not copied. */
export interface SharedImage {
  readonly chunks: readonly SharedArrayBuffer[]
  readonly chunkBytes: number
  readonly root: number
  readonly rows: number
  readonly dataBytes: number
}

export class ImageView {
  /** Number of rows. */
  readonly size: number
  /** Of all keys and values. */
  readonly dataBytes: number
  protected readonly view: View

  constructor(view: View, { rows, dataBytes }: { rows: number; dataBytes: number }) {
    this.view = view
    this.size = rows
    this.dataBytes = dataBytes
  }

  has(key: Uint8Array): boolean {
    return this.view.has(key)
  }

  /** A copy of the value. */
  get(key: Uint8Array): Uint8Array | undefined {
    return this.view.get(key)
  }

  /** As a store's. */
  read(key: Uint8Array, to: Uint8Array, at = 0): number {
    return this.view.read(key, to, at)
  }

  scan(range: Range = {}): Cursor {
    return this.view.scan(range)
  }

  /** All rows in the order of their keys, in slices that have the form of a delta. */
  rows(maxBytes: number): RowSlices {
    return new RowSlices(this.scan(), maxBytes)
  }
}

/** For as long as the image lives where it was cut. */
export function openShared(shared: SharedImage): ImageView {
  const { chunks, chunkBytes, root } = shared
  return new ImageView(new View(new Pages(chunkBytes, chunks), root), shared)
}

interface Cut {
  readonly versions: Versions
  readonly root: number
  readonly rows: number
  readonly dataBytes: number
}

export class StoreImage extends ImageView {
  readonly #versions: Versions
  readonly #stamp: number

  constructor(cut: Cut) {
    super(new View(cut.versions.pool, cut.root), cut)
    this.#versions = cut.versions
    this.#stamp = cut.versions.cut()
  }

  shared(): SharedImage {
    const { pages, root } = this.view
    invariant(root !== NO_PAGE, 'rows-are-read-while-they-live')
    const { chunks, chunkBytes } = pages
    return { chunks: [...chunks], chunkBytes, root, rows: this.size, dataBytes: this.dataBytes }
  }

  /** What only it could see is free. It is not to be read any more, here or elsewhere. */
  release(): void {
    this.#versions.release(this.#stamp)
    this.view.end()
  }
}

/**
 * What the store is measured against: a plain map on the heap. It is asked as the store is, by
 * bytes; it has no order, so that rows in order cost it a sort.
 */

import { DeltaReader } from '../../src/engine/store/delta.ts'
import type { Rows } from '../../src/engine/store/entry.ts'

const textOf = (bytes: Uint8Array, at: number, size: number): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset + at, size).toString('latin1')

export class MapStore {
  readonly #map = new Map<string, Uint8Array>()
  readonly #delta = new DeltaReader()

  load(rows: Rows): void {
    while (rows.next()) {
      const { valueBytes, valueAt, valueSize } = rows
      const key = textOf(rows.keyBytes, rows.keyAt, rows.keySize)
      this.#map.set(key, valueBytes.slice(valueAt, valueAt + valueSize))
    }
  }

  apply(delta: Uint8Array): void {
    const entries = this.#delta.open(delta)
    while (entries.next()) {
      const key = textOf(entries.keyBytes, entries.keyAt, entries.keySize)
      const value = entries.value
      if (value === undefined) this.#map.delete(key)
      else this.#map.set(key, value.slice())
    }
  }

  get(key: Uint8Array): Uint8Array | undefined {
    return this.#map.get(textOf(key, 0, key.length))
  }

  /** All rows in the order of their keys; their bytes, so that each is looked at. */
  scan(): { rows: number; bytes: number } {
    const keys = [...this.#map.keys()].sort()
    let bytes = 0
    for (const key of keys) bytes += key.length + (this.#map.get(key)?.length ?? 0)
    return { rows: keys.length, bytes }
  }
}

/** A delta that can be searched: where each of its entries stands, found out when first asked. */

import { invariant } from '../../base/errors.ts'
import { DeltaReader } from '../store/delta.ts'
import { compareKeys } from '../store/entry.ts'

/** Of each entry: where the key begins, its size, where the value begins, its size or -1. */
const MEASURES = 4
const FIRST_ENTRIES = 1024

export class DeltaIndex {
  readonly #bytes: Uint8Array
  #measures: Int32Array | undefined

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get size(): number {
    return this.#measured().length / MEASURES
  }

  keyAt(entry: number): Uint8Array {
    return this.#part(entry, 0)
  }

  /** Missing: the row goes. */
  valueAt(entry: number): Uint8Array | undefined {
    return (this.#measured()[MEASURES * entry + 3] as number) < 0 ? undefined : this.#part(entry, 2)
  }

  /** The first entry whose key is not before this one. */
  seek(key: Uint8Array): number {
    let low = 0
    let high = this.size
    while (low < high) {
      const middle = (low + high) >>> 1
      if (compareKeys(this.keyAt(middle), key) < 0) low = middle + 1
      else high = middle
    }
    return low
  }

  /** The entry of this key, or -1. */
  find(key: Uint8Array): number {
    const entry = this.seek(key)
    return entry < this.size && compareKeys(this.keyAt(entry), key) === 0 ? entry : -1
  }

  #part(entry: number, which: 0 | 2): Uint8Array {
    const measures = this.#measured()
    const at = measures[MEASURES * entry + which] as number
    const size = measures[MEASURES * entry + which + 1] as number
    invariant(size >= 0, 'an-entry-has-its-parts')
    return this.#bytes.subarray(at, at + size)
  }

  #measured(): Int32Array {
    this.#measures ??= measuresOf(this.#bytes)
    return this.#measures
  }
}

function measuresOf(bytes: Uint8Array): Int32Array {
  let measures = new Int32Array(FIRST_ENTRIES * MEASURES)
  let count = 0
  const entries = new DeltaReader(bytes)
  while (entries.next()) {
    if (count === measures.length) {
      const grown = new Int32Array(2 * count)
      grown.set(measures)
      measures = grown
    }
    measures[count] = entries.keyAt
    measures[count + 1] = entries.keySize
    measures[count + 2] = entries.valueAt
    measures[count + 3] = entries.valueSize
    count += MEASURES
  }
  return measures.subarray(0, count)
}

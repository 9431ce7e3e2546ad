/**
 * Rows as bytes, a slice at a time, so that whoever passes them on can do something else between
 * two of them. A slice has the form of a delta, and can be applied as one.
 */

import { invariant } from '../../base/errors.ts'
import { varintSize, writeVarint } from './delta.ts'
import { copyBytes, type Entry, type Rows } from './entry.ts'

export class RowSlices {
  readonly #rows: Rows
  readonly #bytes: Uint8Array
  /** A row that was read, and did not fit into the slice. */
  #isWaiting = false

  /** A slice is no larger than `maxBytes`, unless a single row is. */
  constructor(rows: Rows, maxBytes: number) {
    invariant(Number.isSafeInteger(maxBytes) && maxBytes > 0, 'a-slice-has-a-size', maxBytes)
    this.#rows = rows
    this.#bytes = new Uint8Array(maxBytes)
  }

  /** `undefined`: that was all. */
  next(): Uint8Array | undefined {
    let at = 0
    while (this.#isWaiting || this.#rows.next()) {
      this.#isWaiting = true
      const size = rowSize(this.#rows)
      if (at + size > this.#bytes.length) {
        if (at > 0) break
        return this.#alone(size)
      }
      at = writeRow(this.#rows, this.#bytes, at)
      this.#isWaiting = false
    }
    return at > 0 ? this.#bytes.slice(0, at) : undefined
  }

  #alone(size: number): Uint8Array {
    const bytes = new Uint8Array(size)
    writeRow(this.#rows, bytes, 0)
    this.#isWaiting = false
    return bytes
  }
}

function rowSize({ keySize, valueSize }: Entry): number {
  return varintSize(keySize) + keySize + varintSize(valueSize + 1) + valueSize
}

function writeRow(row: Entry, bytes: Uint8Array, start: number): number {
  const { keySize, valueSize } = row
  let at = writeVarint(bytes, start, keySize)
  copyBytes(row.keyBytes, row.keyAt, keySize, bytes, at)
  at = writeVarint(bytes, at + keySize, valueSize + 1)
  copyBytes(row.valueBytes, row.valueAt, valueSize, bytes, at)
  return at + valueSize
}

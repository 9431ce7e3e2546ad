/** Rows as a group keeps them: keys of table, slot, key; small values; each has a number. */

import { SLOTS } from '../../src/base/hash.ts'
import type { Prng } from '../../src/base/prng.ts'
import { DeltaWriter } from '../../src/engine/store/delta.ts'
import type { Rows } from '../../src/engine/store/entry.ts'

/** Of the table one, of the slot two, the rest of the key: a number, zeros, a place among ten. */
const KEY_BYTES = 16
const VALUE_BYTES_MIN = 8
const VALUE_BYTES_MAX = 64
const MEAN_VALUE_BYTES = (VALUE_BYTES_MIN + VALUE_BYTES_MAX) / 2
/** Of key and value. */
export const ROW_BYTES = KEY_BYTES + MEAN_VALUE_BYTES

/** Tens of numbers are dealt to the slots in ranges, so that keys ascend as they do. */
function writeKey(key: Uint8Array, n: number, rows: number): void {
  const group = Math.floor(n / 10)
  const slot = Math.floor(((10 * group) / rows) * SLOTS)
  key[0] = 1
  key[1] = slot >> 8
  key[2] = slot
  key[3] = group >>> 24
  key[4] = group >>> 16
  key[5] = group >>> 8
  key[6] = group
  key[KEY_BYTES - 1] = n % 10
}

export function keyOf(n: number, rows: number): Uint8Array {
  const key = new Uint8Array(KEY_BYTES)
  writeKey(key, n, rows)
  return key
}

const valueSizeOf = (n: number) =>
  VALUE_BYTES_MIN + ((Math.imul(n, 0x9e3779b1) >>> 16) % (VALUE_BYTES_MAX - VALUE_BYTES_MIN + 1))

const value = new Uint8Array(VALUE_BYTES_MAX).fill(9)

/** All of them in order, for a load. */
export class NumberedRows implements Rows {
  readonly keyBytes = new Uint8Array(KEY_BYTES)
  readonly keyAt = 0
  readonly keySize = KEY_BYTES
  readonly valueBytes = new Uint8Array(VALUE_BYTES_MAX).fill(7)
  readonly valueAt = 0
  valueSize = 0
  readonly #rows: number
  #next = 0

  constructor(rows: number) {
    this.#rows = rows
  }

  next(): boolean {
    if (this.#next === this.#rows) return false
    const n = this.#next++
    writeKey(this.keyBytes, n, this.#rows)
    this.valueSize = valueSizeOf(n)
    return true
  }
}

/** Deltas that put all rows once, in the order of a list of their numbers. */
export function* puts(order: readonly number[], batchRows: number): Generator<Uint8Array> {
  const writer = new DeltaWriter()
  for (const n of order) {
    writer.put(keyOf(n, order.length), value.subarray(0, valueSizeOf(n)))
    if (writer.count === batchRows) yield writer.finish()
  }
  yield writer.finish()
}

/** Deltas that put rows by chance, each of so many, with values of the size that they have. */
export function overwrites(
  prng: Prng,
  rows: number,
  { batches, batchRows }: { batches: number; batchRows: number },
): Uint8Array[] {
  const writer = new DeltaWriter()
  return Array.from({ length: batches }, () => {
    for (let i = 0; i < batchRows; i++) {
      const n = prng.below(rows)
      writer.put(keyOf(n, rows), value.subarray(0, valueSizeOf(n)))
    }
    return writer.finish()
  })
}

/**
 * Keys of a group's rows: table, slot, and what the table orders by, in bytes whose order is the
 * order of what they stand for. A slot's rows of a table lie together, so slots can be re-dealt.
 */

import { ByteWriter } from '../../base/bytes.ts'
import { invariant } from '../../base/errors.ts'

export const TABLES_MAX = 0xffff
/** Table and slot. */
export const PLACE_BYTES = 4
export const TIME_BYTES = 8

const SIGN = 0x80

/** Writes one key after another into the same memory; what `finish` gives is a copy. */
export class RowKeyWriter {
  readonly #out = new ByteWriter()

  begin(table: number, slot: number): this {
    this.#out
      .uint8(table >>> 8)
      .uint8(table & 0xff)
      .uint8(slot >>> 8)
      .uint8(slot & 0xff)
    return this
  }

  /** Milliseconds, or any whole number within 2^53: in order, the negative ones first. */
  whole(value: number): this {
    invariant(Number.isSafeInteger(value), 'times-are-safe-integers', value)
    const high = Math.floor(value / 2 ** 32)
    const low = value - high * 2 ** 32
    this.#out.uint8(((high >>> 24) ^ SIGN) & 0xff)
    for (const shift of [16, 8, 0]) {
      this.#out.uint8((high >>> shift) & 0xff)
    }
    for (const shift of [24, 16, 8, 0]) {
      this.#out.uint8((low >>> shift) & 0xff)
    }
    return this
  }

  /** Bytes to the end of the key, or such as end themselves. */
  raw(bytes: Uint8Array): this {
    this.#out.raw(bytes)
    return this
  }

  finish(): Uint8Array {
    return this.#out.finish()
  }
}

/** What `whole` wrote at this place. */
export function wholeAt(key: Uint8Array, at: number): number {
  let high = ((key[at] as number) ^ SIGN) & 0xff
  for (let i = 1; i < 4; i++) {
    high = (high << 8) | (key[at + i] as number)
  }
  let low = 0
  for (let i = 4; i < TIME_BYTES; i++) {
    low = low * 256 + (key[at + i] as number)
  }
  return high * 2 ** 32 + low
}

export function slotIn(key: Uint8Array): number {
  return ((key[2] as number) << 8) | (key[3] as number)
}

/** The first key that does not begin with these bytes; missing: there is none. */
export function behind(prefix: Uint8Array): Uint8Array | undefined {
  let size = prefix.length
  while (size > 0 && prefix[size - 1] === 0xff) size--
  if (size === 0) return undefined
  const end = prefix.slice(0, size)
  end[size - 1] = (end[size - 1] as number) + 1
  return end
}

export function compareBytes(one: Uint8Array, other: Uint8Array): number {
  const size = Math.min(one.length, other.length)
  for (let at = 0; at < size; at++) {
    const difference = (one[at] as number) - (other[at] as number)
    if (difference !== 0) return difference
  }
  return one.length - other.length
}

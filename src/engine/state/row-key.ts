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
/**
 * Of a key of records, and of one together with an element of its cell: so that the store has room
 * for either beside table, slot, times and numbers.
 */
export const GROUP_KEY_BYTES_MAX = 900
export const KEY_AND_ELEMENT_BYTES_MAX = 1000

const SIGN = 0x80
const SIGN_OF_WORD = SIGN << 24

/** Writes one key after another into the same memory; what `finish` gives is a copy. */
export class RowKeyWriter {
  #out: ByteWriter

  constructor(out = new ByteWriter()) {
    this.#out = out
  }

  /** Keys are written there from now on. */
  to(out: ByteWriter): this {
    this.#out = out
    return this
  }

  begin(table: number, slot: number): this {
    this.#out.word((table << 16) | slot)
    return this
  }

  /** What kind of key it is, before anything else. */
  tag(kind: number): this {
    this.#out.uint8(kind)
    return this
  }

  /** Milliseconds, or any whole number within 2^53: in order, the negative ones first. */
  whole(value: number): this {
    invariant(Number.isSafeInteger(value), 'times-are-safe-integers', value)
    const high = Math.floor(value / 2 ** 32)
    const low = value - high * 2 ** 32
    this.#out.word(high ^ SIGN_OF_WORD).word(low)
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

/** Keys, values and rows for the tests of the store, drawn so that its edges are met often. */

import fc from 'fast-check'
import type { Row } from '../cursor.ts'
import { compareKeys, DELETED, type Rows } from '../entry.ts'

const anyByte = fc.constantFrom(0, 1, 0x7f, 0x80, 0xff)

/** Few distinct bytes, so that keys begin each other, and the ones at which signs turn. */
const shortKey = fc
  .array(anyByte, { maxLength: 5, size: 'max' })
  .map(bytes => Uint8Array.from(bytes))

/** The same in all but a few: eight bytes and more behind which alone they differ. */
const longKey = fc
  .tuple(fc.constantFrom(7, 8, 9, 16, 40, 900), fc.array(anyByte, { maxLength: 3, size: 'max' }))
  .map(([size, end]) => Uint8Array.from([...new Array<number>(size).fill(0x61), ...end]))

export const numberedKey = (slot: number, n: number): Uint8Array =>
  Uint8Array.from([1, slot, n >> 8, n, ...new Array<number>(8).fill(slot)])

export const anyKey = fc.oneof(
  { weight: 2, arbitrary: shortKey },
  { weight: 2, arbitrary: longKey },
  {
    weight: 6,
    arbitrary: fc.tuple(fc.nat(3), fc.nat(400)).map(([slot, n]) => numberedKey(slot, n)),
  },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 4 }) },
)

/** Beside the key, at both sides of the largest that is, and in one to three pages of its own. */
const anySize = fc.oneof(
  { weight: 8, arbitrary: fc.nat(64) },
  { weight: 2, arbitrary: fc.nat(600) },
  { weight: 1, arbitrary: fc.integer({ min: 1000, max: 2100 }) },
  { weight: 1, arbitrary: fc.constantFrom(4079, 4080, 4081, 8160, 9000) },
)

/** No two bytes beside each other are the same, so that a shift shows. */
export const pattern = (size: number, seed: number): Uint8Array =>
  Uint8Array.from({ length: size }, (_, i) => seed + i)

export const anyValue = fc.tuple(anySize, fc.nat(255)).map(([size, seed]) => pattern(size, seed))

/** Of distinct keys, in their order. */
export const anyRows = (maxLength: number) =>
  fc
    .uniqueArray(fc.record({ key: anyKey, value: anyValue }), {
      maxLength,
      size: 'max',
      selector: ({ key }) => key.toString(),
    })
    .map(rows => rows.sort((a, b) => compareKeys(a.key, b.key)))

/** Rows as a cursor over an array; a row without a value is one that goes. */
export class ArrayRows implements Rows {
  keyBytes = new Uint8Array(0)
  readonly keyAt = 0
  keySize = 0
  valueBytes = new Uint8Array(0)
  readonly valueAt = 0
  valueSize = DELETED
  readonly #rows: readonly { key: Uint8Array; value?: Uint8Array | undefined }[]
  #next = 0

  constructor(rows: readonly { key: Uint8Array; value?: Uint8Array | undefined }[]) {
    this.#rows = rows
  }

  next(): boolean {
    const row = this.#rows[this.#next++]
    if (row === undefined) return false
    this.keyBytes = row.key.slice()
    this.keySize = row.key.length
    this.valueBytes = row.value?.slice() ?? new Uint8Array(0)
    this.valueSize = row.value?.length ?? DELETED
    return true
  }
}

/** `count` rows whose keys ascend: eight bytes that are the same, then the number. */
export function numberedRows(count: number, size = 20): Row[] {
  return Array.from({ length: count }, (_, n) => {
    const key = new TextEncoder().encode(`prefixed${String(n).padStart(7, '0')}`)
    return { key, value: pattern(size, n) }
  })
}

export const bytes = (...list: number[]): Uint8Array => Uint8Array.from(list)
export const textBytes = (text: string): Uint8Array => new TextEncoder().encode(text)

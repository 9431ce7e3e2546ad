/**
 * A row as it passes from one place to the next: no object for each, one that moves. The bytes are
 * lent, and are somebody else's again when the next row is asked for.
 */

/** The size of a value that is not there: the row goes. */
export const DELETED = -1

export interface Entry {
  readonly keyBytes: Uint8Array
  readonly keyAt: number
  readonly keySize: number
  readonly valueBytes: Uint8Array
  readonly valueAt: number
  /** Or `DELETED`. */
  readonly valueSize: number
}

/** Rows in the order of their keys, no key twice. */
export interface Rows extends Entry {
  /** Moves to the next; false: there is none, and the entry is void. */
  next(): boolean
}

/** Above it the engine's own copy is quicker than a loop, into shared memory too. */
const LOOP_BYTES_MAX = 32

/** A part of `from` to where `to` begins at `at`. */
export function copyBytes(
  from: Uint8Array,
  start: number,
  size: number,
  to: Uint8Array,
  at: number,
): void {
  if (size > LOOP_BYTES_MAX) {
    to.set(from.subarray(start, start + size), at)
    return
  }
  for (let i = 0; i < size; i++) to[at + i] = from[start + i] as number
}

/** How many bytes two keys have in common, looked for from `known` on. */
export function commonSize(a: Uint8Array, b: Uint8Array, known = 0): number {
  const size = Math.min(a.length, b.length)
  let at = known
  while (at < size && a[at] === b[at]) at++
  return at
}

/** Keys are ordered by their bytes, a key before those that it begins. */
export function compareKeys(a: Uint8Array, b: Uint8Array): number {
  const at = commonSize(a, b)
  return at < a.length && at < b.length
    ? (a[at] as number) - (b[at] as number)
    : a.length - b.length
}

/** Nulls of a result: those of its arguments, and rows that failed. */

import type { Nulls } from '../../engine/columns/vector.ts'

/** Null where either is; shared with them where it can be. */
export function unionNulls(a: Nulls, b: Nulls): Nulls {
  if (a === undefined || a === b) return b
  if (b === undefined) return a
  const size = Math.min(a.length, b.length)
  const union = new Uint8Array(size)
  for (let row = 0; row < size; row++) union[row] = (a[row] as number) | (b[row] as number)
  return union
}

/** Adds rows to nulls that others may share, by copying them first. */
export class Gaps {
  readonly #size: number
  readonly #shared: Nulls
  #own: Uint8Array | undefined

  constructor(size: number, shared: Nulls) {
    this.#size = size
    this.#shared = shared
  }

  add(row: number): void {
    this.#own ??= this.#shared?.slice(0, this.#size) ?? new Uint8Array(this.#size)
    this.#own[row] = 1
  }

  finish(): Nulls {
    return this.#own ?? this.#shared
  }
}

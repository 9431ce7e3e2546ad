/**
 * Exact sums of whole numbers by cell, of any size: a safe number each, and the rest of those that
 * grow beyond in a bigint.
 */

import type { ByteReader, ByteWriter } from '../../../base/bytes.ts'
import type { NumberVector } from '../../columns/vector.ts'
import type { Additions } from '../accumulators.ts'
import { roomInFloats } from '../cells.ts'
import { readAnyWhole, writeAnyWhole } from './whole-codec.ts'

const SAFE_MAX = Number.MAX_SAFE_INTEGER

export class WholeSums {
  #safe: Float64Array = new Float64Array(0)
  readonly #rest = new Map<number, bigint>()

  room(cells: number): void {
    this.#safe = roomInFloats(this.#safe, cells)
  }

  clear(cell: number): void {
    this.#safe[cell] = 0
    this.#rest.delete(cell)
  }

  /** A wide number is NaN in `numbers`, which no comparison lets through. */
  addColumn({ numbers, nulls, wide }: NumberVector, { rows, cells }: Additions): void {
    const safe = this.#safe
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i] as number
      if (nulls !== undefined && nulls[row] === 1) continue
      const cell = cells[i] as number
      const sum = (safe[cell] as number) + (numbers[row] as number)
      if (sum <= SAFE_MAX && sum >= -SAFE_MAX) safe[cell] = sum
      else this.#addRest(cell, wide?.get(row) ?? (numbers[row] as number))
    }
  }

  merge(into: number, from: number): void {
    const sum = (this.#safe[into] as number) + (this.#safe[from] as number)
    if (Math.abs(sum) <= SAFE_MAX) this.#safe[into] = sum
    else this.#addRest(into, this.#safe[from] as number)
    const rest = this.#rest.get(from)
    if (rest !== undefined) this.#addRest(into, rest)
  }

  /** A number if it is safe. */
  sum(cell: number): number | bigint {
    const rest = this.#rest.get(cell)
    if (rest === undefined) return this.#safe[cell] as number
    const sum = rest + BigInt(this.#safe[cell] as number)
    const narrow = Number(sum)
    return Number.isSafeInteger(narrow) ? narrow : sum
  }

  write(out: ByteWriter, cell: number): void {
    writeAnyWhole(out, this.sum(cell))
  }

  read(reader: ByteReader, cell: number): void {
    const sum = readAnyWhole(reader)
    this.clear(cell)
    if (typeof sum === 'number') this.#safe[cell] = sum
    else this.#rest.set(cell, sum)
  }

  #addRest(cell: number, value: number | bigint): void {
    this.#rest.set(cell, (this.#rest.get(cell) ?? 0n) + BigInt(value))
  }
}

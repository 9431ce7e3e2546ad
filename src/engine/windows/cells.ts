/**
 * Numbers for the accumulators of (key, window) pairs: given out, taken back, and whether they
 * changed since they were last saved. What a cell is for is the business of whoever took it.
 */

import type { ByteReader, ByteWriter } from '../../base/bytes.ts'
import type { Accumulators } from '../aggregates/accumulators.ts'
import type { Vector } from '../columns/vector.ts'

const FIRST = 256

export class Cells {
  readonly #accumulators: readonly Accumulators[]
  #capacity = 0
  #next = 0
  #free: number[] = []
  #changedFlags = new Uint8Array(0)
  #changed: number[] = []

  constructor(accumulators: readonly Accumulators[]) {
    this.#accumulators = accumulators
    this.#grow(FIRST)
  }

  /** Taken and not given back. */
  get size(): number {
    return this.#next - this.#free.length
  }

  /** An empty one. */
  take(): number {
    const cell = this.#free.pop()
    if (cell !== undefined) return cell
    if (this.#next === this.#capacity) this.#grow(2 * this.#capacity)
    return this.#next++
  }

  giveBack(cell: number): void {
    for (const accumulators of this.#accumulators) accumulators.clear(cell)
    this.#changedFlags[cell] = 0
    this.#free.push(cell)
  }

  /** All of them. */
  clear(): void {
    for (let cell = 0; cell < this.#next; cell++) {
      for (const accumulators of this.#accumulators) accumulators.clear(cell)
    }
    this.#changedFlags.fill(0)
    this.#changed = []
    this.#free = []
    this.#next = 0
  }

  markChanged(cell: number): void {
    if (this.#changedFlags[cell] === 1) return
    this.#changedFlags[cell] = 1
    this.#changed.push(cell)
  }

  /** Since the last time; those that were given back meanwhile are not told. */
  takeChanged(): readonly number[] {
    const changed = this.#changed.filter(cell => this.#changedFlags[cell] === 1)
    for (const cell of changed) this.#changedFlags[cell] = 0
    this.#changed = []
    return changed
  }

  merge(into: number, from: number): void {
    for (const accumulators of this.#accumulators) accumulators.merge(into, from)
  }

  write(out: ByteWriter, cell: number): void {
    for (const accumulators of this.#accumulators) accumulators.write(out, cell)
  }

  read(reader: ByteReader, cell: number): void {
    for (const accumulators of this.#accumulators) accumulators.read(reader, cell)
    reader.done()
  }

  results(cells: Int32Array): readonly Vector[] {
    return this.#accumulators.map(accumulators => accumulators.results(cells))
  }

  #grow(capacity: number): void {
    this.#capacity = capacity
    const flags = new Uint8Array(capacity)
    flags.set(this.#changedFlags)
    this.#changedFlags = flags
    for (const accumulators of this.#accumulators) accumulators.room(capacity)
  }
}

/**
 * Numbers for the accumulators of (key, window) pairs: given out, taken back, and whether they
 * changed since they were last saved. What a cell is for is the business of whoever took it.
 */

import { ByteReader, ByteWriter } from '../../base/bytes.ts'
import type { Accumulators } from '../aggregates/accumulators.ts'
import { type CellPlace, StateElements } from '../aggregates/elements.ts'
import type { Failures } from '../columns/expression.ts'
import type { Vector } from '../columns/vector.ts'
import type { State } from '../state/state.ts'

const FIRST = 256

/** Of cells that do not outlive the batch: no row can begin with it. */
const PASSING = 0xff

export class Cells {
  readonly #state: State
  #accumulators: readonly Accumulators[] = []
  readonly #elements: StateElements[] = []
  #places: (CellPlace | undefined)[] = []
  readonly #out = new ByteWriter()
  #capacity = 0
  #next = 0
  #free: number[] = []
  #changedFlags = new Uint8Array(0)

  constructor(state: State) {
    this.#state = state
  }

  /** Before any cell is taken. */
  use(accumulators: readonly Accumulators[]): void {
    this.#accumulators = accumulators
    this.#grow(FIRST)
  }

  /** For the aggregate of this number, which keeps what a cell has in rows of their own. */
  elementsFor(number: number, table: number): StateElements {
    const placeOf = (cell: number) => this.#placeOf(cell)
    const elements = new StateElements({ state: this.#state, table, number, placeOf })
    this.#elements.push(elements)
    return elements
  }

  /** Some aggregate has rows of its own: cells that last are taken with their places. */
  get needsPlaces(): boolean {
    return this.#elements.length > 0
  }

  /** Taken and not given back. */
  get size(): number {
    return this.#next - this.#free.length
  }

  /** About the bytes of what is in cells, beside numbers. */
  get heldBytes(): number {
    return this.#accumulators.reduce((sum, { heldBytes = 0 }) => sum + heldBytes, 0)
  }

  /**
   * An empty one. `place`: where its rows are; missing: it has none, or is given back before the
   * batch ends.
   */
  take(place?: CellPlace): number {
    const cell = this.#free.pop() ?? this.#add()
    if (this.needsPlaces) this.#places[cell] = place
    return cell
  }

  #add(): number {
    if (this.#next === this.#capacity) this.#grow(2 * this.#capacity)
    return this.#next++
  }

  #placeOf(cell: number): CellPlace {
    const { from } = this.#state.slots
    const key = Uint8Array.of(PASSING, cell & 0xff, (cell >>> 8) & 0xff, (cell >>> 16) & 0xff)
    return this.#places[cell] ?? { slot: from, key, isNew: true }
  }

  giveBack(cell: number): void {
    for (const accumulators of this.#accumulators) accumulators.clear(cell)
    this.#changedFlags[cell] = 0
    this.#free.push(cell)
  }

  save(): void {
    for (const elements of this.#elements) elements.save()
  }

  /** All of them; what was saved of them stays. */
  forget(): void {
    for (const accumulators of this.#accumulators) {
      for (let cell = 0; cell < this.#next; cell++) {
        if (accumulators.forget === undefined) accumulators.clear(cell)
        else accumulators.forget(cell)
      }
    }
    for (const elements of this.#elements) elements.forgetAll()
    this.#places = []
    this.#changedFlags.fill(0)
    this.#free = []
    this.#next = 0
  }

  /** Whether it was not yet, since it was taken or last saved. */
  markChanged(cell: number): boolean {
    if (this.#changedFlags[cell] === 1) return false
    this.#changedFlags[cell] = 1
    return true
  }

  markSaved(cell: number): void {
    this.#changedFlags[cell] = 0
  }

  /** Another cell with the same results; elements, by which it would grow, are not copied. */
  copy(cell: number): number {
    const copy = this.take()
    this.write(this.#out, cell)
    this.read(new ByteReader(this.#out.finish()), copy)
    return copy
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

  results(cells: Int32Array, failures: Failures): readonly Vector[] {
    return this.#accumulators.map(accumulators => accumulators.results(cells, failures))
  }

  #grow(capacity: number): void {
    this.#capacity = capacity
    const flags = new Uint8Array(capacity)
    flags.set(this.#changedFlags)
    this.#changedFlags = flags
    for (const accumulators of this.#accumulators) accumulators.room(capacity)
  }
}

/**
 * Test support: elements of cells over a real state, batch by batch. Cells have keys, which may
 * lead to one another's rows if anything is amiss: other slots, one behind the other.
 */

import { INTEGER } from '../../schema/type.ts'
import { keyOf } from '../../state/group-key.ts'
import { Overlay } from '../../state/overlay.ts'
import { MemoryStore } from '../../store/store.ts'
import { type CellPlace, type ElementBounds, StateElements } from '../elements.ts'

const TABLE = 7
const NUMBER = 1

export interface Habits {
  /**
   * Whether cells are said to be new: while they are, or for as long as they keep their number if
   * they were when they got it.
   */
  readonly saysNew: 'never' | 'while' | 'since'
  /** Whether everything is forgotten after each batch. */
  readonly forgets: boolean
  readonly bounds?: ElementBounds | undefined
}

export class Batches {
  readonly store = new MemoryStore()
  readonly state = new Overlay(this.store)
  readonly elements: StateElements
  readonly #habits: Habits
  readonly #saved = new Set<number>()
  readonly #touched = new Set<number>()
  /** Whether a cell was new when it got its number. */
  readonly #wasNew = new Map<number, boolean>()
  /** Deltas that are not applied. */
  readonly #pending: Uint8Array[] = []

  constructor(habits: Habits) {
    this.#habits = habits
    this.elements = new StateElements({
      state: this.state,
      table: TABLE,
      number: NUMBER,
      placeOf: cell => this.#placeOf(cell),
      bounds: habits.bounds,
    })
  }

  /** The batch ends; it is applied once the next one is made, too. */
  save(): void {
    this.elements.save()
    const delta = this.state.finish()
    for (const cell of this.#touched) {
      this.#saved.add(cell)
    }
    if (this.#habits.forgets) this.forgetAll()
    this.#pending.push(delta)
    if (this.#pending.length < 2) return
    this.store.apply(this.#pending.shift() as Uint8Array)
    this.state.onApplied()
  }

  /** Numbers are given anew; what was not saved is lost. */
  forgetAll(): void {
    this.elements.forgetAll()
    this.#wasNew.clear()
  }

  /** Of a cell that is saved. */
  forget(cell: number): void {
    this.elements.forget(cell)
    this.#wasNew.delete(cell)
  }

  /** Rows that the state has, whosever they are. */
  get rows(): number {
    let rows = 0
    this.state.walk(new Uint8Array(0), undefined, () => {
      rows++
      return true
    })
    return rows
  }

  #placeOf(cell: number): CellPlace {
    this.#touched.add(cell)
    const wasNew = this.#wasNew.get(cell) ?? !this.#saved.has(cell)
    this.#wasNew.set(cell, wasNew)
    const { saysNew } = this.#habits
    const isNew = saysNew === 'since' ? wasNew : saysNew === 'while' && !this.#saved.has(cell)
    return { slot: cell % 2, key: keyOf([INTEGER], [cell]), isNew }
  }
}

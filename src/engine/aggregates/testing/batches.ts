/**
 * Test support: elements of cells over a real state, batch by batch. Cells have keys, which may
 * lead to one another's rows if anything is amiss: other slots, one behind the other.
 */

import { INTEGER } from '../../schema/type.ts'
import { keyOf } from '../../state/group-key.ts'
import { Overlay } from '../../state/overlay.ts'
import { MemoryStore } from '../../store/store.ts'
import { type CellPlace, type ElementBounds, StateElements } from '../distinct/elements.ts'

const TABLE = 7
const NUMBER = 1

export interface Habits {
  /** Whether cells that are new are said to be. */
  readonly saysNew: boolean
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
    if (this.#habits.forgets) this.elements.forgetAll()
    for (const cell of this.#touched) {
      this.#saved.add(cell)
    }
    this.#pending.push(delta)
    if (this.#pending.length < 2) return
    this.store.apply(this.#pending.shift() as Uint8Array)
    this.state.onApplied()
  }

  /** What the batch has written so far is lost. */
  discard(): void {
    this.elements.forgetAll()
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

  readonly #pending: Uint8Array[] = []

  #placeOf(cell: number): CellPlace {
    this.#touched.add(cell)
    const isNew = this.#habits.saysNew && !this.#saved.has(cell)
    return { slot: cell % 2, key: keyOf([INTEGER], [cell]), isNew }
  }
}

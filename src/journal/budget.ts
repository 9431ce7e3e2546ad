/**
 * Turns that all groups of a node share: so many at once, and whoever has waited longest is next.
 * A group asks once at a time and gives back what it had, or was waiting for, in any case.
 */

import { invariant } from '../base/errors.ts'

export class Budget {
  readonly #turnsMax: number
  readonly #holding = new Set<object>()
  /** In the order of asking. */
  readonly #waiting = new Map<object, () => void>()

  constructor(turnsMax: number) {
    invariant(Number.isSafeInteger(turnsMax) && turnsMax > 0, 'JOURNAL a budget has a turn')
    this.#turnsMax = turnsMax
  }

  get held(): number {
    return this.#holding.size
  }

  get waiting(): number {
    return this.#waiting.size
  }

  /** `onTurn` is called when it is the group's turn: now, where there is one. */
  ask(group: object, onTurn: () => void): void {
    const isNew = !this.#holding.has(group) && !this.#waiting.has(group)
    invariant(isNew, 'JOURNAL a group asks for one turn')
    this.#waiting.set(group, onTurn)
    this.#grant()
  }

  giveBack(group: object): void {
    this.#waiting.delete(group)
    if (this.#holding.delete(group)) this.#grant()
  }

  #grant(): void {
    for (const [group, onTurn] of this.#waiting) {
      if (this.#holding.size >= this.#turnsMax) return
      this.#waiting.delete(group)
      this.#holding.add(group)
      onTurn()
    }
  }
}

/**
 * The cell of each key, by its number: an array as far as keys stand close together, which is read
 * the quickest, and a map beyond. So a pane with few of very many keys costs what these few do.
 */

export const NONE = -1

/** The array has at most so many places for each key that has a cell, or few altogether. */
const PLACES_A_KEY = 8
const PLACES_FEW = 64

export class KeyCells {
  #near = new Int32Array(0)
  readonly #far = new Map<number, number>()
  #size = 0

  /** Places that are held ready, used or not. */
  get places(): number {
    return this.#near.length + this.#far.size
  }

  /** NONE: there is none. */
  get(id: number): number {
    const near = this.#near[id]
    return near === undefined ? (this.#far.get(id) ?? NONE) : near
  }

  /** Of a key that has none. */
  set(id: number, cell: number): void {
    this.#size++
    if (id >= this.#near.length) this.#maybeGrow(2 * (id + 1))
    if (id < this.#near.length) this.#near[id] = cell
    else this.#far.set(id, cell)
  }

  /** Of a key that has one. */
  remove(id: number): void {
    this.#size--
    if (id < this.#near.length) this.#near[id] = NONE
    else this.#far.delete(id)
  }

  #maybeGrow(places: number): void {
    if (places > PLACES_FEW && places > PLACES_A_KEY * this.#size) return
    const near = new Int32Array(Math.max(places, PLACES_FEW)).fill(NONE)
    near.set(this.#near)
    this.#near = near
    for (const [id, cell] of this.#far) {
      if (id >= near.length) continue
      near[id] = cell
      this.#far.delete(id)
    }
  }
}

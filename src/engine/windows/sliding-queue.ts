/**
 * The aggregate of a queue: what comes in at one end goes out at the other, and the aggregate of
 * what is in it is at hand after every step, at the cost of three merges each, however long it is.
 * Two stacks: the front has the aggregates of all its items from each one on, made when it runs
 * empty; the back one aggregate of all that came since.
 */

import type { Cells } from './cells.ts'
import { Line } from './line.ts'

export class SlidingQueue {
  readonly #cells: Cells
  /** Cells of single items, the oldest first; not ours. */
  readonly #items = new Line<number>()
  /** Of the oldest items, the aggregate from each on to the last of the front; the oldest last. */
  readonly #front: number[] = []
  #back: number

  constructor(cells: Cells) {
    this.#cells = cells
    this.#back = cells.take()
  }

  get size(): number {
    return this.#items.size
  }

  push(item: number): void {
    this.#items.push(item)
    this.#cells.merge(this.#back, item)
  }

  /** The oldest goes; its cell is the caller's. */
  shift(): number | undefined {
    if (this.#front.length === 0) this.#turn()
    const suffix = this.#front.pop()
    if (suffix !== undefined) this.#cells.giveBack(suffix)
    return this.#items.shift()
  }

  /** The aggregate of all that is in it, in a cell that the caller gives back. */
  aggregate(): number {
    const cell = this.#cells.take()
    const suffix = this.#front.at(-1)
    if (suffix !== undefined) this.#cells.merge(cell, suffix)
    this.#cells.merge(cell, this.#back)
    return cell
  }

  /** No call comes any more: what is not the caller's is given back. */
  end(): void {
    for (const suffix of this.#front) this.#cells.giveBack(suffix)
    this.#cells.giveBack(this.#back)
  }

  #turn(): void {
    let after: number | undefined
    for (let at = this.#items.size - 1; at >= 0; at--) {
      const item = this.#items.at(at) as number
      const suffix = this.#cells.take()
      this.#cells.merge(suffix, item)
      if (after !== undefined) this.#cells.merge(suffix, after)
      this.#front.push(suffix)
      after = suffix
    }
    this.#cells.giveBack(this.#back)
    this.#back = this.#cells.take()
  }
}

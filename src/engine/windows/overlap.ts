/**
 * Results of windows of one key that overlap, one behind the other: slices come at one end and go
 * at the other, and none is added up anew for each window. For as long as one call lasts.
 */

import type { Cells } from './cells.ts'
import { Line } from './line.ts'
import { SlidingQueue } from './sliding-queue.ts'

/** A slice of the key, and its cell. */
export interface Member {
  readonly slice: number
  readonly cell: number
}

/** What it has behind the one time, up to and with the other, in order. */
type MembersIn = (from: number, to: number) => readonly Member[]

export class Overlap {
  readonly #queue: SlidingQueue
  readonly #slices = new Line<number>()
  #to = Number.NEGATIVE_INFINITY

  constructor(cells: Cells) {
    this.#queue = new SlidingQueue(cells)
  }

  /**
   * All from `from` to `to`, in a cell that the caller gives back. Neither end lies before that of
   * the window before.
   */
  over(from: number, to: number, membersIn: MembersIn): number {
    for (const { slice, cell } of membersIn(Math.max(from, this.#to), to)) {
      this.#slices.push(slice)
      this.#queue.push(cell)
    }
    this.#to = to
    while ((this.#slices.at(0) ?? Number.POSITIVE_INFINITY) <= from) {
      this.#slices.shift()
      this.#queue.shift()
    }
    return this.#queue.aggregate()
  }

  done(): void {
    this.#queue.end()
  }
}

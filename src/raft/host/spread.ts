/**
 * How a measure is spread: counts by upper bound, as histograms of metrics want them. Recording
 * costs one short loop and keeps nothing.
 */

/** Milliseconds, doubling: from a quick sync to a stall of which everybody hears. */
export const spreadBounds: readonly number[] = [
  0.0625, 0.125, 0.25, 0.5, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048,
]

export interface SpreadView {
  /** Of each bound in `spreadBounds`, then of what lies beyond the last. */
  readonly counts: readonly number[]
  readonly count: number
  readonly sum: number
  readonly max: number
}

export class Spread {
  readonly #counts: number[] = new Array<number>(spreadBounds.length + 1).fill(0)
  #count = 0
  #sum = 0
  #max = 0

  record(value: number): void {
    let at = 0
    while (at < spreadBounds.length && value > (spreadBounds[at] as number)) at++
    this.#counts[at] = (this.#counts[at] as number) + 1
    this.#count++
    this.#sum += value
    if (value > this.#max) this.#max = value
  }

  view(): SpreadView {
    return { counts: [...this.#counts], count: this.#count, sum: this.#sum, max: this.#max }
  }
}

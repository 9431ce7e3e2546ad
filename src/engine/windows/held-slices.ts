/**
 * Slices of which something is in memory, in order: mostly they come at the end and go at the
 * beginning. What goes there leaves its place empty until such places are as many as the others.
 */

export class HeldSlices {
  #slices: number[] = []
  #gone = 0

  /** Of one that is there already, nothing. */
  add(slice: number): void {
    const place = this.#firstAfter(slice - 1)
    if (this.#slices[place] !== slice) this.#slices.splice(place, 0, slice)
  }

  remove(slice: number): void {
    const place = this.#firstAfter(slice - 1)
    if (this.#slices[place] !== slice) return
    if (place > this.#gone) {
      this.#slices.splice(place, 1)
      return
    }
    this.#gone++
    if (2 * this.#gone < this.#slices.length) return
    this.#slices.splice(0, this.#gone)
    this.#gone = 0
  }

  /** Those behind `from`, up to and with `to`. */
  between(from: number, to: number): readonly number[] {
    return this.#slices.slice(this.#firstAfter(from), this.#firstAfter(to))
  }

  clear(): void {
    this.#slices = []
    this.#gone = 0
  }

  #firstAfter(slice: number): number {
    let low = this.#gone
    let high = this.#slices.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#slices[middle] as number) > slice) high = middle
      else low = middle + 1
    }
    return low
  }
}

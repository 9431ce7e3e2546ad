/**
 * Items that come in at one end and go out at the other, found by how many are before them. An
 * array moves all that is left for each item that goes, which is slow once they are very many;
 * here places stay empty until they are as many as those that are taken.
 */

export class Line<T> {
  readonly #items: (T | undefined)[] = []
  #gone = 0

  get size(): number {
    return this.#items.length - this.#gone
  }

  /** The oldest is at 0; behind the last, and before the first, there is none. */
  at(place: number): T | undefined {
    return place < 0 ? undefined : this.#items[this.#gone + place]
  }

  push(item: T): void {
    this.#items.push(item)
  }

  /** Before the one that is there. */
  insert(place: number, item: T): void {
    this.#items.splice(this.#gone + place, 0, item)
  }

  shift(): T | undefined {
    const item = this.at(0)
    if (item === undefined) return undefined
    this.#items[this.#gone++] = undefined
    if (2 * this.#gone >= this.#items.length) {
      this.#items.splice(0, this.#gone)
      this.#gone = 0
    }
    return item
  }
}

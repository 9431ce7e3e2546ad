/**
 * A binary min-heap: the smallest item is always at hand, O(log n) to push and to pop. Items that
 * compare equal come out in any order; who needs one compares a sequence number too.
 */

export class Heap<T> {
  readonly #items: T[] = []
  readonly #compare: (a: T, b: T) => number

  /** `compare` is negative when `a` must come out before `b`, as in Array.sort. */
  constructor(compare: (a: T, b: T) => number) {
    this.#compare = compare
  }

  get size(): number {
    return this.#items.length
  }

  peek(): T | undefined {
    return this.#items[0]
  }

  push(item: T): void {
    this.#items.push(item)
    this.#rise(this.#items.length - 1)
  }

  pop(): T | undefined {
    const items = this.#items
    const smallest = items[0]
    const last = items.pop()
    if (items.length > 0) {
      items[0] = last as T
      this.#sink()
    }
    return smallest
  }

  clear(): void {
    this.#items.length = 0
  }

  #rise(from: number): void {
    const items = this.#items
    const item = items[from] as T
    let at = from
    while (at > 0) {
      const parent = (at - 1) >> 1
      const above = items[parent] as T
      if (this.#compare(item, above) >= 0) {
        break
      }
      items[at] = above
      at = parent
    }
    items[at] = item
  }

  #sink(): void {
    const items = this.#items
    const item = items[0] as T
    let at = 0
    for (let child = 1; child < items.length; child = 2 * at + 1) {
      const right = child + 1
      if (right < items.length && this.#compare(items[right] as T, items[child] as T) < 0) {
        child = right
      }
      const below = items[child] as T
      if (this.#compare(item, below) <= 0) {
        break
      }
      items[at] = below
      at = child
    }
    items[at] = item
  }
}

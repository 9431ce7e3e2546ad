/**
 * A queue that holds so many items and no more: who is refused must wait, and that is how
 * back-pressure begins. Its memory is a ring that doubles until it holds what was needed at once.
 */

import { invariant } from './errors.ts'

/** A power of two, as every later number of slots, so that a mask wraps around. */
const FIRST_SLOTS = 16

function emptyRing<T>(slots: number): (T | undefined)[] {
  return new Array<T | undefined>(slots).fill(undefined)
}

export class BoundedQueue<T> implements Iterable<T> {
  readonly capacity: number
  #ring = emptyRing<T>(FIRST_SLOTS)
  #head = 0
  #size = 0

  constructor(capacity: number) {
    invariant(Number.isSafeInteger(capacity) && capacity > 0, 'queue-has-a-capacity', capacity)
    this.capacity = capacity
  }

  get size(): number {
    return this.#size
  }

  get isEmpty(): boolean {
    return this.#size === 0
  }

  /** False, and nothing is done, when the queue is full. */
  push(item: T): boolean {
    if (this.#size === this.capacity) {
      return false
    }
    if (this.#size === this.#ring.length) {
      this.#grow()
    }
    this.#ring[this.#slot(this.#size)] = item
    this.#size++
    return true
  }

  /** The oldest item, taken out. */
  shift(): T | undefined {
    if (this.#size === 0) {
      return undefined
    }
    const item = this.#ring[this.#head]
    // The ring must not keep alive what it no longer holds.
    this.#ring[this.#head] = undefined
    this.#head = this.#slot(1)
    this.#size--
    return item
  }

  peek(): T | undefined {
    return this.#ring[this.#head]
  }

  /** From the oldest to the newest; the queue must not change meanwhile. */
  *[Symbol.iterator](): Iterator<T> {
    for (let i = 0; i < this.#size; i++) {
      yield this.#ring[this.#slot(i)] as T
    }
  }

  /** Where the item stands that came `age` items after the oldest. */
  #slot(age: number): number {
    return (this.#head + age) & (this.#ring.length - 1)
  }

  #grow(): void {
    const grown = emptyRing<T>(2 * this.#ring.length)
    for (let i = 0; i < this.#size; i++) {
      grown[i] = this.#ring[this.#slot(i)]
    }
    this.#ring = grown
    this.#head = 0
  }
}

/**
 * A queue whose items stay in order of a number that each of them ends at (a seq, the number of an
 * output), for finding the first one behind a number. Sizes are summed as items come, so that the
 * bytes behind any number are a subtraction.
 */

import { invariant } from '../base/errors.ts'

/** Taken items are forgotten when there are so many. */
const FORGET = 1024

interface Place {
  readonly end: number
  /** Of this one and all that ever came before. */
  readonly total: number
}

export class Line<T> {
  #items: T[] = []
  /** Where each of them ends. */
  #places: Place[] = []
  #head = 0
  #total = 0
  #dropped = 0
  #end = 0

  get size(): number {
    return this.#items.length - this.#head
  }

  /** Of what is held. */
  get bytes(): number {
    return this.#total - this.#dropped
  }

  /** What is held now, whatever comes and goes later. */
  get items(): readonly T[] {
    return this.#items.slice(this.#head)
  }

  push(item: T, end: number, bytes: number): void {
    invariant(end > this.#end, 'JOURNAL a line ascends', end)
    this.#end = end
    this.#total += bytes
    this.#items.push(item)
    this.#places.push({ end, total: this.#total })
  }

  /** Counted from the oldest that is held. */
  at(index: number): T | undefined {
    return this.#items[this.#head + index]
  }

  /** The index, for `at`, of the first item that ends behind the number. */
  firstBehind(number: number): number {
    let low = this.#head
    let high = this.#places.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#places[middle] as Place).end > number) high = middle
      else low = middle + 1
    }
    return low - this.#head
  }

  /** Of the items that end behind the number. */
  bytesBehind(number: number): number {
    const before = this.#places[this.#head + this.firstBehind(number) - 1]
    return this.#total - (before?.total ?? this.#dropped)
  }

  /** Puts another item in the place of each; where they end, and their sizes, stay. */
  renew(make: (item: T) => T): void {
    this.#items = this.items.map(make)
    this.#places = this.#places.slice(this.#head)
    this.#head = 0
  }

  /** Lets go of items that end at the number or before. */
  dropUpTo(number: number): void {
    const index = this.firstBehind(number)
    if (index === 0) return
    this.#head += index
    this.#dropped = (this.#places[this.#head - 1] as Place).total
    if (this.#head >= FORGET || this.size === 0) {
      this.#items = this.#items.slice(this.#head)
      this.#places = this.#places.slice(this.#head)
      this.#head = 0
    }
  }
}

/** Page numbers, last in first out, outside of arrays that the collector would have to visit. */

import { invariant } from '../../base/errors.ts'

const FIRST_CAPACITY = 64

export class IdStack {
  #ids = new Int32Array(FIRST_CAPACITY)
  #size = 0

  get size(): number {
    return this.#size
  }

  push(id: number): void {
    if (this.#size === this.#ids.length) {
      const grown = new Int32Array(2 * this.#size)
      grown.set(this.#ids)
      this.#ids = grown
    }
    this.#ids[this.#size++] = id
  }

  pop(): number {
    invariant(this.#size > 0, 'a-stack-has-an-id-to-give')
    return this.#ids[--this.#size] as number
  }
}

/**
 * What a sequence of durable writes amounts to: hard state, image, the entries behind it. Kept by
 * the host from what its disk answered, never from what the core believes, so that checkers can
 * compare the two.
 */

import { invariant } from '../../../src/base/errors.ts'
import type { Entry, HardState, Image, Stored } from '../../../src/raft/types.ts'
import type { DurableView } from '../checkers/checker.ts'

/** The parts of a write that change what is stored, in the order in which they count. */
export interface Step {
  readonly install?: Image | undefined
  readonly hardState?: HardState | undefined
  readonly entries: readonly Entry[]
  readonly compact?: Image | undefined
}

export class Remnant implements DurableView {
  #hardState: HardState
  #image: Image
  #entries: Entry[]

  constructor(stored: Stored) {
    this.#hardState = stored.hardState
    this.#image = stored.image
    this.#entries = [...stored.entries]
  }

  get term(): number {
    return this.#hardState.term
  }

  get vote(): number {
    return this.#hardState.vote
  }

  get commit(): number {
    return this.#hardState.commit
  }

  get image(): Image {
    return this.#image
  }

  get lastIndex(): number {
    return this.#image.index + this.#entries.length
  }

  termAt(index: number): number | undefined {
    const { image } = this
    return index === image.index ? image.term : this.#entries[index - image.index - 1]?.term
  }

  stored(): Stored {
    return { hardState: this.#hardState, image: this.#image, entries: [...this.#entries] }
  }

  take(step: Step): void {
    if (step.install !== undefined) {
      this.#image = step.install
      this.#entries = []
    }
    this.#hardState = step.hardState ?? this.#hardState
    if (step.entries.length > 0) {
      this.#put(step.entries)
    }
    if (step.compact !== undefined && step.compact.index > this.#image.index) {
      this.#entries.splice(0, step.compact.index - this.#image.index)
      this.#image = step.compact
    }
  }

  /** An entry discards every entry at or above its index. */
  #put(entries: readonly Entry[]): void {
    const start = (entries[0] as Entry).index - this.#image.index - 1
    invariant(start <= this.#entries.length, 'STORE entries leave no gap', start)
    // A leader may write again what its image already holds.
    const skip = Math.max(0, -start)
    this.#entries.length = Math.max(0, start)
    for (let i = skip; i < entries.length; i++) {
      this.#entries.push(entries[i] as Entry)
    }
  }
}

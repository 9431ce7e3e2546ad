/**
 * Where an epoch cuts a source. The group that reads it commits the place, `BarrierAt`, before any
 * barrier is sent: then a successor repeats it at the very same offset. Until it is committed
 * nothing at the offset or behind leaves, because another place might come to count.
 */

export interface BarrierAt {
  readonly epoch: number
  readonly offset: number
}

interface Mark extends BarrierAt {
  readonly isCommitted: boolean
}

export class Marking {
  #mark: Mark | undefined
  /** To be placed, once it can be. */
  #wish: number | undefined
  /** This epoch and all before are over. */
  #closed = 0

  /** `committed`: what the group's state says. */
  constructor(committed: BarrierAt | undefined) {
    if (committed !== undefined) this.#mark = { ...committed, isCommitted: true }
  }

  get mark(): Mark | undefined {
    return this.#mark
  }

  /** Somebody wants a barrier of the epoch. */
  onWish(epoch: number): void {
    const known = Math.max(this.#closed, this.#mark?.epoch ?? 0, this.#wish ?? 0)
    if (epoch > known) this.#wish = epoch
  }

  /** Nothing at the offset or behind was ever sent: what is to be proposed, if anything is. */
  place(offset: number): BarrierAt | undefined {
    const epoch = this.#wish
    if (epoch === undefined) return undefined
    this.#wish = undefined
    this.#mark = { epoch, offset, isCommitted: false }
    return { epoch, offset }
  }

  /** It is in the group's state: this is the place, whatever was proposed. */
  onCommitted({ epoch, offset }: BarrierAt): void {
    if (epoch <= this.#closed || epoch < (this.#mark?.epoch ?? 0)) return
    this.#mark = { epoch, offset, isCommitted: true }
    if ((this.#wish ?? 0) <= epoch) this.#wish = undefined
  }

  /** The proposal came to nothing, for good: the barrier is to be placed anew. */
  onRefused(epoch: number): void {
    if (this.#mark?.epoch !== epoch || this.#mark.isCommitted) return
    this.#mark = undefined
    this.onWish(epoch)
  }

  onClosed(epoch: number): void {
    this.#closed = Math.max(this.#closed, epoch)
    if ((this.#mark?.epoch ?? Infinity) <= epoch) this.#mark = undefined
    if ((this.#wish ?? Infinity) <= epoch) this.#wish = undefined
  }
}

/**
 * Which batches a reader of committed records must not see. A broker says of each aborted
 * transaction that touches its answer who wrote it and where it began; where it ended, a control
 * batch says. The broker's list comes in any order, one producer may be in it several times, and a
 * transaction may have begun before where the answer does.
 */

import type { Batch } from './header.ts'

/** What is asked of a batch to know that. */
type Written = Pick<Batch, 'lastOffset' | 'isControl' | 'isTransactional' | 'producerId'>

export interface AbortedTransaction {
  readonly producerId: number
  readonly firstOffset: number
}

/** Of a control record's key, behind two bytes of its version: aborted, or else committed. */
const ABORT = 0

export class AbortedFilter {
  /** The latest first, so that the next is taken from the end. */
  readonly #ahead: AbortedTransaction[]
  /** Producers whose records here belong to a transaction that was aborted. */
  readonly #aborting = new Set<number>()

  constructor(aborted: readonly AbortedTransaction[]) {
    this.#ahead = [...aborted].sort((a, b) => b.firstOffset - a.firstOffset)
  }

  /** To be asked of every batch in order, control batches too; whether its records are seen. */
  isSeen(batch: Written, controlType: () => number | undefined): boolean {
    this.#beginUpTo(batch.lastOffset)
    if (batch.isControl) {
      if (controlType() === ABORT) this.#aborting.delete(batch.producerId)
      return false
    }
    return !(batch.isTransactional && this.#aborting.has(batch.producerId))
  }

  #beginUpTo(offset: number): void {
    for (;;) {
      const next = this.#ahead.at(-1)
      if (next === undefined || next.firstOffset > offset) return
      this.#ahead.pop()
      this.#aborting.add(next.producerId)
    }
  }
}

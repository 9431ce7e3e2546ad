/**
 * Calls of clients that a process has taken and not yet answered. They die with it, unanswered.
 *
 * A proposal is answered when an entry is applied at its index: one of its own term is its own, any
 * other proves that it was never committed and never will be.
 */

import type { Entry, ReadId } from '../../../src/raft/types.ts'
import type { Outcome } from '../clients/port.ts'
import type { ApplyResult, Machine } from '../machine.ts'

interface OpenProposal {
  readonly term: number
  readonly onOutcome: (outcome: Outcome) => void
}

interface OpenRead {
  readonly onReady: (machine: Machine) => void
  readonly onLost: () => void
}

export class Calls {
  readonly #proposals = new Map<number, OpenProposal[]>()
  readonly #reads = new Map<number, OpenRead>()
  /** Answers wait until the core has been given all that it must know first. */
  #answers: (() => void)[] = []

  proposed(index: number, term: number, onOutcome: (outcome: Outcome) => void): void {
    const there = this.#proposals.get(index)
    if (there === undefined) this.#proposals.set(index, [{ term, onOutcome }])
    else there.push({ term, onOutcome })
  }

  asked(read: ReadId, open: OpenRead): void {
    this.#reads.set(read.serial, open)
  }

  applied(entry: Entry, result: ApplyResult): void {
    if (this.#proposals.size === 0) return
    const open = this.#proposals.get(entry.index)
    if (open === undefined) return
    this.#proposals.delete(entry.index)
    for (const { term, onOutcome } of open) {
      const own = term === entry.term
      this.answer(() => onOutcome(own ? { kind: 'ok', result } : { kind: 'failed' }))
    }
  }

  /** An image jumped over these indexes: nobody here will ever know. */
  skipped(index: number): void {
    for (const [at, open] of this.#proposals) {
      if (at > index) continue
      this.#proposals.delete(at)
      for (const { onOutcome } of open) this.answer(() => onOutcome({ kind: 'unknown' }))
    }
  }

  ready(read: ReadId, machine: Machine): void {
    const open = this.#takeRead(read)
    if (open !== undefined) this.answer(() => open.onReady(machine))
  }

  lost(read: ReadId): void {
    const open = this.#takeRead(read)
    if (open !== undefined) this.answer(open.onLost)
  }

  /** Reads that were neither answered nor given up. */
  get openReads(): number {
    return this.#reads.size
  }

  answer(give: () => void): void {
    this.#answers.push(give)
  }

  /** Gives the answers. A client may call again from within. */
  flush(): void {
    if (this.#answers.length === 0) return
    const answers = this.#answers
    this.#answers = []
    for (const give of answers) give()
  }

  #takeRead(read: ReadId): OpenRead | undefined {
    const open = this.#reads.get(read.serial)
    this.#reads.delete(read.serial)
    return open
  }
}

/**
 * Reads that wait for proof that their leader still leads: a round of heartbeats that starts after
 * the read was asked and is answered by a quorum. Reads that come while a round is out share the
 * next one.
 */

import type { ReplicaId } from '../../base/ids.ts'
import type { ReadId } from '../types.ts'

export interface ReadAsk {
  readonly read: ReadId
  readonly from: ReplicaId
}

export class ReadRounds {
  /** The number of the newest round; it never repeats within a term. */
  round = 0
  /** The commit index when the round began: what its reads must see. */
  index = 0
  #open: readonly ReadAsk[] = []
  #waiting: ReadAsk[] = []

  get size(): number {
    return this.#open.length + this.#waiting.length
  }

  add(ask: ReadAsk): void {
    this.#waiting.push(ask)
  }

  /** Begins a round for all that wait; false: one is out, or nobody waits. */
  begin(commit: number): boolean {
    if (this.#open.length > 0 || this.#waiting.length === 0) return false
    this.#open = this.#waiting
    this.#waiting = []
    this.round++
    this.index = commit
    return true
  }

  /** A quorum answered the round. */
  takeConfirmed(): readonly ReadAsk[] {
    const confirmed = this.#open
    this.#open = []
    return confirmed
  }

  get isOpen(): boolean {
    return this.#open.length > 0
  }

  takeAll(): readonly ReadAsk[] {
    const all = [...this.#open, ...this.#waiting]
    this.#open = []
    this.#waiting = []
    return all
  }
}

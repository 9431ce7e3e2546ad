/**
 * Calls that one group has taken and not yet answered; each is answered exactly once. Answers are
 * handed to the host, which gives them when no core is on the stack.
 *
 * A proposal is answered when an entry is applied at its index: one of its own term is its own, any
 * other proves that it was never committed and never will be. Whoever proposed to a leader that was
 * deposed waits a little for that news, and is then told that nobody knows.
 */

import { invariant } from '../../base/errors.ts'
import type { ChainAt } from '../ready.ts'
import type { RefusalCode } from '../refusal.ts'
import type { Chain, Entry, ReadId } from '../types.ts'

export type CallRefusalCode =
  | RefusalCode
  /** Another entry was committed in its place: it has not happened and never will. */
  | 'replaced'
  /** `proposalsMax` wait already; ask again. */
  | 'too-many-proposals'
  /** The machine is so far behind that `unappliedBytesMax` is reached; ask again. */
  | 'too-much-unapplied'
  /** The state is still being loaded; ask again. */
  | 'restoring'
  /** The group is being removed, or its node stopped; ask another replica. */
  | 'closed'

export interface Refused {
  readonly kind: 'refused'
  readonly code: CallRefusalCode
}

export type Outcome =
  | { readonly kind: 'applied'; readonly index: number; readonly result: unknown }
  | Refused
  /** It was on its way when leadership was lost: it may or may not happen. */
  | { readonly kind: 'unknown' }

export type ReadOutcome = { readonly kind: 'ready' } | Refused | { readonly kind: 'lost' }
export type ChainOutcome = { readonly kind: 'chain'; readonly chain: Chain } | Refused

export type Done<T> = (outcome: T) => void

interface OpenProposal {
  readonly term: number
  readonly done: Done<Outcome>
}

const UNKNOWN: Outcome = { kind: 'unknown' }
const READY: ReadOutcome = { kind: 'ready' }
const LOST: ReadOutcome = { kind: 'lost' }

export class Calls {
  readonly #answer: (give: () => void) => void
  readonly #proposals = new Map<number, OpenProposal>()
  readonly #reads = new Map<number, Done<ReadOutcome>>()
  readonly #chains = new Map<number, Done<ChainOutcome>[]>()
  /** When what is open becomes unknown; undefined while this replica leads. */
  #fateAtMs: number | undefined
  /** An image jumped here; who had asked for a fingerprint before it has heard so. */
  #skippedTo = 0

  constructor(answer: (give: () => void) => void) {
    this.#answer = answer
  }

  get proposalsOpen(): number {
    return this.#proposals.size
  }

  get readsOpen(): number {
    return this.#reads.size
  }

  give<T>(done: Done<T>, outcome: T): void {
    this.#answer(() => done(outcome))
  }

  proposed(index: number, term: number, done: Done<Outcome>): void {
    const there = this.#proposals.get(index)
    // A later term writes at this index again: what stood here is cut off, here at least.
    if (there !== undefined) this.give(there.done, UNKNOWN)
    this.#proposals.set(index, { term, done })
  }

  asked(read: ReadId, done: Done<ReadOutcome>): void {
    this.#reads.set(read.serial, done)
  }

  askedChain(index: number, done: Done<ChainOutcome>): void {
    const there = this.#chains.get(index)
    if (there === undefined) this.#chains.set(index, [done])
    else there.push(done)
  }

  applied(entries: readonly Entry[], results: readonly unknown[]): void {
    if (this.#proposals.size === 0) return
    for (const [i, { index, term }] of entries.entries()) {
      const open = this.#proposals.get(index)
      if (open === undefined) continue
      this.#proposals.delete(index)
      if (open.term === term) this.give(open.done, { kind: 'applied', index, result: results[i] })
      else this.give(open.done, { kind: 'refused', code: 'replaced' })
    }
  }

  /** An image jumped over these indexes: nobody here will ever know. */
  skipped(index: number): void {
    for (const [at, { done }] of this.#proposals) {
      if (at > index) continue
      this.#proposals.delete(at)
      this.give(done, UNKNOWN)
    }
    this.#skippedTo = index
    for (const at of this.#chains.keys()) {
      if (at < index) this.#refuseChains(at, 'not-applied')
    }
  }

  ready(read: ReadId): void {
    this.#takeRead(read, READY)
  }

  lost(read: ReadId): void {
    this.#takeRead(read, LOST)
  }

  chain({ index, chain }: ChainAt): void {
    const waiting = this.#chains.get(index)
    // The core had it to say when the image came.
    if (waiting === undefined && index < this.#skippedTo) return
    const done = waiting?.shift()
    invariant(waiting !== undefined && done !== undefined, 'HOST a fingerprint was asked for')
    if (waiting.length === 0) this.#chains.delete(index)
    this.give(done, { kind: 'chain', chain })
  }

  /** Not leading, or no longer: what is open is decided elsewhere. */
  onTime(nowMs: number, isLeader: boolean, fateMs: number): void {
    if (isLeader || this.#proposals.size === 0) {
      this.#fateAtMs = undefined
    } else if (this.#fateAtMs === undefined) {
      this.#fateAtMs = nowMs + fateMs
    } else if (nowMs >= this.#fateAtMs) {
      this.#giveUpProposals()
    }
  }

  /** Nothing more will be known here. */
  close(): void {
    this.#giveUpProposals()
    for (const done of this.#reads.values()) this.give(done, LOST)
    this.#reads.clear()
    for (const index of this.#chains.keys()) this.#refuseChains(index, 'closed')
  }

  #giveUpProposals(): void {
    for (const { done } of this.#proposals.values()) this.give(done, UNKNOWN)
    this.#proposals.clear()
    this.#fateAtMs = undefined
  }

  #refuseChains(index: number, code: CallRefusalCode): void {
    for (const done of this.#chains.get(index) ?? []) this.give(done, { kind: 'refused', code })
    this.#chains.delete(index)
  }

  #takeRead(read: ReadId, outcome: ReadOutcome): void {
    const done = this.#reads.get(read.serial)
    this.#reads.delete(read.serial)
    invariant(done !== undefined, 'HOST a read is answered once')
    this.give(done, outcome)
  }
}

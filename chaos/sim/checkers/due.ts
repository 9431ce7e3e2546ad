/**
 * Votes, and promises of them, are given where they are due: to a log that is at least as good, in
 * a term in which no vote is given yet, and while no leader is heard. Who withholds one endangers
 * nothing; it leaves a group without a leader that could have one.
 */

import type { ReplicaId } from '../../../src/base/ids.ts'
import type { Message, PreVote, Vote } from '../../../src/raft/messages.ts'
import type { RaftLimits, RaftTimes } from '../../../src/raft/options.ts'
import { NO_ONE } from '../../../src/raft/types.ts'
import { isSound } from '../../../src/raft/validate.ts'
import type { ReplicaView, StepInput } from './checker.ts'
import type { LogView, StatusView } from './core.ts'
import type { Ledger } from './ledger.ts'
import { Rule } from './rule.ts'
import type { Sight } from './witness.ts'

export class DueVotes extends Rule {
  readonly name = 'RAFT-25 votes are given when due'
  readonly #ledger: Ledger
  readonly #electionMs: number
  readonly #termJumpMax: number
  /** By voter: the last question, if it deserved a promise. */
  readonly #due = new Map<ReplicaId, PreVote>()

  constructor(ledger: Ledger, times: RaftTimes, limits: RaftLimits) {
    super()
    this.#ledger = ledger
    this.#electionMs = times.electionMs
    this.#termJumpMax = limits.termJumpMax
  }

  stepped({ id, raft }: ReplicaView, _input: StepInput, message?: Message): void {
    this.#due.delete(id)
    if (message?.type !== 'pre-vote' && message?.type !== 'vote') return
    const { status, before } = this.#ledger.sights.get(id) as Sight
    if (!this.#isHeard(before, message) || !isUpToDate(message, raft.log)) return
    if (message.type === 'pre-vote') {
      if (message.term > before.term && !this.#hasLease(before)) this.#due.set(id, message)
    } else if (this.#isFree(before, message)) {
      this.must(status.term === message.term && status.vote === message.from, () => {
        return `${id} gives no vote to ${message.from}, to whom it is due in term ${message.term}`
      })
    }
  }

  sent({ id }: ReplicaView, message: Message): void {
    if (message.type !== 'pre-vote-reply') return
    const asked = this.#due.get(id)
    if (asked?.from !== message.to) return
    this.#due.delete(id)
    this.must(message.granted, () => {
      return `${id} promises no vote to ${asked.from}, to whom it is due in term ${asked.term}`
    })
  }

  #isHeard({ self, term }: StatusView, message: PreVote | Vote): boolean {
    const { from, to } = message
    if (!isSound(message) || to !== self || from === self) return false
    return message.term >= term && message.term <= term + this.#termJumpMax
  }

  /** The receiver has given no vote in that term and knows no leader of it. */
  #isFree(before: StatusView, { from, term, forced }: Vote): boolean {
    if (term > before.term) return forced || !this.#hasLease(before)
    const { vote, role, leader } = before
    const asks = role === 'leader' || role === 'candidate'
    return !asks && (vote === from || (vote === NO_ONE && leader === NO_ONE))
  }

  #hasLease({ role, leader, electionElapsedMs }: StatusView): boolean {
    return role === 'leader' || (leader !== NO_ONE && electionElapsedMs < this.#electionMs)
  }
}

function isUpToDate(asker: PreVote | Vote, log: LogView): boolean {
  const lastTerm = log.term(log.lastIndex) ?? 0
  if (asker.lastTerm !== lastTerm) return asker.lastTerm > lastTerm
  return asker.lastIndex >= log.lastIndex
}

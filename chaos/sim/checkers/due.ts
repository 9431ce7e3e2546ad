/**
 * Votes, and promises of them, are given where they are due: to a log that is at least as good, in
 * a term in which no vote is given yet, and while no leader is heard. Who withholds one endangers
 * nothing; it leaves a group without a leader that could have one. One promise is withheld: by
 * whoever has just asked himself, with as good a log, from those who come after him.
 */

import type { ReplicaId } from '../../../src/base/ids.ts'
import type { Message, PreVote, Vote } from '../../../src/raft/messages.ts'
import type { RaftLimits, RaftTimes } from '../../../src/raft/options.ts'
import { patience } from '../../../src/raft/options.ts'
import { NO_ONE } from '../../../src/raft/types.ts'
import { isSound } from '../../../src/raft/validate.ts'
import type { ReplicaView, StepInput } from './checker.ts'
import type { LogView, StatusView } from './core.ts'
import type { Ledger } from './ledger.ts'
import { Rule } from './rule.ts'
import type { Sight } from './witness.ts'

/** More than the ids of any run. */
const CIRCLE = 2 ** 32

export class DueVotes extends Rule {
  readonly name = 'RAFT-25 votes are given when due'
  readonly #ledger: Ledger
  readonly #electionMs: number
  readonly #termJumpMax: number
  /** By voter: the last question that could be promised, and whether it deserved it. */
  readonly #asked = new Map<ReplicaId, { readonly question: PreVote; readonly isDue: boolean }>()
  /** By voter: whom it heard last in this life. */
  readonly #lastLeaders = new Map<ReplicaId, ReplicaId>()

  constructor(ledger: Ledger, times: RaftTimes, limits: RaftLimits) {
    super()
    this.#ledger = ledger
    this.#electionMs = times.electionMs
    this.#termJumpMax = limits.termJumpMax
  }

  started({ id }: ReplicaView): void {
    this.#lastLeaders.delete(id)
  }

  stepped({ id, raft }: ReplicaView, _input: StepInput, message?: Message): void {
    this.#asked.delete(id)
    this.#noteLeader(id)
    if (message?.type !== 'pre-vote' && message?.type !== 'vote') return
    const { status, before } = this.#ledger.sights.get(id) as Sight
    if (!this.#isHeard(before, message) || !isUpToDate(message, raft.log)) return
    if (message.type === 'pre-vote') {
      if (message.term <= before.term || this.#hasLease(before)) return
      const isDue = !this.#insists(before, message, raft.log)
      this.#asked.set(id, { question: message, isDue })
    } else if (this.#isFree(before, message)) {
      this.must(status.term === message.term && status.vote === message.from, () => {
        return `${id} gives no vote to ${message.from}, to whom it is due in term ${message.term}`
      })
    }
  }

  sent({ id }: ReplicaView, message: Message): void {
    if (message.type !== 'pre-vote-reply') return
    const asked = this.#asked.get(id)
    if (asked?.question.from !== message.to) return
    this.#asked.delete(id)
    const { from, term } = asked.question
    this.must(message.granted || !asked.isDue, () => {
      return `${id} promises no vote to ${from}, to whom it is due in term ${term}`
    })
    this.must(!message.granted || asked.isDue, () => {
      return `${id} asks itself, and helps ${from}, who comes after it`
    })
  }

  #noteLeader(id: ReplicaId): void {
    const { leader } = (this.#ledger.sights.get(id) as Sight).status
    if (leader !== NO_ONE) this.#lastLeaders.set(id, leader)
  }

  /** It asks itself, just now or in fast mode, and comes first among equals. */
  #insists(before: StatusView, { from, lastIndex, lastTerm }: PreVote, log: LogView): boolean {
    const { self, role, fast, electionElapsedMs } = before
    if (role !== 'pre-candidate' && role !== 'candidate') return false
    if (!fast && electionElapsedMs >= patience.insists * this.#electionMs) return false
    const lost = this.#lastLeaders.get(self) ?? NO_ONE
    // Behind the lost leader in the circle of ids: who is met first, coming from there?
    const steps = (id: ReplicaId): number => (id > lost ? id - lost : id - lost + CIRCLE)
    const isEven = lastIndex === log.lastIndex && lastTerm === (log.term(lastIndex) ?? 0)
    return isEven && steps(self) < steps(from)
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

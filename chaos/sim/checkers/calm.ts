/**
 * Questions change nothing: a pre-vote leaves its receiver as it was, and nobody helps to depose a
 * leader that is heard.
 */

import type { Message, Vote } from '../../../src/raft/messages.ts'
import { NO_ONE } from '../../../src/raft/types.ts'
import type { ReplicaView, StepInput } from './checker.ts'
import type { StatusView } from './core.ts'
import type { Ledger } from './ledger.ts'
import { Rule } from './rule.ts'
import type { Sight } from './witness.ts'

export class Calm extends Rule {
  readonly name = 'RAFT-15 pre-vote and lease'
  readonly #ledger: Ledger
  readonly #electionMs: number
  /** What is promised leaves later than it was decided, and a leader may have been heard since. */
  readonly #inTurns: boolean

  constructor(ledger: Ledger, electionMs: number, inTurns = false) {
    super()
    this.#ledger = ledger
    this.#electionMs = electionMs
    this.#inTurns = inTurns
  }

  stepped({ id }: ReplicaView, _input: StepInput, message?: Message): void {
    if (message?.type !== 'pre-vote' && message?.type !== 'vote') return
    const { status, before } = this.#ledger.sights.get(id) as Sight
    if (message.type === 'pre-vote') {
      this.must(isSame(before, status), () => `a pre-vote from ${message.from} changed ${id}`)
    } else if (this.#isTold(before, message)) {
      this.must(status.term === before.term && status.vote === before.vote, () => {
        return `${id} hears its leader, and a vote request from ${message.from} moved it`
      })
    }
  }

  /** Such a request is refused: a leader is heard, and it did not ask for the election itself. */
  #isTold(before: StatusView, { term, forced }: Vote): boolean {
    return !forced && term > before.term && this.#hasLease(before)
  }

  sent({ id, raft }: ReplicaView, message: Message): void {
    if (message.type !== 'pre-vote-reply' || !message.granted || this.#inTurns) return
    this.must(!this.#hasLease(raft.status()), () => {
      return `${id} hears its leader, and would vote for ${message.to}`
    })
  }

  #hasLease({ role, leader, electionElapsedMs }: StatusView): boolean {
    return role === 'leader' || (leader !== NO_ONE && electionElapsedMs < this.#electionMs)
  }
}

function isSame(a: StatusView, b: StatusView): boolean {
  return (
    a.term === b.term &&
    a.vote === b.vote &&
    a.role === b.role &&
    a.leader === b.leader &&
    a.electionElapsedMs === b.electionElapsedMs
  )
}

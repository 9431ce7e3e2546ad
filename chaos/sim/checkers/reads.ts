/**
 * Reads see at least all that was committed anywhere when they were asked, which is more than
 * linearizability demands, and is seen at once.
 */

import type { ReplicaId } from '../../../src/base/ids.ts'
import type { Message, ReadReply } from '../../../src/raft/messages.ts'
import type { ReadId } from '../../../src/raft/types.ts'
import type { ReplicaView, StepInput } from './checker.ts'
import type { Ledger } from './ledger.ts'
import { hasQuorum } from './ledger.ts'
import { Proofs } from './proofs.ts'
import { Rule } from './rule.ts'

export interface ReadAsked {
  /** What was committed anywhere. */
  readonly floor: number
  /** In the time of the proofs; 0: no proof is needed. */
  readonly at: number
}

export class Reads extends Rule {
  readonly name = 'RAFT-17 reads'
  readonly #ledger: Ledger
  /** What was committed when a follower asked its leader. */
  readonly #floors = new Map<string, number>()
  readonly #proofs = new Proofs()
  /** By which members of a leader its proofs were last counted. */
  readonly #counted = new Map<ReplicaId, number>()

  constructor(ledger: Ledger) {
    super()
    this.#ledger = ledger
  }

  /** For the clients: a read begins. */
  asked(): ReadAsked {
    const at = this.#rulesAlone() ? 0 : this.#proofs.now
    return { floor: this.#ledger.commitMax, at }
  }

  /** For the clients: a machine that applied so much answers the read. */
  answered({ floor, at }: ReadAsked, appliedIndex: number): void {
    this.must(appliedIndex >= floor, () => {
      return `a read is answered at ${appliedIndex}; ${floor} was committed when it was asked`
    })
    this.must(at === 0 || this.#proofs.newest > at || this.#rulesAlone(), () => {
      return 'a read is answered, and since it was asked no quorum has confirmed a leader'
    })
  }

  /** For the world: so many reads of this replica's callers are open when all is over. */
  waiting({ id, raft }: ReplicaView, openReads: number): void {
    const { readsPending } = raft.status()
    this.must(openReads <= readsPending, () => {
      return `${openReads} callers of ${id} wait for reads, of which it knows ${readsPending}`
    })
  }

  stepped({ id, raft }: ReplicaView, _input: StepInput, message?: Message): void {
    const { members, membersIndex } = raft.log
    if (message?.type === 'heartbeat-reply') this.#proofs.replied(message, members, id)
    if (this.#counted.get(id) === membersIndex) return
    this.#counted.set(id, membersIndex)
    // The answers of fewer may be enough, now that some members have left.
    if (raft.status().role === 'leader') this.#proofs.count(members, id)
  }

  sent(view: ReplicaView, message: Message): void {
    if (message.type === 'heartbeat') this.#proofs.beat(message)
    else if (message.type === 'read') this.#onRead(message.read)
    else if (message.type === 'read-reply') this.#onReply(view, message)
  }

  /** A leader that is its own quorum needs nobody to confirm it. */
  #rulesAlone(): boolean {
    for (const { status, view } of this.#ledger.sights.values()) {
      const alone = hasQuorum(status.members, id => id === view.id)
      if (status.role === 'leader' && alone) return true
    }
    return false
  }

  #onRead(read: ReadId): void {
    const key = keyOf(read)
    if (!this.#floors.has(key)) this.#floors.set(key, this.#ledger.commitMax)
  }

  #onReply({ id, raft }: ReplicaView, { read, index, term }: ReadReply): void {
    const floor = this.#floors.get(keyOf(read))
    this.must(floor !== undefined && index >= floor, () => {
      return `${id} answers a read with ${index}; ${floor} was committed when it was asked`
    })
    this.must(this.#ledger.leaders.get(term)?.id === id, () => {
      return `${id} answers a read in term ${term}, which it does not lead`
    })
    const { log } = raft
    this.must(index <= log.commit, () => `${id} answers a read with ${index}, beyond its commit`)
    const committedIn = log.term(log.commit)
    this.must(committedIn === undefined || committedIn >= term, () => {
      return `${id} answers a read before it committed in its own term ${term}`
    })
  }
}

function keyOf({ replica, boot, serial }: ReadId): string {
  return `${replica}/${boot}/${serial}`
}

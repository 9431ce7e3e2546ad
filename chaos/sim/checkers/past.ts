/**
 * What an older term says changes nothing, whoever says it and however late it comes: no term, no
 * vote, no timer, no log, and nothing that a leader believes of its peers. Who still leads or asks
 * in that term is told of the newer one; else it is never let in again.
 */

import type { ReplicaId } from '../../../src/base/ids.ts'
import type { Message, MessageType } from '../../../src/raft/messages.ts'
import { isSound } from '../../../src/raft/validate.ts'
import type { ReplicaView, StepInput } from './checker.ts'
import type { PeerView, StatusView } from './core.ts'
import type { Ledger } from './ledger.ts'
import { Rule } from './rule.ts'
import type { Sight } from './witness.ts'

export class Past extends Rule {
  readonly name = 'RAFT-24 the past changes nothing'
  readonly #ledger: Ledger
  /** By receiver: who has yet to be told of the newer term. */
  readonly #untold = new Map<ReplicaId, ReplicaId>()

  constructor(ledger: Ledger) {
    super()
    this.#ledger = ledger
  }

  started({ id }: ReplicaView): void {
    this.#untold.delete(id)
  }

  stepped({ id }: ReplicaView, _input: StepInput, message?: Message): void {
    const untold = this.#untold.get(id)
    this.must(untold === undefined, () => `${id} has not told ${untold} that its term is over`)
    if (message === undefined) return
    const { status, before } = this.#ledger.sights.get(id) as Sight
    if (message.term >= before.term) return
    if (asksOrLeads.has(message.type) && isMeant(message, id)) this.#untold.set(id, message.from)
    this.must(isSame(before, status), () => {
      const { type, from, term } = message
      return `${type} of term ${term} from ${from} moved ${id} in term ${before.term}`
    })
  }

  sent({ id }: ReplicaView, { to, type }: Message): void {
    if (this.#untold.get(id) === to && type.endsWith('-reply')) this.#untold.delete(id)
  }
}

/** Whoever says this cannot learn of the newer term otherwise. */
const asksOrLeads: ReadonlySet<MessageType> = new Set<MessageType>([
  'pre-vote',
  'append',
  'heartbeat',
  'snapshot',
])

function isMeant(message: Message, self: ReplicaId): boolean {
  return isSound(message) && message.to === self && message.from !== self
}

function isSame(a: StatusView, b: StatusView): boolean {
  return (
    a.term === b.term &&
    a.vote === b.vote &&
    a.role === b.role &&
    a.leader === b.leader &&
    a.commit === b.commit &&
    a.lastIndex === b.lastIndex &&
    a.electionElapsedMs === b.electionElapsedMs &&
    a.peers.length === b.peers.length &&
    a.peers.every((peer, i) => isSamePeer(peer, b.peers[i]))
  )
}

function isSamePeer(a: PeerView, b: PeerView | undefined): boolean {
  return a.id === b?.id && a.match === b.match && a.next === b.next && a.state === b.state
}

/**
 * What an older term says changes nothing, whoever says it and however late it comes: no term, no
 * vote, no timer, no log, and nothing that a leader believes of its peers.
 */

import type { Message } from '../../../src/raft/messages.ts'
import type { ReplicaView, StepInput } from './checker.ts'
import type { PeerView, StatusView } from './core.ts'
import type { Ledger } from './ledger.ts'
import { Rule } from './rule.ts'
import type { Sight } from './witness.ts'

export class Past extends Rule {
  readonly name = 'RAFT-24 the past changes nothing'
  readonly #ledger: Ledger

  constructor(ledger: Ledger) {
    super()
    this.#ledger = ledger
  }

  stepped({ id }: ReplicaView, _input: StepInput, message?: Message): void {
    if (message === undefined) return
    const { status, before } = this.#ledger.sights.get(id) as Sight
    if (message.term >= before.term) return
    this.must(isSame(before, status), () => {
      const { type, from, term } = message
      return `${type} of term ${term} from ${from} moved ${id} in term ${before.term}`
    })
  }
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

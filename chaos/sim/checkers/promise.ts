/**
 * Promises: whatever a replica says to be durable is so when it says it, and stays so until a
 * later term.
 */

import type { ReplicaId } from '../../../src/base/ids.ts'
import type { AppendReply, Message, SnapshotReply } from '../../../src/raft/messages.ts'
import type { ReplicaView } from './checker.ts'
import type { PeerView, StatusView } from './core.ts'
import type { Ledger } from './ledger.ts'
import { isDurable } from './ledger.ts'
import { Rule } from './rule.ts'
import type { Sight } from './witness.ts'

interface Promised {
  /** The leader's to whom it was said. */
  readonly term: number
  readonly index: number
  readonly entryTerm: number
}

export class DurablePromises extends Rule {
  readonly name = 'RAFT-10 durable promises'
  readonly #ledger: Ledger
  readonly #promised = new Map<ReplicaId, Promised>()

  constructor(ledger: Ledger) {
    super()
    this.#ledger = ledger
  }

  started(view: ReplicaView): void {
    this.durable(view)
  }

  durable({ id, durable }: ReplicaView): void {
    const { term, commit, lastIndex, image } = durable
    this.must(commit <= lastIndex && image.index <= lastIndex, () => {
      return `${id} keeps a commit of ${commit} and a log up to ${lastIndex}`
    })
    const promised = this.#promised.get(id)
    if (promised === undefined || term > promised.term) return
    this.must(isDurable(durable, promised.index, promised.entryTerm), () => {
      const { index } = promised
      return `${id} no longer keeps ${index}, which it acknowledged in term ${promised.term}`
    })
  }

  sent(view: ReplicaView, message: Message): void {
    if (message.type === 'append-reply' && message.ok) this.#onAppendReply(view, message)
    else if (message.type === 'snapshot-reply' && message.done) this.#onSnapshotReply(view, message)
  }

  #onAppendReply({ id, raft, durable }: ReplicaView, message: AppendReply): void {
    const { index, term, to } = message
    this.must(index <= durable.lastIndex && durable.term >= term, () => {
      const kept = `${durable.lastIndex}, ${durable.term}`
      return `${id} acknowledges ${index} in term ${term}; durable are ${kept}`
    })
    const leader = this.#ledger.sights.get(to)
    const leads = leader?.status.role === 'leader' && leader.status.term === term
    const leaderTerm = leads ? leader.view.raft.log.term(index) : undefined
    this.must(leaderTerm === undefined || isDurable(durable, index, leaderTerm), () => {
      return `${id} acknowledges ${index}, where ${to} has term ${leaderTerm} and its disk another`
    })
    const own = raft.log.term(index)
    const current = raft.status().term === term
    this.must(!current || own === undefined || isDurable(durable, index, own), () => {
      return `${id} acknowledges ${index} of term ${own}, which its disk does not hold`
    })
    this.#promise(id, { term, index, entryTerm: durable.termAt(index) ?? 0 })
  }

  #promise(id: ReplicaId, promised: Promised): void {
    const earlier = this.#promised.get(id)
    const newer =
      earlier === undefined ||
      promised.term > earlier.term ||
      (promised.term === earlier.term && promised.index > earlier.index)
    if (newer) this.#promised.set(id, promised)
  }

  #onSnapshotReply({ id, durable }: ReplicaView, message: SnapshotReply): void {
    const { imageIndex } = message
    const known = this.#ledger.committed.get(imageIndex)
    this.must(known !== undefined && isDurable(durable, imageIndex, known.term), () => {
      return `${id} says to have the image ${imageIndex}, which its disk does not hold`
    })
  }
}

/** What a leader believes of its followers is on their disks, and never shrinks. */
export class TrueMatch extends Rule {
  readonly name = 'RAFT-11 true match'
  readonly #ledger: Ledger

  constructor(ledger: Ledger) {
    super()
    this.#ledger = ledger
  }

  stepped({ id, raft }: ReplicaView): void {
    const { status, before } = this.#ledger.sights.get(id) as Sight
    if (status.role !== 'leader') return
    for (let i = 0; i < status.peers.length; i++) {
      const peer = status.peers[i] as PeerView
      const earlier = earlierOf(before, status, peer, i)
      if (earlier?.match === peer.match && earlier.next === peer.next) continue
      this.must(peer.match < peer.next && peer.match <= status.lastIndex, () => {
        return `${id} believes ${peer.id} to match ${peer.match}, next ${peer.next}`
      })
      this.must(earlier === undefined || earlier.match <= peer.match, () => {
        return `${id} lets the match of ${peer.id} fall from ${earlier?.match} to ${peer.match}`
      })
      if (peer.match > 0 && earlier?.match !== peer.match)
        this.#onDisk(status, peer, raft.log.term(peer.match))
    }
  }

  #onDisk(leader: StatusView, { id: peer, match }: PeerView, term: number | undefined): void {
    const sight = this.#ledger.sights.get(peer)
    // A leader that stood still may hear of what later leaders have overwritten since.
    if (sight !== undefined && sight.view.durable.term > leader.term) return
    const holds =
      sight !== undefined &&
      match <= sight.view.durable.lastIndex &&
      (term === undefined || isDurable(sight.view.durable, match, term))
    this.must(
      holds,
      () => `${leader.self} believes ${peer} to match ${match}, which its disk does not hold`,
    )
  }
}

/** What the leader of the same term believed before. */
function earlierOf(
  before: StatusView,
  status: StatusView,
  peer: PeerView,
  at: number,
): PeerView | undefined {
  if (before.role !== 'leader' || before.term !== status.term) return undefined
  const same = before.peers[at]
  return same?.id === peer.id ? same : before.peers.find(other => other.id === peer.id)
}

/**
 * When was it last proved that somebody leads? A follower's answer to a round of heartbeats proves
 * that its leader was one when the round began; the answers of a quorum prove it to all. Time here
 * is the count of rounds begun and asks.
 */

import type { ReplicaId } from '../../../src/base/ids.ts'
import type { Heartbeat, HeartbeatReply } from '../../../src/raft/messages.ts'
import type { Members } from '../../../src/raft/types.ts'
import { hasQuorum } from './ledger.ts'

interface Reign {
  readonly term: number
  /** When each round began. */
  readonly began: Map<number, number>
  /** The beginning of the newest round that a follower answered. */
  readonly answered: Map<ReplicaId, number>
}

export class Proofs {
  /** The beginning of the newest round of any leader that a quorum has answered. */
  newest = 0
  #now = 0
  readonly #reigns = new Map<ReplicaId, Reign>()

  /** A moment of its own for whoever asks. */
  get now(): number {
    this.#now++
    return this.#now
  }

  beat({ from, term, round }: Heartbeat): void {
    const known = this.#reigns.get(from)
    const reign =
      known?.term === term
        ? known
        : { term, began: new Map(), answered: new Map<ReplicaId, number>() }
    this.#reigns.set(from, reign)
    if (!reign.began.has(round)) reign.began.set(round, this.now)
  }

  replied({ from, term, round }: HeartbeatReply, members: Members, leader: ReplicaId): void {
    const reign = this.#reigns.get(leader)
    const began = reign?.began.get(round)
    if (reign?.term !== term || began === undefined) return
    const { answered } = reign
    answered.set(from, Math.max(began, answered.get(from) ?? 0))
    // Of other members, what was answered before may be a quorum.
    for (const since of answered.values()) {
      if (since <= this.newest) continue
      const has = (id: ReplicaId): boolean => id === leader || (answered.get(id) ?? 0) >= since
      if (hasQuorum(members, has)) this.newest = since
    }
  }
}

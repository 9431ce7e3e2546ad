/** What an onlooker may know of a replica. */

import type { ReplicaId } from '../base/ids.ts'
import type { Core } from './core.ts'
import type { Progress, ProgressState } from './leading/progress.ts'
import { readsPending } from './leading/reads.ts'
import type { Members, NO_ONE, Role } from './types.ts'

export interface Status {
  readonly self: ReplicaId
  readonly role: Role
  readonly term: number
  readonly vote: ReplicaId | typeof NO_ONE
  readonly leader: ReplicaId | typeof NO_ONE
  readonly commit: number
  readonly applied: number
  readonly durable: number
  readonly lastIndex: number
  readonly image: number
  readonly members: Members
  readonly membersIndex: number
  /** Whom leadership is being handed to. */
  readonly transferee: ReplicaId | typeof NO_ONE
  /** The leader's connection closed: quick campaigns are being tried. */
  readonly fast: boolean
  readonly electionElapsedMs: number
  /** A leader's, else empty. */
  readonly peers: readonly PeerStatus[]
  readonly uncommittedBytes: number
  readonly readsPending: number
}

export interface PeerStatus {
  readonly id: ReplicaId
  readonly match: number
  readonly next: number
  readonly state: ProgressState
  readonly active: boolean
  readonly inflightEntries: number
  readonly inflightBytes: number
}

export function statusOf(core: Core): Status {
  const { self, role, term, vote, leader, log, leading } = core
  const { commit, applied, durable, lastIndex, image, members, membersIndex } = log
  return {
    self,
    role,
    term,
    vote,
    leader,
    commit,
    applied,
    durable,
    lastIndex,
    image: image.index,
    members,
    membersIndex,
    transferee: leading?.transfer?.to ?? 0,
    fast: core.fastAttempts > 0,
    electionElapsedMs: core.electionElapsedMs,
    peers: [...(leading?.peers.values() ?? [])].map(peerStatusOf),
    uncommittedBytes: leading?.uncommittedBytes ?? 0,
    readsPending: readsPending(core),
  }
}

function peerStatusOf(peer: Progress): PeerStatus {
  const { id, match, next, state, active, inflight } = peer
  const { entries: inflightEntries, bytes: inflightBytes } = inflight
  return { id, match, next, state, active, inflightEntries, inflightBytes }
}

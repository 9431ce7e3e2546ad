/** Test support: what a leader says of itself and of others when nothing is under way. */

import { type ReplicaId, replicaId } from '../../../base/ids.ts'
import type { PeerStatus, Status } from '../../../raft/status.ts'
import type { Members } from '../../../raft/types.ts'

/** How far the leader is, all of it applied. */
export const COMMIT = 1000

export function leaderOf(members: Members, peers: readonly PeerStatus[]): Status {
  return {
    self: replicaId(1),
    role: 'leader',
    term: 1,
    vote: 0,
    leader: replicaId(1),
    commit: COMMIT,
    applied: COMMIT,
    durable: COMMIT,
    lastIndex: COMMIT,
    image: 0,
    members,
    membersIndex: 1,
    transferee: 0,
    fast: false,
    electionElapsedMs: 0,
    peers,
    uncommittedBytes: 0,
    readsPending: 0,
  }
}

export function peerAt(id: ReplicaId, match: number): PeerStatus {
  const inflight = { inflightEntries: 0, inflightBytes: 0 }
  return { id, match, next: match + 1, state: 'replicate', active: true, ...inflight }
}

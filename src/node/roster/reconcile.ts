/**
 * What the members of a group should be next: facts in, a wish out. The leader asks it again and
 * again and carries out one step at a time. Every node that is enrolled is to be a voter, first as
 * a learner until it has caught up; a replica whose node lost its store goes when its successor
 * votes, so that the group never counts on fewer voters than before.
 */

import type { ReplicaId } from '../../base/ids.ts'
import type { MembersWish } from '../../raft/members/members.ts'
import type { Status } from '../../raft/status.ts'
import { NO_ONE } from '../../raft/types.ts'
import { enrolledAs, newestOf, type Roster } from './roster.ts'

/** Beyond it nodes stay learners: each voter more makes every decision dearer. */
export const VOTERS_MAX = 7

/** A learner that is further behind is not asked for its vote yet. */
const CAUGHT_UP_LAG = 100

export function nextMembers(status: Status, roster: Roster): MembersWish | undefined {
  const { role, members, transferee } = status
  const isBusy = members.outgoing.length > 0 || transferee !== NO_ONE
  if (role !== 'leader' || isBusy) return undefined
  const wished = [...newestOf(roster).values()].map(one => one.replica)
  return joined(status, wished) ?? promoted(status, roster, wished)
}

/** Learners change at once, without a joint phase: all of them in one step. */
function joined(status: Status, wished: readonly ReplicaId[]): MembersWish | undefined {
  const { voters, learners } = status.members
  const missing = wished.filter(id => !voters.includes(id) && !learners.includes(id))
  const staying = learners.filter(id => wished.includes(id))
  if (missing.length === 0 && staying.length === learners.length) return undefined
  return { voters, learners: [...staying, ...missing] }
}

/** Each that is ready takes its seat, and the one of the replica that it succeeds is given up. */
function promoted(
  status: Status,
  roster: Roster,
  wished: readonly ReplicaId[],
): MembersWish | undefined {
  const { learners } = status.members
  const nodeOf = (id: ReplicaId) => enrolledAs(roster, id)?.node
  let { voters } = status.members
  for (const id of learners.filter(one => wished.includes(one) && isCaughtUp(status, one))) {
    const isSucceeded = (old: ReplicaId) => !wished.includes(old) && nodeOf(old) === nodeOf(id)
    const seats = [...voters.filter(old => !isSucceeded(old)), id]
    if (seats.length <= VOTERS_MAX) voters = seats
  }
  if (voters === status.members.voters) return undefined
  return { voters, learners: learners.filter(id => !voters.includes(id)) }
}

export function isCaughtUp(status: Pick<Status, 'peers' | 'commit'>, id: ReplicaId): boolean {
  const peer = status.peers.find(one => one.id === id)
  if (peer === undefined || !peer.active || peer.state !== 'replicate') return false
  return peer.match + CAUGHT_UP_LAG >= status.commit
}

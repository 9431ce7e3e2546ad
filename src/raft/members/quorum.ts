/** The arithmetic of majorities. Knows ids and numbers, nothing of Raft. */

import type { ReplicaId } from '../../base/ids.ts'
import type { Members } from '../types.ts'

type Reached = (id: ReplicaId) => number

/** The highest index that a majority, in a joint phase both majorities, has reached. */
export function quorumIndex(members: Members, reached: Reached): number {
  const incoming = majorityIndex(members.voters, reached)
  if (members.outgoing.length === 0) return incoming
  return Math.min(incoming, majorityIndex(members.outgoing, reached))
}

/** Without voters nothing is ever reached. */
function majorityIndex(voters: readonly ReplicaId[], reached: Reached): number {
  if (voters.length === 0) return 0
  const indexes = voters.map(reached).sort((a, b) => b - a)
  return indexes[voters.length >> 1] ?? 0
}

export function quorumHas(members: Members, has: (id: ReplicaId) => boolean): boolean {
  return quorumIndex(members, id => (has(id) ? 1 : 0)) === 1
}

export type Tally = 'won' | 'lost' | 'open'

/** Lost as soon as it can no longer be won. */
export function tally(members: Members, votes: ReadonlyMap<ReplicaId, boolean>): Tally {
  if (quorumHas(members, id => votes.get(id) === true)) return 'won'
  return quorumHas(members, id => votes.get(id) !== false) ? 'open' : 'lost'
}

/**
 * What the members of a job's group should be next: facts in, a wish out. Its replicas are wished
 * for in meta, by their ids; each is a learner first, until it has caught up. Whoever is wished for
 * no more goes when all that are wished for vote, so that the group never counts on fewer.
 */

import type { ReplicaId } from '../../base/ids.ts'
import type { MembersWish } from '../../raft/members/members.ts'
import type { Status } from '../../raft/status.ts'
import { NO_ONE } from '../../raft/types.ts'
import { isCaughtUp } from '../roster/reconcile.ts'

/** `wished`: none, when nothing is known of it. */
export function nextPlaced(
  status: Pick<Status, 'role' | 'members' | 'transferee' | 'peers' | 'commit'>,
  wished: readonly ReplicaId[],
): MembersWish | undefined {
  const { role, members, transferee } = status
  const isBusy = members.outgoing.length > 0 || transferee !== NO_ONE
  if (role !== 'leader' || isBusy || wished.length === 0) return undefined
  const { voters, learners } = members
  const missing = wished.filter(id => !voters.includes(id) && !learners.includes(id))
  const staying = learners.filter(id => wished.includes(id))
  if (missing.length > 0 || staying.length < learners.length) {
    return { voters, learners: [...staying, ...missing] }
  }
  const ready = wished.filter(id => voters.includes(id) || isCaughtUp(status, id))
  const others = voters.filter(id => !wished.includes(id))
  const isWhole = ready.length === wished.length
  const next = isWhole ? ready : [...others, ...ready]
  if (next.length === voters.length && next.every(id => voters.includes(id))) return undefined
  return { voters: next, learners: learners.filter(id => !next.includes(id)) }
}

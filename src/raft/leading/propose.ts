/** What a leader is asked to put into the log, and why it would not. */

import type { ReplicaId } from '../../base/ids.ts'
import type { Core } from '../core.ts'
import { ENTRY_OVERHEAD_BYTES, encodeMembers } from '../log/codec.ts'
import type { MembersWish } from '../members/members.ts'
import { enter, isJoint, isVoter, wishProblem } from '../members/members.ts'
import type { Refusal, RefusalCode } from '../refusal.ts'
import { appendOwn } from './lead.ts'
import type { Leadership } from './leadership.ts'

/** Where the entry stands. It is committed when an entry of this term is applied at this index. */
export interface Proposed {
  readonly index: number
  readonly term: number
}

/** The data may rest on what its author saw in `expectedTerm` and is worth nothing in another. */
export function propose(core: Core, expectedTerm: number, data: Uint8Array): Proposed | Refusal {
  const { leading } = core
  if (leading === undefined) return core.refuse('not-leader')
  if (expectedTerm !== core.term) return core.refuse('wrong-term')
  if (leading.transfer !== undefined) return core.refuse('transferring')
  const problem = sizeProblem(core, leading, data)
  if (problem !== undefined) return core.refuse(problem)
  return { index: appendOwn(core, leading, 'data', data), term: core.term }
}

function sizeProblem(core: Core, leading: Leadership, data: Uint8Array): RefusalCode | undefined {
  const { entryBytesMax, uncommittedBytesMax } = core.options.limits
  if (data.length > entryBytesMax) return 'entry-too-large'
  const bytes = leading.uncommittedBytes + data.length + ENTRY_OVERHEAD_BYTES
  // An empty tail takes one entry of any allowed size, and an empty entry is always taken: else
  // a bound below the size of an entry would be a group that stands still.
  const free = leading.uncommittedBytes === 0 || data.length === 0
  return free || bytes <= uncommittedBytesMax ? undefined : 'too-much-uncommitted'
}

/** `expectedMembersIndex` names the members that the wish was computed from. */
export function changeMembers(
  core: Core,
  wish: MembersWish,
  expectedMembersIndex: number,
): Proposed | Refusal {
  const { leading, log } = core
  if (leading === undefined) return core.refuse('not-leader')
  if (leading.transfer !== undefined) return core.refuse('transferring')
  // Before an entry of its own term is committed, a leader may not know of a change in flight.
  if (log.commit < leading.termStart) return core.refuse('not-ready')
  if (log.membersIndex > log.commit || isJoint(log.members)) return core.refuse('change-pending')
  if (expectedMembersIndex !== log.membersIndex) return core.refuse('members-moved')
  const problem = wishProblem(wish) ?? laggardProblem(core, leading, wish)
  if (problem !== undefined) return core.refuse(problem)
  const data = encodeMembers(enter(log.members, wish))
  return { index: appendOwn(core, leading, 'members', data), term: core.term }
}

/**
 * A voter that is far behind would hold up every commit that needs it, and one that has not even
 * seen the members of today may be dead.
 */
function laggardProblem(
  core: Core,
  leading: Leadership,
  wish: MembersWish,
): RefusalCode | undefined {
  const { log } = core
  const least = Math.max(log.membersIndex, log.commit - core.options.limits.promoteLagMax)
  const near = (id: ReplicaId): boolean => {
    const peer = leading.peers.get(id)
    return peer !== undefined && log.members.learners.includes(id) && peer.match >= least
  }
  const ready = wish.voters.every(id => isVoter(log.members, id) || near(id))
  return ready ? undefined : 'learner-behind'
}

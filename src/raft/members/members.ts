/**
 * Who belongs to a group, and how one set of members turns into the next. Every change of voters
 * goes through a joint phase, also that of a single voter: one rule, one proof
 * (docs/decisions/0004-members-at-append.md).
 */

import type { ReplicaId } from '../../base/ids.ts'
import { MEMBERS_MAX } from '../options.ts'
import type { RefusalCode } from '../refusal.ts'
import type { Members } from '../types.ts'

/** What somebody wants the members to be, when all is done. */
export interface MembersWish {
  readonly voters: readonly ReplicaId[]
  readonly learners: readonly ReplicaId[]
}

export const noMembers: Members = { voters: [], outgoing: [], learners: [] }

export function isVoter(members: Members, id: ReplicaId): boolean {
  return members.voters.includes(id) || members.outgoing.includes(id)
}

export function isMember(members: Members, id: ReplicaId): boolean {
  return isVoter(members, id) || members.learners.includes(id)
}

export function isJoint(members: Members): boolean {
  return members.outgoing.length > 0
}

/** All members, each once, sorted. */
export function everyone(members: Members): readonly ReplicaId[] {
  return sorted([...new Set([...members.voters, ...members.outgoing, ...members.learners])])
}

/** Why nobody could belong to such a group. */
export function wishProblem(wish: MembersWish): RefusalCode | undefined {
  const ids = [...wish.voters, ...wish.learners]
  const sound = ids.every(id => Number.isSafeInteger(id) && id > 0)
  const distinct = new Set(ids).size === ids.length
  const bounded = wish.voters.length > 0 && ids.length <= MEMBERS_MAX
  return bounded && sound && distinct ? undefined : 'members-invalid'
}

/** The first step towards the wish: at once where the voters stay, else into the joint phase. */
export function enter(current: Members, wish: MembersWish): Members {
  const voters = sorted(wish.voters)
  const learners = sorted(wish.learners)
  const same = equalIds(voters, current.voters)
  return { voters, outgoing: same ? [] : current.voters, learners }
}

/** The second step. */
export function leave(joint: Members): Members {
  return { voters: joint.voters, outgoing: [], learners: joint.learners }
}

function equalIds(a: readonly ReplicaId[], b: readonly ReplicaId[]): boolean {
  return a.length === b.length && a.every((id, i) => id === b[i])
}

function sorted(ids: readonly ReplicaId[]): readonly ReplicaId[] {
  return [...ids].sort((a, b) => a - b)
}

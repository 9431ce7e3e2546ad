/**
 * Before a node stops, others take over what it leads: each group is handed to the voter that holds
 * the most of its log, and those whose proposals are on their way hear what became of them. It ends
 * when there is nothing left to wait for, and after a bound in any case.
 */

import type { Clock } from '../../base/env.ts'
import type { ReplicaId } from '../../base/ids.ts'
import type { Refusal } from '../refusal.ts'
import type { PeerStatus, Status } from '../status.ts'
import { NO_ONE, type Role } from '../types.ts'

/** What decides who takes over. */
export interface Standing extends Pick<Status, 'self' | 'members' | 'transferee'> {
  readonly peers: readonly Pick<PeerStatus, 'id' | 'match' | 'active'>[]
}

/** A group that is about to go. */
interface Leaving {
  readonly raft: { readonly role: Role; status(): Standing }
  readonly proposalsOpen: number
  /** It was removed meanwhile. */
  readonly isClosed: boolean
  transfer(to: ReplicaId): Refusal | undefined
}

export interface HandoverOptions {
  readonly clock: Clock
  /** Between two looks. */
  readonly everyMs: number
  readonly handoverMs: number
}

export function handOver(
  groups: readonly Leaving[],
  options: HandoverOptions,
  done: () => void,
): void {
  const { clock, everyMs, handoverMs } = options
  const untilMs = clock.monotonicMs() + handoverMs
  const look = () => {
    const isDone = groups.filter(isHeld).length === 0
    if (isDone || clock.monotonicMs() >= untilMs) done()
    else clock.after(everyMs, look)
  }
  look()
}

/** Is there something to wait for? */
function isHeld(group: Leaving): boolean {
  if (group.isClosed) return false
  if (group.raft.role !== 'leader') return group.proposalsOpen > 0
  const status = group.raft.status()
  if (status.members.voters.every(id => id === status.self)) return group.proposalsOpen > 0
  const to = successor(status)
  // Nobody answers at this moment: somebody may soon, and else this leader steps down by itself.
  if (to !== undefined && status.transferee === NO_ONE) group.transfer(to)
  return true
}

/** The voter that answers and needs least until it holds the whole log. */
function successor({ members, peers }: Standing): ReplicaId | undefined {
  const able = peers.filter(peer => peer.active && members.voters.includes(peer.id))
  return able.sort((a, b) => b.match - a.match || a.id - b.id)[0]?.id
}

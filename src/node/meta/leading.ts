/**
 * When the leader of a group hands it to the replica that should lead: when that one votes and all
 * have kept up for a while, so that one that comes and goes does not take leadership with it, and
 * nobody who has just lost a leader loses the next one to a wish; while somebody is away, a longer
 * while; and when it did not keep it, not again at once.
 */

import type { ReplicaId } from '../../base/ids.ts'
import type { Status } from '../../raft/status.ts'
import { NO_ONE } from '../../raft/types.ts'
import { isCaughtUp } from '../roster/reconcile.ts'

/** All who vote have kept up for as long. */
export const STEADY_MS = 10_000
/** Or these and no others, the wished one among them. */
export const AWAY_MS = 60_000
/** Between one handover and the next. */
export const AGAIN_MS = 30_000

export type Standing = Pick<Status, 'self' | 'role' | 'members' | 'transferee' | 'peers' | 'commit'>

/** Of one group, on one node. */
export class LeaderWatch {
  #steady: { readonly picture: string; readonly sinceMs: number } | undefined
  #handedMs = Number.NEGATIVE_INFINITY

  /** Whom to hand it to now; undefined: it stays. */
  look(status: Standing, wished: ReplicaId | undefined, nowMs: number): ReplicaId | undefined {
    if (wished === undefined || !mayTakeOver(status, wished)) {
      this.#steady = undefined
      return undefined
    }
    const away = awayFrom(status)
    const picture = `${wished} without ${away}`
    if (this.#steady?.picture !== picture) this.#steady = { picture, sinceMs: nowMs }
    const isSteady = nowMs - this.#steady.sinceMs >= (away.length > 0 ? AWAY_MS : STEADY_MS)
    if (!isSteady || nowMs - this.#handedMs < AGAIN_MS) return undefined
    this.#handedMs = nowMs
    return wished
  }
}

/** Who votes and does not keep up. */
function awayFrom(status: Standing): readonly ReplicaId[] {
  const { self, members } = status
  return members.voters.filter(id => id !== self && !isCaughtUp(status, id))
}

function mayTakeOver(status: Standing, wished: ReplicaId): boolean {
  const { self, role, members, transferee } = status
  if (role !== 'leader' || wished === self) return false
  if (transferee !== NO_ONE || members.outgoing.length > 0) return false
  return members.voters.includes(wished) && isCaughtUp(status, wished)
}

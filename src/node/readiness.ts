/**
 * Whether others may rely on this node: facts in, checks out. A node is ready when every group has
 * confirmed its seat since it was started, which nobody knows before all nodes were asked for
 * groups, each of them has a leader that it knows, and every replica here votes. A learner does not
 * count: whoever takes nodes down one after the other, each when the one before is ready again,
 * must never meet a group that lacks the votes. Where a group has as many voters as it may have,
 * who learns beyond them is ready once it has caught up.
 */

import type { Check } from './face.ts'

export interface ReplicaFacts {
  readonly knowsLeader: boolean
  /** As everybody agrees: no change of the members is under way. */
  readonly votes: boolean
  /** Its group has all the voters that it may have, and this one learns. */
  readonly isSpare: boolean
  /** Since the start it has applied, once, all that was committed when it asked. */
  readonly isCaughtUp: boolean
}

export interface SeatFacts {
  /** By the leader of every group that this node holds or that anybody has named. */
  readonly areConfirmed: boolean
  /** Groups that members spoke of and that have no replica here. */
  readonly missing: number
}

export interface NodeFacts {
  readonly replicas: readonly ReplicaFacts[]
  readonly seats: SeatFacts
  readonly isStopping: boolean
}

export function checksOf({ replicas, seats, isStopping }: NodeFacts): readonly Check[] {
  const count = replicas.length
  const led = replicas.filter(one => one.knowsLeader).length
  const voting = replicas.filter(one => one.votes).length
  const spare = replicas.filter(isReadySpare).length
  const beyond = spare === 0 ? '' : `, ${spare} have caught up beyond the votes`
  return [
    {
      name: 'joined',
      isGood: count > 0 && seats.areConfirmed,
      message: `${count} groups have a replica here${awaited(seats)}`,
    },
    {
      name: 'leaders',
      isGood: led === count,
      message: `${led} of ${count} groups have a known leader`,
    },
    {
      name: 'votes',
      isGood: voting + spare === count,
      message: `${voting} of ${count} replicas here vote${beyond}`,
    },
    { name: 'running', isGood: !isStopping, message: isStopping ? 'stopping' : 'not stopping' },
  ]
}

function awaited({ areConfirmed, missing }: SeatFacts): string {
  if (areConfirmed) return ''
  return missing > 0 ? `, ${missing} groups are still to get one` : ', not all are confirmed yet'
}

const isReadySpare = ({ votes, isSpare, isCaughtUp }: ReplicaFacts) =>
  !votes && isSpare && isCaughtUp

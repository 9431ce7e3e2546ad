/** Becoming and being a follower or learner: the way back from every other role. */

import type { ReplicaId } from '../../base/ids.ts'
import type { Core } from '../core.ts'
import { fastTimes, patience } from '../options.ts'
import { NO_ONE } from '../types.ts'
import { isFirstSuccessor } from './succession.ts'

export function becomeFollower(core: Core, term: number, leader: ReplicaId | typeof NO_ONE): void {
  if (term > core.term) {
    core.term = term
    core.vote = NO_ONE
    // Its sender may have started again and made another image of the same index since.
    core.receiving = undefined
  }
  loseReads(core)
  core.campaign = undefined
  core.leading = undefined
  core.role = core.isVoter ? 'follower' : 'learner'
  core.leader = leader
  if (leader !== NO_ONE) {
    core.lastLeader = leader
    core.fastAttempts = 0
  }
  resetElectionTimer(core)
}

/** The leader of this term spoke. */
export function heardLeader(core: Core, leader: ReplicaId): void {
  if (core.leader !== leader || core.campaign !== undefined) {
    becomeFollower(core, core.term, leader)
    return
  }
  core.electionElapsedMs = 0
  core.lateTicks = 0
}

/**
 * The members changed, or are now known to be committed: whoever does not lead is a follower if it
 * votes and else a learner.
 */
export function refreshRole(core: Core): void {
  if (core.role === 'leader') return
  if (core.isVoter !== (core.role === 'learner')) return
  becomeFollower(core, core.term, core.leader)
}

/** Nobody will answer the reads that were asked under this leader. */
export function loseReads(core: Core): void {
  for (const { read } of core.asked) core.outbox.readsLost.push(read)
  core.asked = []
  for (const ask of core.leading?.rounds.takeAll() ?? []) {
    if (ask.from === core.self) core.outbox.readsLost.push(ask.read)
  }
}

export function resetElectionTimer(core: Core): void {
  const [lowMs, highMs] = patienceMs(core)
  const [fastLowMs, fastHighMs] = core.fastAttempts > 0 ? fastAgainMs(core) : [lowMs, highMs]
  setElectionTimer(core, Math.min(lowMs, fastLowMs), Math.min(highMs, fastHighMs))
}

function patienceMs(core: Core): readonly [lowMs: number, highMs: number] {
  const { electionMs } = core.options.times
  // Whoever asks or campaigns knows that there is no leader: two that asked at once, and so split
  // the votes, need not wait as long again as a follower must.
  const scaleMs = core.campaign === undefined ? electionMs : electionMs / 2
  const { first, others } = patience
  const [low, high] = isFirstSuccessor(core) ? first : others
  return [Math.floor(low * scaleMs), Math.floor(high * scaleMs)]
}

/**
 * Whatever made an attempt fail, be it a slow disk or a process that has just begun to run hot,
 * is given twice the time in the next one.
 */
function fastAgainMs(core: Core): readonly [lowMs: number, highMs: number] {
  const { attempts, doublingsMax, firstAgainMs, othersAgainMs } = fastTimes
  const [lowMs, highMs] = isFirstSuccessor(core) ? firstAgainMs : othersAgainMs
  const failed = Math.max(0, attempts - core.fastAttempts - 1)
  const factor = 2 ** Math.min(failed, doublingsMax)
  return [lowMs * factor, highMs * factor]
}

/** Draws the time until this replica loses patience from [lowMs, highMs). */
export function setElectionTimer(core: Core, lowMs: number, highMs: number): void {
  core.electionElapsedMs = 0
  core.lateTicks = 0
  core.electionTimeoutMs = lowMs + (core.options.random.uint32() % Math.max(1, highMs - lowMs))
}

/** Losing patience, asking around, campaigning, winning. */

import type { ReplicaId } from '../../base/ids.ts'
import type { Core } from '../core.ts'
import { becomeLeader } from '../leading/lead.ts'
import { tally } from '../members/quorum.ts'
import { fastTimes, LATE_TICKS_MAX } from '../options.ts'
import type { RefusalCode } from '../refusal.ts'
import { NO_ONE } from '../types.ts'
import { becomeFollower, loseReads, resetElectionTimer, setElectionTimer } from './follow.ts'
import { isFirstSuccessor } from './succession.ts'

/** Nothing was heard for a whole election timeout; this tick came `lateMs` after it was due. */
export function onElectionTimeout(core: Core, lateMs: number): void {
  const { stallMs, heartbeatMs } = core.options.times
  if (lateMs > stallMs && core.lateTicks < LATE_TICKS_MAX) {
    // This process stood still, perhaps with the leader's heartbeats in its socket: they get a
    // chance to be read before anybody is disturbed.
    core.lateTicks++
    core.electionElapsedMs = core.electionTimeoutMs - heartbeatMs
    return
  }
  if (core.fastAttempts > 0) core.fastAttempts--
  if (core.fastAttempts > 0 && isUnrefused(core)) waitOn(core)
  else beginPreVote(core)
}

/**
 * The connection to the leader closed. It is forgotten, so that this replica's own lease no longer
 * speaks for it, and the voters ask in a fixed order, so that the first of them usually wins before
 * the others have asked.
 */
export function suspectLeader(core: Core, peer: ReplicaId): void {
  if (core.leader !== peer || core.role === 'leader') return
  loseReads(core)
  core.leader = NO_ONE
  if (!core.isVoter) return
  core.fastAttempts = fastTimes.attempts
  const [lowMs, highMs] = isFirstSuccessor(core) ? fastTimes.firstMs : fastTimes.othersMs
  setElectionTimer(core, lowMs, highMs)
}

/** A candidate that may yet win: its votes are late, and to begin anew would throw them away. */
function isUnrefused({ role, campaign }: Core): boolean {
  return (
    role === 'candidate' && campaign !== undefined && ![...campaign.votes.values()].includes(false)
  )
}

/** The same question in the same term, to whoever has not answered it. */
function waitOn(core: Core): void {
  resetElectionTimer(core)
  // Else the question waits for the disk, and leaves by itself.
  if (core.campaign?.votes.has(core.self) === true) askVotes(core, false)
}

/**
 * Would I be elected? Asked without touching the term, so that a replica that cannot win disturbs
 * nobody.
 */
function beginPreVote(core: Core): void {
  loseReads(core)
  core.role = 'pre-candidate'
  core.leader = NO_ONE
  core.campaign = { votes: new Map(), selfVoteNumber: 0 }
  resetElectionTimer(core)
  const { lastIndex, lastTerm } = core.log
  for (const to of otherVoters(core)) {
    core.outbox.send(core.signed({ type: 'pre-vote', to, lastIndex, lastTerm }, core.term + 1))
  }
  countVote(core, core.self, true)
}

/**
 * The real thing. Nothing leaves before term, vote and all that the log claims to hold are durable.
 */
export function beginCampaign(core: Core, forced: boolean): void {
  loseReads(core)
  core.role = 'candidate'
  core.leader = NO_ONE
  core.term++
  core.vote = core.self
  core.receiving = undefined
  core.campaign = { votes: new Map(), selfVoteNumber: core.writeNumber }
  resetElectionTimer(core)
  askVotes(core, forced)
}

function askVotes(core: Core, forced: boolean): void {
  const { lastIndex, lastTerm } = core.log
  for (const to of otherVoters(core)) {
    if (core.campaign?.votes.has(to) === true) continue
    core.sendDurable({ type: 'vote', to, lastIndex, lastTerm, forced })
  }
}

/** A write became durable: perhaps the one with the candidate's vote for itself. */
export function maybeCountOwnVote(core: Core, number: number): void {
  const { campaign } = core
  if (core.role !== 'candidate' || campaign === undefined) return
  if (campaign.selfVoteNumber > number || campaign.votes.has(core.self)) return
  // Only now the others are asked: a slow disk must not eat up the time that they have to answer.
  core.electionElapsedMs = 0
  countVote(core, core.self, true)
}

/** Whoever answers twice counts once. */
export function countVote(core: Core, from: ReplicaId, granted: boolean): RefusalCode | undefined {
  const { campaign } = core
  if (campaign === undefined || campaign.votes.has(from)) return 'stale'
  campaign.votes.set(from, granted)
  const result = tally(core.log.members, campaign.votes)
  if (result === 'lost') becomeFollower(core, core.term, NO_ONE)
  if (result !== 'won') return undefined
  if (core.role === 'pre-candidate') beginCampaign(core, false)
  else becomeLeader(core)
  return undefined
}

function otherVoters(core: Core): readonly ReplicaId[] {
  const { voters, outgoing } = core.log.members
  return [...new Set([...voters, ...outgoing])].filter(id => id !== core.self)
}

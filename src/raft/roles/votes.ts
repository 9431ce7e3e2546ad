/** Giving a vote, or the promise of one. */

import type { Core } from '../core.ts'
import type { PreVote, Vote } from '../messages.ts'
import type { RefusalCode } from '../refusal.ts'
import { NO_ONE } from '../types.ts'
import { becomeFollower, resetElectionTimer } from './follow.ts'
import { isRival } from './succession.ts'

/** Changes nothing here but the counters. */
export function onPreVote(core: Core, message: PreVote): RefusalCode | undefined {
  const { from: to, lastIndex, lastTerm } = message
  const willing = message.term > core.term && !core.hasLease
  const granted = willing && core.log.isUpToDate(lastIndex, lastTerm) && !isRival(core, message)
  // A refusal carries the term of this replica, so that whoever is behind can catch up; a promise
  // carries the term that it is for.
  const term = granted ? message.term : core.term
  core.outbox.send(core.signed({ type: 'pre-vote-reply', to, granted }, term))
  return undefined
}

/**
 * One vote a term, durable before it is told, and only for a log that lacks nothing of this one.
 */
export function onVote(core: Core, message: Vote): RefusalCode | undefined {
  const { from: to, lastIndex, lastTerm } = message
  const free = core.vote === to || (core.vote === NO_ONE && core.leader === NO_ONE)
  if (!free || !core.log.isUpToDate(lastIndex, lastTerm)) {
    core.send({ type: 'vote-reply', to, granted: false })
    return undefined
  }
  if (core.role === 'pre-candidate') becomeFollower(core, core.term, NO_ONE)
  core.vote = to
  resetElectionTimer(core)
  core.sendDurable({ type: 'vote-reply', to, granted: true })
  return undefined
}

/** Leaders and candidates have given their vote of this term to themselves. */
export function denyVote(core: Core, message: Vote): RefusalCode | undefined {
  core.send({ type: 'vote-reply', to: message.from, granted: false })
  return undefined
}

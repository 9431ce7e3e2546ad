/** A voter that lost patience and asks whether it would win; its term has not moved. */

import type { Core } from '../core.ts'
import { onReadReply } from '../leading/reads.ts'
import type { PreVoteReply } from '../messages.ts'
import type { RefusalCode } from '../refusal.ts'
import type { Cells } from './cells.ts'
import { notLeader, stale } from './cells.ts'
import { countVote } from './election.ts'
import { onAppend, onHeartbeat, onSnapshot } from './receive.ts'
import { onPreVote, onVote } from './votes.ts'

export const preCandidate: Cells = {
  'pre-vote': onPreVote,
  'pre-vote-reply': onPreVoteReply,
  vote: onVote,
  'vote-reply': stale,
  append: onAppend,
  'append-reply': stale,
  heartbeat: onHeartbeat,
  'heartbeat-reply': stale,
  snapshot: onSnapshot,
  'snapshot-reply': stale,
  'timeout-now': stale,
  read: notLeader,
  'read-reply': onReadReply,
}

/** A promise names the term it is for: one for an earlier campaign is worth nothing. */
function onPreVoteReply(core: Core, message: PreVoteReply): RefusalCode | undefined {
  if (message.granted && message.term !== core.term + 1) return 'stale'
  return countVote(core, message.from, message.granted)
}

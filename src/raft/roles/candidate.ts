/** A voter that has opened a term, voted for itself in it and asks the others. */

import type { Core } from '../core.ts'
import { onReadReply } from '../leading/reads.ts'
import type { VoteReply } from '../messages.ts'
import type { RefusalCode } from '../refusal.ts'
import type { Cells } from './cells.ts'
import { notLeader, stale } from './cells.ts'
import { countVote } from './election.ts'
import { onAppend, onHeartbeat, onSnapshot } from './receive.ts'
import { denyVote, onPreVote } from './votes.ts'

export const candidate: Cells = {
  'pre-vote': onPreVote,
  'pre-vote-reply': stale,
  vote: denyVote,
  'vote-reply': onVoteReply,
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

function onVoteReply(core: Core, message: VoteReply): RefusalCode | undefined {
  return countVote(core, message.from, message.granted)
}

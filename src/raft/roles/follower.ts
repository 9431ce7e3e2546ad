/** A voter that follows, or waits for somebody to follow. */

import type { Core } from '../core.ts'
import { onReadReply } from '../leading/reads.ts'
import type { TimeoutNow } from '../messages.ts'
import type { RefusalCode } from '../refusal.ts'
import type { Cells } from './cells.ts'
import { notLeader, stale } from './cells.ts'
import { beginCampaign } from './election.ts'
import { onAppend, onHeartbeat, onSnapshot } from './receive.ts'
import { onPreVote, onVote } from './votes.ts'

export const follower: Cells = {
  'pre-vote': onPreVote,
  'pre-vote-reply': stale,
  vote: onVote,
  'vote-reply': stale,
  append: onAppend,
  'append-reply': stale,
  heartbeat: onHeartbeat,
  'heartbeat-reply': stale,
  snapshot: onSnapshot,
  'snapshot-reply': stale,
  'timeout-now': onTimeoutNow,
  read: notLeader,
  'read-reply': onReadReply,
}

/** The leader steps aside for this replica: no pre-vote, and the others may forget their lease. */
function onTimeoutNow(core: Core, message: TimeoutNow): RefusalCode | undefined {
  if (core.leader !== message.from) return 'stale'
  beginCampaign(core, true)
  return undefined
}

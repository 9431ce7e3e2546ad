/** The one voter of a term that may add to the log. */

import { onRead } from '../leading/reads.ts'
import { onAppendReply, onHeartbeatReply, onSnapshotReply } from '../leading/replies.ts'
import type { Cells } from './cells.ts'
import { leading, stale, unexpected } from './cells.ts'
import { denyVote, onPreVote } from './votes.ts'

export const leader: Cells = {
  'pre-vote': onPreVote,
  'pre-vote-reply': stale,
  vote: denyVote,
  'vote-reply': stale,
  append: unexpected,
  'append-reply': leading(onAppendReply),
  heartbeat: unexpected,
  'heartbeat-reply': leading(onHeartbeatReply),
  snapshot: unexpected,
  'snapshot-reply': leading(onSnapshotReply),
  'timeout-now': unexpected,
  read: leading(onRead),
  'read-reply': stale,
}

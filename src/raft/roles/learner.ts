/**
 * A replica that, by its own log, does not vote: it follows and never campaigns. Asked for its vote
 * it gives it, since whoever asks may have a newer log in which this replica votes.
 */

import { onReadReply } from '../leading/reads.ts'
import type { Cells } from './cells.ts'
import { notLeader, stale } from './cells.ts'
import { onAppend, onHeartbeat, onSnapshot } from './receive.ts'
import { onPreVote, onVote } from './votes.ts'

export const learner: Cells = {
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
  'timeout-now': () => 'not-a-voter',
  read: notLeader,
  'read-reply': onReadReply,
}

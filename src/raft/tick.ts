/** Time passes. */

import type { Core } from './core.ts'
import type { Leadership } from './leading/leadership.ts'
import { expireReads } from './leading/reads.ts'
import { sendHeartbeats } from './leading/replicate.ts'
import { retryChunks } from './leading/replies.ts'
import { expireTransfer } from './leading/transfer.ts'
import { quorumHas } from './members/quorum.ts'
import { onElectionTimeout } from './roles/election.ts'
import { becomeFollower } from './roles/follow.ts'
import { NO_ONE } from './types.ts'

export function tick(core: Core, elapsedMs: number, lateMs: number): void {
  if (core.leading === undefined) tickFollower(core, elapsedMs, lateMs)
  else tickLeader(core, core.leading, elapsedMs, lateMs)
}

function tickFollower(core: Core, elapsedMs: number, lateMs: number): void {
  core.electionElapsedMs += elapsedMs
  if (core.asked.length > 0) expireReads(core, elapsedMs)
  if (core.isVoter && core.electionElapsedMs >= core.electionTimeoutMs) {
    onElectionTimeout(core, lateMs)
  }
}

function tickLeader(core: Core, leading: Leadership, elapsedMs: number, lateMs: number): void {
  const { heartbeatMs, electionMs, stallMs } = core.options.times
  leading.heartbeatElapsedMs += elapsedMs
  // After a stall of this process the answers may lie in its sockets: they get their chance.
  leading.quorumElapsedMs += lateMs > stallMs ? Math.min(elapsedMs, heartbeatMs) : elapsedMs
  expireTransfer(core, leading, elapsedMs)
  retryChunks(core, leading, elapsedMs)
  if (leading.quorumElapsedMs >= electionMs) checkQuorum(core, leading)
  if (core.leading !== leading || leading.heartbeatElapsedMs < heartbeatMs) return
  sendHeartbeats(core, leading)
}

/** A leader that no quorum answers is none: its clients would wait for nothing. */
function checkQuorum(core: Core, leading: Leadership): void {
  leading.quorumElapsedMs = 0
  const alive = quorumHas(core.log.members, id => {
    return id === core.self || leading.peers.get(id)?.active === true
  })
  for (const peer of leading.peers.values()) {
    if (peer.leaving && !peer.active) leading.peers.delete(peer.id)
    peer.active = false
  }
  if (!alive) becomeFollower(core, core.term, NO_ONE)
}

/** No timer acts before so many milliseconds have been told by `tick`. */
export function wakeInMs(core: Core): number {
  const { heartbeatMs, electionMs } = core.options.times
  const { leading } = core
  if (leading !== undefined) {
    const heartbeat = heartbeatMs - leading.heartbeatElapsedMs
    return Math.max(0, Math.min(heartbeat, electionMs - leading.quorumElapsedMs))
  }
  const reads = core.asked.length > 0 ? heartbeatMs : Number.POSITIVE_INFINITY
  if (!core.isVoter) return reads
  return Math.max(0, Math.min(reads, core.electionTimeoutMs - core.electionElapsedMs))
}

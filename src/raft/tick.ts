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
  // After a stall of this process the answers may lie in its sockets: they get their chance. And
  // nobody falls silent within one tick, which asked nobody.
  leading.quorumElapsedMs += Math.min(elapsedMs, lateMs > stallMs ? heartbeatMs : electionMs / 2)
  expireTransfer(core, leading, elapsedMs)
  retryChunks(core, leading, elapsedMs)
  if (leading.quorumElapsedMs >= heartbeatMs) checkQuorum(core, leading)
  if (core.leading !== leading || leading.heartbeatElapsedMs < heartbeatMs) return
  sendHeartbeats(core, leading)
}

/**
 * A leader that no quorum answers is none: its clients would wait for nothing. Each peer's silence
 * has a clock of its own, or one that was heard just behind a common mark would count for twice the
 * time.
 */
function checkQuorum(core: Core, leading: Leadership): void {
  const { electionMs } = core.options.times
  for (const peer of leading.peers.values()) {
    peer.silentMs += leading.quorumElapsedMs
    peer.active = peer.silentMs < electionMs
    if (peer.leaving && !peer.active) leading.peers.delete(peer.id)
  }
  leading.quorumElapsedMs = 0
  const alive = quorumHas(core.log.members, id => {
    return id === core.self || leading.peers.get(id)?.active === true
  })
  if (!alive) becomeFollower(core, core.term, NO_ONE)
}

/** No timer acts before so many milliseconds have been told by `tick`. */
export function wakeInMs(core: Core): number {
  const { heartbeatMs } = core.options.times
  const { leading } = core
  if (leading !== undefined) {
    const elapsedMs = Math.max(leading.heartbeatElapsedMs, leading.quorumElapsedMs)
    return Math.max(0, heartbeatMs - elapsedMs)
  }
  const reads = core.asked.length > 0 ? heartbeatMs : Number.POSITIVE_INFINITY
  if (!core.isVoter) return reads
  return Math.max(0, Math.min(reads, core.electionTimeoutMs - core.electionElapsedMs))
}

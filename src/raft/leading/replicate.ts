/** How a leader sends: entries, heartbeats, chunks of images. */

import type { Core } from '../core.ts'
import { sizeOf } from '../log/codec.ts'
import type { Leadership } from './leadership.ts'
import type { Progress } from './progress.ts'

/**
 * Sends all that the peer's window takes. A commit index alone waits for the next append or beat:
 * it would cost a message and its answer for each lone proposal. Not that of a new leader or of new
 * members, which others wait for.
 */
export function feed(core: Core, peer: Progress): void {
  while (!peer.isPaused && peer.next <= core.log.lastIndex) {
    if (!sendAppend(core, peer)) return
  }
  const urgent = Math.max(core.leading?.termStart ?? 0, core.log.membersIndex)
  if (peer.commitSent < urgent) tellCommit(core, peer)
}

/** Of what it has acknowledged; an empty append brings it, unless one has. */
export function tellCommit(core: Core, peer: Progress): void {
  const tellable = Math.min(core.log.commit, peer.match)
  if (peer.commitSent < tellable && peer.state === 'replicate') sendAppend(core, peer)
}

/**
 * One append behind what was sent last; empty if there is nothing new or no room, which still tells
 * how things stand. false: nothing went, because the peer must be brought up by an image or a probe
 * is out.
 */
export function sendAppend(core: Core, peer: Progress): boolean {
  if (peer.state === 'snapshot' || peer.probing) return false
  const { log } = core
  const prevIndex = peer.next - 1
  const prevTerm = log.term(prevIndex)
  if (prevTerm === undefined) {
    beginSnapshot(core, peer)
    return false
  }
  const entries = nextEntries(core, peer)
  const { commit } = log
  core.send({ type: 'append', to: peer.id, prevIndex, prevTerm, entries, commit })
  const lastIndex = prevIndex + entries.length
  const bytes = entries.reduce((sum, entry) => sum + sizeOf(entry), 0)
  peer.sent(lastIndex, entries.length, bytes)
  peer.commitSent = Math.min(commit, lastIndex)
  return true
}

function nextEntries(core: Core, peer: Progress): ReturnType<typeof core.log.slice> {
  const { inflight } = peer
  if (inflight.isFull || peer.next > core.log.lastIndex) return []
  const bytesMax = Math.min(core.options.limits.messageBytesMax, inflight.roomBytes)
  return core.log.slice(peer.next, inflight.room, bytesMax)
}

export function sendHeartbeats(core: Core, leading: Leadership): void {
  leading.heartbeatElapsedMs = 0
  const { round } = leading.rounds
  for (const peer of leading.peers.values()) {
    // Not beyond what the peer has acknowledged: it need not compare logs to believe it.
    const commit = Math.min(peer.match, core.log.commit)
    peer.commitSent = Math.max(peer.commitSent, commit)
    core.send({ type: 'heartbeat', to: peer.id, commit, round })
  }
}

/** The peer needs entries that are gone: it gets the image, unless it seems to be dead. */
function beginSnapshot(core: Core, peer: Progress): void {
  // Nobody is brought up to date only to be told that it has left.
  if (peer.leaving) core.leading?.peers.delete(peer.id)
  if (peer.leaving || !peer.active) return
  peer.becomeSnapshot(core.log.image)
  askChunk(core, peer)
}

/**
 * Has the host read the chunk that the peer needs next; once a read is out, its answer asks again.
 * A disk slower than the retries would else be given ever more to read.
 */
export function askChunk(core: Core, peer: Progress): void {
  const { sending } = peer
  if (sending === undefined) return
  sending.waitedMs = 0
  if (core.reading.has(peer.id)) return
  core.reading.add(peer.id)
  const { image, offset } = sending
  const sizeBytesMax = core.options.limits.chunkBytesMax
  core.outbox.chunkReads.push({ to: peer.id, image, offset, sizeBytesMax })
}

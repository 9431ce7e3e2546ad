/** What a leader makes of its followers' answers. */

import type { Core } from '../core.ts'
import type { AppendReply, HeartbeatReply, SnapshotReply } from '../messages.ts'
import type { ChunkBytes } from '../ready.ts'
import type { RefusalCode } from '../refusal.ts'
import { advanceCommit, maybeForget } from './lead.ts'
import type { Leadership } from './leadership.ts'
import type { Progress } from './progress.ts'
import { confirmRound } from './reads.ts'
import { askChunk, feed, sendAppend } from './replicate.ts'
import { maybeTimeoutNow } from './transfer.ts'

type Reply<M> = (core: Core, leading: Leadership, peer: Progress, message: M) => Outcome
type Outcome = RefusalCode | undefined

/** An answer counts only from a peer that is still known. */
function fromPeer<M extends { readonly from: Progress['id'] }>(reply: Reply<M>) {
  return (core: Core, leading: Leadership, message: M): Outcome => {
    const peer = leading.peers.get(message.from)
    if (peer === undefined) return 'unknown-peer'
    peer.active = true
    peer.silentMs = 0
    return reply(core, leading, peer, message)
  }
}

export const onAppendReply = fromPeer<AppendReply>((core, leading, peer, message) => {
  if (message.index > core.log.lastIndex) return 'unexpected'
  if (!message.ok) return retreat(core, peer, message)
  const wasProbe = peer.state === 'probe'
  const further = peer.acknowledged(message.index)
  if (wasProbe && message.index === peer.match) peer.becomeReplicate()
  if (peer.state === 'snapshot' && core.log.term(peer.match) !== undefined) peer.becomeReplicate()
  if (further) {
    advanceCommit(core, leading)
    if (core.leading !== leading) return undefined
  }
  feed(core, peer)
  maybeTimeoutNow(core, leading)
  maybeForget(core, leading, peer)
  return undefined
})

/** The logs differ at the probed place: skip whole terms rather than single entries. */
function retreat(core: Core, peer: Progress, message: AppendReply): Outcome {
  const { index, hintIndex, hintTerm } = message
  const hint = core.log.lastBelowTerm(hintIndex, hintTerm)
  if (!peer.rejected(index, hint)) return 'stale'
  sendAppend(core, peer)
  return undefined
}

export const onHeartbeatReply = fromPeer<HeartbeatReply>((core, leading, peer, message) => {
  if (message.round > leading.rounds.round) return 'unexpected'
  peer.round = Math.max(peer.round, message.round)
  peer.probing = false
  // Even an empty append shows what was lost on the way: it will not fit.
  if (peer.match < core.log.lastIndex || peer.state === 'probe') sendAppend(core, peer)
  confirmRound(core, leading)
  return undefined
})

export const onSnapshotReply = fromPeer<SnapshotReply>((core, leading, peer, message) => {
  const { sending } = peer
  if (sending === undefined || sending.image.index !== message.imageIndex) return 'stale'
  if (message.done) {
    peer.acknowledged(message.imageIndex)
    peer.becomeReplicate()
    feed(core, peer)
    maybeTimeoutNow(core, leading)
    return undefined
  }
  if (message.offset === sending.offset) return 'stale'
  sending.offset = message.offset
  askChunk(core, peer)
  return undefined
})

/** The host has read a chunk; it may have taken so long that another one is wanted by now. */
export function sendChunk(core: Core, leading: Leadership, bytes: ChunkBytes): void {
  const peer = leading.peers.get(bytes.to)
  const sending = peer?.sending
  if (peer === undefined || sending === undefined) return
  const { data, last, offset, imageIndex } = bytes
  if (sending.image.index !== imageIndex || sending.offset !== offset) {
    askChunk(core, peer)
    return
  }
  sending.waitedMs = 0
  if (data === undefined) {
    // That image is gone. A probe after the next heartbeat finds out which one is needed now.
    peer.becomeProbe()
    peer.probing = true
    return
  }
  core.send({ type: 'snapshot', to: peer.id, image: sending.image, offset, data, last })
}

/** Nothing came back for a while: the same chunk again, or nothing if the peer seems to be dead. */
export function retryChunks(core: Core, leading: Leadership, elapsedMs: number): void {
  for (const peer of leading.peers.values()) {
    if (peer.sending === undefined) continue
    peer.sending.waitedMs += elapsedMs
    if (peer.sending.waitedMs < core.options.times.chunkRetryMs) continue
    if (peer.active) askChunk(core, peer)
    else peer.becomeProbe()
  }
}

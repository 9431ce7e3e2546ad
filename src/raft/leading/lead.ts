/** Becoming and being a leader: its own entries, what is committed, who its peers are. */

import type { Core } from '../core.ts'
import { encodeMembers, sizeOf } from '../log/codec.ts'
import { everyone, isJoint, isVoter, leave } from '../members/members.ts'
import { quorumIndex } from '../members/quorum.ts'
import { becomeFollower } from '../roles/follow.ts'
import type { EntryKind } from '../types.ts'
import { NO_ONE } from '../types.ts'
import { Leadership } from './leadership.ts'
import { Progress } from './progress.ts'
import { turnRounds } from './reads.ts'
import { feed } from './replicate.ts'

const nothing = new Uint8Array(0)

export function becomeLeader(core: Core): void {
  const leading = new Leadership(core.log.lastIndex + 1)
  core.campaign = undefined
  core.fastAttempts = 0
  core.role = 'leader'
  core.leader = core.self
  core.lastLeader = core.self
  core.leading = leading
  leading.uncommittedBytes = bytesBetween(core, core.log.commit + 1, core.log.lastIndex)
  syncPeers(core, leading)
  appendOwn(core, leading, 'term', nothing)
}

/**
 * A leader's way of saying something: into its own log and out to its peers, in parallel. What is
 * appended before the host takes the next record goes out together.
 */
export function appendOwn(
  core: Core,
  leading: Leadership,
  kind: EntryKind,
  data: Uint8Array,
): number {
  const entry = { index: core.log.lastIndex + 1, term: core.term, kind, data }
  core.log.append(entry)
  leading.uncommittedBytes += sizeOf(entry)
  if (kind === 'members') syncPeers(core, leading)
  leading.hasNews = true
  return entry.index
}

/** Tells the peers what was appended since the last record. */
export function tellNews(core: Core, leading: Leadership): void {
  if (!leading.hasNews) return
  leading.hasNews = false
  for (const peer of leading.peers.values()) feed(core, peer)
}

/** One progress for each other member. Whoever leaves is kept until it knows, or is silent. */
function syncPeers(core: Core, leading: Leadership): void {
  const ids = everyone(core.log.members)
  for (const peer of leading.peers.values()) peer.leaving = !ids.includes(peer.id)
  for (const id of ids) {
    if (id === core.self || leading.peers.has(id)) continue
    leading.peers.set(id, new Progress(id, core.log.lastIndex + 1, core.options.limits))
  }
}

/** Forgets a peer that has seen by which entry it left, and was told that it is committed. */
export function maybeForget(core: Core, leading: Leadership, peer: Progress): void {
  const known = Math.min(peer.match, peer.commitSent)
  if (peer.leaving && known >= core.log.membersIndex) leading.peers.delete(peer.id)
}

/**
 * What a quorum holds is committed, if the newest entry of it is of this term; earlier terms follow
 * with it.
 */
export function advanceCommit(core: Core, leading: Leadership): void {
  const { log } = core
  const index = quorumIndex(log.members, id => {
    return id === core.self ? log.durable : (leading.peers.get(id)?.match ?? 0)
  })
  if (index <= log.commit || log.term(index) !== core.term) return
  leading.uncommittedBytes -= bytesBetween(core, log.commit + 1, index)
  log.commitTo(index)
  settleMembers(core, leading)
  if (core.leading !== leading) return
  for (const peer of leading.peers.values()) feed(core, peer)
  turnRounds(core, leading)
}

/**
 * The newest members are committed: a joint phase ends, and a leader that is no longer one of them
 * goes.
 */
function settleMembers(core: Core, leading: Leadership): void {
  const { members, membersIndex, commit } = core.log
  if (membersIndex > commit) return
  if (isJoint(members)) {
    appendOwn(core, leading, 'members', encodeMembers(leave(members)))
  } else if (!isVoter(members, core.self)) {
    for (const peer of leading.peers.values()) feed(core, peer)
    becomeFollower(core, core.term, NO_ONE)
  }
}

function bytesBetween(core: Core, from: number, to: number): number {
  let bytes = 0
  for (let index = from; index <= to; index++) {
    const entry = core.log.entry(index)
    if (entry !== undefined) bytes += sizeOf(entry)
  }
  return bytes
}

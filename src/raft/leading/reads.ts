/**
 * Linearizable reads without writing: the leader notes its commit index, proves by a round of
 * heartbeats that it still leads, and whoever asked answers once that index is applied there.
 */

import type { Core } from '../core.ts'
import { quorumHas } from '../members/quorum.ts'
import type { Read, ReadReply } from '../messages.ts'
import type { Refusal, RefusalCode } from '../refusal.ts'
import type { ReadId } from '../types.ts'
import { NO_ONE } from '../types.ts'
import type { Leadership } from './leadership.ts'
import type { ReadAsk } from './read-rounds.ts'
import { sendHeartbeats, tellCommit } from './replicate.ts'

export function askRead(core: Core): { readonly read: ReadId } | Refusal {
  if (core.leader === NO_ONE) return core.refuse('no-leader')
  if (isFull(core)) return core.refuse('too-many-reads')
  core.readSerial++
  const read = { replica: core.self, boot: core.options.boot, serial: core.readSerial }
  if (core.leading !== undefined) {
    admit(core, core.leading, { read, from: core.self })
  } else {
    core.asked.push({ read, waitedMs: 0 })
    core.send({ type: 'read', to: core.leader, read })
  }
  return { read }
}

function isFull(core: Core): boolean {
  return readsPending(core) >= core.options.limits.readsPendingMax
}

/** Reads asked here or of this leader that are not yet answered. */
export function readsPending(core: Core): number {
  return core.asked.length + core.confirmed.length + (core.leading?.rounds.size ?? 0)
}

/** A follower asks its leader. */
export function onRead(core: Core, leading: Leadership, message: Read): RefusalCode | undefined {
  if (isFull(core)) return 'too-many-reads'
  admit(core, leading, { read: message.read, from: message.from })
  return undefined
}

function admit(core: Core, leading: Leadership, ask: ReadAsk): void {
  leading.rounds.add(ask)
  beginRound(core, leading)
}

/**
 * Not before an entry of its own term is committed: until then a leader may not know all that is.
 */
function beginRound(core: Core, leading: Leadership): void {
  if (core.log.commit < leading.termStart) return
  if (!leading.rounds.begin(core.log.commit)) return
  sendHeartbeats(core, leading)
  confirmRound(core, leading)
}

/**
 * The commit index moved: reads may be waiting for the first entry of the term, or for the answers
 * of members that have left since.
 */
export function turnRounds(core: Core, leading: Leadership): void {
  if (leading.rounds.isOpen) confirmRound(core, leading)
  else beginRound(core, leading)
}

export function confirmRound(core: Core, leading: Leadership): void {
  const { rounds, peers } = leading
  if (!rounds.isOpen) return
  const answered = quorumHas(core.log.members, id => {
    return id === core.self || (peers.get(id)?.round ?? 0) >= rounds.round
  })
  if (!answered) return
  for (const ask of rounds.takeConfirmed()) answer(core, leading, ask, rounds.index)
  beginRound(core, leading)
}

function answer(core: Core, leading: Leadership, ask: ReadAsk, index: number): void {
  const { read } = ask
  if (ask.from === core.self) {
    confirm(core, read, index)
    return
  }
  // It waits until it has applied so much.
  const peer = leading.peers.get(ask.from)
  if (peer !== undefined) tellCommit(core, peer)
  core.send({ type: 'read-reply', to: ask.from, read, index })
}

export function onReadReply(core: Core, message: ReadReply): RefusalCode | undefined {
  const { boot, serial, replica } = message.read
  const mine = replica === core.self && boot === core.options.boot
  const at = mine ? core.asked.findIndex(asked => asked.read.serial === serial) : -1
  if (at < 0) return 'stale'
  core.asked.splice(at, 1)
  confirm(core, message.read, message.index)
  return undefined
}

function confirm(core: Core, read: ReadId, index: number): void {
  core.confirmed.push({ read, index })
  releaseReads(core)
}

/**
 * More is applied: some reads may be answered now. While an image is being loaded none may, for the
 * state that had applied so much is going, and the one that takes its place is not whole.
 */
export function releaseReads(core: Core): void {
  if (core.loading !== undefined) return
  const { applied } = core.log
  for (const { read, index } of core.confirmed) {
    if (index <= applied) core.outbox.reads.push(read)
  }
  core.confirmed = core.confirmed.filter(confirmed => confirmed.index > applied)
}

/** A question or its answer may be lost on the way: whoever waits is told after a while. */
export function expireReads(core: Core, elapsedMs: number): void {
  const waitMsMax = core.options.times.electionMs
  for (const asked of core.asked) asked.waitedMs += elapsedMs
  for (const { read, waitedMs } of core.asked) {
    if (waitedMs >= waitMsMax) core.outbox.readsLost.push(read)
  }
  core.asked = core.asked.filter(asked => asked.waitedMs < waitMsMax)
}

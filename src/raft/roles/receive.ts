/** What a leader sends, taken by whoever follows it. */

import type { Core } from '../core.ts'
import type { Append, Heartbeat, Snapshot } from '../messages.ts'
import type { RefusalCode } from '../refusal.ts'
import { heardLeader, refreshRole } from './follow.ts'

export function onAppend(core: Core, message: Append): RefusalCode | undefined {
  heardLeader(core, message.from)
  const { log } = core
  const { prevIndex, prevTerm, from: to } = message
  if (log.contradicts(prevIndex, prevTerm)) return 'unexpected'
  if (prevIndex < log.commit) {
    acknowledge(core, message, log.commit)
    return undefined
  }
  if (log.term(prevIndex) !== prevTerm) {
    const hintIndex = log.lastBelowTerm(prevIndex, prevTerm)
    const hintTerm = log.term(hintIndex) ?? 0
    core.send({ type: 'append-reply', to, ok: false, index: prevIndex, hintIndex, hintTerm })
    return undefined
  }
  log.merge(message.entries)
  const lastIndex = prevIndex + message.entries.length
  log.commitTo(Math.min(message.commit, lastIndex))
  refreshRole(core)
  acknowledge(core, message, lastIndex)
  return undefined
}

/** True only once the log is durable that far; the outbox waits for that. */
function acknowledge(core: Core, message: Append, index: number): void {
  const { from: to } = message
  core.sendDurable({ type: 'append-reply', to, ok: true, index, hintIndex: 0, hintTerm: 0 })
}

export function onHeartbeat(core: Core, message: Heartbeat): RefusalCode | undefined {
  heardLeader(core, message.from)
  // The leader names no more than was acknowledged to it: whatever is missing here was lost here.
  if (message.commit > core.log.lastIndex) return 'commit-beyond-log'
  if (core.log.commitTo(message.commit)) refreshRole(core)
  core.send({ type: 'heartbeat-reply', to: message.from, round: message.round })
  return undefined
}

export function onSnapshot(core: Core, message: Snapshot): RefusalCode | undefined {
  heardLeader(core, message.from)
  const { log } = core
  const { image } = message
  if (log.contradicts(image.index, image.term)) return 'unexpected'
  const covered = image.index <= log.commit || log.term(image.index) === image.term
  if (!covered) return takeChunk(core, message)
  if (log.commitTo(image.index)) refreshRole(core)
  core.receiving = undefined
  replyChunk(core, message, 0, true)
  return undefined
}

/**
 * Chunks come in order and from one replica: two images of the same index may differ in their
 * bytes.
 */
function takeChunk(core: Core, message: Snapshot): RefusalCode | undefined {
  const { image, from, offset, data, last } = message
  if (!isReceiving(core, message)) core.receiving = { image, from, nextOffset: 0 }
  const { receiving } = core
  if (core.outbox.chunk !== undefined || receiving === undefined) return 'stale'
  if (offset !== receiving.nextOffset) {
    replyChunk(core, message, receiving.nextOffset, false)
    return undefined
  }
  core.outbox.chunk = { image: receiving.image, from, offset, data, last }
  receiving.nextOffset += data.length
  if (last) install(core, message)
  replyChunk(core, message, receiving.nextOffset, last)
  return undefined
}

function isReceiving(core: Core, { image, from }: Snapshot): boolean {
  const { receiving } = core
  if (receiving === undefined || receiving.from !== from) return false
  return receiving.image.index === image.index && receiving.image.term === image.term
}

function replyChunk(core: Core, message: Snapshot, offset: number, done: boolean): void {
  const { from: to, image } = message
  core.sendDurable({ type: 'snapshot-reply', to, imageIndex: image.index, offset, done })
}

/** The image takes the place of the log at once, and of the state when it is durable. */
function install(core: Core, { image }: Snapshot): void {
  core.receiving = undefined
  core.outbox.install = image
  // One taken here may wait for the same write: it is older, and would be written behind this one.
  core.outbox.compact = undefined
  core.installing = image
  core.log.replaceBy(image, core.outbox.nextNumber)
  refreshRole(core)
}

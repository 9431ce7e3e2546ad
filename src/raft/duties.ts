/** Gathers what the core wants done into one record, in the order in which it must be done. */

import type { Core } from './core.ts'
import { tellNews } from './leading/lead.ts'
import type { Ready, Write } from './ready.ts'
import type { HardState, Image } from './types.ts'

export function hasReady(core: Core): boolean {
  return core.outbox.hasNews || needsWrite(core) || canInstall(core) || mayApply(core)
}

export function takeReady(core: Core): Ready {
  const { outbox, leading } = core
  if (leading !== undefined) tellNews(core, leading)
  const write = needsWrite(core) ? takeWrite(core) : undefined
  const install = canInstall(core) ? takeInstall(core) : undefined
  const committed = mayApply(core)
    ? core.log.takeCommitted(core.options.limits.committedBytesMax)
    : []
  const { messages, chunkReads, reads, readsLost, chains } = outbox
  outbox.clearNews()
  return { messages, write, chunkReads, install, committed, reads, readsLost, chains }
}

function needsWrite(core: Core): boolean {
  const { outbox, log } = core
  const moved = outbox.hardState.commit !== log.commit || outbox.compact !== undefined
  return moved || core.hasUnwritten
}

function takeWrite(core: Core): Write {
  const { outbox, log } = core
  const sync = core.hasUnwritten
  const number = outbox.takeNumber()
  const { chunk, install, compact } = outbox
  const hardState = maybeHardState(core)
  const entries = log.takeUnwritten(number)
  outbox.chunk = undefined
  outbox.install = undefined
  outbox.compact = undefined
  return { number, chunk, install, hardState, entries, compact, sync }
}

function maybeHardState(core: Core): HardState | undefined {
  const { term, vote, outbox } = core
  const { commit } = core.log
  const old = outbox.hardState
  if (old.term === term && old.vote === vote && old.commit === commit) return undefined
  outbox.hardState = { term, vote, commit }
  return outbox.hardState
}

/**
 * One image at a time: the state that is being loaded must be there before the next one replaces
 * it.
 */
function canInstall(core: Core): boolean {
  const { installing, loading, log } = core
  return installing !== undefined && loading === undefined && log.durable >= installing.index
}

function takeInstall(core: Core): Image | undefined {
  core.log.handImage()
  core.loading = core.installing
  core.installing = undefined
  return core.loading
}

function mayApply(core: Core): boolean {
  return core.installing === undefined && core.log.hasCommitted
}

/**
 * The order in which voters follow a leader that was lost: by their ids, from its own upwards, in a
 * circle. Those who saw the same leader last agree on it without a word.
 */

import type { ReplicaId } from '../../base/ids.ts'
import type { Core } from '../core.ts'
import type { PreVote } from '../messages.ts'
import { patience } from '../options.ts'

/** Does `one` come before `other`? */
function isEarlier({ lastLeader }: Core, one: ReplicaId, other: ReplicaId): boolean {
  const isBehind = one > lastLeader
  return isBehind === other > lastLeader ? one < other : isBehind
}

export function isFirstSuccessor(core: Core): boolean {
  const { lastLeader, log, self } = core
  const others = log.members.voters.filter(id => id !== lastLeader && id !== self)
  return others.every(id => isEarlier(core, self, id))
}

/**
 * Two survivors whose logs are equal and who ask at the same time would split the votes, again and
 * again where processes are slow: the earlier does not help the later while it asks itself. Only
 * for a moment, since it may be the one who cannot win.
 */
export function isRival(core: Core, { from, lastIndex, lastTerm }: PreVote): boolean {
  const { campaign, fastAttempts, electionElapsedMs, log, options } = core
  if (campaign === undefined) return false
  const insistsMs = patience.insists * options.times.electionMs
  if (fastAttempts === 0 && electionElapsedMs >= insistsMs) return false
  const isEven = lastIndex === log.lastIndex && lastTerm === log.lastTerm
  return isEven && isEarlier(core, core.self, from)
}

/**
 * A message comes in: is it one, is it for us, what does its term say; then the cell of the table.
 * The order is the rule: nothing of a message is believed before its term is settled.
 */

import type { Core } from './core.ts'
import { isMember } from './members/members.ts'
import type { Message, MessageType } from './messages.ts'
import type { Refusal, RefusalCode } from './refusal.ts'
import { becomeFollower } from './roles/follow.ts'
import { dispatch } from './roles/table.ts'
import { NO_ONE } from './types.ts'
import { isSound } from './validate.ts'

export function step(core: Core, message: Message): Refusal | undefined {
  const code = admit(core, message) ?? dispatch(core, message)
  return code === undefined ? undefined : core.refuse(code)
}

function admit(core: Core, message: Message): RefusalCode | undefined {
  if (!isSound(message)) return 'malformed'
  core.counters.received[core.role][message.type]++
  if (message.to !== core.self || message.from === core.self) return 'not-mine'
  if (isFuture(core, message)) return 'future-term'
  if (answersOnly.has(message.type) && !isPeer(core, message)) return 'unknown-peer'
  if (message.term < core.term) return answerOldTerm(core, message)
  if (message.term > core.term) return takeNewTerm(core, message)
  return isSecondLeader(core, message) ? 'unexpected' : undefined
}

/** A newcomer has no history of its own; the group's may be long. */
function isFuture({ log, term, options }: Core, message: Message): boolean {
  const isNewcomer = log.members.voters.length === 0
  return message.term > term + options.limits.termJumpMax && !isNewcomer
}

/**
 * Only a member has these to say. Not so votes, appends and the like: this replica's members may be
 * the older ones, and a newcomer that the others have already elected must be heard.
 */
const answersOnly: ReadonlySet<MessageType> = new Set<MessageType>([
  'pre-vote-reply',
  'vote-reply',
  'append-reply',
  'heartbeat-reply',
  'snapshot-reply',
  'read',
  'read-reply',
])

function isPeer(core: Core, { from }: Message): boolean {
  return isMember(core.log.members, from) || core.leading?.peers.has(from) === true
}

/** Sent by a leader, and by nobody else. */
const fromLeader: ReadonlySet<MessageType> = new Set<MessageType>([
  'append',
  'heartbeat',
  'snapshot',
])

/** A term has one leader: once it is known, nobody else leads this term. */
function isSecondLeader(core: Core, { from, type }: Message): boolean {
  return core.leader !== from && core.leader !== NO_ONE && fromLeader.has(type)
}

/**
 * The sender is behind. A leader or asker that could not learn of it otherwise is told, by a
 * refusal that carries this replica's term; else a replica whose term ran ahead while it was cut
 * off would never be let in again.
 */
function answerOldTerm(core: Core, message: Message): RefusalCode {
  const { from: to, type } = message
  if (type === 'pre-vote') {
    core.send({ type: 'pre-vote-reply', to, granted: false })
  } else if (fromLeader.has(type)) {
    core.send({ type: 'append-reply', to, ok: false, index: 0, hintIndex: 0, hintTerm: 0 })
  }
  return 'stale'
}

function takeNewTerm(core: Core, message: Message): RefusalCode | undefined {
  const { type, term, from } = message
  // A pre-vote and the promise of a vote name a term that nobody has opened yet.
  if (type === 'pre-vote' || (type === 'pre-vote-reply' && message.granted)) return undefined
  if (type === 'vote' && !message.forced && core.hasLease) return 'lease'
  becomeFollower(core, term, fromLeader.has(type) ? from : NO_ONE)
  return undefined
}

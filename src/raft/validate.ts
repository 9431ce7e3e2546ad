/**
 * Is this a message at all? What comes from outside is looked at field by field before the core
 * believes a word of it: a damaged or foreign message is refused, it never throws and never changes
 * anything.
 */

import { MALFORMED_BYTES } from '../base/bytes.ts'
import { WeirError } from '../base/errors.ts'
import type { ReplicaId } from '../base/ids.ts'
import { decodeMembers, kindCode } from './log/codec.ts'
import type { Message, MessageType } from './messages.ts'
import type { Entry, Image, Members, ReadId } from './types.ts'

type Check<M> = (message: M) => boolean
type Checks = { readonly [T in MessageType]: Check<Extract<Message, { type: T }>> }

const isCount = (n: unknown): boolean => Number.isSafeInteger(n) && (n as number) >= 0
const isId = (n: unknown): boolean => Number.isSafeInteger(n) && (n as number) > 0
const isFlag = (b: unknown): boolean => typeof b === 'boolean'
const isBytes = (b: unknown): boolean => b instanceof Uint8Array
/** What the compiler takes for granted is what a foreign sender may leave out. */
const isThere = (part: object | undefined): boolean => typeof part === 'object' && part !== null

const logEnd: Check<{ lastIndex: number; lastTerm: number; term: number }> = m =>
  isCount(m.lastIndex) && isCount(m.lastTerm) && m.lastTerm <= m.term

const checks: Checks = {
  'pre-vote': logEnd,
  'pre-vote-reply': m => isFlag(m.granted),
  vote: m => logEnd(m) && isFlag(m.forced),
  'vote-reply': m => isFlag(m.granted),
  append: m =>
    isCount(m.prevIndex) &&
    isCount(m.prevTerm) &&
    isCount(m.commit) &&
    Array.isArray(m.entries) &&
    areEntries(m.entries, m.prevIndex, m.prevTerm, m.term),
  'append-reply': m =>
    isFlag(m.ok) && isCount(m.index) && isCount(m.hintIndex) && isCount(m.hintTerm),
  heartbeat: m => isCount(m.commit) && isCount(m.round),
  'heartbeat-reply': m => isCount(m.round),
  snapshot: m => isImage(m.image, m.term) && isCount(m.offset) && isBytes(m.data) && isFlag(m.last),
  'snapshot-reply': m => isCount(m.imageIndex) && isCount(m.offset) && isFlag(m.done),
  'timeout-now': () => true,
  read: m => isReadId(m.read),
  'read-reply': m => isReadId(m.read) && isCount(m.index),
}

export function isSound(message: Message): boolean {
  // Something else may not even become a text.
  if (typeof message.type !== 'string' || !Object.hasOwn(checks, message.type)) return false
  const check = checks[message.type] as Check<Message>
  return isId(message.from) && isId(message.to) && isCount(message.term) && check(message)
}

/** One index after the other, terms that never fall, none above the sender's. */
function areEntries(
  entries: readonly Entry[],
  prevIndex: number,
  prevTerm: number,
  termMax: number,
): boolean {
  let index = prevIndex
  let term = prevTerm
  for (const entry of entries) {
    index++
    if (!isThere(entry) || entry.index !== index || !isCount(entry.term) || entry.term < term)
      return false
    term = entry.term
    if (!isEntryBody(entry)) return false
  }
  return term <= termMax
}

function isEntryBody(entry: Entry): boolean {
  if (kindCode(entry.kind) < 0 || !isBytes(entry.data)) return false
  return entry.kind !== 'members' || isMembersData(entry.data)
}

function isMembersData(data: Uint8Array): boolean {
  try {
    return decodeMembers(data).voters.length > 0
  } catch (error) {
    if (error instanceof WeirError && error.code === MALFORMED_BYTES) return false
    throw error
  }
}

function isImage(image: Image, termMax: number): boolean {
  if (!isThere(image) || !areMembers(image.members)) return false
  const numbers = [image.index, image.term, image.membersIndex, image.chain]
  return numbers.every(isCount) && image.membersIndex <= image.index && image.term <= termMax
}

function areMembers(members: Members): boolean {
  if (!isThere(members)) return false
  const { voters, outgoing, learners } = members
  return [voters, outgoing, learners].every(areIds) && voters.length > 0
}

/** Each id once, in order: an id that stood twice would count twice. */
function areIds(ids: readonly ReplicaId[]): boolean {
  return Array.isArray(ids) && ids.every((id, i) => isId(id) && (i === 0 || id > (ids[i - 1] ?? 0)))
}

function isReadId(read: ReadId): boolean {
  return isThere(read) && isId(read.replica) && isCount(read.boot) && isCount(read.serial)
}

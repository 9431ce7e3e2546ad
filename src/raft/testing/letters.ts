/**
 * Test support, no part of what runs: one valid message of each type, to be sent as it is or with
 * one thing wrong.
 */

import type { ReplicaId } from '../../base/ids.ts'
import { replicaId } from '../../base/ids.ts'
import { encodeMembers } from '../log/codec.ts'
import type { Message, MessageType } from '../messages.ts'
import type { Entry, Image, Members } from '../types.ts'

export type LetterOf<T extends MessageType> = Extract<Message, { type: T }>
export type Letters = { readonly [T in MessageType]: LetterOf<T> }

export const someMembers: Members = {
  voters: [1, 2, 3].map(replicaId),
  outgoing: [],
  learners: [4].map(replicaId),
}

export function someEntry(index: number, term: number, text = 'x'): Entry {
  return { index, term, kind: 'data', data: new TextEncoder().encode(text) }
}

export function someImage(index: number, term: number, members = someMembers): Image {
  return { index, term, members, membersIndex: 0, chain: 7 }
}

export interface Address {
  readonly from: number
  readonly to: number
  readonly term: number
  /** Where the appended entries begin and the image ends. */
  readonly index?: number
}

/** All of them, from one replica to another. */
export function letters(address: Address): Letters {
  const from: ReplicaId = replicaId(address.from)
  const to: ReplicaId = replicaId(address.to)
  const { term, index = 0 } = address
  const at = { from, to, term }
  const read = { replica: to, boot: 1, serial: 1 }
  const members: Entry = {
    index: index + 2,
    term,
    kind: 'members',
    data: encodeMembers(someMembers),
  }
  const entries = [someEntry(index + 1, term), members]
  const image = someImage(index + 2, term)
  const data = new Uint8Array([1, 2, 3])
  return {
    'pre-vote': { type: 'pre-vote', ...at, lastIndex: index, lastTerm: 0 },
    'pre-vote-reply': { type: 'pre-vote-reply', ...at, granted: true },
    vote: { type: 'vote', ...at, lastIndex: index, lastTerm: 0, forced: false },
    'vote-reply': { type: 'vote-reply', ...at, granted: true },
    append: { type: 'append', ...at, prevIndex: index, prevTerm: 0, entries, commit: 0 },
    'append-reply': { type: 'append-reply', ...at, ok: true, index: 0, hintIndex: 0, hintTerm: 0 },
    heartbeat: { type: 'heartbeat', ...at, commit: 0, round: 0 },
    'heartbeat-reply': { type: 'heartbeat-reply', ...at, round: 0 },
    snapshot: { type: 'snapshot', ...at, image, offset: 0, data, last: false },
    'snapshot-reply': { type: 'snapshot-reply', ...at, imageIndex: 0, offset: 0, done: false },
    'timeout-now': { type: 'timeout-now', ...at },
    read: { type: 'read', ...at, read: { ...read, replica: from } },
    'read-reply': { type: 'read-reply', ...at, read, index: 0 },
  }
}

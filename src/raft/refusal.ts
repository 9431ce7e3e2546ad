/**
 * What the core answers when it will not do as it was asked. A refusal changes nothing and is
 * always counted.
 */

import type { ReplicaId } from '../base/ids.ts'
import type { NO_ONE } from './types.ts'

export const refusals = {
  malformed: 'the message has a field that no replica of this version writes',
  'not-mine': 'the message is addressed to another replica',
  'unknown-peer': 'the sender is not a member of this group',
  'future-term': 'the term is further ahead than any history of elections explains',
  stale: 'the message belongs to an older term or an older exchange',
  lease: 'the leader was heard of too recently to vote against it',
  unexpected: 'no replica in this role can be sent such a message',
  'commit-beyond-log': 'the leader counts on entries that this replica no longer has',
  'not-leader': 'this replica does not lead; ask the one named as leader',
  'no-leader': 'no leader is known; ask again after an election',
  'wrong-term': 'the proposal was computed in another term',
  transferring: 'leadership is being handed over; ask again',
  'entry-too-large': 'the entry is larger than entryBytesMax',
  'too-much-uncommitted':
    'uncommittedBytesMax is reached; ask again when entries have been committed',
  'too-many-reads': 'readsPendingMax is reached; ask again',
  'too-many-chains': 'so many fingerprints are asked for already; ask again',
  'not-ready': 'the leader has not yet committed an entry of its own term; ask again',
  'change-pending': 'another change of members is not finished',
  'members-moved': 'the members are not those that the change was computed from',
  'members-invalid': 'a group needs a voter, has a bound, and no id may stand twice or be below 1',
  'learner-behind': 'a new voter must first be a learner and catch up',
  'not-a-voter': 'only a voter of this group can lead it',
  'not-applied': 'the index is not the one that is applied',
} as const

export type RefusalCode = keyof typeof refusals
export const refusalCodes = Object.keys(refusals) as readonly RefusalCode[]

export interface Refusal {
  readonly refused: RefusalCode
  /** Who leads, as far as this replica knows. */
  readonly leader: ReplicaId | typeof NO_ONE
}

export function isRefusal(answer: object | undefined): answer is Refusal {
  return answer !== undefined && 'refused' in answer
}

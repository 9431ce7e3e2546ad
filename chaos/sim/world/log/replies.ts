/** What brokers say to single requests, and what a client makes of it for whoever asked. */

import type { LogDone, LogError, LogErrorCode } from '../../../../src/base/stream-log.ts'

export type ReplyCode =
  | 'unknown-topic'
  | 'topic-exists'
  | 'bad-settings'
  | 'out-of-range'
  | 'too-large'
  | 'denied'
  | 'other-cluster'
  /** Another leads the partition, or nobody does. */
  | 'not-leader'
  /** The same of what was to be written: nothing of it was. */
  | 'led-by-another'
  /** It leads, and does not know the end yet. */
  | 'end-unknown'
  | 'not-coordinator'
  | 'loading'
  | 'concurrent'
  | 'fenced'
  /** There is no such transaction, any more or yet. */
  | 'no-transaction'
  /** The client waited, and nobody said anything. */
  | 'no-answer'

export type Reply<T> = { readonly code: ReplyCode } | { readonly code?: never; readonly value: T }
export type Replied<T> = (reply: Reply<T>) => void

/** Nothing was done, and somebody else, or the same one in a while, may know better. */
export const isForLater = (code: ReplyCode): boolean => LATER.has(code)
const LATER: ReadonlySet<ReplyCode> = new Set<ReplyCode>([
  'not-leader',
  'end-unknown',
  'not-coordinator',
  'loading',
  'concurrent',
])

const errors: Readonly<Record<ReplyCode, readonly [LogErrorCode, string]>> = {
  'unknown-topic': ['no-such-topic', 'there is no such topic, or no such partition of it'],
  'topic-exists': ['topic-exists', 'there is a topic of this name already'],
  'bad-settings': ['bad-settings', 'a topic cannot be as it was asked for'],
  'out-of-range': ['offset-out-of-range', 'the offset lies outside of the partition'],
  'too-large': ['record-too-large', 'a record is larger than max.message.bytes of its topic'],
  denied: ['not-authorized', 'the log does not let us do this'],
  'other-cluster': ['other-cluster', 'another log answers at the address of the one before'],
  'not-leader': ['unavailable', 'nobody leads the partition for now'],
  'led-by-another': ['unavailable', 'another leads the partition now'],
  'end-unknown': ['unavailable', 'the new leader does not know the end yet'],
  'not-coordinator': ['unavailable', 'nobody decides these transactions for now'],
  loading: ['unavailable', 'whoever decides these transactions is still reading them'],
  concurrent: ['busy', 'an earlier transaction is still being finished'],
  fenced: ['fenced', 'the transactional id was taken over, or the transaction took too long'],
  'no-transaction': ['unavailable', 'the log knows nothing of this transaction'],
  'no-answer': ['unavailable', 'nobody answered in time'],
}

export function errorOf(code: ReplyCode): LogError {
  const [known, message] = errors[code]
  return { code: known, message }
}

export function tell<T>(reply: Reply<T>, done: LogDone<T>): void {
  done(reply.code === undefined ? { value: reply.value } : { error: errorOf(reply.code) })
}

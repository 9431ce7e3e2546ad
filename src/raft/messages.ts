/**
 * What replicas of a group say to each other. Messages are immutable: a receiver may keep what it
 * was given.
 */

import type { ReplicaId } from '../base/ids.ts'
import type { Entry, Image, ReadId } from './types.ts'

interface Envelope {
  readonly from: ReplicaId
  readonly to: ReplicaId
  /**
   * The sender's term; of a pre-vote and of its granted reply, the term that the asker would
   * campaign in.
   */
  readonly term: number
}

/** Would you vote for me? Binds nobody and changes nothing at the receiver. */
export interface PreVote extends Envelope {
  readonly type: 'pre-vote'
  readonly lastIndex: number
  readonly lastTerm: number
}

export interface PreVoteReply extends Envelope {
  readonly type: 'pre-vote-reply'
  readonly granted: boolean
}

export interface Vote extends Envelope {
  readonly type: 'vote'
  readonly lastIndex: number
  readonly lastTerm: number
  /**
   * The leader itself asked for this election (transfer): a receiver that still hears the leader
   * may vote.
   */
  readonly forced: boolean
}

export interface VoteReply extends Envelope {
  readonly type: 'vote-reply'
  readonly granted: boolean
}

export interface Append extends Envelope {
  readonly type: 'append'
  readonly prevIndex: number
  readonly prevTerm: number
  readonly entries: readonly Entry[]
  readonly commit: number
}

export interface AppendReply extends Envelope {
  readonly type: 'append-reply'
  readonly ok: boolean
  /**
   * ok: the log is durable and equal to the leader's up to here. Not ok: the `prevIndex` that did
   * not fit.
   */
  readonly index: number
  /** Not ok: the highest index at which the logs may agree, and the receiver's term there. */
  readonly hintIndex: number
  readonly hintTerm: number
}

export interface Heartbeat extends Envelope {
  readonly type: 'heartbeat'
  /** Never beyond what the receiver has acknowledged. */
  readonly commit: number
  /** The round of reads that an answer confirms. */
  readonly round: number
}

export interface HeartbeatReply extends Envelope {
  readonly type: 'heartbeat-reply'
  readonly round: number
}

/** A chunk of an image. */
export interface Snapshot extends Envelope {
  readonly type: 'snapshot'
  readonly image: Image
  readonly offset: number
  readonly data: Uint8Array
  readonly last: boolean
}

export interface SnapshotReply extends Envelope {
  readonly type: 'snapshot-reply'
  readonly imageIndex: number
  /** The offset wanted next; meaningless when `done`. */
  readonly offset: number
  /** The receiver's log now covers the image. */
  readonly done: boolean
}

/** Campaign at once: your log is as long as mine. */
export interface TimeoutNow extends Envelope {
  readonly type: 'timeout-now'
}

/** Which index must I have applied to answer this read? */
export interface Read extends Envelope {
  readonly type: 'read'
  readonly read: ReadId
}

export interface ReadReply extends Envelope {
  readonly type: 'read-reply'
  readonly read: ReadId
  readonly index: number
}

export type Message =
  | PreVote
  | PreVoteReply
  | Vote
  | VoteReply
  | Append
  | AppendReply
  | Heartbeat
  | HeartbeatReply
  | Snapshot
  | SnapshotReply
  | TimeoutNow
  | Read
  | ReadReply

export type MessageType = Message['type']

/** Every type, in the order of the tables that are printed. */
export const messageTypes: readonly MessageType[] = [
  'pre-vote',
  'pre-vote-reply',
  'vote',
  'vote-reply',
  'append',
  'append-reply',
  'heartbeat',
  'heartbeat-reply',
  'snapshot',
  'snapshot-reply',
  'timeout-now',
  'read',
  'read-reply',
]

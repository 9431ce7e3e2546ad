/**
 * The memory of one replica: its role, its term, its log, and what it is about to say. The rules
 * live in the modules around it; nothing here decides.
 */

import type { ReplicaId } from '../base/ids.ts'
import type { Counters } from './counters.ts'
import { noCounters } from './counters.ts'
import type { Leadership } from './leading/leadership.ts'
import { RaftLog } from './log/log.ts'
import type { Message } from './messages.ts'
import type { RaftOptions } from './options.ts'
import { Outbox } from './outbox.ts'
import type { Refusal, RefusalCode } from './refusal.ts'
import type { Image, ReadId, Role, Stored } from './types.ts'
import { NO_ONE } from './types.ts'

/** A candidate's or pre-candidate's count. */
export interface Campaign {
  readonly votes: Map<ReplicaId, boolean>
  /** The write that makes the vote for oneself durable; until then it does not count. */
  readonly selfVoteNumber: number
}

/** An image that is being received. */
export interface Receiving {
  readonly from: ReplicaId
  readonly image: Image
  nextOffset: number
}

/** How a message is addressed; `from` and `term` are filled in. */
export type Unsigned<M = Message> = M extends Message ? Omit<M, 'from' | 'term'> : never

export class Core {
  readonly options: RaftOptions
  readonly self: ReplicaId
  readonly log: RaftLog
  readonly outbox: Outbox
  readonly counters: Counters = noCounters()
  role: Role = 'follower'
  term: number
  vote: ReplicaId | typeof NO_ONE
  leader: ReplicaId | typeof NO_ONE = NO_ONE
  /** The last one that was known to lead; its successors are counted from it. */
  lastLeader: ReplicaId | typeof NO_ONE = NO_ONE
  /** Since the leader was heard, a vote was given, or a campaign began. */
  electionElapsedMs = 0
  electionTimeoutMs = 0
  /** Late ticks in a row that would have started an election. */
  lateTicks = 0
  /** After the leader's connection closed: how many more quick campaigns may be tried. */
  fastAttempts = 0
  campaign: Campaign | undefined
  leading: Leadership | undefined
  receiving: Receiving | undefined
  /** A received image that is not yet handed to the host. */
  installing: Image | undefined
  /** Handed to the host and not yet reported applied. */
  loading: Image | undefined
  /** Whose chunk the host has been asked to read and has not handed back, under any leadership. */
  readonly reading = new Set<ReplicaId>()
  readSerial = 0
  /** Reads asked of the leader by this replica and not yet answered. */
  asked: { readonly read: ReadId; waitedMs: number }[] = []
  /** Answered, waiting until `index` is applied. */
  confirmed: { readonly read: ReadId; readonly index: number }[] = []
  chainsAsked: number[] = []

  constructor(options: RaftOptions, stored: Stored) {
    this.options = options
    this.self = options.self
    this.term = stored.hardState.term
    this.vote = stored.hardState.vote
    this.log = new RaftLog(stored)
    this.outbox = new Outbox({ ...stored.hardState, commit: this.log.commit })
  }

  /**
   * May this replica campaign? Also when its newest members no longer name it, as long as they are
   * not known to be committed: it may be the only one whose log is long enough to win, and whoever
   * else asks would be denied for ever.
   */
  get isVoter(): boolean {
    return this.log.mayVote(this.self)
  }

  /** A leader was heard within the least election timeout: nobody is helped to depose it. */
  get hasLease(): boolean {
    if (this.role === 'leader') return true
    return this.leader !== NO_ONE && this.electionElapsedMs < this.options.times.electionMs
  }

  /** Term or vote differ from what the newest write holds, or entries wait for one. */
  get hasUnwritten(): boolean {
    const { outbox } = this
    const moved = outbox.hardState.term !== this.term || outbox.hardState.vote !== this.vote
    return moved || this.log.hasUnwritten || outbox.chunk !== undefined
  }

  /** The write that makes durable everything that is so far in memory. */
  get writeNumber(): number {
    return this.hasUnwritten ? this.outbox.nextNumber : this.outbox.number
  }

  /** A message that promises nothing durable. */
  send(message: Unsigned): void {
    this.outbox.send(this.signed(message))
  }

  /** A message that is true only when all that is in memory now is durable. */
  sendDurable(message: Unsigned): void {
    this.outbox.sendAfter(this.writeNumber, this.signed(message))
  }

  /** Signs in place: a copy by spreading costs a hundred times as much, on the hottest path. */
  signed(message: Unsigned, term = this.term): Message {
    return Object.assign(message, { from: this.self, term })
  }

  /**
   * May a message that was held back still go? In an older term what it promises may have been cut
   * off since, and votes are asked for by candidates only.
   */
  stillHolds(message: Message): boolean {
    return message.term === this.term && (message.type !== 'vote' || this.role === 'candidate')
  }

  refuse(code: RefusalCode): Refusal {
    this.counters.refused[code]++
    return { refused: code, leader: this.leader }
  }
}

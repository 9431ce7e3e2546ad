/** Every bound and every time of the core, by name. */

import type { Random } from '../base/env.ts'
import type { ReplicaId } from '../base/ids.ts'

export interface RaftOptions {
  readonly self: ReplicaId
  /** How often this replica has started; makes read ids unique. */
  readonly boot: number
  readonly random: Random
  readonly times: RaftTimes
  readonly limits: RaftLimits
}

export interface RaftTimes {
  readonly heartbeatMs: number
  /** A leader's lease; a follower's patience is up to twice as long, a candidate's half of that. */
  readonly electionMs: number
  /**
   * A tick later than this was held up by the process itself and counts for nothing in an election
   * timer.
   */
  readonly stallMs: number
  /** A chunk of an image that is not answered for so long is sent again. */
  readonly chunkRetryMs: number
}

export interface RaftLimits {
  readonly entryBytesMax: number
  /** Entries in one append; one entry always goes. */
  readonly messageBytesMax: number
  readonly inflightEntriesMax: number
  readonly inflightBytesMax: number
  /** Beyond it proposals are refused, which is back-pressure. An empty tail always takes one. */
  readonly uncommittedBytesMax: number
  /** Committed entries handed out in one Ready; one entry always goes. */
  readonly committedBytesMax: number
  readonly chunkBytesMax: number
  readonly readsPendingMax: number
  /** A message whose term is further ahead than this is not believed. */
  readonly termJumpMax: number
  /** A learner further behind than this is not made a voter. */
  readonly promoteLagMax: number
  /** Entries kept in memory behind an image, for followers that are a little late. */
  readonly tailEntries: number
}

export const defaultTimes: RaftTimes = {
  heartbeatMs: 100,
  electionMs: 1000,
  stallMs: 300,
  chunkRetryMs: 1000,
}

/** In election times. */
export const patience = {
  /**
   * How long a follower waits for its leader: the first in the order of successors asks when the
   * others' leases are over for sure, and the others when it must have failed.
   */
  first: [1.1, 1.3],
  others: [1.3, 2],
  /**
   * So long whoever has asked helps no later successor. Much less than the time between two
   * attempts: two that disagree about the order must find each other idle now and then.
   */
  insists: 0.2,
} as const

/** Fast suspicion: the leader's connection closed (ranges in ms, the upper end excluded). */
export const fastTimes = {
  /** The first in the order of successors asks so soon. */
  firstMs: [0, 10],
  othersMs: [30, 80],
  /** Before the next attempt of one replica; twice as long behind each one that failed. */
  firstAgainMs: [100, 200],
  othersAgainMs: [200, 400],
  doublingsMax: 2,
  /** Then ordinary time-outs hold again. */
  attempts: 5,
} as const

/** Ticks in a row that may be excused as late before an election starts all the same. */
export const LATE_TICKS_MAX = 2

/** Voters and learners of a group together. */
export const MEMBERS_MAX = 64

/** Fingerprints asked for and not yet reached. */
export const CHAINS_ASKED_MAX = 1024

const KIB = 1024
const MIB = 1024 * KIB

export const defaultLimits: RaftLimits = {
  entryBytesMax: 8 * MIB,
  messageBytesMax: 512 * KIB,
  inflightEntriesMax: 4096,
  inflightBytesMax: 16 * MIB,
  uncommittedBytesMax: 32 * MIB,
  committedBytesMax: 4 * MIB,
  chunkBytesMax: 1 * MIB,
  readsPendingMax: 10_000,
  termJumpMax: 1_000_000,
  promoteLagMax: 1000,
  tailEntries: 1000,
}

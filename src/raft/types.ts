/**
 * The nouns of consensus: entries, members, hard state, image. Plain records; nothing here decides
 * anything.
 */

import type { ReplicaId } from '../base/ids.ts'

/**
 * `data` is the host's; `members` changes who belongs; `term` is the empty entry by which a leader
 * opens its term.
 */
export type EntryKind = 'data' | 'members' | 'term'

export interface Entry {
  readonly index: number
  readonly term: number
  readonly kind: EntryKind
  readonly data: Uint8Array
}

/**
 * Who belongs to a group; every list sorted, no id twice in one. While `outgoing` is not empty the
 * group is *joint*: every decision needs a majority of `voters` and a majority of `outgoing`. A
 * learner that is also outgoing still votes until the joint phase ends.
 */
export interface Members {
  readonly voters: readonly ReplicaId[]
  readonly outgoing: readonly ReplicaId[]
  readonly learners: readonly ReplicaId[]
}

/** No vote given, no leader known. Replica ids begin at 1. */
export const NO_ONE = 0

export interface HardState {
  readonly term: number
  readonly vote: ReplicaId | typeof NO_ONE
  readonly commit: number
}

/**
 * A fingerprint of all entries up to an index: equal on all replicas, or one of them is wrong. 52
 * bits.
 */
export type Chain = number

/** What is known of a snapshot besides its bytes: it stands for all entries up to `index`. */
export interface Image {
  readonly index: number
  readonly term: number
  readonly members: Members
  /** The index of the entry that made `members`. */
  readonly membersIndex: number
  readonly chain: Chain
}

/** What a replica finds on its disk when it starts. `entries` follow `image` without a gap. */
export interface Stored {
  readonly hardState: HardState
  readonly image: Image
  readonly entries: readonly Entry[]
}

export type Role = 'follower' | 'learner' | 'pre-candidate' | 'candidate' | 'leader'
export const roles: readonly Role[] = [
  'follower',
  'learner',
  'pre-candidate',
  'candidate',
  'leader',
]

/** Names a linearizable read; never used twice by a replica, not even after a restart. */
export interface ReadId {
  readonly replica: ReplicaId
  readonly boot: number
  readonly serial: number
}

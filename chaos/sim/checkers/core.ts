/**
 * What a checker may see of a replica's core. `Raft` fits it; so do the little histories that the
 * checkers' own tests write by hand. Nothing here can change the core.
 */

import type { ReplicaId } from '../../../src/base/ids.ts'
import type { Entry, Image, Members, NO_ONE, Role } from '../../../src/raft/types.ts'

export interface CoreView {
  readonly log: LogView
  status(): StatusView
}

export interface LogView {
  readonly firstIndex: number
  readonly lastIndex: number
  readonly commit: number
  readonly applied: number
  readonly durable: number
  readonly image: Image
  readonly members: Members
  readonly membersIndex: number
  term(index: number): number | undefined
  entry(index: number): Entry | undefined
}

export interface PeerView {
  readonly id: ReplicaId
  readonly match: number
  readonly next: number
  readonly state: 'probe' | 'replicate' | 'snapshot'
  readonly inflightEntries: number
  readonly inflightBytes: number
}

export interface StatusView {
  readonly self: ReplicaId
  readonly role: Role
  readonly term: number
  readonly vote: ReplicaId | typeof NO_ONE
  readonly leader: ReplicaId | typeof NO_ONE
  readonly commit: number
  readonly applied: number
  readonly lastIndex: number
  readonly durable: number
  readonly members: Members
  readonly membersIndex: number
  readonly image: number
  readonly transferee: ReplicaId | typeof NO_ONE
  /** Empty unless this replica leads. */
  readonly peers: readonly PeerView[]
  readonly fast: boolean
  readonly electionElapsedMs: number
  readonly uncommittedBytes: number
  readonly readsPending: number
}

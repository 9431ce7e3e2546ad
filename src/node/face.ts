/**
 * A running node as the HTTP interface sees it: what it knows, and the few things that it can be
 * asked to do. Everything here is about this node's own replicas; who wants the whole cluster asks
 * the others.
 */

import type { GroupId, NodeId, ReplicaId } from '../base/ids.ts'
import type { GroupStats } from '../raft/host/stats.ts'
import type { Role } from '../raft/types.ts'
import type { Fingerprint } from './roster/digest.ts'

export interface NodeFace {
  readonly node: NodeId
  readonly cluster: string
  /** Of all replicas here, in the order of the groups. */
  reports(): readonly GroupReport[]
  /** By its name or its number; undefined: no replica of it is here. */
  report(group: string): GroupReport | undefined
  /** All other nodes of which a group here knows, and how they are reached. */
  others(): readonly OtherNode[]
  /** Leadership goes to this node's replica; told once it leads, or when it came to nothing. */
  transfer(group: GroupId, to: NodeId, done: (answer: Answer<{ leader: NodeId }>) => void): void
  /** Puts an entry into the log behind which every replica takes its fingerprint. */
  askFingerprint(group: GroupId, done: (answer: Answer<{ index: number }>) => void): void
  /** undefined: not taken, or forgotten. */
  fingerprint(group: GroupId, index: number): Fingerprint | undefined
  readiness(): readonly Check[]
  figures(): Figures
}

export type Answer<T> =
  | (T & { readonly refused?: never })
  | { readonly refused: string; readonly message: string }

export interface OtherNode {
  readonly node: NodeId
  readonly http: string
}

/** One thing that must hold before others rely on this node. */
export interface Check {
  readonly name: string
  readonly isGood: boolean
  readonly message: string
}

export interface MemberReport {
  readonly replica: ReplicaId
  /** Missing where the roster does not know it (yet). */
  readonly node?: NodeId
  readonly kind: 'voter' | 'outgoing' | 'learner'
}

/** What a leader knows of another replica. */
export interface PeerReport {
  readonly node?: NodeId
  readonly replica: ReplicaId
  readonly match: number
  readonly next: number
  readonly inflight: number
  readonly state: string
  /** Missing: not measured yet. */
  readonly rttMs?: number
}

export interface GroupReport {
  readonly group: string
  readonly id: GroupId
  readonly node: NodeId
  readonly replica: ReplicaId
  readonly role: Role
  /** null: not known. */
  readonly leader: NodeId | null
  readonly term: number
  readonly commit: number
  readonly applied: number
  readonly last: number
  readonly members: readonly MemberReport[]
  /** A leader's, else empty. */
  readonly peers: readonly PeerReport[]
  /** The index of the newest image. */
  readonly snapshot: number
  /** What waits at the replica, and what it refused. */
  readonly stats: GroupStats
}

/** Numbers of the node as a whole, since its start unless said otherwise. */
export interface Figures {
  readonly leaderChanges: number
  readonly committed: number
  readonly applied: number
  /** Proposals that were refused, or whose fate is not known. */
  readonly failed: number
  /** Proposals on their way now. */
  readonly pending: number
  readonly readsFailed: number
  readonly framesDropped: number
  readonly stalls: number
  readonly logBytes: number
  /** Images that are being written, and that wait for it. */
  readonly imagesRunning: number
  readonly imagesWaiting: number
  /** Connections that others have opened and that are open now. */
  readonly accepted: number
  /** What others sent and was not taken: connections, frames, messages, wishes to join. */
  readonly refused: readonly Counted[]
  /** What others did not take from here, as they said. */
  readonly refusedByPeers: readonly Counted[]
  readonly links: readonly LinkFigures[]
}

/** How often it happened, by code; there are not many different ones. */
export interface Counted {
  readonly code: string
  readonly count: number
}

export interface LinkFigures {
  readonly peer: NodeId
  readonly sentBytes: number
  readonly receivedBytes: number
  readonly rttMs: number | undefined
  readonly isUp: boolean
}

/**
 * Who is who in a group: which replica lives on which node, and the counter from which replica ids
 * come. It is replicated in the group's own state, changed by commands in its log, so that every
 * replica knows the same. A node is enrolled with its store, the random id of its data folder: a
 * folder that was lost makes another store, hence another replica, and an id is never used twice.
 */

import { type NodeId, type ReplicaId, replicaId } from '../../base/ids.ts'
import { isEarlier, isSame } from '../../raft/links/memory.ts'
import type { Members } from '../../raft/types.ts'

/** A node as it introduces itself. */
export interface Introduction {
  readonly node: NodeId
  readonly store: string
  /** How often the store had been opened when this was said: the newest word counts. 0: never. */
  readonly boot: number
  /** A random id of that opening: a copy of the folder counts the same boots. */
  readonly opening: string
  /** Where other nodes reach it. */
  readonly address: string
  /** Where its HTTP interface is reached. */
  readonly http: string
}

export interface Enrolled extends Introduction {
  readonly replica: ReplicaId
}

export interface Roster {
  readonly nextReplica: number
  /** In the order of their ids; a node that lost its store stands here twice for a while. */
  readonly replicas: readonly Enrolled[]
  /** Stores that were given up, oldest first: whoever comes with one has found an old folder. */
  readonly replaced: readonly string[]
}

export type EnrolmentRefusal = 'store-replaced' | 'roster-full' | 'old-incarnation'

export type Enrolment = { readonly replica: ReplicaId } | { readonly refused: EnrolmentRefusal }

export const emptyRoster: Roster = { nextReplica: 1, replicas: [], replaced: [] }

/** Nodes in one roster; members have a bound of their own. */
export const ROSTER_MAX = 64
/** The oldest is forgotten first. */
export const REPLACED_STORES_MAX = 64

/** The replica of a node that counts: that of its newest store. */
export function newestOf(roster: Roster): ReadonlyMap<NodeId, Enrolled> {
  return new Map(roster.replicas.map(one => [one.node, one]))
}

export function enrolledAs(roster: Roster, replica: ReplicaId): Enrolled | undefined {
  return roster.replicas.find(one => one.replica === replica)
}

/**
 * Nothing would change by enrolling again. A later boot at the same address is news too: without it
 * what an earlier one said elsewhere, and what comes late, would be believed.
 */
export function isEnrolled(roster: Roster, who: Introduction): Enrolled | undefined {
  const known = newestOf(roster).get(who.node)
  if (known === undefined || !isSame(known, who)) return undefined
  return known.address === who.address && known.http === who.http ? known : undefined
}

export function enrol(
  roster: Roster,
  who: Introduction,
): { readonly roster: Roster; readonly answer: Enrolment } {
  const known = newestOf(roster).get(who.node)
  if (known?.store === who.store) return again(roster, known, who)
  if (roster.replaced.includes(who.store)) return { roster, answer: { refused: 'store-replaced' } }
  if (roster.replicas.length >= ROSTER_MAX) return { roster, answer: { refused: 'roster-full' } }
  const replica = replicaId(roster.nextReplica)
  const given = known === undefined ? [] : [known.store]
  const next: Roster = {
    nextReplica: roster.nextReplica + 1,
    replicas: [...roster.replicas, { ...who, replica }],
    replaced: [...roster.replaced, ...given].slice(-REPLACED_STORES_MAX),
  }
  return { roster: next, answer: { replica } }
}

function again(roster: Roster, known: Enrolled, who: Introduction) {
  if (isEarlier(who, known)) return { roster, answer: { refused: 'old-incarnation' } as const }
  const to = { ...who, replica: known.replica }
  const replicas = roster.replicas.map(one => (one.replica === to.replica ? to : one))
  return { roster: { ...roster, replicas }, answer: { replica: to.replica } }
}

/** Whoever has a successor on its node and is no member any more is forgotten. */
export function pruned(roster: Roster, { voters, outgoing, learners }: Members): Roster {
  const newest = newestOf(roster)
  const members = new Set([...voters, ...outgoing, ...learners])
  const replicas = roster.replicas.filter(
    one => members.has(one.replica) || newest.get(one.node) === one,
  )
  return replicas.length === roster.replicas.length ? roster : { ...roster, replicas }
}

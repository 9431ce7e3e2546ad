/**
 * What the checkers together know of a run: every entry that ever stood in a log, who led which
 * term, what is committed, and the last view of every replica that ever lived. Facts only; the
 * judging is done by the rules.
 */

import { crc32c } from '../../../src/base/crc32c.ts'
import type { ReplicaId } from '../../../src/base/ids.ts'
import { decodeMembers } from '../../../src/raft/log/codec.ts'
import type { Entry, EntryKind, Image, Members } from '../../../src/raft/types.ts'
import type { DurableView } from './checker.ts'
import type { Sight } from './witness.ts'

/** An entry by index and term. If Raft works, that names its data and all that came before it. */
export interface EntryRecord {
  readonly index: number
  readonly term: number
  readonly kind: EntryKind
  readonly data: Uint8Array
  readonly checksum: number
  /** undefined: what was before it was never seen. */
  readonly previousTerm: number | undefined
  /** The newest entry of members up to this one, if that is known, and what it says. */
  readonly membersIndex: number | undefined
  readonly members: Members | undefined
  /** Data of this entry and of all known before it. */
  readonly bytesUpTo: number
}

export interface Leader {
  readonly id: ReplicaId
  readonly boot: number
  readonly term: number
  /** Its log when it was elected, without what it appended since. */
  readonly lastIndex: number
  readonly lastTerm: number
}

/**
 * At this moment a leader of this term was first seen to count all up to the index as committed.
 */
export interface Commit {
  readonly index: number
  readonly term: number
}

export class Ledger {
  readonly sights = new Map<ReplicaId, Sight>()
  readonly leaders = new Map<number, Leader>()
  readonly committed = new Map<number, EntryRecord>()
  readonly commits: Commit[] = []
  commitMax = 0
  readonly #records = new Map<number, EntryRecord[]>()

  record(index: number, term: number): EntryRecord | undefined {
    const alike = this.#records.get(index)
    if (alike === undefined) return undefined
    for (const record of alike) if (record.term === term) return record
    return undefined
  }

  /** Keeps what was seen first; whether the entry agrees with it is for others to say. */
  note(entry: Entry, previousTerm: number | undefined): void {
    if (this.record(entry.index, entry.term) !== undefined) return
    const { index, term, kind, data } = entry
    const before = previousTerm === undefined ? undefined : this.record(index - 1, previousTerm)
    const changes = kind === 'members'
    this.#add({
      index,
      term,
      kind,
      data,
      checksum: crc32c(data),
      previousTerm,
      membersIndex: changes ? index : before?.membersIndex,
      members: changes ? decodeMembers(data) : before?.members,
      bytesUpTo: (before?.bytesUpTo ?? 0) + data.length,
    })
  }

  /** The log's beginning: an image of nothing. A replica that knows nobody tells nothing. */
  noteFirst(image: Image): void {
    const { index, term, members, membersIndex } = image
    if (members.voters.length === 0 || this.record(index, term) !== undefined) return
    const data = new Uint8Array(0)
    const rest = { previousTerm: undefined, membersIndex, members, bytesUpTo: 0 }
    this.#add({ index, term, kind: 'term', data, checksum: 0, ...rest })
  }

  #add(record: EntryRecord): void {
    const alike = this.#records.get(record.index)
    if (alike === undefined) this.#records.set(record.index, [record])
    else alike.push(record)
  }

  /** The newest index committed by leaders of terms before this one. */
  committedBefore(term: number): number {
    let newest = 0
    for (const commit of this.commits) {
      if (commit.term < term && commit.index > newest) newest = commit.index
    }
    return newest
  }

  /** Does a log that ends in this entry hold that one? undefined: nobody knows. */
  holds(last: { readonly lastIndex: number; readonly lastTerm: number }, wanted: EntryRecord) {
    let index = last.lastIndex
    let term: number | undefined = last.lastTerm
    while (term !== undefined && index > wanted.index) {
      term = this.record(index, term)?.previousTerm
      index--
    }
    if (term === undefined) return undefined
    return index === wanted.index && term === wanted.term
  }
}

/**
 * Does the disk hold an entry of this term at the index? What an image covers is committed and was
 * the same.
 */
export function isDurable(view: DurableView, index: number, term: number): boolean {
  return view.image.index >= index || view.termAt(index) === term
}

/** Majorities of the voters and, in a joint phase, of the outgoing too. */
export function hasQuorum(members: Members, has: (id: ReplicaId) => boolean): boolean {
  return (
    isMajority(members.voters, has) &&
    (members.outgoing.length === 0 || isMajority(members.outgoing, has))
  )
}

function isMajority(ids: readonly ReplicaId[], has: (id: ReplicaId) => boolean): boolean {
  let count = 0
  for (const id of ids) if (has(id)) count++
  return 2 * count > ids.length
}

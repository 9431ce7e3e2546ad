/**
 * The log in memory: entries behind an image, and how far each is written, durable, committed,
 * handed out, applied.
 *
 *   image.index <= applied <= handed <= commit <= lastIndex        durable <= written <= lastIndex
 *
 * Nothing is handed out that is not durable here. `durable` speaks of the entries as they stand
 * now: when a tail is replaced, acknowledgements of writes that held the old tail count for the
 * part below it only, so that a late one never vouches for an entry that came back under the same
 * index (an ABA that by term alone cannot be told).
 */

import { invariant } from '../../base/errors.ts'
import type { ReplicaId } from '../../base/ids.ts'
import { MembersHistory } from '../members/history.ts'
import { isVoter } from '../members/members.ts'
import type { Chain, Entry, Image, Members, Stored } from '../types.ts'
import { chained } from './chain.ts'
import { decodeMembers, sizeOf } from './codec.ts'

interface PendingWrite {
  readonly number: number
  /** The last entry of the write that is still in the log as it was written. */
  lastIndex: number
}

export class RaftLog {
  #image: Image
  #entries: Entry[]
  /**
   * The index of `#entries[0]`; may lie at or below the image, for followers that are a little
   * late.
   */
  #firstIndex: number
  #termBeforeFirst: number
  readonly #members: MembersHistory
  #commit: number
  #handed: number
  #applied: number
  #written: number
  #durable: number
  #chain: Chain
  #pending: PendingWrite[] = []
  /** Handed out and not yet reported applied. */
  #applying: Entry[] = []

  constructor(stored: Stored) {
    const { image, entries, hardState } = stored
    this.#image = image
    this.#entries = [...entries]
    this.#firstIndex = image.index + 1
    this.#termBeforeFirst = image.term
    this.#members = new MembersHistory(image)
    this.#applied = image.index
    this.#handed = image.index
    this.#commit = Math.max(hardState.commit, image.index)
    this.#written = this.lastIndex
    this.#durable = this.lastIndex
    this.#chain = image.chain
    for (const entry of entries) this.#noteMembers(entry)
  }

  get firstIndex(): number {
    return this.#firstIndex
  }

  get lastIndex(): number {
    return this.#firstIndex + this.#entries.length - 1
  }

  get lastTerm(): number {
    return this.#entries.at(-1)?.term ?? this.#termBeforeFirst
  }

  get image(): Image {
    return this.#image
  }

  get commit(): number {
    return this.#commit
  }

  get applied(): number {
    return this.#applied
  }

  get durable(): number {
    return this.#durable
  }

  /** Covers all that is applied. */
  get chain(): Chain {
    return this.#chain
  }

  /** The members by the newest entry, committed or not: the ones that count. */
  get members(): Members {
    return this.#members.current
  }

  get membersIndex(): number {
    return this.#members.currentIndex
  }

  /**
   * Is this a voter by the newest members, or, while those are not known to be committed, by any
   * before them that may turn out to be the last ones that are?
   */
  mayVote(id: ReplicaId): boolean {
    if (isVoter(this.members, id)) return true
    if (this.membersIndex <= this.#commit) return false
    return this.#members.possible(this.#commit).some(members => isVoter(members, id))
  }

  get hasUnwritten(): boolean {
    return this.#written < this.lastIndex
  }

  /** undefined: not in the log, or no longer. */
  term(index: number): number | undefined {
    if (index === this.#firstIndex - 1) return this.#termBeforeFirst
    return this.#entries[index - this.#firstIndex]?.term
  }

  entry(index: number): Entry | undefined {
    return this.#entries[index - this.#firstIndex]
  }

  /** Committed here is another entry: no leader whose log is whole can say so. */
  contradicts(index: number, term: number): boolean {
    return index <= this.#commit && (this.term(index) ?? term) !== term
  }

  /** Is a log that ends so at least as good as this one? */
  isUpToDate(lastIndex: number, lastTerm: number): boolean {
    return lastTerm > this.lastTerm || (lastTerm === this.lastTerm && lastIndex >= this.lastIndex)
  }

  /**
   * From `index` down, the first entry whose term is not above `term`: another log that has `term`
   * at `index` cannot agree with this one above it.
   */
  lastBelowTerm(index: number, term: number): number {
    let at = Math.min(index, this.lastIndex)
    while (at >= this.#firstIndex && (this.term(at) ?? 0) > term) at--
    return at
  }

  /** Up to `count` entries from `index`, of `bytesMax` together; the first always goes. */
  slice(index: number, count: number, bytesMax: number): readonly Entry[] {
    const start = index - this.#firstIndex
    let end = start
    let bytes = 0
    while (end < this.#entries.length && end - start < count) {
      const entry = this.#entries[end]
      invariant(entry !== undefined, 'LOG slice from inside the log')
      bytes += sizeOf(entry)
      if (end > start && bytes > bytesMax) break
      end++
    }
    return this.#entries.slice(start, end)
  }

  append(entry: Entry): void {
    invariant(entry.index === this.lastIndex + 1, 'LOG no gap')
    invariant(entry.term >= this.lastTerm, 'LOG terms never fall')
    this.#entries.push(entry)
    this.#noteMembers(entry)
  }

  /**
   * Takes a leader's entries behind an index at which both logs agree, at or above the commit
   * index. What already stands here stays, whatever follows it; from the first difference on the
   * leader's entries replace ours.
   */
  merge(entries: readonly Entry[]): void {
    const from = entries.findIndex(entry => this.term(entry.index) !== entry.term)
    const fresh = from < 0 ? [] : entries.slice(from)
    const conflict = fresh[0]?.index ?? Number.POSITIVE_INFINITY
    if (conflict <= this.lastIndex) this.#truncate(conflict)
    for (const entry of fresh) this.append(entry)
  }

  #truncate(fromIndex: number): void {
    invariant(fromIndex > this.#commit, 'LOG what is committed stays')
    this.#entries.length = fromIndex - this.#firstIndex
    this.#members.truncate(fromIndex)
    const last = fromIndex - 1
    this.#written = Math.min(this.#written, last)
    this.#durable = Math.min(this.#durable, last)
    for (const write of this.#pending) write.lastIndex = Math.min(write.lastIndex, last)
  }

  /** true: it moved. */
  commitTo(index: number): boolean {
    if (index <= this.#commit) return false
    invariant(index <= this.lastIndex, 'LOG commit stays within the log')
    this.#commit = index
    return true
  }

  /** The entries that no write has held yet; they go into the write of this number. */
  takeUnwritten(number: number): readonly Entry[] {
    const entries = this.#entries.slice(this.#written + 1 - this.#firstIndex)
    this.#written = this.lastIndex
    this.#pending.push({ number, lastIndex: this.#written })
    return entries
  }

  persisted(number: number): void {
    const open = this.#pending.findIndex(write => write.number > number)
    const done = open < 0 ? this.#pending.splice(0) : this.#pending.splice(0, open)
    for (const write of done) this.#durable = Math.max(this.#durable, write.lastIndex)
  }

  get hasCommitted(): boolean {
    return this.#handed < Math.min(this.#commit, this.#durable)
  }

  takeCommitted(bytesMax: number): readonly Entry[] {
    const end = Math.min(this.#commit, this.#durable)
    if (end <= this.#handed) return []
    const entries = this.slice(this.#handed + 1, end - this.#handed, bytesMax)
    for (const entry of entries) this.#applying.push(entry)
    this.#handed += entries.length
    return entries
  }

  onApplied(index: number): void {
    invariant(
      index >= this.#applied && index <= this.#handed,
      'LOG applied only what was handed out',
    )
    let done = 0
    for (const entry of this.#applying) {
      if (entry.index > index) break
      this.#chain = chained(this.#chain, entry)
      done++
    }
    if (done > 0) this.#applying = this.#applying.slice(done)
    this.#applied = index
  }

  /** Describes what is applied, for an image of it. */
  describeApplied(): Image {
    const { members, membersIndex } = this.#members.at(this.#applied)
    const term = this.term(this.#applied)
    invariant(term !== undefined, 'LOG the applied entry is still in the log')
    return { index: this.#applied, term, members, membersIndex, chain: this.#chain }
  }

  /** An image taken here is durable: entries behind it go, but for a tail of them. */
  compact(image: Image, tailEntries: number): void {
    invariant(image.index <= this.#applied, 'LOG an image holds applied entries only')
    this.#image = image
    this.#members.rebase(image)
    const firstIndex = Math.max(this.#firstIndex, image.index + 1 - tailEntries)
    const termBefore = this.term(firstIndex - 1)
    invariant(termBefore !== undefined, 'LOG the cut is inside the log')
    this.#entries.splice(0, firstIndex - this.#firstIndex)
    this.#firstIndex = firstIndex
    this.#termBeforeFirst = termBefore
  }

  /**
   * A leader's image takes the place of the whole log; it is durable with the write of this number.
   */
  replaceBy(image: Image, number: number): void {
    invariant(image.index > this.#commit, 'LOG an image never takes commits back')
    this.#durable = Math.min(this.#durable, this.#handed)
    this.#image = image
    this.#entries = []
    this.#firstIndex = image.index + 1
    this.#termBeforeFirst = image.term
    this.#members.reset(image)
    this.#commit = image.index
    this.#written = image.index
    for (const write of this.#pending) write.lastIndex = Math.min(write.lastIndex, this.#durable)
    this.#pending.push({ number, lastIndex: image.index })
  }

  /**
   * The image given to `replaceBy` is handed to the host, behind all that was handed out before.
   */
  handImage(): void {
    invariant(this.#durable >= this.#image.index, 'LOG an image is durable before it is installed')
    this.#handed = this.#image.index
  }

  /** The host has loaded the image. */
  onInstalled(image: Image): void {
    this.#applying = this.#applying.filter(entry => entry.index > image.index)
    this.#applied = image.index
    this.#chain = image.chain
  }

  #noteMembers(entry: Entry): void {
    if (entry.kind === 'members') this.#members.push(entry.index, decodeMembers(entry.data))
  }
}

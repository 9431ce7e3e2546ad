/**
 * Reading a journal partition back, record by record: where it has come to, the newest marker, who
 * claims the partition, and whether the run of seqs is whole. It is handed what was fetched at
 * `committed`, and told by whoever asked the log where the end is: never by a fetch.
 */

import { WeirError } from '../base/errors.ts'
import type { Fetched, LogError, Partition, StoredRecord } from '../base/stream-log.ts'
import { decodeRecord, type JournalRecord, type Place, type PublishedRecord } from './record.ts'
import type { Scheduled, SinkCursor } from './types.ts'

/** It does not reach as far as is known, or whoever said where it ends knows less than that. */
export const JOURNAL_BEHIND = 'journal-behind'

/** The newest record that says how far the group has come outside. */
export interface Marker {
  readonly toSeq: number
  readonly published: readonly SinkCursor[]
  readonly offset: number
}

/** A generation that was found. */
export interface Found {
  readonly generation: number
  /** More than one: they claimed the same number. By the order of their first records. */
  readonly owners: readonly string[]
  /** The claim was written here, and meant to be written to so many partitions. */
  readonly seats: number | undefined
  /** Its publisher has written here, so it was complete. */
  readonly hasPublished: boolean
  readonly isDeleted: boolean
  /** It says so of generations up to this. */
  readonly deleted: number
}

export interface ReadingOptions {
  readonly group: string
  readonly journal: Partition
  readonly from: number
  /** As each schedule goes by: what is wrong with it. */
  onSchedule?(seq: number, recorded: Scheduled, place: Place): WeirError | undefined
  onRecord?(record: JournalRecord, place: Place): void
}

export class Reading {
  readonly #options: ReadingOptions
  #position: number
  #marker: Marker | undefined
  #markerGeneration = 0
  #since = 0
  #difference: WeirError | undefined
  /** By ascending generation. */
  readonly #claims: Found[] = []
  #lastOffset: number | undefined
  /**
   * Another generation may begin at a later seq: its group may have taken over several. So may
   * what was not trimmed.
   */
  #mayJump = true

  constructor(options: ReadingOptions) {
    this.#options = options
    this.#position = options.from
  }

  /** Where to read on. */
  get position(): number {
    return this.#position
  }

  get marker(): Marker | undefined {
    return this.#marker
  }

  /** Schedules from here up to the marker went by, all of them; 0: none was looked for. */
  get since(): number {
    return this.#since
  }

  /** The first thing that `onSchedule` found wrong, but with what a deleted job left. */
  get difference(): WeirError | undefined {
    return this.#difference
  }

  /** The highest generation. */
  get found(): Found | undefined {
    return this.#claims.at(-1)
  }

  /** All of them, ascending. */
  get claims(): readonly Found[] {
    return this.#claims
  }

  /** Of the newest record of any kind. */
  get lastOffset(): number | undefined {
    return this.#lastOffset
  }

  /**
   * Whoever was asked for the end may have been replaced, and not know of all that lies there. So
   * the end is not believed until the first record behind the reading has come to lie at it: nobody
   * else writes here. undefined: it has.
   */
  missedBefore(offset: number): LogError | undefined {
    if (offset === this.#position) return undefined
    const { topic, partition } = this.#options.journal
    const message =
      `${topic}/${partition} was read up to ${this.#position}, and the next record came to lie ` +
      `at ${offset}: whoever said where it ends leads it no more; it is read again`
    return { code: 'unavailable', message }
  }

  /** What lies before was trimmed, and with it seqs that would have come next. */
  skipTo(start: number): void {
    this.#mayJump ||= start > this.#position
    this.#position = Math.max(this.#position, start)
  }

  /**
   * Throws WeirError with the place: what the records are, by `decodeRecord`; `journal-gap`,
   * `journal-disorder`, where they do not follow each other.
   */
  take({ records, position }: Fetched): void {
    for (const record of records) this.#takeRecord(record)
    this.#position = Math.max(this.#position, position)
  }

  #takeRecord({ offset, value }: StoredRecord): void {
    if (offset < this.#position) return
    const { group, journal, onRecord } = this.#options
    const place = { ...journal, offset }
    const record = decodeRecord(value, group, place)
    this.#takeClaim(record, place)
    if (record.kind === 'published') this.#takePublished(record, place)
    onRecord?.(record, place)
    this.#lastOffset = offset
    this.#position = offset + 1
  }

  #takeClaim(record: JournalRecord, place: Place): void {
    const { found } = this
    const { generation, owner, deleted = 0 } = record
    if (found !== undefined && generation < found.generation) {
      throw disorder(place, generation, found.generation)
    }
    const isNew = found === undefined || generation > found.generation
    // Whoever takes the name of a deleted job begins at 1.
    const isOver = (isNew && found?.isDeleted === true) || this.#markerGeneration <= deleted
    if (isOver) this.#forget()
    const before = isNew ? undefined : this.#claims.pop()
    const owners = before?.owners ?? []
    this.#claims.push({
      generation,
      owners: owners.includes(owner) ? owners : [...owners, owner],
      seats: record.kind === 'generation' ? record.seats : before?.seats,
      hasPublished: record.kind === 'published' || (before?.hasPublished ?? false),
      isDeleted: record.kind === 'deleted' || (before?.isDeleted ?? false),
      deleted: Math.max(deleted, before?.deleted ?? 0),
    })
    this.#mayJump ||= isNew
  }

  #forget(): void {
    this.#marker = undefined
    this.#difference = undefined
  }

  #takePublished(record: PublishedRecord, place: Place): void {
    const { fromSeq, toSeq, schedules, published } = record
    const last = this.#marker?.toSeq
    const follows = last === undefined || fromSeq === last + 1 || (this.#mayJump && fromSeq > last)
    if (!follows) throw gap(place, fromSeq, last)
    const behind = this.#marker?.published.find(cursor => isBehind(published, cursor))
    if (behind !== undefined) throw backwards(place, behind)
    for (const [at, schedule] of schedules.entries()) {
      this.#difference ??= this.#options.onSchedule?.(fromSeq + at, schedule, place)
    }
    if (fromSeq - 1 !== last) this.#since = fromSeq
    this.#mayJump = false
    this.#markerGeneration = record.generation
    this.#marker = { toSeq, published, offset: place.offset }
  }
}

function isBehind(published: readonly SinkCursor[], { sink, upTo }: SinkCursor): boolean {
  const now = published.find(cursor => cursor.sink === sink)
  return now !== undefined && now.upTo < upTo
}

function trouble(code: string, place: Place, what: string): WeirError {
  const { topic, partition, offset } = place
  const message =
    `at offset ${offset} of ${topic}/${partition} ${what}; records were deleted, or something ` +
    'else than this job wrote here: restore the job from a checkpoint to a new journal topic'
  return new WeirError(code, message, { ...place })
}

function gap(place: Place, fromSeq: number, last: number | undefined): WeirError {
  return trouble('journal-gap', place, `the journal goes on with seq ${fromSeq} behind ${last}`)
}

function backwards(place: Place, { sink, upTo }: SinkCursor): WeirError {
  const what = `the sink ${sink} is said to have been published less far than ${upTo}`
  return trouble('journal-disorder', place, what)
}

function disorder(place: Place, generation: number, highest: number): WeirError {
  const what = `generation ${generation} follows ${highest}`
  return trouble('journal-disorder', place, what)
}

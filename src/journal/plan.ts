/**
 * What goes into the next transaction. Outputs go in order of their numbers, each with the schedule
 * of its entry in the same transaction or an earlier one. What an entry has for several sinks of
 * the lane goes in one; where it has something for one sink only, a transaction may end inside of
 * it. The last journal record is the marker, and goes with the rest or not at all.
 */

import type { NewRecord, Partition, PartitionRecords } from '../base/stream-log.ts'
import { type JournalBounds, RECORD_OVERHEAD_BYTES, SCHEDULE_OVERHEAD_BYTES } from './bounds.ts'
import type { Ledger } from './ledger.ts'
import type { Line } from './line.ts'
import { byName, type HeldRun, type Outbox } from './outbox.ts'
import { encodeRecord, type PublishedRecord } from './record.ts'
import type { Inspection } from './settings.ts'
import type { Claim, Output, Scheduled, SinkCursor } from './types.ts'

/** Where a publisher writes, and as whom. */
export interface Seat {
  /** Its name in records: `job/stage/3`. */
  readonly group: string
  /** The partition of its journal, or of its markers; nobody else writes there. */
  readonly journal: Partition
  readonly transactionalId: string
  /** Each once: all that lie in the same log. Their outputs share the transactions. */
  readonly sinks: readonly string[]
  /** false: another log than that of the journal, with markers only, and outputs once released. */
  readonly hasJournal: boolean
}

export interface Subject {
  readonly seat: Seat
  /** Of the topics, done by others before anything is written; missing: there is none to do. */
  readonly inspection?: Inspection
  readonly claim: Claim
  readonly outbox: Outbox
  readonly ledger: Ledger
  readonly bounds: JournalBounds
  render(run: HeldRun): readonly Output[]
}

export interface Plan {
  /** As many as there must be calls of `send`, in this order. */
  readonly sends: readonly (readonly PartitionRecords[])[]
  /** What is durable once it is committed. */
  readonly toSeq: number
  /** Of the sinks of its lane that ever had an output, by name. */
  readonly published: readonly SinkCursor[]
  readonly entries: number
  readonly outputs: number
}

/** A plan that is being carried out. */
export interface InTransaction {
  readonly plan: Plan
  sent: number
  /** Of the newest journal record. */
  offset: number
}

export function isJournal({ topic, partition }: Partition, seat: Seat): boolean {
  return topic === seat.journal.topic && partition === seat.journal.partition
}

/** The furthest entry whose outputs may go: any where the schedule goes along. */
function seqMax({ seat, outbox, ledger }: Subject): number {
  return seat.hasJournal ? outbox.lastSeq : ledger.journaled
}

/**
 * What it would journal next is of another generation than its claim: nothing leaves by it until
 * the group has begun that of the claim, and so has stamped what it holds.
 */
export function isUnbegun({ seat, claim, outbox, ledger }: Subject): boolean {
  if (!seat.hasJournal) return false
  const { schedules } = outbox
  const next = schedules.at(schedules.firstBehind(ledger.journaled))
  return next !== undefined && next.generation !== claim.generation
}

/** Schedules from here on are still to be journaled by this publisher. */
export function unjournaledBytes(subject: Subject): number {
  const { seat, outbox, ledger } = subject
  const isNext = seat.hasJournal && !isUnbegun(subject)
  return isNext ? outbox.schedules.bytesBehind(ledger.journaled) : 0
}

/** It grows with each transaction of this lane that is known to be committed. */
export function knownDurable({ seat, ledger }: Subject): number {
  const outputs = seat.sinks.reduce((sum, sink) => sum + ledger.upTo(sink), 0)
  return outputs + (seat.hasJournal ? ledger.journaled : 0)
}

export function hasOutputs(subject: Subject): boolean {
  const { seat, outbox, ledger } = subject
  const seqs = seat.sinks.flatMap(sink => {
    const runs = outbox.runs(sink)
    return runs?.at(runs.firstBehind(ledger.upTo(sink)))?.seq ?? []
  })
  return Math.min(...seqs) <= seqMax(subject) && !isUnbegun(subject)
}

export function unpublishedBytes({ seat, outbox, ledger }: Subject): number {
  return seat.sinks.reduce((sum, sink) => {
    return sum + (outbox.runs(sink)?.bytesBehind(ledger.upTo(sink)) ?? 0)
  }, 0)
}

/** `portion`: of the bounds of a transaction. undefined: there is nothing to do. */
export function planned(subject: Subject, portion = 1): Plan | undefined {
  const { seat, ledger } = subject
  if (isUnbegun(subject)) return undefined
  const { schedules, outputs, published } = taken(subject, portion)
  if (schedules.length === 0 && outputs.length === 0) return undefined
  const toSeq = ledger.journaled + schedules.length
  const records = journalRecords(subject, { schedules, published })
  const journal = records.map(value => ({ ...seat.journal, record: plainRecord(value) }))
  const sends = packed([...outputs, ...journal], subject.bounds.sendBytesMax)
  return { sends, toSeq, published, entries: schedules.length, outputs: outputs.length }
}

interface Journaled {
  readonly schedules: readonly Scheduled[]
  /** Of the lane's own sinks. */
  readonly published: readonly SinkCursor[]
}

interface Taken extends Journaled {
  readonly outputs: readonly Output[]
}

/** Schedules and outputs side by side, in the order of entries, until a bound is reached. */
function taken(subject: Subject, portion: number): Taken {
  const { seat, outbox, ledger, bounds } = subject
  const ways = seat.sinks.map(sink => new Way(subject, sink))
  const schedules: Scheduled[] = []
  const outputs: Output[] = []
  const room = new Room(portion * bounds.outputBytesMax)
  const scheduleRoom = new Room(portion * bounds.scheduleBytesMax)
  let scheduleAt = outbox.schedules.firstBehind(ledger.journaled)
  for (;;) {
    const seq = Math.min(...ways.map(way => way.seq))
    const held = seat.hasJournal ? outbox.schedules.at(scheduleAt) : undefined
    if (held !== undefined && held.seq <= seq) {
      if (!scheduleRoom.take(held.schedule.length)) break
      schedules.push(held)
      scheduleAt++
    } else if (seq <= seqMax(subject)) {
      const some = takenOf(
        ways.filter(way => way.seq === seq),
        room,
      )
      // One by one: an entry may have more than a call takes arguments.
      for (const output of some) outputs.push(output)
      if (ways.some(way => way.seq === seq)) break
    } else break
  }
  return { schedules, outputs, published: cursorsOf(ways) }
}

/** Of one entry: what it has for one sink as far as there is room, for several all or nothing. */
function takenOf(ways: readonly Way[], room: Room): readonly Output[] {
  const rests = ways.map(way => way.rest())
  const sizes = rests.map(rest => rest.map(sizeOf))
  const [only] = sizes
  if (sizes.length === 1 && only !== undefined) return ways[0]?.take(room.takeMany(only)) ?? []
  const bytes = sizes.flat().reduce((sum, size) => sum + size, 0)
  return room.take(bytes) ? ways.flatMap((way, at) => way.take(rests[at]?.length ?? 0)) : []
}

/** How far a transaction that is being put together takes the outputs of one sink. */
class Way {
  readonly sink: string
  readonly #subject: Subject
  readonly #runs: Line<HeldRun> | undefined
  #at: number
  #upTo: number

  constructor(subject: Subject, sink: string) {
    const { outbox, ledger } = subject
    this.sink = sink
    this.#subject = subject
    this.#runs = outbox.runs(sink)
    this.#upTo = ledger.upTo(sink)
    this.#at = this.#runs?.firstBehind(this.#upTo) ?? 0
  }

  get upTo(): number {
    return this.#upTo
  }

  /** Of the entry whose output comes next; endless: there is none. */
  get seq(): number {
    return this.#runs?.at(this.#at)?.seq ?? Number.POSITIVE_INFINITY
  }

  /** What that entry has that is not taken. */
  rest(): readonly Output[] {
    const run = this.#runs?.at(this.#at)
    return run === undefined ? [] : this.#subject.render(run).slice(this.#upTo - run.first + 1)
  }

  take(count: number): readonly Output[] {
    const rest = this.rest()
    this.#upTo += count
    if (count === rest.length) this.#at++
    return rest.slice(0, count)
  }
}

function cursorsOf(ways: readonly Way[]): readonly SinkCursor[] {
  const cursors = ways.map(({ sink, upTo }) => ({ sink, upTo }))
  return cursors.filter(({ upTo }) => upTo > 0).sort((a, b) => byName(a.sink, b.sink))
}

/** So many bytes, but one item always. */
class Room {
  readonly #bytesMax: number
  #bytes = 0

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax
  }

  take(bytes: number): boolean {
    if (this.#bytes > 0 && this.#bytes + bytes > this.#bytesMax) return false
    this.#bytes += bytes
    return true
  }

  /** How many of these, from the first, there is room for. */
  takeMany(sizes: readonly number[]): number {
    const refused = sizes.findIndex(bytes => !this.take(bytes))
    return refused === -1 ? sizes.length : refused
  }
}

export function sizeOf({ record }: Output): number {
  let bytes = RECORD_OVERHEAD_BYTES + (record.key?.length ?? 0) + (record.value?.length ?? 0)
  for (const { name, value } of record.headers) bytes += name.length + value.length
  return bytes
}

/** At least one, the marker, whether there are schedules or not. */
function journalRecords(subject: Subject, journaled: Journaled): readonly Uint8Array[] {
  const { seat, claim, bounds, ledger } = subject
  const published = cursorsAfter(subject, journaled.published)
  const head = { kind: 'published', group: seat.group, ...claim, published } as const
  const records: PublishedRecord[] = []
  // Markers of a log without a journal are a run of their own, which never gets anywhere.
  let fromSeq = seat.hasJournal ? ledger.journaled + 1 : 1
  let some: Scheduled[] = []
  let room = new Room(bounds.recordBytesMax)
  const finish = () => {
    const toSeq = fromSeq + some.length - 1
    records.push({ ...head, fromSeq, toSeq, schedules: some })
    fromSeq = toSeq + 1
    some = []
    room = new Room(bounds.recordBytesMax)
  }
  for (const scheduled of journaled.schedules) {
    const bytes = scheduled.schedule.length + SCHEDULE_OVERHEAD_BYTES
    if (!room.take(bytes)) {
      finish()
      room.take(bytes)
    }
    some.push(scheduled)
  }
  finish()
  return records.map(encodeRecord)
}

/** Of all sinks: of its own what the transaction makes true, of others what is known. */
function cursorsAfter(
  { seat, ledger }: Subject,
  own: readonly SinkCursor[],
): readonly SinkCursor[] {
  if (!seat.hasJournal) return own
  const others = ledger.cursors.filter(({ sink }) => !seat.sinks.includes(sink))
  const known = others.map(({ sink, upTo }) => ({ sink, upTo }))
  return [...known, ...own].sort((a, b) => byName(a.sink, b.sink))
}

function plainRecord(value: Uint8Array): NewRecord {
  return { key: null, value, headers: [], timestampMs: 0 }
}

/** In order; one call of `send` names each partition once. */
function packed(
  outputs: readonly Output[],
  bytesMax: number,
): readonly (readonly PartitionRecords[])[] {
  const sends: Output[][] = []
  let some: Output[] = []
  let room = new Room(bytesMax)
  for (const output of outputs) {
    if (!room.take(sizeOf(output))) {
      sends.push(some)
      some = []
      room = new Room(bytesMax)
      room.take(sizeOf(output))
    }
    some.push(output)
  }
  sends.push(some)
  return sends.map(byPartition)
}

function byPartition(outputs: readonly Output[]): readonly PartitionRecords[] {
  const found = new Map<string, Partition & { readonly records: NewRecord[] }>()
  for (const { topic, partition, record } of outputs) {
    const name = `${topic}/${partition}`
    const there = found.get(name) ?? { topic, partition, records: [] }
    there.records.push(record)
    found.set(name, there)
  }
  return [...found.values()]
}

/**
 * A group of a stage as its leader runs it, with what comes through channels, is speculated on,
 * thrown away, committed and applied; and its log, of which all others know.
 */

import { ByteReader, ByteWriter } from '../../../src/base/bytes.ts'
import type { Prng } from '../../../src/base/prng.ts'
import { type Batch, batchOf, decodeEntry, writeEntry } from '../../../src/engine/batch/entry.ts'
import { Intake, type Taken } from '../../../src/engine/batch/taking.ts'
import type { Barrier } from '../../../src/engine/channels/barrier.ts'
import { Book, type StateRow } from '../../../src/engine/channels/book.ts'
import { Channels } from '../../../src/engine/channels/channels.ts'
import type { Records } from '../../../src/engine/columns/records.ts'
import { readRecords, writeRecords } from '../../../src/engine/columns/records-codec.ts'
import type { CacheBounds } from '../../../src/engine/operators/context.ts'
import type { Schema } from '../../../src/engine/schema/schema.ts'
import { StageGroup, type StageOptions, type StageOutput } from '../../../src/engine/stage/group.ts'
import { CHANNEL_TABLE } from '../../../src/engine/stage/tables.ts'
import { RowKeyWriter } from '../../../src/engine/state/row-key.ts'
import { DeltaWriter } from '../../../src/engine/store/delta.ts'
import type { StoreImage } from '../../../src/engine/store/image.ts'
import type { MemoryStore } from '../../../src/engine/store/store.ts'
import { smallStore } from '../run/small-store.ts'
import type { Trouble, Wire } from './wire.ts'

export type GroupOptions = Omit<StageOptions, 'store'> & {
  /** Of what leaves: a sink, an exchange or the dead letters. */
  readonly schemaOf: (to: string) => Schema
}

export interface Course {
  readonly prng: Prng
  /** Of a batch. */
  readonly rowsMax: number
  readonly trouble: Trouble
  /** How often what is not applied is thrown away, and another leader goes on, of 1. */
  readonly discard: number
  readonly lead: number
  /** What operators may keep beyond their state; missing: as much as they like. */
  readonly bounds?: CacheBounds | undefined
  /** How often, of 1, an epoch is opened in a pass; by so many passes its barriers differ. */
  readonly epochs: number
  readonly spread: number
}

/** An epoch that was cut: behind so many batches, and what the state was then. */
export interface Cut {
  readonly barrier: Barrier
  readonly seq: number
  /** What the cut itself wrote. */
  readonly row: StateRow
  /** All rows, in the form of deltas. */
  readonly slices: readonly Uint8Array[]
  /** Where the readers had placed their barriers, by channel. */
  readonly placed: ReadonlyMap<number, number | undefined>
}

/** What has its place in the log. */
type Entry = { readonly batch: Batch } | { readonly barrier: Barrier }

const SLICE_BYTES = 512
/** In one pass. */
const ALIGNMENTS_MAX = 100

/** All rows of an image, as they are sent: in slices that have the form of deltas. */
export function slicesOf(image: StoreImage): readonly Uint8Array[] {
  const all: Uint8Array[] = []
  const slices = image.rows(SLICE_BYTES)
  for (let slice = slices.next(); slice; slice = slices.next()) all.push(slice)
  return all
}

export function deltaOf({ key, value }: StateRow): Uint8Array {
  const writer = new DeltaWriter()
  writer.put(key, value)
  return writer.finish()
}

/** The rows in which a group keeps its place in the input. */
export function bookOf(store: MemoryStore, slot: number): Book {
  const from = new RowKeyWriter().begin(CHANNEL_TABLE, slot).finish()
  const to = new RowKeyWriter().begin(CHANNEL_TABLE, slot + 1).finish()
  const rows: { key: Uint8Array; value: Uint8Array }[] = []
  for (const cursor = store.scan({ from, to }); cursor.next(); ) {
    rows.push({ key: cursor.key.slice(), value: cursor.value.slice() })
  }
  return Book.of(rows, slot)
}

/** A batch as a member of the group has it. */
export function madeOf(group: StageGroup, stage: string, taken: Taken): Batch {
  const { now, watermark, inputs, rows } = taken
  const given = inputs.flatMap(({ records }) =>
    records.map(one => ({ operator: stage, input: 0, records: one })),
  )
  const { delta, outputs } = group.step({ now, watermark, rows, inputs: given })
  return batchOf(taken, { delta, outputs: outputs.map(written) })
}

function written({ to, first, records }: StageOutput) {
  const out = new ByteWriter()
  writeRecords(out, records)
  return { sink: to, first, count: records.size, records: out.finish() }
}

export class LoggedGroup {
  readonly options: GroupOptions
  readonly wires: readonly Wire[]
  readonly store = smallStore()
  /** Encoded: what is committed. */
  readonly log: Uint8Array[] = []
  /** Of the state behind so many batches. */
  image: { readonly seq: number; readonly image: StoreImage } | undefined
  /** How far ahead it ever wanted to be called, by processing time. */
  aheadMs = 0
  /** By ascending epoch. */
  readonly cuts: Cut[] = []
  /** Epochs whose barriers all stood and that were not cut. */
  givenUp = 0
  /** A barrier that was proposed and came to nothing. */
  uncut: string | undefined
  readonly #course: Course
  readonly #entry: string
  #channels: Channels
  #intake: Intake
  #group: StageGroup
  #pending: Entry[] = []
  #epoch = 0

  constructor(options: GroupOptions, wires: readonly Wire[], course: Course) {
    this.options = options
    this.wires = wires
    this.#course = course
    this.#entry = options.site.entry ?? ''
    this.#channels = new Channels(new Book(this.#slot), 1)
    this.#intake = this.#newIntake()
    this.#group = this.#newGroup()
    for (const { channel } of wires) this.#channels.open(channel, 0)
  }

  get #slot(): number {
    return this.options.slots?.from ?? 0
  }

  get seq(): number {
    return this.log.length
  }

  /** Of the group, and whether nobody waits for it. */
  get word(): { readonly watermark: number; readonly idle: boolean } {
    const { watermark, channels } = this.#channels.applied
    const open = [...channels.values()].filter(one => one.watermark !== Infinity)
    return { watermark, idle: open.length > 0 && open.every(({ idle }) => idle) }
  }

  /** All that waits is taken and committed; what came of it, in order. */
  pass(
    now: number,
    isLast: boolean,
  ): readonly { readonly to: string; readonly first: number; records: Records }[] {
    const from = this.log.length
    this.#maybeOpen(isLast)
    if (this.#channels.isOpening) this.#take(now)
    this.#applyAll()
    this.#hear()
    do this.#work(now)
    while (this.#hasMore)
    for (let rounds = 0; this.#align(); rounds++) {
      if (rounds > ALIGNMENTS_MAX) throw new Error('an epoch is aligned for ever')
      while (this.#hasMore) this.#work(now)
    }
    // What was thrown away last may be the debts, or all of it.
    this.#settle(now)
    this.#applyAll()
    this.#closeEpoch()
    const { wakeAt } = this.#group
    if (wakeAt < Infinity) this.aheadMs = Math.max(this.aheadMs, wakeAt - now)
    return this.log.slice(from).flatMap(bytes => this.#released(bytes))
  }

  #work(now: number): void {
    // Of a batch whose debts were thrown away, or are another leader's now.
    this.#settle(this.#channels.ahead.now)
    this.#take(now)
    this.#settle(now)
    this.#maybeLose()
  }

  /** The last pass waits for no barrier: all stand at its end. */
  #maybeOpen(isLast: boolean): void {
    const { prng, epochs, spread } = this.#course
    const isOpen = this.wires.some(wire => wire.isOpen)
    if (!isOpen && prng.chance(epochs)) {
      this.#epoch++
      for (const wire of this.wires) wire.open(this.#epoch, prng.below(1 + spread))
    }
    if (!isLast) return
    for (const wire of this.wires) {
      if (wire.isOpen && wire.barrierAt === undefined) wire.open(this.#epoch, 0)
    }
  }

  /** Whether more can be taken: all barriers of an epoch are here, or readers repeat theirs. */
  #align(): boolean {
    const { barrier, wanted } = this.#channels.duties(0)
    if (barrier !== undefined) {
      this.#channels.onBarrierProposed(barrier.epoch)
      this.#pending.push({ barrier })
      this.#hear()
      return true
    }
    const asked = this.wires.filter(({ channel, barrierAt }) => {
      return barrierAt !== undefined && wanted?.channels.includes(channel)
    })
    if (asked.length === 0) return false
    this.#hear()
    for (const wire of asked) wire.repeat(this.#channels)
    return true
  }

  /** One whose barriers all stand is cut by now, or never will be. */
  #closeEpoch(): void {
    if (this.wires.some(({ barrierAt }) => barrierAt === undefined)) return
    if (this.wires.length > 0 && this.cuts.at(-1)?.barrier.epoch !== this.#epoch) this.givenUp++
    for (const wire of this.wires) wire.close()
  }

  get #hasMore(): boolean {
    return this.#channels.waiting.sinceMs < Infinity
  }

  #take(now: number): void {
    this.#room()
    this.#push(this.#intake.take({ wallMs: now, atMs: 0 }, Number.NEGATIVE_INFINITY))
  }

  /** What time has made due and did not fit. */
  #settle(now: number): void {
    while (this.#group.owes(this.#channels.ahead.watermark, now)) {
      this.#room()
      this.#push(this.#intake.settle({ wallMs: now, atMs: 0 }))
    }
  }

  #push(taken: Taken | undefined): void {
    if (taken === undefined) throw new Error('a batch was refused')
    this.#pending.push({ batch: madeOf(this.#group, this.#entry, taken) })
  }

  #room(): void {
    const { prng } = this.#course
    while (this.#intake.isFull || (this.#pending.length > 0 && prng.chance(0.4))) this.#apply()
  }

  #applyAll(): void {
    while (this.#pending.length > 0) this.#apply()
  }

  #apply(): void {
    const entry = this.#pending.shift()
    if (entry === undefined) return
    if ('barrier' in entry) {
      this.#cutAt(entry.barrier)
      return
    }
    const { batch } = entry
    const out = new ByteWriter()
    writeEntry(out, batch)
    this.log.push(out.finish())
    this.store.apply(batch.delta)
    this.#group.onApplied()
    this.#intake.onApplied(batch.seq)
  }

  /** The state is that behind all batches that stand before the barrier in the log. */
  #cutAt(barrier: Barrier): void {
    const { counting, row } = this.#channels.onBarrierApplied(barrier)
    if (row === undefined) {
      this.uncut ??= `${JSON.stringify(barrier)}: ${counting}`
      return
    }
    this.store.apply(deltaOf(row))
    const image = this.store.cut()
    const placed = new Map(this.wires.map(({ channel, barrierAt }) => [channel, barrierAt]))
    this.cuts.push({ barrier, seq: this.seq, row, slices: slicesOf(image), placed })
    image.release()
  }

  cut(): void {
    this.image ??= { seq: this.seq, image: this.store.cut() }
  }

  #maybeLose(): void {
    const { prng, discard, lead } = this.#course
    if (prng.chance(discard)) {
      this.#pending = []
      this.#intake.discard()
      this.#group.discard()
      this.#hear()
    } else if (prng.chance(lead)) {
      this.#pending = []
      this.#channels = new Channels(bookOf(this.store, this.#slot), 1)
      this.#intake = this.#newIntake()
      this.#group = this.#newGroup()
      this.#hear()
    }
  }

  /** Streams begin anew: readers say all that is behind the cursors. */
  #hear(): void {
    const { prng, trouble, spread } = this.#course
    // Words of one pass that a barrier parts would be heard in two batches: time would be another.
    const isBarrierFirst = spread === 0 ? prng.chance(0.5) : undefined
    for (const wire of this.wires) wire.tell(this.#channels, { prng, trouble, isBarrierFirst })
  }

  #newIntake(): Intake {
    const { rowsMax } = this.#course
    return new Intake(this.#channels, { rowsMax, bytesMax: 2 ** 20, lingerMs: 0 })
  }

  #newGroup(): StageGroup {
    const { bounds } = this.#course
    const limits = bounds === undefined ? {} : { bounds }
    return new StageGroup({ ...this.options, ...limits, store: this.store })
  }

  #released(bytes: Uint8Array) {
    return decodeEntry(bytes).outputs.map(({ sink, first, records }) => {
      const reader = new ByteReader(records)
      const read = readRecords(reader, this.options.schemaOf(sink))
      reader.done()
      return { to: sink, first, records: read }
    })
  }
}

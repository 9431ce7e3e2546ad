/**
 * A group of a stage as its leader runs it, with what comes through channels, is speculated on,
 * thrown away, committed and applied; and its log, of which all others know.
 */

import { ByteReader, ByteWriter } from '../../../src/base/bytes.ts'
import type { Prng } from '../../../src/base/prng.ts'
import { type Batch, batchOf, decodeEntry, writeEntry } from '../../../src/engine/batch/entry.ts'
import { Intake, type Taken } from '../../../src/engine/batch/taking.ts'
import { Book } from '../../../src/engine/channels/book.ts'
import { Channels } from '../../../src/engine/channels/channels.ts'
import type { Records } from '../../../src/engine/columns/records.ts'
import { readRecords, writeRecords } from '../../../src/engine/columns/records-codec.ts'
import type { CacheBounds } from '../../../src/engine/operators/context.ts'
import type { Schema } from '../../../src/engine/schema/schema.ts'
import { StageGroup, type StageOptions, type StageOutput } from '../../../src/engine/stage/group.ts'
import { CHANNEL_TABLE } from '../../../src/engine/stage/tables.ts'
import { RowKeyWriter } from '../../../src/engine/state/row-key.ts'
import type { StoreImage } from '../../../src/engine/store/image.ts'
import { MemoryStore } from '../../../src/engine/store/store.ts'
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
  readonly store = new MemoryStore()
  /** Encoded: what is committed. */
  readonly log: Uint8Array[] = []
  /** Of the state behind so many batches. */
  image: { readonly seq: number; readonly image: StoreImage } | undefined
  /** How far ahead it ever wanted to be called, by processing time. */
  aheadMs = 0
  readonly #course: Course
  readonly #entry: string
  #channels: Channels
  #intake: Intake
  #group: StageGroup
  #pending: Batch[] = []

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
  pass(now: number): readonly { readonly to: string; readonly first: number; records: Records }[] {
    const from = this.log.length
    if (this.#channels.isOpening) this.#take(now)
    this.#applyAll()
    this.#hear()
    for (let first = true; first || this.#hasMore; first = false) {
      // Of a batch whose debts were thrown away, or are another leader's now.
      this.#settle(this.#channels.ahead.now)
      this.#take(now)
      this.#settle(now)
      this.#maybeLose()
    }
    // What was thrown away last may be the debts, or all of it.
    this.#settle(now)
    this.#applyAll()
    const { wakeAt } = this.#group
    if (wakeAt < Infinity) this.aheadMs = Math.max(this.aheadMs, wakeAt - now)
    return this.log.slice(from).flatMap(bytes => this.#released(bytes))
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
    this.#pending.push(madeOf(this.#group, this.#entry, taken))
  }

  #room(): void {
    const { prng } = this.#course
    while (this.#intake.isFull || (this.#pending.length > 0 && prng.chance(0.4))) this.#apply()
  }

  #applyAll(): void {
    while (this.#pending.length > 0) this.#apply()
  }

  #apply(): void {
    const batch = this.#pending.shift()
    if (batch === undefined) return
    const out = new ByteWriter()
    writeEntry(out, batch)
    this.log.push(out.finish())
    this.store.apply(batch.delta)
    this.#group.onApplied()
    this.#intake.onApplied(batch.seq)
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
    const { prng, trouble } = this.#course
    for (const wire of this.wires) wire.tell(this.#channels, prng, trouble)
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

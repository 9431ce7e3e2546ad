/**
 * A group of a stage as its leader runs it, with what comes through channels, is speculated on,
 * thrown away, committed and applied; and its log, of which all others know.
 */

import { ByteReader, ByteWriter } from '../../../src/base/bytes.ts'
import type { Prng } from '../../../src/base/prng.ts'
import { type Batch, decodeEntry, writeEntry } from '../../../src/engine/batch/entry.ts'
import type { Barrier } from '../../../src/engine/channels/barrier.ts'
import { Book, type StateRow } from '../../../src/engine/channels/book.ts'
import type { Records } from '../../../src/engine/columns/records.ts'
import { readRecords } from '../../../src/engine/columns/records-codec.ts'
import type { CacheBounds } from '../../../src/engine/operators/context.ts'
import type { Schema } from '../../../src/engine/schema/schema.ts'
import { StageGroup, type StageOptions } from '../../../src/engine/stage/group.ts'
import { PIPELINE_MAX } from '../../../src/engine/state/overlay.ts'
import type { StoreImage } from '../../../src/engine/store/image.ts'
import type { MemoryStore } from '../../../src/engine/store/store.ts'
import { decodeCommand } from '../../../src/group/command.ts'
import { GroupLeader, type Routing } from '../../../src/group/leader.ts'
import { GroupState, type Outcome } from '../../../src/group/state.ts'
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

export class LoggedGroup {
  readonly options: GroupOptions
  readonly wires: readonly Wire[]
  /** Encoded: what is committed. */
  readonly log: Uint8Array[] = []
  /** Of the state behind so many batches, and so many epochs. */
  image: { readonly seq: number; readonly epochs: number; readonly image: StoreImage } | undefined
  /** How far ahead it ever wanted to be called, by processing time. */
  aheadMs = 0
  /** By ascending epoch. */
  readonly cuts: Cut[] = []
  /** Epochs whose barriers all stood and that were not cut. */
  givenUp = 0
  /** A barrier that was proposed and came to nothing. */
  uncut: string | undefined
  readonly #course: Course
  readonly #state: GroupState
  #stage: StageGroup
  #leader: GroupLeader
  #pending: Uint8Array[] = []
  #term = 0
  #epoch = 0

  constructor(options: GroupOptions, wires: readonly Wire[], course: Course) {
    this.options = options
    this.wires = wires
    this.#course = course
    this.#state = GroupState.empty(options.slots?.from ?? 0, smallStore())
    this.#state.apply({ kind: 'generation', generation: 1 })
    this.#stage = this.#newStage()
    this.#leader = this.#newLeader()
  }

  get store(): MemoryStore {
    return this.#state.store
  }

  get seq(): number {
    return this.log.length
  }

  /** Of the group, and whether nobody waits for it. */
  get word(): { readonly watermark: number; readonly idle: boolean } {
    const { watermark, channels } = this.#state.book
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
    if (this.#leader.channels.isOpening) this.#take(now)
    this.#applyAll()
    this.#hear()
    this.#work(now)
    for (let rounds = 0; this.#align(); rounds++) {
      if (rounds > ALIGNMENTS_MAX) throw new Error('an epoch is aligned for ever')
      this.#work(now)
    }
    this.#applyAll()
    this.#closeEpoch()
    const { wakeAt } = this.#leader
    if (wakeAt < Infinity) this.aheadMs = Math.max(this.aheadMs, wakeAt - now)
    return this.log.slice(from).flatMap(bytes => this.#released(bytes))
  }

  /** Until there is nothing to take, to fire or to settle. */
  #work(now: number): void {
    // Frames that say nothing new are taken without an entry.
    for (let isTaken = true; isTaken || this.#waits; ) {
      isTaken = this.#take(now)
      if (isTaken) this.#maybeLose()
    }
  }

  get #waits(): boolean {
    return this.#leader.channels.waiting.sinceMs < Infinity
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
    if (this.#leader.channels.barrier !== undefined) return this.#take(0)
    const { wanted } = this.#leader.channels.duties(0)
    const asked = this.wires.filter(({ channel, barrierAt }) => {
      return barrierAt !== undefined && wanted?.channels.includes(channel)
    })
    if (asked.length === 0) return false
    this.#hear()
    for (const wire of asked) wire.repeat(this.#leader.channels)
    return true
  }

  /** One whose barriers all stand is cut by now, or never will be. */
  #closeEpoch(): void {
    if (this.wires.some(({ barrierAt }) => barrierAt === undefined)) return
    if (this.wires.length > 0 && this.cuts.at(-1)?.barrier.epoch !== this.#epoch) this.givenUp++
    for (const wire of this.wires) wire.close()
  }

  /** false: there is no reason for an entry now. */
  #take(now: number): boolean {
    this.#room()
    const { barrier } = this.#leader.channels
    const entry = this.#leader.next({ wallMs: now, atMs: 0 })
    if (entry !== undefined) this.#pending.push(entry)
    // Channels whose barrier stood were given no credit.
    if (barrier !== undefined) this.#hear()
    return entry !== undefined
  }

  #room(): void {
    const { prng } = this.#course
    while (this.#leader.depth === PIPELINE_MAX || (this.#pending.length > 0 && prng.chance(0.4))) {
      this.#apply()
    }
  }

  #applyAll(): void {
    while (this.#pending.length > 0) this.#apply()
  }

  #apply(): void {
    const bytes = this.#pending.shift()
    if (bytes === undefined) return
    const command = decodeCommand(bytes)
    const outcome = this.#state.apply(command)
    if (!this.#leader.onApplied(command, outcome)) throw new Error(`a leader is told: ${outcome}`)
    if (command.kind === 'batch') this.#log(command.batch)
    if (command.kind === 'barrier') this.#onCut(command.barrier, outcome)
  }

  #log(batch: Batch): void {
    const out = new ByteWriter()
    writeEntry(out, batch)
    this.log.push(out.finish())
  }

  /** The state is that behind all batches that stand before the barrier in the log. */
  #onCut(barrier: Barrier, outcome: Outcome): void {
    if (outcome !== 'done') {
      this.uncut ??= `${JSON.stringify(barrier)}: ${outcome}`
      return
    }
    const row = new Book(this.options.slots?.from).cut(barrier.epoch)
    const image = this.store.cut()
    const placed = new Map(this.wires.map(({ channel, barrierAt }) => [channel, barrierAt]))
    this.cuts.push({ barrier, seq: this.seq, row, slices: slicesOf(image), placed })
    image.release()
  }

  cut(): void {
    this.image ??= { seq: this.seq, epochs: this.cuts.length, image: this.store.cut() }
  }

  #maybeLose(): void {
    const { prng, discard, lead } = this.#course
    const isOther = prng.chance(lead)
    if (!isOther && !prng.chance(discard)) return
    this.#pending = []
    // The same replica leads again, or one that has computed nothing yet.
    if (isOther) this.#stage = this.#newStage()
    this.#leader = this.#newLeader()
    this.#hear()
  }

  /** Streams begin anew: readers say all that is behind the cursors. */
  #hear(): void {
    const { prng, trouble, spread } = this.#course
    const { channels } = this.#leader
    // Words of one pass that a barrier parts would be heard in two batches: time would be another.
    const isBarrierFirst = spread === 0 ? prng.chance(0.5) : undefined
    for (const wire of this.wires) {
      const isKnown = channels.ahead.channels.has(wire.channel)
      if (isKnown) wire.tell(channels, { prng, trouble, isBarrierFirst })
    }
  }

  /** All that comes is for the operator with which the stage begins. */
  readonly routing: Routing = () => {
    return { kind: 'operator', operator: this.options.site.entry ?? '', input: 0 }
  }

  #newLeader(): GroupLeader {
    const { rowsMax } = this.#course
    const leader = new GroupLeader({
      state: this.#state,
      term: ++this.#term,
      stage: this.#stage,
      routing: this.routing,
      bounds: { rowsMax, bytesMax: 2 ** 20, lingerMs: 0, eagerRows: 0, eagerBytes: 0 },
    })
    for (const { channel } of this.wires) leader.channels.open(channel, 0)
    return leader
  }

  #newStage(): StageGroup {
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

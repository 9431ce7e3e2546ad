/**
 * All channels of a group, on its leader: takes frames, says what of them is the next batch's, and
 * keeps two books: `applied`, what is committed, and `ahead`, with what is speculated on top.
 * Whatever else is here is the leader's memory, and is gone with it when leadership, or one of its
 * batches, is lost; readers make good for it, because every stream begins with the group's hello.
 */

import { invariant } from '../../base/errors.ts'
import type { Records } from '../columns/records.ts'
import { Alignment, type Barrier, type Counting, type Failure, judgeBarrier } from './barrier.ts'
import type { Book, StateRow } from './book.ts'
import { CHANNELS_MAX } from './bounds.ts'
import type { Grant } from './credit.ts'
import type { Frame } from './frame.ts'
import type { Part, Stretch } from './line.ts'
import {
  type Hello,
  type Limits,
  type Receipt,
  Reception,
  type Rewind,
  type Waiting,
} from './reception.ts'
import {
  afterHearing,
  type ChannelChange,
  type ChannelState,
  compareReaders,
  type Input,
  type Movement,
} from './state.ts'

/** To be told to readers and to whoever opens epochs; but the barrier, which is to be proposed. */
export interface Duties {
  readonly rewinds: readonly Rewind[]
  readonly credits: readonly Grant[]
  /** Until it is settled: whoever reads these channels shall place the barrier. */
  readonly wanted: { readonly epoch: number; readonly channels: readonly number[] } | undefined
  /** Until `onBarrierProposed`. */
  readonly barrier: Barrier | undefined
  readonly failures: readonly Failure[]
}

/** An input and its records, in order; the pieces mean nothing: the next time they are others. */
export interface TakenInput extends Input {
  readonly records: readonly Records[]
}

/** What a batch took, and what its frames cost their senders, by channel. */
export interface Collected {
  readonly inputs: readonly TakenInput[]
  readonly changes: readonly ChannelChange[]
  readonly costs: ReadonlyMap<number, number>
}

interface Tally {
  readonly before: ChannelState
  state: ChannelState
  readonly records: Records[]
}

export class Channels {
  readonly #applied: Book
  readonly #opening = new Map<number, number>()
  readonly #ahead: Book
  readonly #alignment: Alignment
  readonly #reception: Reception

  constructor(applied: Book, generation: number) {
    this.#applied = applied
    this.#ahead = applied.copy()
    this.#alignment = new Alignment(applied.epoch)
    this.#reception = new Reception(generation, this.#alignment)
  }

  get applied(): Book {
    return this.#applied
  }

  get ahead(): Book {
    return this.#ahead
  }

  get heldBytes(): number {
    return this.#reception.heldBytes
  }

  /** A new channel, from the next batch on; one that is known already stays as it is. */
  open(channel: number, cursor: number): void {
    if (this.#applied.channels.has(channel)) return
    this.#opening.set(channel, cursor)
    const all = new Set([...this.#ahead.channels.keys(), ...this.#opening.keys()])
    invariant(all.size <= CHANNELS_MAX, 'channels-of-a-group-are-bounded', channel)
  }

  /** There are new channels that no batch has opened. */
  get isOpening(): boolean {
    for (const channel of this.#opening.keys()) {
      if (!this.#ahead.channels.has(channel)) return true
    }
    return false
  }

  /** Streams begin anew, of all channels unless some are named: what waits of them is forgotten. */
  hello(channels: Iterable<number> = this.#ahead.channels.keys()): readonly Hello[] {
    this.#reception.onChannels(this.#ahead.channels.size)
    return [...channels].map(channel => this.#reception.hello(channel, this.#state(channel)))
  }

  #state(channel: number): ChannelState {
    const state = this.#ahead.channels.get(channel)
    invariant(state !== undefined, 'a-channel-is-known', channel)
    return state
  }

  /** `bytes`: that the frame had on its way. */
  onFrame(frame: Frame, bytes: number, atMs: number): Receipt {
    return this.#reception.onFrame(frame, bytes, atMs)
  }

  get waiting(): Waiting {
    return this.#reception.waiting
  }

  /** Of what waits, what the next batch takes; at least one part of it, if there is any. */
  collect(limits: Limits, atMs: number): Collected {
    const tallies = new Map<number, Tally>()
    const costs = new Map<number, number>()
    this.#reception.take(limits, (channel, part) => {
      costs.set(channel, (costs.get(channel) ?? 0) + part.cost)
      this.#tally(tallies, channel, part, atMs)
    })
    return this.#collected(tallies, costs)
  }

  #tally(tallies: Map<number, Tally>, channel: number, part: Part, atMs: number): void {
    const { from, to, records, reader, watermark, idle, barrier } = part
    const before = this.#state(channel)
    const tally = tallies.get(channel) ?? { before, state: before, records: [] }
    invariant(tally.state.cursor === from, 'parts-follow-the-cursor', channel)
    tally.state = afterHearing(tally.state, { to, rows: records.size, reader, watermark, idle })
    if (records.size > 0) tally.records.push(records)
    tallies.set(channel, tally)
    if (to > from) this.#alignment.onCursor(channel, atMs)
    if (barrier !== undefined) this.#alignment.onBarrier(barrier, { channel, offset: to }, atMs)
  }

  #collected(tallies: Map<number, Tally>, costs: Map<number, number>): Collected {
    const inputs: TakenInput[] = []
    const changes: ChannelChange[] = []
    for (const [channel, cursor] of this.#opening) {
      if (!this.#ahead.channels.has(channel)) changes.push({ channel, opened: cursor })
    }
    for (const [channel, { before, state, records }] of tallies) {
      const [from, to] = [before.cursor, state.cursor]
      if (to > from) inputs.push({ channel, from, to, records })
      const change = changeOf(channel, before, state)
      if (change !== undefined) changes.push(change)
    }
    inputs.sort((one, other) => one.channel - other.channel)
    changes.sort((one, other) => one.channel - other.channel)
    return { inputs, changes, costs }
  }

  /** Whether all of an input waits here, for a replay. */
  has(input: Input): boolean {
    return this.#reception.has(input, this.#ahead.channels.get(input.channel)?.cursor)
  }

  /** What a replay takes: only once `has` says so. */
  read(input: Input): Stretch {
    return this.#reception.read(input)
  }

  /** A batch is made of this: what it writes besides what its operators write. */
  move(movement: Movement): readonly StateRow[] {
    const rows = this.#ahead.move(movement)
    for (const { channel } of [...movement.changes, ...movement.inputs]) {
      this.#reception.onMoved(channel, this.#state(channel))
    }
    return rows
  }

  /** The oldest batch that was not is committed and applied. */
  onApplied(movement: Movement, costs: ReadonlyMap<number, number>): void {
    this.#applied.follow(movement)
    for (const { channel } of movement.changes) {
      this.#opening.delete(channel)
    }
    this.giveBack(costs)
  }

  giveBack(costs: ReadonlyMap<number, number>): void {
    this.#reception.giveBack(costs)
  }

  duties(atMs: number): Duties {
    const channels = this.#ids
    const alignment = this.#alignment
    alignment.onTick(channels, atMs)
    const missing = alignment.missing(channels)
    const { epoch } = alignment
    const isWanted = epoch !== undefined && missing.length > 0
    return {
      rewinds: this.#reception.takeRewinds(),
      credits: this.#reception.grants(),
      wanted: isWanted ? { epoch, channels: missing } : undefined,
      barrier: this.barrier,
      failures: alignment.takeFailures(),
    }
  }

  get #ids(): readonly number[] {
    return [...this.#ahead.channels.keys()]
  }

  /** Until `onBarrierProposed`. */
  get barrier(): Barrier | undefined {
    return this.#alignment.aligned(this.#ids)
  }

  /** It has its place in the log, behind all batches so far: the channels go on. */
  onBarrierProposed(epoch: number): void {
    this.#alignment.onSettled(epoch)
  }

  /** Whoever opened the epoch says that it is over. */
  onEpochClosed(epoch: number): void {
    this.#alignment.onSettled(epoch)
  }

  /** What it comes to, and what it writes if it counts. */
  onBarrierApplied(barrier: Barrier): { readonly counting: Counting; readonly row?: StateRow } {
    const counting = judgeBarrier(this.#applied, barrier)
    if (counting !== 'counts') return { counting }
    this.#ahead.cut(barrier.epoch)
    this.#alignment.onSettled(barrier.epoch)
    return { counting, row: this.#applied.cut(barrier.epoch) }
  }
}

/** A reader alone is no change: it is told with the next that is one. */
function changeOf(
  channel: number,
  before: ChannelState,
  after: ChannelState,
): ChannelChange | undefined {
  const { watermark, idle, reader } = after
  const words = {
    ...(watermark > before.watermark ? { watermark } : {}),
    ...(idle === before.idle ? {} : { idle }),
  }
  const isOther = compareReaders(reader, before.reader) > 0
  const isMoved = after.cursor > before.cursor || Object.keys(words).length > 0
  if (isOther && isMoved) return { channel, reader, ...words }
  return Object.keys(words).length > 0 ? { channel, ...words } : undefined
}

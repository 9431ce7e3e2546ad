/**
 * Where a group stands in its input, as its replicated state says it: seq and time of the last
 * batch, the group's watermark, the last epoch, and each channel. It moves by movements alone, live
 * and in a replay by this same code, and says as rows of state what changed.
 */

import { ByteReader, ByteWriter, malformed } from '../../base/bytes.ts'
import { invariant } from '../../base/errors.ts'
import { CHANNEL_TABLE } from '../stage/tables.ts'
import { PLACE_BYTES, RowKeyWriter, TIME_BYTES, wholeAt } from '../state/row-key.ts'
import { CHANNELS_MAX } from './bounds.ts'
import {
  type ChannelChange,
  type ChannelState,
  compareReaders,
  type Movement,
  unheard,
} from './state.ts'
import { readWatermarks, writeWatermarks } from './wire.ts'

const POSITION = 0
const EPOCH = 1
const CHANNEL = 2

export interface StateRow {
  readonly key: Uint8Array
  readonly value: Uint8Array
}

/** Whether a movement can be the next, or why not. */
export type Following =
  | 'follows'
  /** It was taken before. */
  | 'again'
  /** There are others between. */
  | 'gap'
  | 'time-goes-back'
  | 'unknown-channel'
  | 'known-channel'
  | 'too-many-channels'
  | 'not-at-the-cursor'
  /** A watermark, a reader or an idleness that is none the larger, higher or other. */
  | 'changes-nothing'

/**
 * The minimum over the channels that are neither idle nor at their end. Where all are idle, nobody
 * is waited for, and it is the largest that any of them said: so it is the same in whichever order
 * they fell idle. A channel of which nothing was heard holds it at -Infinity, unless it is idle.
 * Infinity where all have ended, and only there: who is idle may come back.
 */
export function groupWatermark(channels: Iterable<ChannelState>): number {
  let least = Infinity
  let largest = -Infinity
  let ended = 0
  let open = 0
  for (const { watermark, idle } of channels) {
    if (watermark === Infinity) {
      ended++
      continue
    }
    open++
    largest = Math.max(largest, watermark)
    if (!idle) least = Math.min(least, watermark)
  }
  if (open === 0) return ended === 0 ? -Infinity : Infinity
  return least === Infinity ? largest : least
}

/** Nobody is waited for, though not all has ended. */
export function areIdle(channels: Iterable<ChannelState>): boolean {
  let isAny = false
  for (const { watermark, idle } of channels) {
    if (watermark === Infinity) continue
    if (!idle) return false
    isAny = true
  }
  return isAny
}

/** Written to and finished within one call. */
const keys = new RowKeyWriter()
const out = new ByteWriter()

export class Book {
  /** Of the group, where its own rows stand. */
  readonly #slot: number
  #seq = 0
  #now = 0
  #watermark = -Infinity
  #epoch = 0
  #channels = new Map<number, ChannelState>()

  constructor(slot = 0) {
    this.#slot = slot
  }

  /** Of all rows of the table, in any order; of none: a group that has taken nothing. */
  static of(rows: Iterable<StateRow>, slot = 0): Book {
    const book = new Book(slot)
    for (const { key, value } of rows) {
      const reader = new ByteReader(value)
      book.#read(key, reader)
      reader.done()
    }
    return book
  }

  /** The number of the last batch; the first has number 1. */
  get seq(): number {
    return this.#seq
  }

  get now(): number {
    return this.#now
  }

  /** Of the group: no record with an earlier time is waited for. It never goes back. */
  get watermark(): number {
    return this.#watermark
  }

  /** The last that was cut here; 0 before the first. */
  get epoch(): number {
    return this.#epoch
  }

  get channels(): ReadonlyMap<number, ChannelState> {
    return this.#channels
  }

  copy(): Book {
    const copy = new Book(this.#slot)
    copy.#seq = this.#seq
    copy.#now = this.#now
    copy.#watermark = this.#watermark
    copy.#epoch = this.#epoch
    copy.#channels = new Map(this.#channels)
    return copy
  }

  judge({ seq, now, inputs, changes }: Movement): Following {
    if (seq <= this.#seq) return 'again'
    if (seq > this.#seq + 1) return 'gap'
    if (now < this.#now) return 'time-goes-back'
    const opened = new Map<number, ChannelState>()
    for (const change of changes) {
      const following = this.#judgeChange(change, opened)
      if (following !== 'follows') return following
    }
    if (this.#channels.size + opened.size > CHANNELS_MAX) return 'too-many-channels'
    for (const { channel, from } of inputs) {
      const state = this.#channels.get(channel) ?? opened.get(channel)
      if (state === undefined) return 'unknown-channel'
      if (from !== state.cursor) return 'not-at-the-cursor'
    }
    return 'follows'
  }

  #judgeChange(change: ChannelChange, opened: Map<number, ChannelState>): Following {
    const { channel, reader, watermark, idle } = change
    const known = this.#channels.get(channel)
    if (change.opened !== undefined) {
      if (known !== undefined) return 'known-channel'
      opened.set(channel, unheard(change.opened))
    }
    const state = known ?? opened.get(channel)
    if (state === undefined) return 'unknown-channel'
    const isSame =
      (reader !== undefined && compareReaders(reader, state.reader) <= 0) ||
      (watermark !== undefined && watermark <= state.watermark) ||
      (idle !== undefined && idle === state.idle)
    return isSame ? 'changes-nothing' : 'follows'
  }

  /** What the movement writes, by ascending key. */
  move(movement: Movement): readonly StateRow[] {
    const touched = this.follow(movement)
    const channels = [...touched].sort((one, other) => one - other)
    return [this.#positionRow(), ...channels.map(channel => this.#channelRow(channel))]
  }

  /** Moves without saying what that writes, because it is written already; the channels touched. */
  follow(movement: Movement): ReadonlySet<number> {
    const following = this.judge(movement)
    invariant(following === 'follows', 'a-movement-follows', following)
    const { seq, now, inputs, changes } = movement
    const touched = new Set<number>()
    for (const change of changes) {
      touched.add(change.channel)
      this.#change(change)
    }
    for (const { channel, to } of inputs) {
      touched.add(channel)
      this.#channels.set(channel, { ...this.#at(channel), cursor: to })
    }
    this.#seq = seq
    this.#now = now
    if (changes.length > 0) {
      this.#watermark = Math.max(this.#watermark, groupWatermark(this.#channels.values()))
    }
    return touched
  }

  #at(channel: number): ChannelState {
    const state = this.#channels.get(channel)
    invariant(state !== undefined, 'a-channel-is-known', channel)
    return state
  }

  #change({ channel, opened, reader, watermark, idle }: ChannelChange): void {
    const state = opened === undefined ? this.#at(channel) : unheard(opened)
    this.#channels.set(channel, {
      cursor: state.cursor,
      reader: reader ?? state.reader,
      watermark: watermark ?? state.watermark,
      idle: idle ?? state.idle,
    })
  }

  /** The epoch is cut here: what that writes. */
  cut(epoch: number): StateRow {
    invariant(epoch > this.#epoch, 'epochs-ascend', epoch)
    this.#epoch = epoch
    return { key: this.#key(EPOCH), value: out.varint(epoch).finish() }
  }

  #positionRow(): StateRow {
    out.varint(this.#seq).varint(this.#now)
    writeWatermarks(out, [this.#watermark])
    return { key: this.#key(POSITION), value: out.finish() }
  }

  #channelRow(channel: number): StateRow {
    keys.begin(CHANNEL_TABLE, this.#slot).raw(Uint8Array.of(CHANNEL)).whole(channel)
    const { cursor, reader, watermark, idle } = this.#at(channel)
    out.varint(cursor).varint(reader.generation).varint(reader.term)
    writeWatermarks(out, [watermark])
    return { key: keys.finish(), value: out.uint8(idle ? 1 : 0).finish() }
  }

  #key(kind: number): Uint8Array {
    return keys.begin(CHANNEL_TABLE, this.#slot).raw(Uint8Array.of(kind)).finish()
  }

  #read(key: Uint8Array, reader: ByteReader): void {
    const kind = key[PLACE_BYTES]
    if (kind === POSITION) {
      this.#seq = reader.varint()
      this.#now = reader.varint()
      this.#watermark = readWatermarks(reader, 1)[0] as number
    } else if (kind === EPOCH) {
      this.#epoch = reader.varint()
    } else if (kind === CHANNEL && key.length === PLACE_BYTES + 1 + TIME_BYTES) {
      this.#channels.set(wholeAt(key, PLACE_BYTES + 1), readChannel(reader))
    } else {
      throw malformed('a row of the group is of an unknown kind')
    }
  }
}

function readChannel(reader: ByteReader): ChannelState {
  const cursor = reader.varint()
  const who = { generation: reader.varint(), term: reader.varint() }
  const watermark = readWatermarks(reader, 1)[0] as number
  const idle = reader.uint8()
  if (idle > 1) throw malformed('a channel is neither idle nor not')
  return { cursor, reader: who, watermark, idle: idle === 1 }
}

/**
 * The records of sliding windows: each is kept until its result was said, and its accumulators as
 * long as it is in the window of a later one. In the state a row each: table, slot, key, time and
 * its number among those of that time; here, as a cache, two lists for each key.
 */

import { ByteReader, ByteWriter } from '../../base/bytes.ts'
import { heldSize } from '../columns/allowance.ts'
import { readScalar, writeScalar } from '../columns/scalar-codec.ts'
import type { Scalar } from '../columns/vector.ts'
import type { Schema } from '../schema/schema.ts'
import type { KeyTable } from '../state/key-table.ts'
import { RowKeyWriter, TIME_BYTES, wholeAt } from '../state/row-key.ts'
import type { State } from '../state/state.ts'
import type { Cells } from './cells.ts'
import { Line } from './line.ts'
import { SlidingQueue } from './sliding-queue.ts'

export interface Item {
  readonly id: number
  readonly time: number
  /** Among those of its time, in order of arrival. */
  readonly number: number
  /** Accumulators of this record alone. */
  readonly cell: number
  /** Until its result is said. */
  values: readonly Scalar[] | undefined
}

/** Of one key. */
export interface Track {
  /** Results are still to be said: by time, then number. */
  readonly waiting: Line<Item>
  /** Those in the window of the last one that was said, the oldest first. */
  readonly said: Line<Item>
  readonly queue: SlidingQueue
}

const WAITS = 0
const SAID = 1

export class SlidingBook {
  readonly #state: State
  readonly #table: number
  readonly #keys: KeyTable
  readonly #cells: Cells
  readonly #schema: Schema
  readonly #writer = new RowKeyWriter()
  readonly #out = new ByteWriter()
  #tracks: (Track | undefined)[] = []
  readonly #changed = new Set<Item>()
  #gone: Uint8Array[] = []
  #heldBytes = 0

  constructor(
    state: State,
    table: number,
    { keys, cells, schema }: { keys: KeyTable; cells: Cells; schema: Schema },
  ) {
    this.#state = state
    this.#table = table
    this.#keys = keys
    this.#cells = cells
    this.#schema = schema
  }

  of(id: number): Track {
    const known = this.#tracks[id]
    if (known !== undefined) return known
    const track = this.#read(id)
    this.#tracks[id] = track
    return track
  }

  /** A record that came. */
  add(id: number, time: number, values: readonly Scalar[]): Item {
    const { waiting } = this.of(id)
    const at = placeOf(waiting, time)
    const before = waiting.at(at - 1)
    const number = before?.time === time ? before.number + 1 : 0
    const item = { id, time, number, cell: this.#cells.take(), values }
    waiting.insert(at, item)
    this.#changed.add(item)
    this.#heldBytes += heldSize(values)
    return item
  }

  /** The first that waits enters the window. */
  enter(track: Track): Item | undefined {
    const item = track.waiting.shift()
    if (item === undefined) return undefined
    track.said.push(item)
    track.queue.push(item.cell)
    this.#changed.add(item)
    return item
  }

  /** The oldest in the window leaves it. */
  leave(track: Track): void {
    const item = track.said.shift()
    if (item === undefined) return
    track.queue.shift()
    this.#changed.delete(item)
    this.#gone.push(this.#rowKey(item))
    this.#cells.giveBack(item.cell)
  }

  save(): void {
    for (const key of this.#gone) this.#state.remove(key)
    this.#gone = []
    for (const item of this.#changed) this.#state.put(this.#rowKey(item), this.#encoded(item))
    this.#changed.clear()
  }

  /** Of records since all was forgotten, also of those that are gone: not more can be held. */
  get heldBytes(): number {
    return this.#heldBytes
  }

  forget(): void {
    this.#heldBytes = 0
    this.#tracks = []
    this.#changed.clear()
    this.#gone = []
  }

  #read(id: number): Track {
    const queue = new SlidingQueue(this.#cells)
    const track: Track = { waiting: new Line(), said: new Line(), queue }
    const prefix = this.#prefix(id).finish()
    this.#state.walk(prefix, this.#prefix(id).tag(BEHIND_TIMES).finish(), (key, value) => {
      const item = this.#decoded(id, key, value)
      if (item.values === undefined) {
        track.said.push(item)
        queue.push(item.cell)
      } else {
        track.waiting.push(item)
      }
      return true
    })
    return track
  }

  #encoded({ values, cell }: Item): Uint8Array {
    if (values === undefined) {
      this.#out.uint8(SAID)
    } else {
      this.#out.uint8(WAITS)
      values.forEach((value, place) => {
        writeScalar(this.#out, this.#schema.at(place).type, value)
      })
    }
    this.#cells.write(this.#out, cell)
    return this.#out.finish()
  }

  #decoded(id: number, key: Uint8Array, value: Uint8Array): Item {
    const time = wholeAt(key, key.length - 2 * TIME_BYTES)
    const number = wholeAt(key, key.length - TIME_BYTES)
    const reader = new ByteReader(value)
    const waits = reader.uint8() === WAITS
    const values = waits
      ? this.#schema.columns.map(({ type }) => readScalar(reader, type))
      : undefined
    if (values !== undefined) this.#heldBytes += heldSize(values)
    const cell = this.#cells.take()
    this.#cells.read(reader, cell)
    return { id, time, number, cell, values }
  }

  #prefix(id: number): RowKeyWriter {
    return this.#writer.begin(this.#table, this.#keys.slotOf(id)).raw(this.#keys.keyOf(id))
  }

  #rowKey({ id, time, number }: Item): Uint8Array {
    return this.#prefix(id).whole(time).whole(number).finish()
  }
}

/** Behind all that are not later. Records mostly come in the order of their times: near the end. */
function placeOf(waiting: Line<Item>, time: number): number {
  const last = waiting.at(waiting.size - 1)
  if (last === undefined || last.time <= time) return waiting.size
  let low = 0
  let high = waiting.size - 1
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((waiting.at(middle) as Item).time > time) high = middle
    else low = middle + 1
  }
  return low
}

/** Above the first byte of any time: times lie within 2^53. */
const BEHIND_TIMES = 0xff

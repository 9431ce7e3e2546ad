/**
 * What an operator wants to be reminded of, by time. Each timer is a row of state without a value:
 * table, slot, time, key. The nearest of them are also in memory: all before the *horizon*, which
 * is moved by reading on from each slot when time comes near it. So nothing has to be read when a
 * leader takes over, and memory is bounded however many timers there are.
 *
 * A timer goes by being taken, in no other way; whoever was reminded of something that is not so
 * any more does nothing.
 */

import { Heap } from '../../base/heap.ts'
import { compareKeys } from '../store/entry.ts'
import { PLACE_BYTES, RowKeyWriter, slotIn, TIME_BYTES, wholeAt } from './row-key.ts'
import { eachSlot } from './slots.ts'
import type { State } from './state.ts'

export interface Timer {
  readonly time: number
  readonly slot: number
  readonly key: Uint8Array
}

/** In memory, after which the horizon comes nearer. */
const TIMERS_NEAR_MAX = 16_384
/** Read from each slot at a time, at least. */
const SLOT_READ_MIN = 4
const NO_VALUE = new Uint8Array(0)

/** The order in which timers of a table are taken. */
export function compareTimers(one: Timer, other: Timer): number {
  return one.time - other.time || compareKeys(one.key, other.key) || one.slot - other.slot
}

interface Change {
  readonly timer: Timer
  readonly isSet: boolean
}

export class Timers {
  readonly #state: State
  readonly #table: number
  readonly #nearMax: number
  readonly #writer = new RowKeyWriter()
  /** Of this batch, in order; the rows say nothing of it yet. */
  #changes: Change[] = []
  #near = new Heap<Timer>(compareTimers)
  /** All timers before it are near; nothing is known of the others. */
  #horizon = Number.NEGATIVE_INFINITY
  #limit: number
  /** The last time taken in this batch: rows up to it are still there, and not read again. */
  #taken = Number.NEGATIVE_INFINITY

  constructor(state: State, table: number, nearMax = TIMERS_NEAR_MAX) {
    this.#state = state
    this.#table = table
    this.#nearMax = nearMax
    this.#limit = 2 * nearMax
  }

  /** One that is set already is set once. */
  set(timer: Timer): void {
    this.#changes.push({ timer, isSet: true })
    if (timer.time < this.#horizon) this.#near.push(timer)
    if (this.#near.size > this.#limit) this.#comeNearer()
  }

  /** The first timer at or before `time`. It stays the first until it is taken. */
  first(time: number): Timer | undefined {
    for (;;) {
      const timer = this.#near.peek()
      if (timer !== undefined) return timer.time <= time ? timer : undefined
      if (this.#horizon > time || this.#horizon === Number.POSITIVE_INFINITY) return undefined
      this.#readOn()
    }
  }

  /** The time of the first timer of all. */
  firstTime(): number {
    return this.first(Number.MAX_SAFE_INTEGER)?.time ?? Number.POSITIVE_INFINITY
  }

  /** Takes away what `first` gave. */
  take(): Timer | undefined {
    const timer = this.#near.pop()
    if (timer === undefined) return undefined
    while (this.#isFirst(timer)) this.#near.pop()
    this.#taken = Math.max(this.#taken, timer.time)
    this.#changes.push({ timer, isSet: false })
    return timer
  }

  save(): void {
    for (const { timer, isSet } of this.#changes) {
      const key = this.#rowKey(timer)
      if (isSet) this.#state.put(key, NO_VALUE)
      else this.#state.remove(key)
    }
    this.#changes = []
    this.#taken = Number.NEGATIVE_INFINITY
  }

  forget(): void {
    this.#near.clear()
    this.#horizon = Number.NEGATIVE_INFINITY
    this.#limit = 2 * this.#nearMax
    this.#changes = []
    this.#taken = Number.NEGATIVE_INFINITY
  }

  #isFirst(timer: Timer): boolean {
    const first = this.#near.peek()
    return first !== undefined && compareTimers(first, timer) === 0
  }

  #rowKey({ time, slot, key }: Timer): Uint8Array {
    return this.#writer.begin(this.#table, slot).whole(time).raw(key).finish()
  }

  /** The next rows of each slot; the horizon is what no slot was read up to. */
  #readOn(): void {
    const before = this.#horizon
    const { from, to } = this.#state.slots
    const each = Math.max(SLOT_READ_MIN, Math.floor(this.#nearMax / (to - from)))
    const read: Timer[] = []
    let horizon = Number.POSITIVE_INFINITY
    eachSlot(this.#state, this.#table, slot => {
      horizon = Math.min(horizon, this.#readSlot(slot, each, read))
    })
    this.#horizon = horizon
    for (const timer of read) {
      if (timer.time < horizon) this.#near.push(timer)
    }
    for (const { timer, isSet } of this.#changes) {
      if (isSet && timer.time >= before && timer.time < horizon) this.#near.push(timer)
    }
  }

  /** The time of the first row that was not read. Timers of one time are read together. */
  #readSlot(slot: number, count: number, read: Timer[]): number {
    const begin = Math.max(this.#horizon, Number.MIN_SAFE_INTEGER)
    const from = this.#writer.begin(this.#table, slot).whole(begin).finish()
    const to = this.#writer.begin(this.#table, slot + 1).finish()
    let unread = Number.POSITIVE_INFINITY
    let left = count
    let last = Number.NaN
    this.#state.walk(from, to, key => {
      const time = wholeAt(key, PLACE_BYTES)
      if (left <= 0 && time !== last) {
        unread = time
        return false
      }
      left--
      last = time
      read.push({ time, slot: slotIn(key), key: key.slice(PLACE_BYTES + TIME_BYTES) })
      return true
    })
    return unread
  }

  /**
   * Keeps the nearest, and all of one time or none; the others are rows, or will be. The horizon
   * stays behind what was taken in this batch.
   */
  #comeNearer(): void {
    const kept = new Heap<Timer>(compareTimers)
    let last = this.#taken
    let next = this.#near.peek()
    while (next !== undefined && (kept.size < this.#nearMax || next.time <= last)) {
      last = Math.max(last, next.time)
      kept.push(next)
      this.#near.pop()
      next = this.#near.peek()
    }
    if (next !== undefined) this.#horizon = next.time
    this.#near = kept
    this.#limit = Math.max(2 * this.#nearMax, 2 * kept.size)
  }
}

/**
 * Simulated time: a queue of events, each of which happens at its microsecond, those of one
 * microsecond in the order in which they were asked for. Nothing else moves time, so a run is a
 * pure function of what was put in first.
 */

import type { Clock, Timer } from '../../../src/base/env.ts'
import { invariant } from '../../../src/base/errors.ts'

/** An object and not a closure: the hottest events are made by the hundred thousand. */
export interface SimEvent {
  fire(): void
}

export const US_PER_MS = 1000
/**
 * Time and order share one double: 29 bits of microseconds (536 s) above 24 bits of order (16
 * million events). Both count from a base that moves when they come to their end.
 */
const ORDER_SPAN = 2 ** 24
const TIME_SPAN_US = 2 ** 29
const FIRST_CAPACITY = 1024

export class EventQueue {
  nowUs = 0
  /** Events that have happened. */
  fired = 0
  #keys = new Float64Array(FIRST_CAPACITY)
  readonly #events: (SimEvent | undefined)[] = []
  #size = 0
  #order = 0
  #baseUs = 0

  get nowMs(): number {
    return this.nowUs / US_PER_MS
  }

  get size(): number {
    return this.#size
  }

  /**
   * `atUs` is a whole number; what lies in the past happens now, behind what already waits for now.
   */
  at(atUs: number, event: SimEvent): void {
    const isAtEnd = atUs - this.#baseUs >= TIME_SPAN_US || this.#order >= ORDER_SPAN
    if (isAtEnd) this.#rebase()
    invariant(atUs - this.#baseUs < TIME_SPAN_US, 'time-within-span', atUs)
    const key = (Math.max(atUs, this.nowUs) - this.#baseUs) * ORDER_SPAN + this.#order++
    if (this.#size === this.#keys.length) {
      const grown = new Float64Array(2 * this.#size)
      grown.set(this.#keys)
      this.#keys = grown
    }
    this.#rise(key, event)
  }

  after(delayUs: number, event: SimEvent): void {
    this.at(this.nowUs + delayUs, event)
  }

  /** Lets everything happen up to `untilUs` and leaves the time there. */
  runUntil(untilUs: number): void {
    while (this.#size > 0 && (this.#keys[0] as number) < this.#keyAt(untilUs + 1)) {
      this.#fireFirst()
    }
    this.nowUs = Math.max(this.nowUs, untilUs)
  }

  /** Lets the next event happen; false when there is none. */
  step(): boolean {
    if (this.#size > 0) {
      this.#fireFirst()
      return true
    }
    return false
  }

  #fireFirst(): void {
    const key = this.#keys[0] as number
    const event = this.#events[0] as SimEvent
    this.#dropFirst()
    this.nowUs = this.#baseUs + Math.floor(key / ORDER_SPAN)
    this.fired++
    event.fire()
  }

  /** Larger than the key of whatever comes before. */
  #keyAt(atUs: number): number {
    return (atUs - this.#baseUs) * ORDER_SPAN
  }

  /** Time and order count from now on; what waits keeps its time and its place. */
  #rebase(): void {
    const shift = (this.nowUs - this.#baseUs) * ORDER_SPAN
    const waiting = this.#events.slice(0, this.#size).map((event, i) => {
      return { key: (this.#keys[i] as number) - shift, event }
    })
    waiting.sort((a, b) => a.key - b.key)
    this.#baseUs = this.nowUs
    this.#order = 0
    for (const [i, { key, event }] of waiting.entries()) {
      this.#keys[i] = Math.floor(key / ORDER_SPAN) * ORDER_SPAN + this.#order++
      this.#events[i] = event
    }
  }

  #rise(key: number, event: SimEvent): void {
    const keys = this.#keys
    const events = this.#events
    let at = this.#size++
    while (at > 0) {
      const parent = (at - 1) >> 1
      const above = keys[parent] as number
      if (above <= key) {
        break
      }
      keys[at] = above
      events[at] = events[parent]
      at = parent
    }
    keys[at] = key
    events[at] = event
  }

  #dropFirst(): void {
    const keys = this.#keys
    const events = this.#events
    const size = --this.#size
    const key = keys[size] as number
    const event = events[size]
    events[size] = undefined
    if (size === 0) {
      return
    }
    let at = 0
    for (let child = 1; child < size; child = 2 * at + 1) {
      if (child + 1 < size && (keys[child + 1] as number) < (keys[child] as number)) {
        child++
      }
      if ((keys[child] as number) >= key) {
        break
      }
      keys[at] = keys[child] as number
      events[at] = events[child]
      at = child
    }
    keys[at] = key
    events[at] = event
  }
}

class SimTimer implements Timer, SimEvent {
  #fire: (() => void) | undefined

  constructor(fire: () => void) {
    this.#fire = fire
  }

  cancel(): void {
    this.#fire = undefined
  }

  fire(): void {
    this.#fire?.()
  }
}

/** The Clock door. */
export class SimClock implements Clock {
  readonly #queue: EventQueue

  constructor(queue: EventQueue) {
    this.#queue = queue
  }

  monotonicMs(): number {
    return this.#queue.nowMs
  }

  wallMs(): number {
    return this.#queue.nowMs
  }

  after(delayMs: number, fire: () => void): Timer {
    const timer = new SimTimer(fire)
    this.#queue.after(Math.ceil(delayMs * US_PER_MS), timer)
    return timer
  }
}

/**
 * The ticks of one process. A real host ticks its core every few milliseconds; most of those ticks
 * do nothing, so they are given together, just before the next input or when the core asked to be
 * woken. The core cannot tell.
 */

import type { SimEvent } from '../world/clock.ts'
import { type EventQueue, US_PER_MS } from '../world/clock.ts'

export interface TickedCore {
  tick(elapsedMs: number, lateMs: number): void
  wakeInMs(): number
}

export interface Tick {
  readonly elapsedMs: number
  readonly lateMs: number
}

export interface TickerOptions {
  readonly tickMs: number
  /** 1: this clock runs as true time does; 1.1: ten percent faster. */
  readonly rate: number
}

export class Ticker {
  readonly #queue: EventQueue
  readonly #core: TickedCore
  readonly #wake: SimEvent
  readonly #tickMs: number
  /** True time between two ticks. */
  #gridUs: number
  #tickedUs: number
  #wakeAtUs = Number.POSITIVE_INFINITY
  /** No tick comes before; then all that were missed come as one. */
  #lateUntilUs = 0

  constructor(queue: EventQueue, core: TickedCore, wake: SimEvent, options: TickerOptions) {
    this.#queue = queue
    this.#core = core
    this.#wake = wake
    this.#tickMs = options.tickMs
    this.#gridUs = Math.round((options.tickMs * US_PER_MS) / options.rate)
    this.#tickedUs = queue.nowUs
  }

  /** Gives the core the ticks that are due, as one; undefined: none is due. */
  catchUp(): Tick | undefined {
    const { nowUs } = this.#queue
    if (nowUs < this.#lateUntilUs) return undefined
    const ticks = Math.floor((nowUs - this.#tickedUs) / this.#gridUs)
    if (ticks <= 0) return undefined
    this.#tickedUs += ticks * this.#gridUs
    const lateMs = this.#lateUntilUs > 0 ? (ticks - 1) * this.#tickMs : 0
    this.#lateUntilUs = 0
    const elapsedMs = ticks * this.#tickMs
    this.#core.tick(elapsedMs, lateMs)
    return { elapsedMs, lateMs }
  }

  /** Sees to it that the process is woken when the core's next timer is due. */
  plan(): void {
    const inMs = this.#core.wakeInMs()
    if (inMs === Number.POSITIVE_INFINITY) return
    const ticks = Math.max(1, Math.ceil(inMs / this.#tickMs))
    const atUs = Math.max(this.#tickedUs + ticks * this.#gridUs, this.#lateUntilUs)
    if (atUs < this.#wakeAtUs) {
      this.#wakeAtUs = atUs
      this.#queue.at(atUs, this.#wake)
    }
  }

  /** Is this the wake that was planned last? Earlier plans that were overtaken mean nothing. */
  onWake(): boolean {
    if (this.#queue.nowUs < this.#wakeAtUs) return false
    this.#wakeAtUs = Number.POSITIVE_INFINITY
    return true
  }

  holdUntil(untilUs: number): void {
    this.#lateUntilUs = Math.max(this.#lateUntilUs, untilUs)
  }

  /** What was missed so far comes as one late tick. */
  lump(): void {
    this.#lateUntilUs = Math.max(1, this.#queue.nowUs)
  }

  setRate(rate: number): void {
    this.#gridUs = Math.round((this.#tickMs * US_PER_MS) / rate)
  }
}

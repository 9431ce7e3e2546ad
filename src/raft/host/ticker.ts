/**
 * The time of all groups: one timer, which wakes on a grid when the first of them needs it.
 *
 *   - A core is told the time in whole steps of the grid, before every other input (`tellTime`) and
 *     when one of its own timers is due.
 *   - Leaders are woken at common marks, so that the beats of all idle groups leave in one packet.
 *   - A group in fast mode has a finer grid, and its wakes come between those of the others.
 *   - A wake that comes too late tells how long the event loop stood still. That is counted from
 *     the wake, so a standstill is told up to `stallMs` too short: no wake is farther away.
 */

import type { Clock, Timer } from '../../base/env.ts'
import type { Role } from '../types.ts'

export interface TickedCore {
  readonly role: Role
  /** Quick campaigns are being tried. */
  readonly isFast: boolean
  tick(elapsedMs: number, lateMs: number): void
  wakeInMs(): number
}

export interface TickerOptions {
  readonly gridMs: number
  readonly fineMs: number
  /** Between the common marks of leaders; a whole number of grid steps. */
  readonly beatMs: number
  readonly stallMs: number
  /** Every core is told the time at least so often. */
  readonly restMsMax: number
}

export interface StallStats {
  readonly count: number
  readonly totalMs: number
  readonly maxMs: number
}

/** One group's place. */
export interface Pace {
  readonly core: TickedCore
  readonly onTick: () => void
  /** Up to here the core knows of the time; a whole number of its steps. */
  tickedMs: number
  /** Nothing happens in the core before. */
  dueMs: number
}

export class Ticker {
  readonly #clock: Clock
  readonly #options: TickerOptions
  readonly #startMs: number
  readonly #paces = new Set<Pace>()
  #timer: Timer | undefined
  #wakeAtMs = 0
  #isStopped = false
  #stalls = 0
  #stalledMs = 0
  #stallMsMax = 0

  constructor(clock: Clock, options: TickerOptions) {
    this.#clock = clock
    this.#options = options
    this.#startMs = clock.monotonicMs()
    this.#armNext(0)
  }

  /** Since this ticker began. */
  get nowMs(): number {
    return this.#clock.monotonicMs() - this.#startMs
  }

  /** `onTick` is told when the core has been ticked. */
  add(core: TickedCore, onTick: () => void): Pace {
    const pace: Pace = { core, onTick, tickedMs: this.#step(core, this.nowMs), dueMs: 0 }
    this.#paces.add(pace)
    this.plan(pace)
    return pace
  }

  remove(pace: Pace): void {
    this.#paces.delete(pace)
  }

  stop(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    this.#isStopped = true
    this.#paces.clear()
  }

  stallStats(): StallStats {
    return { count: this.#stalls, totalMs: this.#stalledMs, maxMs: this.#stallMsMax }
  }

  /** Before every input of a core. */
  tellTime(pace: Pace): void {
    const { nowMs } = this
    this.#tick(pace, nowMs, Math.max(0, nowMs - this.#wakeAtMs))
  }

  /** After inputs: when must the core be woken? */
  plan(pace: Pace): void {
    const { core, tickedMs } = pace
    const { beatMs, restMsMax } = this.#options
    pace.dueMs = tickedMs + Math.min(core.wakeInMs(), restMsMax)
    if (core.role === 'leader') pace.dueMs = Math.ceil(pace.dueMs / beatMs) * beatMs
    if (pace.dueMs < this.#wakeAtMs) this.#arm(this.#wakeFor(pace, this.nowMs))
  }

  /** The first step of its core that is still to come and not before it is due. */
  #wakeFor({ core, dueMs }: Pace, nowMs: number): number {
    const stepMs = this.#stepMs(core)
    return Math.max(Math.ceil(dueMs / stepMs) * stepMs, this.#step(core, nowMs) + stepMs)
  }

  #step(core: TickedCore, nowMs: number): number {
    const stepMs = this.#stepMs(core)
    return Math.floor(nowMs / stepMs) * stepMs
  }

  #stepMs(core: TickedCore): number {
    return core.isFast ? this.#options.fineMs : this.#options.gridMs
  }

  #tick(pace: Pace, nowMs: number, lateMs: number): void {
    const { core, tickedMs } = pace
    const toMs = this.#step(core, nowMs)
    if (toMs <= tickedMs) return
    pace.tickedMs = toMs
    core.tick(toMs - tickedMs, lateMs)
    this.plan(pace)
    pace.onTick()
  }

  #onWake(): void {
    const { nowMs } = this
    this.#timer = undefined
    const lateMs = nowMs - this.#wakeAtMs
    if (lateMs < 0) {
      this.#set(this.#wakeAtMs)
      return
    }
    if (lateMs > this.#options.stallMs) this.#countStall(lateMs)
    try {
      for (const pace of this.#paces) {
        if (pace.dueMs <= nowMs) this.#tick(pace, nowMs, lateMs)
      }
    } finally {
      this.#armNext(nowMs)
    }
  }

  #countStall(lateMs: number): void {
    this.#stalls++
    this.#stalledMs += lateMs
    this.#stallMsMax = Math.max(this.#stallMsMax, lateMs)
  }

  #armNext(nowMs: number): void {
    const { gridMs, stallMs } = this.#options
    let wakeAtMs = Math.floor((nowMs + Math.max(gridMs, stallMs)) / gridMs) * gridMs
    for (const pace of this.#paces) wakeAtMs = Math.min(wakeAtMs, this.#wakeFor(pace, nowMs))
    this.#set(wakeAtMs)
  }

  /** Within a wake nothing is earlier than it: it arms the next one at its end. */
  #arm(atMs: number): void {
    if (atMs >= this.#wakeAtMs) return
    this.#timer?.cancel()
    this.#set(atMs)
  }

  #set(atMs: number): void {
    if (this.#isStopped) return
    this.#wakeAtMs = atMs
    // Timers of most systems know whole milliseconds only.
    const delayMs = Math.max(0, Math.ceil(atMs - this.nowMs))
    this.#timer = this.#clock.after(delayMs, () => this.#onWake())
  }
}

/**
 * Test support: a clock that moves under the hand of the test, three nodes on it, and a network
 * between them that hands frames over a little later. Nothing is random but by a seed.
 */

import type { Clock, Timer } from '../../../base/env.ts'
import type { GroupId, NodeId } from '../../../base/ids.ts'
import { nodeId } from '../../../base/ids.ts'
import type { HostLane, HostLinks, HostLinksListener } from '../ports.ts'

interface Alarm {
  readonly atMs: number
  readonly serial: number
  readonly fire: () => void
}

export class ManualClock implements Clock {
  nowMs = 0
  /** How many timers came to their time. */
  fired = 0
  #serial = 0
  #alarms: Alarm[] = []

  monotonicMs(): number {
    return this.nowMs
  }

  wallMs(): number {
    return this.nowMs
  }

  after(delayMs: number, fire: () => void): Timer {
    const alarm = { atMs: this.nowMs + Math.max(0, delayMs), serial: this.#serial++, fire }
    this.#alarms.push(alarm)
    return { cancel: () => this.#drop(alarm) }
  }

  /** How many timers are set. */
  get pending(): number {
    return this.#alarms.length
  }

  /** Lets time pass, and everything happen that falls into it. */
  pass(ms: number): void {
    const untilMs = this.nowMs + ms
    for (let next = this.#next(untilMs); next !== undefined; next = this.#next(untilMs)) {
      this.#drop(next)
      this.nowMs = Math.max(this.nowMs, next.atMs)
      this.fired++
      next.fire()
    }
    this.nowMs = Math.max(this.nowMs, untilMs)
  }

  /** The process stands still: time passes and nothing happens. */
  stall(ms: number): void {
    this.nowMs += ms
  }

  #next(untilMs: number): Alarm | undefined {
    let first: Alarm | undefined
    for (const alarm of this.#alarms) {
      if (alarm.atMs > untilMs) continue
      const before = first === undefined || alarm.atMs < first.atMs
      if (before || (alarm.atMs === first?.atMs && alarm.serial < first.serial)) first = alarm
    }
    return first
  }

  #drop(alarm: Alarm): void {
    const at = this.#alarms.indexOf(alarm)
    if (at >= 0) this.#alarms.splice(at, 1)
  }
}

/** The clock of one process: when that dies, nothing that it planned happens. */
export class MortalClock implements Clock {
  isDead = false
  readonly #clock: Clock

  constructor(clock: Clock) {
    this.#clock = clock
  }

  monotonicMs(): number {
    return this.#clock.monotonicMs()
  }

  wallMs(): number {
    return this.#clock.wallMs()
  }

  after(delayMs: number, fire: () => void): Timer {
    return this.#clock.after(delayMs, () => {
      if (!this.isDead) fire()
    })
  }
}

export interface Frame {
  readonly from: NodeId
  readonly to: NodeId
  readonly lane: HostLane
  readonly bytes: Uint8Array
}

/** What becomes of a frame; of one that is lost the sender does not hear. */
export type FrameFate = 'arrives' | 'lost' | 'refused'

/** Frames arrive in order and after a delay, unless the way is cut. */
export class Wires {
  readonly #clock: Clock
  readonly #delayMs: number
  readonly #listeners = new Map<NodeId, HostLinksListener>()
  readonly #cut = new Set<string>()
  /** Every frame that was sent, for tests to look at. */
  readonly frames: Frame[] = []
  fateOf: (frame: Frame) => FrameFate = () => 'arrives'

  constructor(clock: Clock, delayMs: number) {
    this.#clock = clock
    this.#delayMs = delayMs
  }

  links(self: NodeId): HostLinks {
    return {
      listen: listener => {
        this.#listeners.set(self, listener)
      },
      send: (to, lane, bytes) => this.#send({ from: self, to, lane, bytes }),
    }
  }

  /** Both ways; senders are told so. */
  cut(a: NodeId, b: NodeId): void {
    this.#cut.add(wayOf(a, b))
    this.#cut.add(wayOf(b, a))
  }

  heal(): void {
    this.#cut.clear()
  }

  /** A process is gone: its connections close. */
  lose(node: NodeId): void {
    this.#listeners.delete(node)
    for (const listener of this.#listeners.values()) listener.onPeerLost(node)
  }

  deliver({ from, to, bytes }: Omit<Frame, 'lane'>): void {
    this.#listeners.get(to)?.onFrame(from, bytes)
  }

  #send(frame: Frame): boolean {
    const { from, to } = frame
    if (this.#cut.has(wayOf(from, to)) || !this.#listeners.has(to)) return false
    const fate = this.fateOf(frame)
    if (fate === 'refused') return false
    const listener = this.#listeners.get(to)
    this.frames.push(frame)
    if (fate === 'lost') return true
    this.#clock.after(this.#delayMs, () => {
      if (this.#listeners.get(to) === listener && !this.#cut.has(wayOf(from, to))) {
        this.deliver(frame)
      }
    })
    return true
  }
}

const wayOf = (from: NodeId, to: NodeId) => `${from}>${to}`

export const nodeName = (n: number): NodeId => nodeId(`n${n}`)
export const asGroup = (n: number): GroupId => n as GroupId

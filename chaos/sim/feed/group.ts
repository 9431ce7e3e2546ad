/**
 * A group of this play: what its replicas hold, as one object, and who leads it. What a leader
 * takes is committed a moment later, unless another leads by then; that one knows nothing of it.
 */

import type { Prng } from '../../../src/base/prng.ts'
import { Intake, type Taken } from '../../../src/engine/batch/taking.ts'
import { Book } from '../../../src/engine/channels/book.ts'
import { Channels } from '../../../src/engine/channels/channels.ts'
import type { Frame } from '../../../src/engine/channels/frame.ts'
import type { Receipt } from '../../../src/engine/channels/reception.ts'
import type { BarrierAt } from '../../../src/engine/exchange/mark.ts'
import type { Duties } from '../../../src/group/leader.ts'
import type { SimClock } from '../world/clock.ts'
import { GENERATION } from './job.ts'
import type { Judge } from './judge.ts'

const LIMITS = { rowsMax: 16, bytesMax: 8000, lingerMs: 1, eagerRows: 4, eagerBytes: 2000 }
const TICK_MS = 2
const COMMIT_MS_MAX = 8

export class Group {
  readonly number: number
  readonly book = new Book()
  /** Of the open epoch, where the partitions that it reads are cut. */
  readonly barriers = new Map<number, BarrierAt>()
  term = 0
  /** Who leads by the log; others may not have heard. */
  lead: Lead | undefined
  /** Takes nothing until then. */
  standsUntilMs = 0

  constructor(number: number) {
    this.number = number
  }
}

export interface LeadParts {
  readonly group: Group
  readonly channels: readonly number[]
  readonly clock: SimClock
  readonly prng: Prng
  readonly judge: Judge
  /** Epochs up to it are over. */
  readonly closed: number
  onDuties(duties: Duties): void
}

export class Lead {
  readonly term: number
  readonly channels: Channels
  readonly #parts: LeadParts
  readonly #intake: Intake
  readonly #greeted = new Set<number>()
  #pending: Taken[] = []
  #isOver = false

  constructor(parts: LeadParts) {
    const { group, channels, closed } = parts
    this.#parts = parts
    this.term = group.term
    this.channels = new Channels(group.book, GENERATION)
    this.#intake = new Intake(this.channels, LIMITS)
    for (const channel of channels) this.channels.open(channel, 0)
    this.channels.onEpochClosed(closed)
  }

  begin(): void {
    this.#tick()
  }

  /** It is the one by the log. */
  get isTrue(): boolean {
    return this.#parts.group.lead === this && !this.#isOver
  }

  end(): void {
    this.#isOver = true
  }

  onFrame(frame: Frame, bytes: number): Receipt | undefined {
    if (this.#isOver) return undefined
    return this.channels.onFrame(frame, bytes, this.#parts.clock.monotonicMs())
  }

  #tick(): void {
    const { clock, group, prng } = this.#parts
    if (this.#isOver) return
    const atMs = clock.monotonicMs()
    const isStanding = atMs < group.standsUntilMs
    const taken = isStanding ? undefined : this.#intake.take({ wallMs: atMs, atMs })
    if (taken !== undefined) {
      if (this.#pending.push(taken) === 1) {
        clock.after(prng.between(1, COMMIT_MS_MAX), () => this.#commit())
      }
    }
    this.#say(atMs)
    clock.after(TICK_MS, () => this.#tick())
  }

  #commit(): void {
    const pending = this.#pending
    this.#pending = []
    if (!this.isTrue) return
    for (const taken of pending) {
      this.#intake.onApplied(taken.seq)
      this.#parts.judge.onTaken(this.#parts.group, taken)
    }
  }

  #say(atMs: number): void {
    const { group, judge, onDuties } = this.#parts
    const { barrier, ...duties } = this.channels.duties(atMs)
    if (barrier !== undefined && this.#pending.length === 0 && this.isTrue) {
      this.channels.onBarrierProposed(barrier.epoch)
      const { counting } = this.channels.onBarrierApplied(barrier)
      if (counting === 'counts') judge.onCut(group, barrier)
    }
    for (const { epoch, why } of duties.failures) if (this.isTrue) judge.onFailed(epoch, why)
    const known = [...this.channels.ahead.channels.keys()]
    const fresh = known.filter(channel => !this.#greeted.has(channel))
    for (const channel of fresh) this.#greeted.add(channel)
    onDuties({ ...duties, hellos: fresh.length === 0 ? [] : this.channels.hello(fresh) })
  }
}

/**
 * The sending end of an exchange: whoever leads the group that reads a source's partition, or whose
 * outputs the next stage takes, tells each group of a stage what is for it. A pure state machine:
 * facts in, duties out.
 *
 * The head reads on for all; what it read lately is in memory, for streams that begin again. A
 * group that is further behind than its share of the memory is detached: for it, the same source is
 * read once more from where it stands, until it is where the memory begins. What is said of time is
 * said by whoever read: the head's words hold where the head stands, and for nobody else.
 *
 * All of it is a leader's memory. A successor knows the barrier that is committed, and nothing
 * else: where to begin, the groups tell him.
 */

import { invariant } from '../../base/errors.ts'
import type { Hello, Rewind } from '../channels/reception.ts'
import { compareReaders, type Reader } from '../channels/state.ts'
import { type SenderBounds, senderBounds } from './bounds.ts'
import { Branch, type BranchPlan, type Head, type View } from './branch.ts'
import { type BarrierAt, Marking } from './mark.ts'
import { Memory } from './memory.ts'
import type { Stretch } from './stretch.ts'

export interface SenderPlan {
  readonly reader: Reader
  readonly branches: readonly BranchPlan[]
  /** Of the open epoch, as the group's state has it. */
  readonly barrier?: BarrierAt | undefined
  /** Barriers stand where the group's own log has them, as in an outbox: none is placed here. */
  readonly isOutbox?: boolean
  readonly bounds?: SenderBounds
}

/** In this order: nothing is sent that a barrier proposed with it would have to stand before. */
export interface Duties {
  /** To be proposed in the group that sends, once. */
  readonly barrierAt: BarrierAt | undefined
  /** To be sent, of each branch in this order. */
  readonly frames: readonly { readonly branch: number; readonly bytes: Uint8Array }[]
  /** There is more to send at once. */
  readonly isMore: boolean
  /** When there is, should nothing come before. */
  readonly dueAtMs: number
  /** Where the head reads on, for all: one fetch at a time. Missing: it waits, or did not begin. */
  readonly head: number | undefined
  /** Where to read once more for who is detached: one fetch at a time. */
  readonly behind: number | undefined
}

export class Sender {
  readonly #reader: Reader
  readonly #bounds: SenderBounds
  readonly #branches: readonly Branch[]
  readonly #marking: Marking
  readonly #isOutbox: boolean
  /** Of each branch, the cursor of its latest hello. */
  readonly #cursors = new Map<number, number>()
  /** Of each branch, what its group has committed, as it says. */
  readonly #taken = new Map<number, number>()
  #firstHelloMs: number | undefined
  #memory: Memory | undefined
  #words = { watermark: -Infinity, idle: false }
  /** Read for those who are detached, last. */
  #behind: Stretch | undefined
  /** Nothing at this offset or behind was ever sent, or taken by a group that said hello. */
  #sentTo = 0
  #turn = 0

  constructor({ reader, branches, barrier, isOutbox = false, bounds }: SenderPlan) {
    this.#isOutbox = isOutbox
    this.#reader = reader
    this.#bounds = bounds ?? senderBounds(branches.length)
    this.#branches = branches.map((plan, number) => new Branch(number, plan, reader))
    this.#marking = new Marking(barrier)
  }

  /** A stream begins; whatever the one before it still had to say is not heard any more. */
  onHello(branch: number, hello: Pick<Hello, 'cursor' | 'bytes'>, atMs: number): void {
    this.#branch(branch).onHello(hello)
    this.#cursors.set(branch, hello.cursor)
    this.#sentTo = Math.max(this.#sentTo, hello.cursor)
    this.#firstHelloMs ??= atMs
  }

  /** The group has this committed: it never asks again for what lies before. */
  onTaken(branch: number, cursor: number): void {
    this.#taken.set(branch, Math.max(this.#taken.get(branch) ?? 0, cursor))
  }

  /** No group ever asks again for what lies before: as far as an outbox may be cut. */
  get floor(): number {
    return Math.min(...this.#branches.map((_, number) => this.#taken.get(number) ?? 0))
  }

  get kept(): { readonly bytes: number; readonly stretches: number } {
    return { bytes: this.#memory?.bytes ?? 0, stretches: this.#memory?.stretches ?? 0 }
  }

  onStreamClosed(branch: number): void {
    this.#branch(branch).onClosed()
  }

  onGrant(branch: number, bytes: number): void {
    this.#branch(branch).onGrant(bytes)
  }

  onRewind(branch: number, { cursor, reader }: Omit<Rewind, 'channel'>): void {
    if (compareReaders(reader, this.#reader) === 0) this.#branch(branch).onRewind(cursor)
  }

  /** Or a group waits for its barrier, which it has on another channel. */
  onEpochOpened(epoch: number): void {
    this.#marking.onWish(epoch)
  }

  onBarrierCommitted(barrier: BarrierAt): void {
    this.#marking.onCommitted(barrier)
  }

  onBarrierRefused(epoch: number): void {
    this.#marking.onRefused(epoch)
  }

  onEpochClosed(epoch: number): void {
    this.#marking.onClosed(epoch)
  }

  /**
   * What the head read from where it was to read on; of no length where only time has moved. `idle`
   * only from who has reached the end of the source. What was asked before is no answer any more.
   */
  onHead(stretch: Stretch, idle = false): void {
    const memory = this.#memory
    if (memory === undefined || stretch.from !== memory.end) return
    if (stretch.to > stretch.from) memory.push(stretch)
    this.#words = { watermark: Math.max(this.#words.watermark, stretch.watermark), idle }
  }

  onBehind(stretch: Stretch): void {
    this.#behind = stretch
  }

  duties(atMs: number): Duties {
    this.#maybeBegin(atMs)
    const barrierAt = this.#maybePlace()
    const view = this.#view(atMs)
    const frames: { branch: number; bytes: Uint8Array }[] = []
    const isMore = this.#sendAll(view, (branch, bytes) => frames.push({ branch, bytes }))
    const dueAtMs = Math.min(...this.#branches.map(one => one.heldUntilMs))
    const [head, behind] = [this.#headDue(), this.#behindDue(view)]
    return { barrierAt, frames, isMore, dueAtMs, head, behind }
  }

  /** At the first cursor that a group asks for, of those that are near the foremost. */
  #maybeBegin(atMs: number): void {
    if (this.#memory !== undefined || this.#firstHelloMs === undefined) return
    const { gatherMs, reachOffsets } = this.#bounds
    const areAll = this.#cursors.size === this.#branches.length
    if (!areAll && atMs < this.#firstHelloMs + gatherMs) return
    const cursors = [...this.#cursors.values()]
    const reach = Math.max(...cursors) - reachOffsets
    const begin = Math.min(...cursors.filter(cursor => cursor >= reach))
    this.#memory = new Memory(this.#branches.length, begin, this.#bounds)
  }

  /** Only when all groups have said how far they are: one that is further could not cut there. */
  #maybePlace(): BarrierAt | undefined {
    const memory = this.#memory
    if (memory === undefined || this.#isOutbox) return undefined
    if (this.#cursors.size < this.#branches.length) return undefined
    return this.#marking.place(Math.max(memory.end, this.#sentTo))
  }

  #view(atMs: number): View {
    const memory = this.#memory
    const behind = this.#behind
    const head: Head | undefined = memory && { position: memory.end, ...this.#words }
    return {
      at: (branch, offset) => memory?.at(branch, offset) ?? within(behind, offset),
      head,
      mark: this.#marking.mark,
      frameBytes: this.#bounds.frameBytes,
      wordsMs: this.#bounds.wordsMs,
      atMs,
    }
  }

  /** Each branch a frame in turn, until nobody has one, or it is enough for now. */
  #sendAll(view: View, send: (branch: number, bytes: Uint8Array) => void): boolean {
    const count = this.#branches.length
    let sent = 0
    for (let silent = 0; silent < count; ) {
      if (sent >= this.#bounds.turnBytes) return true
      const number = this.#turn
      this.#turn = (number + 1) % count
      const branch = this.#branch(number)
      const bytes = branch.next(view)
      silent = bytes === undefined ? silent + 1 : 0
      if (bytes === undefined) continue
      sent += bytes.length
      this.#sentTo = Math.max(this.#sentTo, branch.position ?? 0)
      send(number, bytes)
    }
    return false
  }

  /** It waits for nobody, unless nobody at all has come so far. */
  #headDue(): number | undefined {
    const end = this.#memory?.end
    if (end === undefined) return undefined
    return this.#branches.some(branch => branch.hasReached(end)) ? end : undefined
  }

  /** For the last of those who can take something: others are met on the way. */
  #behindDue(view: View): number | undefined {
    const lacking = this.#branches.filter(branch => branch.lacks(view))
    if (lacking.length === 0) return undefined
    return Math.min(...lacking.map(({ position }) => position ?? Infinity))
  }

  #branch(number: number): Branch {
    const branch = this.#branches[number]
    invariant(branch !== undefined, 'a-branch-is-known', number)
    return branch
  }
}

function within(stretch: Stretch | undefined, offset: number): Stretch | undefined {
  return stretch !== undefined && stretch.from <= offset && offset < stretch.to
    ? stretch
    : undefined
}

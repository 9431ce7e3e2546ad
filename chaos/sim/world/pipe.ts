/**
 * One direction of one simulated connection: segments in order, so many bytes of them under way,
 * the rest waiting with the sender. A path that is blocked stalls the pipe until it is resumed.
 */

import { invariant } from '../../../src/base/errors.ts'
import type { EventQueue, SimEvent } from './clock.ts'

export type Segment =
  | { readonly kind: 'dial' }
  | { readonly kind: 'accepted' }
  | { readonly kind: 'frame'; readonly frame: Uint8Array }
  | { readonly kind: 'closed'; readonly why: string; readonly code?: 'frame-oversize' }

export interface PipeParts {
  readonly queue: EventQueue
  /** Bytes that may be under way and not yet acknowledged; a single frame may be larger. */
  readonly bufferBytes: number
  delayUs(): number
  /** Nothing arrives now. */
  isBlocked(): boolean
  /** What arrives is not acknowledged: the way back is cut. */
  isUnheard(): boolean
  clogUntilUs(): number
}

interface UnderWay {
  readonly segment: Segment
  readonly atUs: number
}

const sizeOf = (segment: Segment): number => (segment.kind === 'frame' ? segment.frame.length : 0)

export class Pipe implements SimEvent {
  readonly from: number
  readonly to: number
  queuedBytes = 0
  readonly #parts: PipeParts
  /** Taken by the system. */
  #underWay: UnderWay[] = []
  /** Not yet taken. */
  #waiting: Segment[] = []
  /** Bytes under way, and those whose receipt is not yet known. */
  #takenBytes = 0
  #unheardBytes = 0
  #lastAtUs = 0
  #isOpen = false
  #isOver = false
  /** An event for the first segment under way is in the queue. */
  #isScheduled = false
  #deliver: (segment: Segment) => void = () => {}

  constructor(from: number, to: number, parts: PipeParts) {
    this.from = from
    this.to = to
    this.#parts = parts
  }

  /** The first segment; frames wait until the pipe is open. */
  begin(segment: Segment, deliver: (segment: Segment) => void): void {
    this.#deliver = deliver
    this.#take(segment, 0)
  }

  open(): void {
    this.#isOpen = true
    this.#pump()
  }

  send(segment: Segment): void {
    if (this.#isOver) return
    this.#waiting.push(segment)
    this.queuedBytes += sizeOf(segment)
    if (segment.kind === 'closed') this.#isOver = true
    this.#pump()
  }

  /** The last segment, whatever waits. */
  end(segment: Segment, delayUs: number): void {
    this.dropWaiting()
    this.#isOver = true
    this.#take(segment, delayUs)
  }

  dropWaiting(): void {
    this.#waiting = []
    this.queuedBytes = 0
  }

  dropAll(): void {
    this.dropWaiting()
    this.#underWay = []
    this.#takenBytes = 0
    this.#unheardBytes = 0
  }

  /** The path may be free again. */
  resume(): void {
    if (!this.#isScheduled) this.#schedule(this.#parts.queue.nowUs + this.#parts.delayUs())
  }

  /** Word of what arrived comes through again. */
  acknowledge(): void {
    this.#takenBytes -= this.#unheardBytes
    this.#unheardBytes = 0
    this.#pump()
  }

  fire(): void {
    this.#isScheduled = false
    const first = this.#underWay[0]
    if (first === undefined || this.#parts.isBlocked()) return
    const { queue } = this.#parts
    const dueUs = Math.max(first.atUs, this.#parts.clogUntilUs())
    if (dueUs > queue.nowUs) {
      this.#schedule(dueUs)
      return
    }
    this.#underWay.shift()
    this.#received(first.segment)
    this.#schedule(queue.nowUs)
    this.#deliver(first.segment)
  }

  #received(segment: Segment): void {
    const size = sizeOf(segment)
    if (this.#parts.isUnheard()) {
      this.#unheardBytes += size
    } else {
      this.#takenBytes -= size
      invariant(this.#takenBytes >= 0, 'a-pipe-holds-what-it-took')
      this.#pump()
    }
  }

  #pump(): void {
    while (this.#isOpen) {
      const next = this.#waiting[0]
      if (next === undefined || !this.#hasRoom(sizeOf(next))) return
      this.#waiting.shift()
      this.queuedBytes -= sizeOf(next)
      this.#take(next, 0)
    }
  }

  #hasRoom(bytes: number): boolean {
    return this.#takenBytes === 0 || this.#takenBytes + bytes <= this.#parts.bufferBytes
  }

  #take(segment: Segment, delayUs: number): void {
    const atUs = this.#parts.queue.nowUs + this.#parts.delayUs() + delayUs
    this.#lastAtUs = Math.max(this.#lastAtUs, atUs)
    this.#takenBytes += sizeOf(segment)
    this.#underWay.push({ segment, atUs: this.#lastAtUs })
    if (!this.#isScheduled) this.#schedule(this.#lastAtUs)
  }

  #schedule(atUs: number): void {
    const first = this.#underWay[0]
    if (first === undefined || this.#isScheduled) return
    this.#isScheduled = true
    this.#parts.queue.at(Math.max(atUs, first.atUs), this)
  }
}

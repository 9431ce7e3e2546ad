/**
 * The few frames of the image lane that wait until the rate limit, and the connection, let them
 * pass. In order; when the connection is lost they are lost with it, for raft asks again.
 */

import type { Clock, Timer } from '../../base/env.ts'
import { BoundedQueue } from '../../base/queue.ts'
import type { LinkLimits } from './limits.ts'
import { Throttle } from './throttle.ts'

/** A connection that can take no more is tried again after so long. */
const FULL_MS = 10

export class ImageQueue {
  readonly #clock: Clock
  readonly #throttle: Throttle
  readonly #frames: BoundedQueue<Uint8Array>
  readonly #send: (frame: Uint8Array) => boolean
  #timer: Timer | undefined
  #queuedBytes = 0

  /** `send` is false for a frame that the connection cannot take now. */
  constructor(clock: Clock, limits: LinkLimits, send: (frame: Uint8Array) => boolean) {
    this.#clock = clock
    this.#throttle = new Throttle(clock, limits.imageBytesPerS)
    this.#frames = new BoundedQueue(limits.imageFramesMax)
    this.#send = send
  }

  get queuedBytes(): number {
    return this.#queuedBytes
  }

  /** False: too many wait already. */
  push(frame: Uint8Array): boolean {
    if (!this.#frames.push(frame)) return false
    this.#queuedBytes += frame.length
    if (this.#timer === undefined) this.#pump()
    return true
  }

  /** How many frames were lost. */
  clear(): number {
    const lost = this.#frames.size
    while (this.#frames.shift() !== undefined);
    this.#queuedBytes = 0
    this.#timer?.cancel()
    this.#timer = undefined
    return lost
  }

  #pump(): void {
    this.#timer = undefined
    for (let frame = this.#frames.peek(); frame !== undefined; frame = this.#frames.peek()) {
      const waitMs = this.#throttle.waitMs(frame.length)
      if (waitMs > 0 || !this.#send(frame)) {
        this.#timer = this.#clock.after(Math.max(waitMs, FULL_MS), () => this.#pump())
        return
      }
      this.#throttle.spend(frame.length)
      this.#frames.shift()
      this.#queuedBytes -= frame.length
    }
  }
}

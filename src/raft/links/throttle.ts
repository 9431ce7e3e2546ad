/**
 * A token bucket: so many bytes a second in the long run, a tenth of a second's worth at once. What
 * is larger than the bucket goes when the bucket is full, and its debt is paid before the next.
 */

import type { Clock } from '../../base/env.ts'

const BURST_S = 0.1

export class Throttle {
  readonly #clock: Clock
  readonly #bytesPerMs: number
  readonly #burst: number
  #tokens: number
  #filledAtMs: number

  constructor(clock: Clock, bytesPerS: number) {
    this.#clock = clock
    this.#bytesPerMs = bytesPerS / 1000
    this.#burst = bytesPerS * BURST_S
    this.#tokens = this.#burst
    this.#filledAtMs = clock.monotonicMs()
  }

  /** How long `bytes` must wait; 0 when they may go now. */
  waitMs(bytes: number): number {
    this.#fill()
    const missing = Math.min(bytes, this.#burst) - this.#tokens
    return missing <= 0 ? 0 : Math.ceil(missing / this.#bytesPerMs)
  }

  spend(bytes: number): void {
    this.#fill()
    this.#tokens -= bytes
  }

  #fill(): void {
    const nowMs = this.#clock.monotonicMs()
    const more = (nowMs - this.#filledAtMs) * this.#bytesPerMs
    this.#tokens = Math.min(this.#burst, this.#tokens + more)
    this.#filledAtMs = nowMs
  }
}

/** Rings once, at the time that was set last. */

import type { Clock, Timer } from '../../base/env.ts'

export class Alarm {
  readonly #clock: Clock
  readonly #ring: () => void
  #atMs = Infinity
  #timer: Timer | undefined

  constructor(clock: Clock, ring: () => void) {
    this.#clock = clock
    this.#ring = ring
  }

  /** By the clock that never goes back; Infinity: not at all. */
  set(atMs: number): void {
    if (atMs === this.#atMs) return
    this.#timer?.cancel()
    this.#atMs = atMs
    if (atMs === Infinity) return
    this.#timer = this.#clock.after(Math.max(0, atMs - this.#clock.monotonicMs()), () => {
      this.#atMs = Infinity
      this.#ring()
    })
  }
}

/**
 * The clock as one life of a process sees it: it may run fast or slow; the dead hear nothing. It is
 * harder on who uses it than its door allows: a timer that waits while the clock is made slower
 * comes too early.
 */

import type { Clock, Timer } from '../../../src/base/env.ts'
import type { Life } from '../host/life.ts'
import { type EventQueue, US_PER_MS } from '../world/clock.ts'

export class LivingClock implements Clock {
  readonly #queue: EventQueue
  readonly #life: Life
  #rate: number
  /** What the clock showed when its rate last changed. */
  #setMs: number
  #setUs: number

  constructor(queue: EventQueue, life: Life, rate: number) {
    this.#queue = queue
    this.#life = life
    this.#rate = rate
    this.#setMs = queue.nowMs
    this.#setUs = queue.nowUs
  }

  monotonicMs(): number {
    return this.#setMs + ((this.#queue.nowUs - this.#setUs) / US_PER_MS) * this.#rate
  }

  wallMs(): number {
    return this.monotonicMs()
  }

  after(delayMs: number, fire: () => void): Timer {
    let isCancelled = false
    const life = this.#life
    const happen = (): void => {
      if (!isCancelled) fire()
    }
    this.#queue.after(Math.ceil((delayMs * US_PER_MS) / this.#rate), {
      fire: () => {
        if (!isCancelled) life.admit(happen)
      },
    })
    return {
      cancel: () => {
        isCancelled = true
      },
    }
  }

  setRate(rate: number): void {
    this.#setMs = this.monotonicMs()
    this.#setUs = this.#queue.nowUs
    this.#rate = rate
  }
}

/**
 * The real body of the Clock door. A delay of 0 is the end of this turn of the event loop. Node's
 * timers know whole milliseconds, rounded down, and often fire before their time: whatever comes
 * early waits again.
 */

import type { Clock, Timer } from '../base/env.ts'

/** As far ahead as Node's timers reach; a longer delay would be one of 1 ms. */
const REACH_MS = 2 ** 31 - 1
/** A delay as long as this is made longer by one, so that it is not waited for twice. */
const LONG_MS = 20

export const realClock: Clock = {
  monotonicMs: () => performance.now(),
  wallMs: () => Date.now(),
  after(delayMs, fire) {
    return delayMs <= 0 ? atEndOfTurn(fire) : new RealTimer(delayMs, fire)
  },
}

/** Not a timer of 0 ms, which Node makes one of 1 ms. */
function atEndOfTurn(fire: () => void): Timer {
  const immediate = setImmediate(fire)
  return { cancel: () => clearImmediate(immediate) }
}

class RealTimer implements Timer {
  readonly #dueMs: number
  readonly #fire: () => void
  #timeout: NodeJS.Timeout

  constructor(delayMs: number, fire: () => void) {
    this.#dueMs = performance.now() + delayMs
    this.#fire = fire
    this.#timeout = this.#wait(delayMs)
  }

  cancel(): void {
    clearTimeout(this.#timeout)
  }

  #wait(delayMs: number): NodeJS.Timeout {
    const wholeMs = Math.ceil(delayMs) + (delayMs >= LONG_MS ? 1 : 0)
    return setTimeout(() => this.#maybeFire(), Math.min(wholeMs, REACH_MS))
  }

  #maybeFire(): void {
    const leftMs = this.#dueMs - performance.now()
    if (leftMs > 0) this.#timeout = this.#wait(leftMs)
    else this.#fire()
  }
}

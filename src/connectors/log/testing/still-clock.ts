/** A clock of tests: it stands still until it is told to go on, and says what is due at once. */

import type { Clock, Timer } from '../../../base/env.ts'

interface Due {
  readonly atMs: number
  readonly fire: () => void
}

export class StillClock implements Clock {
  #nowMs = 1000
  #due: Due[] = []
  /** Of the day; goes on with the other. */
  wallOffsetMs = 1_700_000_000_000

  monotonicMs(): number {
    return this.#nowMs
  }

  wallMs(): number {
    return this.#nowMs + this.wallOffsetMs
  }

  after(delayMs: number, fire: () => void): Timer {
    const due = { atMs: this.#nowMs + Math.max(0, delayMs), fire }
    this.#due.push(due)
    const cancel = (): void => {
      this.#due = this.#due.filter(one => one !== due)
    }
    return { cancel }
  }

  /** One of what is due now; false when nothing is. */
  step(): boolean {
    const next = this.#due.find(({ atMs }) => atMs <= this.#nowMs)
    if (next === undefined) return false
    this.#due = this.#due.filter(one => one !== next)
    next.fire()
    return true
  }

  goOn(ms: number): void {
    this.#nowMs += ms
  }
}

/** Test support: time that passes when a test says so. */

import type { Clock, Timer } from '../../base/env.ts'

interface Waiting {
  readonly atMs: number
  readonly fire: () => void
}

export class ModelClock implements Clock {
  #nowMs = 0
  readonly #waiting = new Set<Waiting>()

  monotonicMs(): number {
    return this.#nowMs
  }

  wallMs(): number {
    return this.#nowMs
  }

  after(delayMs: number, fire: () => void): Timer {
    const one = { atMs: this.#nowMs + Math.max(0, delayMs), fire }
    this.#waiting.add(one)
    return { cancel: () => void this.#waiting.delete(one) }
  }

  /** When the next one fires. */
  get nextMs(): number | undefined {
    const times = [...this.#waiting].map(({ atMs }) => atMs)
    return times.length === 0 ? undefined : Math.min(...times)
  }

  pass(ms: number): void {
    const endMs = this.#nowMs + ms
    for (;;) {
      const next = this.#next(endMs)
      if (next === undefined) break
      this.#waiting.delete(next)
      this.#nowMs = Math.max(this.#nowMs, next.atMs)
      next.fire()
    }
    this.#nowMs = endMs
  }

  /** The earliest, and of equals the one that was asked for first. */
  #next(endMs: number): Waiting | undefined {
    let found: Waiting | undefined
    for (const one of this.#waiting) {
      if (one.atMs <= endMs && (found === undefined || one.atMs < found.atMs)) found = one
    }
    return found
  }
}

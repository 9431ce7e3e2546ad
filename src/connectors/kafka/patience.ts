/** How long one call of the door goes on, and how it asks again until then. */

import { setTimeout as sleep } from 'node:timers/promises'
import type { Limits } from './options.ts'
import { type Trouble, troubleOf } from './trouble.ts'

const GROWTH = 1.5

export class Patience {
  readonly #endMs: number
  readonly #pauseMsMax: number
  #pauseMs: number

  constructor({ patienceMs, pauseMsMin, pauseMsMax }: Limits) {
    this.#endMs = performance.now() + patienceMs
    this.#pauseMs = pauseMsMin
    this.#pauseMsMax = pauseMsMax
  }

  get leftMs(): number {
    return Math.max(0, this.#endMs - performance.now())
  }

  /** False, and at once, when there is no time left. */
  async pause(): Promise<boolean> {
    const ms = this.#pauseMs
    if (ms > this.leftMs) return false
    this.#pauseMs = Math.min(this.#pauseMsMax, GROWTH * ms)
    await sleep(ms)
    return true
  }
}

/** Tries until it works, is not worth another try, or there is no time left. */
export async function patiently<T>(
  patience: Patience,
  what: string,
  isWorthIt: (trouble: Trouble) => boolean,
  attempt: () => Promise<T>,
): Promise<T> {
  for (;;) {
    try {
      return await attempt()
    } catch (error) {
      const trouble = troubleOf(error, what)
      if (!isWorthIt(trouble) || !(await patience.pause())) throw trouble
    }
  }
}

/** How long each step of a takeover took, from the lead to the first that left: for people. */

import type { Step } from '../journal/group.ts'

/** Milliseconds since the group came to be led here. */
export interface TakeoverTimes {
  /** A majority has confirmed the lead. */
  readonly confirmedMs: number
  /** Whoever led before can write no more. */
  readonly fencedMs: number
  /** What he wrote last is known. */
  readonly readMs: number
  readonly outMs: number
}

export class TakeoverClock {
  #ledMs: number | undefined
  #times: Partial<Record<Step, number>> = {}

  onLead(nowMs: number): void {
    this.#ledMs = nowMs
    this.#times = {}
  }

  onLost(): void {
    this.#ledMs = undefined
  }

  /** All of it, once the first has left. Of steps that are taken again the last counts. */
  onStep(step: Step, nowMs: number): TakeoverTimes | undefined {
    if (this.#ledMs === undefined) return undefined
    this.#times[step] = nowMs - this.#ledMs
    if (step !== 'commit') return undefined
    const { confirm = 0, init = 0, fetch = init, commit = 0 } = this.#times
    this.onLost()
    return { confirmedMs: confirm, fencedMs: init, readMs: fetch, outMs: commit }
  }
}

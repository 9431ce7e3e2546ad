/**
 * What a search costs, counted while it goes on and given up when it is too much. A search of a
 * pattern reads the text through one door, a character at a time; the door is watched here. Only
 * what depends on nothing but pattern and text is counted: a replay fails at the same place.
 */

import type { RE2JS } from 're2js'

/** Steps that may still be taken, shared by all who search in one evaluation. */
export interface Work {
  left: number
}

/** Of one call on one text. */
export const CALL_STEPS_MAX = 4_000_000
/** Beginning a search costs so much, and more for long texts and large patterns: tables cleared. */
const START_STEPS = 8
const CLEARED_PER_STEP = 2048
/** Short cuts nearly always make one step of all that a character could take. */
const SHORT_CUT = 16

class Exhausted extends Error {}

interface Input {
  step(at: number): number
}

export class Meter {
  readonly #size: number
  #left = 0
  #weight = 1

  /** Watches every search of the pattern from now on. */
  constructor(compiled: RE2JS, size: number) {
    this.#size = size
    const engine = compiled.re2()
    const [search, threads] = [engine.executeEngine, engine.doExecuteNFA]
    engine.executeEngine = (input, ...rest) => search.call(engine, this.#watched(input), ...rest)
    // On long texts all threads of the pattern move at each character.
    engine.doExecuteNFA = (...args) => {
      this.#weight = size
      return threads.call(engine, ...args)
    }
  }

  #watched(input: Input): Input {
    const { step } = input
    this.#weight = 1
    input.step = at => {
      this.#left -= this.#weight
      if (this.#left < 0) throw new Exhausted()
      return step.call(input, at)
    }
    return input
  }

  /** Runs a search, or several with `again` before each; undefined if they are too much. */
  measured<T>(text: string, work: Work, run: (again: () => void) => T): T | undefined {
    const most = Math.min(CALL_STEPS_MAX, work.left)
    const start = START_STEPS + Math.floor((text.length * (8 + this.#size)) / CLEARED_PER_STEP)
    this.#left = most
    try {
      return run(() => {
        this.#left -= start
        if (this.#left < 0) throw new Exhausted()
      })
    } catch (error) {
      if (error instanceof Exhausted) return undefined
      throw error
    } finally {
      work.left -= most - Math.max(this.#left, 0)
    }
  }

  /**
   * Runs what takes short cuts that it learned from earlier texts. What is charged must not depend
   * on them, nor whether it is given up, so it is a part of the worst, and the worst is bounded.
   */
  charged<T>(text: string, work: Work, run: () => T): T | undefined {
    const worst = text.length * this.#size
    const steps = Math.ceil(worst / SHORT_CUT)
    if (worst > CALL_STEPS_MAX || steps > work.left) return undefined
    work.left -= steps
    this.#left = Number.POSITIVE_INFINITY
    return run()
  }
}

/**
 * Steps on a disk, one behind the other, until one fails: the failure is told once, and whatever
 * was still to come never comes. What a disk holds after an error is for the next opening to find.
 */

import type { DiskAnswer, DiskDone, DiskErrorCode } from '../env.ts'

export class Guard {
  /** Whoever opens a store hands it on, and then others are told. */
  onFailed: (code: DiskErrorCode) => void
  #isDown = false

  constructor(onFailed: (code: DiskErrorCode) => void) {
    this.onFailed = onFailed
  }

  get isDown(): boolean {
    return this.#isDown
  }

  /** No further step is taken. */
  stop(): void {
    this.#isDown = true
  }

  /** Of a step that is none of the guard's own. */
  fail(error: DiskErrorCode): void {
    this.#admits(error)
  }

  step(next: () => void): DiskDone {
    return error => {
      if (this.#admits(error)) next()
    }
  }

  value<T>(next: (value: T) => void): (answer: DiskAnswer<T>) => void {
    return answer => {
      if (answer.error !== undefined) this.#admits(answer.error)
      else if (!this.#isDown) next(answer.value)
    }
  }

  /** Of a file that is to go: that it is gone already is as good. */
  removed(next: () => void): DiskDone {
    const step = this.step(next)
    return error => step(error === 'no-such-file' ? undefined : error)
  }

  #admits(error: DiskErrorCode | undefined): boolean {
    if (this.#isDown) return false
    if (error === undefined) return true
    this.#isDown = true
    this.onFailed(error)
    return false
  }
}

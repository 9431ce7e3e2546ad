/** What has begun and not ended, in order, and how long it took. */

import type { Spread } from './spread.ts'

/** Waits that have ended are forgotten when there are so many. */
const FORGET = 256

export class Waits {
  #numbers: number[] = []
  #beganMs: number[] = []
  #done = 0

  get size(): number {
    return this.#numbers.length - this.#done
  }

  begin(number: number, nowMs: number): void {
    this.#numbers.push(number)
    this.#beganMs.push(nowMs)
  }

  /** All up to this number have ended. */
  reached(number: number, nowMs: number, spread: Spread): void {
    while (this.size > 0 && (this.#numbers[this.#done] as number) <= number) {
      spread.record(nowMs - (this.#beganMs[this.#done] as number))
      this.#done++
    }
    if (this.#done >= FORGET || this.size === 0) this.#forget()
  }

  #forget(): void {
    this.#numbers.splice(0, this.#done)
    this.#beganMs.splice(0, this.#done)
    this.#done = 0
  }
}

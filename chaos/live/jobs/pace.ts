/** So many of something a second, a few at a time. */

import { setTimeout as sleep } from 'node:timers/promises'

const TICK_MS = 5

export class Pace {
  #isStopped = false
  #running: Promise<unknown> = Promise.resolve()

  start(perSecond: number, put: (count: number) => Promise<unknown>): void {
    this.#running = this.#run(perSecond, put)
  }

  /** The last of them is put, whatever became of it. */
  async stop(): Promise<void> {
    this.#isStopped = true
    await this.#running
  }

  async #run(perSecond: number, put: (count: number) => Promise<unknown>): Promise<void> {
    const beganMs = performance.now()
    let made = 0
    while (!this.#isStopped) {
      const due = Math.floor(((performance.now() - beganMs) * perSecond) / 1000) - made
      if (due > 0) await put(Math.min(due, perSecond))
      // Who fell behind does not make up for it at once: the load stays what it was said to be.
      made += due
      await sleep(TICK_MS)
    }
  }
}

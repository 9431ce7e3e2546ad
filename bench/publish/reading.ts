/** A reader of what is committed: all partitions at once, one fetch of each on its way. */

import { setTimeout as sleep } from 'node:timers/promises'
import type { Fetched, StreamLog } from '../../src/base/stream-log.ts'
import { sharedMs, stampOf, type Target } from './output.ts'
import { answerOf } from './scene.ts'
import { type Seen, type Span, Watch } from './watch.ts'

const FETCH = { isolation: 'committed', maxBytes: 4 * 1024 * 1024, waitMs: 500 } as const

export class Reading {
  readonly #log: StreamLog
  readonly #target: Target
  readonly #restMs: number
  readonly #watch: Watch
  #wanted = Number.POSITIVE_INFINITY

  constructor(log: StreamLog, target: Target, restMs: number) {
    this.#log = log
    this.#target = target
    this.#restMs = restMs
    this.#watch = new Watch(target)
  }

  /** So many there will be in all. */
  want(outputs: number): void {
    this.#wanted = outputs
  }

  /** Until all that are wanted have come. */
  async run(): Promise<void> {
    const { partitions } = this.#target
    await Promise.all(Array.from({ length: partitions }, (_, partition) => this.#follow(partition)))
    const { count } = this.#watch
    if (count > this.#wanted)
      throw new Error(`${count} outputs came, and ${this.#wanted} were made`)
  }

  during(span: Span): Seen {
    return this.#watch.during(span)
  }

  async #follow(partition: number): Promise<void> {
    const from = { topic: this.#target.topic, partition }
    let position = 0
    while (this.#watch.count < this.#wanted) {
      const at = position
      const fetched = await answerOf<Fetched>(done => {
        this.#log.fetch(from, at, FETCH, done)
      })
      const seenMs = sharedMs()
      for (const { value } of fetched.records) {
        if (value !== null) this.#watch.take(stampOf(value), partition, seenMs)
      }
      position = fetched.position
      if (this.#restMs > 0) await sleep(this.#restMs)
    }
  }
}

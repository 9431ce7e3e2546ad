/** Where partitions of the input fell silent for as long as it takes to be idle. */

import type { SimLog } from '../world/log/log.ts'
import type { Job } from './job.ts'
import { inputOf } from './names.ts'

/** So often the input is looked at: that it grew is seen so much later, at most. */
export const LOOK_MS = 5

interface Ledger {
  /** Of each record that lies there, when it was seen first. */
  readonly sinceMs: number[]
  readonly quiet: Set<number>
}

export class Quiet {
  readonly #log: SimLog
  readonly #job: Job
  readonly #ledgers = new Map<number, Ledger>()

  constructor(log: SimLog, job: Job) {
    this.#log = log
    this.#job = job
    for (const partition of job.partitions) {
      this.#ledgers.set(partition, { sinceMs: [], quiet: new Set() })
    }
  }

  look(atMs: number): void {
    for (const [partition, { sinceMs, quiet }] of this.#ledgers) {
      const end = this.#log.entries(inputOf(partition)).length
      // A leader that knew more may have been lost: who asks the next one never hears of that.
      if (end < sinceMs.length) sinceMs.length = end
      while (sinceMs.length < end) sinceMs.push(atMs)
      const { idleMs = Infinity } = this.#job.sourceOf(partition).time
      if (atMs - (sinceMs.at(-1) ?? 0) >= idleMs - LOOK_MS) quiet.add(end)
    }
  }

  /** A reader hears of an end: of one that leads no more, and does not know it, an old one. */
  onTold(partition: number, end: number): void {
    const ledger = this.#ledgers.get(partition)
    const { length } = this.#log.entries(inputOf(partition))
    if (end < length) ledger?.quiet.add(end)
  }

  /** Nothing lay behind the offset, for long enough; or the log itself has said so, wrongly. */
  was(partition: number, offset: number): boolean {
    return this.#ledgers.get(partition)?.quiet.has(offset) === true
  }
}

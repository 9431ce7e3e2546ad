/**
 * What the reader of a partition knows of time: how far records have come, and whether there is
 * anything to wait for. A partition is idle only if its end was reached and nothing came for long
 * enough since: an answer that does not come says nothing.
 */

import type { SourceTime } from '../plan/plan.ts'
import { PartitionClock } from '../stage/source-time.ts'

/** An answer of the source to the head. */
export interface Fetched {
  readonly from: number
  readonly to: number
  /** Event times of what it held. */
  readonly times: Float64Array
  /** There was nothing behind it when it was asked. */
  readonly isEnd: boolean
  /** When it came; never goes back. */
  readonly atMs: number
}

export interface Words {
  readonly watermark: number
  readonly idle: boolean
}

export class HeadClock {
  readonly #clock: PartitionClock
  readonly #idleMs: number
  /** When there was something, last. */
  #movedMs: number | undefined

  constructor(time: SourceTime) {
    this.#clock = new PartitionClock(time)
    this.#idleMs = time.idleMs ?? Infinity
  }

  onFetched({ from, to, times, isEnd, atMs }: Fetched): Words {
    this.#clock.see(times)
    if (to > from || this.#movedMs === undefined) this.#movedMs = atMs
    const isQuiet = from === to && atMs - this.#movedMs >= this.#idleMs
    return { watermark: this.#clock.watermark, idle: isEnd && isQuiet }
  }
}

/** Of a stretch that was read for those who are detached: what it shows by itself. */
export function watermarkOf(time: SourceTime, times: Float64Array): number {
  const clock = new PartitionClock(time)
  clock.see(times)
  return clock.watermark
}

/**
 * Groups under load: entries are committed as the beat says, and how fast their outputs leave is
 * counted. Who sees them, and how late, is for a reader in another process to say.
 */

import type { Clock, Random } from '../../src/base/env.ts'
import type { StreamLog } from '../../src/base/stream-log.ts'
import type { JournalBounds } from '../../src/journal/bounds.ts'
import { Budget } from '../../src/journal/budget.ts'
import type { Scene } from './scene.ts'
import { SmallGroup } from './small-group.ts'
import type { Beat } from './work.ts'

/** A beat that is so far behind is left out, and counts as failed. */
const WAITING_MAX = 100_000

export interface PublishingParts {
  readonly clock: Clock
  readonly random: Random
  readonly nowMs: () => number
  readonly log: StreamLog
  readonly scene: Scene
  readonly bounds: JournalBounds
  readonly groups: number
  readonly beat: Beat
  readonly sizeBytes: number
}

export interface Counts {
  readonly transactions: number
  readonly outputs: number
  /** Beats that were left out. */
  readonly failed: number
}

export class Publishing {
  readonly #parts: PublishingParts
  readonly #groups: readonly SmallGroup[]
  readonly #beats: number[]
  #transactions = 0
  #failed = 0
  #isOver = false

  constructor(parts: PublishingParts) {
    const { scene, log, bounds, sizeBytes } = parts
    this.#parts = parts
    const budget = new Budget(bounds.transactionsMax)
    const onPublished = () => {
      this.#transactions++
    }
    const { target } = scene
    this.#groups = Array.from({ length: parts.groups }, (_, group) => {
      const own = { group, seat: scene.seatOf(group), logs: [log], budget, bounds, target }
      const { clock, random, nowMs } = parts
      const doors = { clock, random, nowMs }
      return new SmallGroup({ ...doors, ...own, sizeBytes }, { onPublished, onPlanned() {} })
    })
    this.#beats = this.#groups.map(() => 0)
  }

  begin(): void {
    for (const group of this.#groups) group.elect(0)
    this.#beat(this.#parts.clock.monotonicMs())
  }

  /** Nothing is committed any more; what is, goes on leaving. */
  end(): void {
    this.#isOver = true
  }

  close(): void {
    for (const group of this.#groups) group.close()
  }

  /** Committed, and not yet out. */
  get waiting(): number {
    return this.#groups.reduce((sum, { waiting }) => sum + waiting, 0)
  }

  get counts(): Counts {
    const outputs = this.#groups.reduce((sum, { last }) => sum + last, 0)
    return { transactions: this.#transactions, outputs, failed: this.#failed }
  }

  #beat(beganMs: number): void {
    if (this.#isOver) return
    const { clock, beat } = this.#parts
    const afterMs = clock.monotonicMs() - beganMs
    for (const [at, group] of this.#groups.entries()) {
      if ('waiting' in beat) while (group.waiting < beat.waiting) group.commit(beat.outputs)
      else this.#keepUp(at, group, beat, afterMs)
    }
    clock.after(1, () => this.#beat(beganMs))
  }

  /** Groups take turns within a beat. */
  #keepUp(at: number, group: SmallGroup, beat: Beat & { everyMs: number }, afterMs: number): void {
    const { everyMs, outputs } = beat
    const due = Math.floor(afterMs / everyMs - at / this.#groups.length) + 1
    for (let beats = this.#beats[at] ?? 0; beats < due; beats++) {
      if (group.waiting < WAITING_MAX) group.commit(outputs)
      else this.#failed++
    }
    this.#beats[at] = Math.max(due, this.#beats[at] ?? 0)
  }
}

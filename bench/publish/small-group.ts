/**
 * A group of this benchmark: what it is told to commit is committed and applied at once, by all its
 * replicas, in the memory of one process. Its outputs leave by the real journal, over whatever log
 * is measured.
 */

import { crc32c } from '../../src/base/crc32c.ts'
import type { Clock, Random } from '../../src/base/env.ts'
import type { StreamLog } from '../../src/base/stream-log.ts'
import type { JournalBounds } from '../../src/journal/bounds.ts'
import type { Budget } from '../../src/journal/budget.ts'
import { GroupJournal } from '../../src/journal/driver.ts'
import type { JournalGroup, JournalListener } from '../../src/journal/group.ts'
import { Outbox } from '../../src/journal/outbox.ts'
import { decodeProgress } from '../../src/journal/outbox-codec.ts'
import type { Seat } from '../../src/journal/plan.ts'
import type { TopicWanted } from '../../src/journal/settings.ts'
import { rendered, stamped, type Target } from './output.ts'

/** As long as a schedule of one input is. */
const SCHEDULE = new Uint8Array(40)
const CLAIM = { generation: 1, owner: 'bench' }

export interface GroupParts {
  /** Among the groups, from 0. */
  readonly group: number
  readonly seat: Seat
  /** One for each replica. */
  readonly logs: readonly StreamLog[]
  readonly budget: Budget
  readonly topics?: readonly TopicWanted[]
  readonly bounds: JournalBounds
  readonly clock: Clock
  readonly random: Random
  readonly target: Target
  readonly sizeBytes: number
  /** On the clock that all processes share. */
  readonly nowMs: () => number
}

/** What the group tells whoever made it. */
export interface GroupListener {
  /** A transaction is planned: its leader has taken over. */
  onPlanned(): void
  /** A transaction is committed; outputs up to here are decided. */
  onPublished(upTo: number): void
  /** Its leader was told that it leads. */
  onConfirmed?(): void
}

interface Replica {
  readonly outbox: Outbox
  readonly journal: GroupJournal
}

/** Nothing goes wrong in a benchmark, or its figures are of something else. */
function fail(code: string, message: string): never {
  throw new Error(`${code}: ${message}`)
}

export class SmallGroup {
  readonly #parts: GroupParts
  readonly #replicas: readonly Replica[]
  #term = 0
  #seq = 0
  #last = 0
  #published = 0

  constructor(parts: GroupParts, listener: GroupListener) {
    const { seat, bounds, budget, clock, random, target } = parts
    this.#parts = parts
    const told: JournalListener = {
      onReleased: () => {},
      onPublished: (_, upTo) => {
        this.#published = upTo
        listener.onPublished(upTo)
      },
      onStalled: fail,
      onResumed: () => {},
      onHalted: fail,
    }
    const group: JournalGroup = {
      confirm: (term, done) => {
        clock.after(0, () => {
          listener.onConfirmed?.()
          done(term === this.#term ? 'leads' : 'deposed')
        })
      },
      propose: (_, progress, done) => {
        clock.after(0, () => {
          this.#apply(outbox => outbox.advance(decodeProgress(progress)))
          done()
        })
      },
      render: run => {
        listener.onPlanned()
        return rendered(run, target)
      },
    }
    const shared = { clock, random, bounds, claim: CLAIM, group, listener: told }
    this.#replicas = parts.logs.map(log => {
      const outbox = new Outbox()
      const lanes = [{ log, seat, budget, topics: parts.topics ?? [] }]
      return { outbox, journal: new GroupJournal({ ...shared, outbox, lanes }) }
    })
  }

  /** Outputs that were committed and are not yet published. */
  get waiting(): number {
    return this.#last - this.#published
  }

  /** Outputs that were ever committed. */
  get last(): number {
    return this.#last
  }

  elect(at: number): void {
    this.#term++
    this.#replicas[at]?.journal.onLead(this.#term)
    this.#apply(() => {})
  }

  depose(at: number): void {
    this.#replicas[at]?.journal.onDeposed()
  }

  /** One entry with so many outputs. */
  commit(count: number): void {
    const { group, seat, sizeBytes, nowMs } = this.#parts
    const first = this.#last + 1
    this.#last += count
    const bytes = stamped({ committedMs: nowMs(), group, number: first }, count, sizeBytes)
    const runs = seat.sinks.map(sink => ({ sink, first, count, bytes }))
    const { generation } = CLAIM
    const digest = crc32c(bytes)
    const entry = { seq: ++this.#seq, generation, schedule: SCHEDULE, digest, runs }
    this.#apply(outbox => outbox.apply(entry))
  }

  close(): void {
    for (const { journal } of this.#replicas) journal.close()
  }

  #apply(change: (outbox: Outbox) => void): void {
    for (const { outbox } of this.#replicas) change(outbox)
    for (const { journal } of this.#replicas) journal.onApplied(this.#term)
  }
}

/**
 * Takeovers: whoever led a group leaves a transaction open, and another replica, on a connection of
 * its own, takes the id over, has the old transaction decided, reads the marker, and knows what to
 * publish next.
 */

import type { Clock, Random } from '../../src/base/env.ts'
import type { LogAnswer, StreamLog, TransactionalProducer } from '../../src/base/stream-log.ts'
import { defaultJournalBounds } from '../../src/journal/bounds.ts'
import { Budget } from '../../src/journal/budget.ts'
import type { Seat } from '../../src/journal/plan.ts'
import type { Target } from './output.ts'
import type { Scene } from './scene.ts'
import { answerOf } from './scene.ts'
import { SmallGroup } from './small-group.ts'

/** In the transaction that is left open, and in the one behind the takeover. */
export const OUTPUTS = 10
/** Longer than any takeover: nothing is decided because it is old. */
const TRANSACTION_MS = 60_000

/** The transaction before may still be being finished. */
async function begun(producer: TransactionalProducer): Promise<void> {
  for (;;) {
    const answer = await new Promise<LogAnswer<void>>(resolve => producer.init(resolve))
    if (answer.error === undefined) return
    if (answer.error.code !== 'busy') throw new Error(answer.error.message)
  }
}

interface LeftOpen {
  readonly seat: Seat
  readonly target: Target
  readonly sizeBytes: number
}

/** A transaction with outputs and a journal record, and no end. */
export async function leaveOpen(log: StreamLog, left: LeftOpen): Promise<void> {
  const { seat, target, sizeBytes } = left
  const record = { key: null, value: new Uint8Array(sizeBytes), headers: [], timestampMs: 0 }
  const records = Array.from({ length: OUTPUTS }, () => record)
  const { journal, transactionalId } = seat
  const producer = log.producer({ transactionalId, timeoutMs: TRANSACTION_MS })
  await begun(producer)
  const parts = [
    { topic: target.topic, partition: 0, records },
    { ...journal, records: [record] },
  ]
  await answerOf<readonly number[]>(done => producer.send(parts, done))
  producer.close()
}

export interface TakeoverParts {
  readonly clock: Clock
  readonly random: Random
  readonly nowMs: () => number
  /** One for each of two replicas. */
  readonly logs: readonly [StreamLog, StreamLog]
  readonly scene: Scene
  readonly sizeBytes: number
}

export class Takeovers {
  readonly #parts: TakeoverParts
  readonly #group: SmallGroup
  #leader = 0
  #onPlanned: () => void = () => {}
  #onPublished: () => void = () => {}

  constructor(parts: TakeoverParts) {
    const { scene, ...doors } = parts
    this.#parts = parts
    const own = { group: 0, seat: scene.seatOf(0), target: scene.target }
    const bounds = defaultJournalBounds
    const budget = new Budget(bounds.transactionsMax)
    this.#group = new SmallGroup(
      { ...doors, ...own, bounds, budget },
      {
        onPlanned: () => this.#onPlanned(),
        onPublished: () => this.#onPublished(),
      },
    )
    this.#group.elect(0)
  }

  get outputs(): number {
    return this.#group.last
  }

  close(): void {
    this.#group.close()
  }

  /** How long it took until the new leader knew what to publish. */
  async next(): Promise<number> {
    const { clock } = this.#parts
    await this.allOut()
    this.#group.depose(this.#leader)
    await this.#leaveOpen()
    this.#leader = 1 - this.#leader
    this.#group.commit(OUTPUTS)
    const beganMs = clock.monotonicMs()
    const tookMs = new Promise<number>(resolve => {
      this.#onPlanned = () => resolve(clock.monotonicMs() - beganMs)
    })
    this.#group.elect(this.#leader)
    return tookMs
  }

  /** What is committed is published by whoever leads. */
  allOut(): Promise<void> {
    return new Promise(resolve => {
      this.#onPublished = () => {
        if (this.#group.waiting === 0) resolve()
      }
      this.#group.commit(OUTPUTS)
    })
  }

  /** By whoever led: outputs and journal, and no end. */
  #leaveOpen(): Promise<void> {
    const { scene, logs, sizeBytes } = this.#parts
    const log = logs[this.#leader] as StreamLog
    return leaveOpen(log, { seat: scene.seatOf(0), target: scene.target, sizeBytes })
  }
}

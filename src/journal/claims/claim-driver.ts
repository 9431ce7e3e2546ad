/**
 * A claim, or a deletion, at work: carries out what `Claiming` asks for, over the StreamLog door.
 * It goes on until it is decided or somebody cancels it; what it wrote by then stays, and counts
 * for nothing, since a claim holds once it is in every partition.
 */

import type { Clock, Timer } from '../../base/env.ts'
import type { StreamLog, TransactionalProducer } from '../../base/stream-log.ts'
import type { Answer, Call } from '../calls.ts'
import type { Claim } from '../types.ts'
import { Claiming, type ClaimOptions, type ClaimOutcome } from './claiming.ts'

export interface ClaimParts extends ClaimOptions {
  readonly clock: Clock
  readonly log: StreamLog
  /** Makes the claim durable in the cluster's own state, before it is written anywhere else. */
  record(claim: Claim, done: () => void): void
}

/** Returns what cancels it: `done` is not called any more. */
export function claimJob(parts: ClaimParts, done: (outcome: ClaimOutcome) => void): () => void {
  const run = new ClaimRun(parts, done)
  run.turn()
  return () => run.cancel()
}

class ClaimRun {
  readonly #parts: ClaimParts
  readonly #done: (outcome: ClaimOutcome) => void
  readonly #claiming: Claiming
  readonly #producers = new Map<number, TransactionalProducer>()
  #timer: Timer | undefined
  #isOver = false

  constructor(parts: ClaimParts, done: (outcome: ClaimOutcome) => void) {
    this.#parts = parts
    this.#done = done
    this.#claiming = new Claiming(parts)
  }

  cancel(): void {
    this.#isOver = true
    this.#timer?.cancel()
    for (const producer of this.#producers.values()) producer.close()
    this.#producers.clear()
  }

  turn(): void {
    if (this.#isOver) return
    const { clock } = this.#parts
    this.#claiming.tick(clock.monotonicMs())
    const { close, record, calls } = this.#claiming.takeDuties()
    for (const seat of close) this.#close(seat)
    if (record !== undefined) this.#record(record)
    for (const { seat, call } of calls) this.#carryOut(seat, call)
    const { outcome } = this.#claiming
    if (outcome !== undefined) this.#finish(outcome)
    else this.#plan()
  }

  #finish(outcome: ClaimOutcome): void {
    this.cancel()
    this.#parts.clock.after(0, () => this.#done(outcome))
  }

  #plan(): void {
    const { clock } = this.#parts
    this.#timer?.cancel()
    const atMs = this.#claiming.wakeAtMs()
    if (atMs === undefined) return
    this.#timer = clock.after(Math.max(0, atMs - clock.monotonicMs()), () => this.turn())
  }

  #record(claim: Claim): void {
    this.#parts.record(claim, () => {
      this.#claiming.onRecorded()
      this.turn()
    })
  }

  #close(seat: number): void {
    this.#producers.get(seat)?.close()
    this.#producers.delete(seat)
  }

  #producerOf(index: number): TransactionalProducer {
    const there = this.#producers.get(index)
    if (there !== undefined) return there
    const { log, seats, bounds } = this.#parts
    const transactionalId = seats[index]?.transactionalId ?? ''
    const made = log.producer({ transactionalId, timeoutMs: bounds.transactionMs })
    this.#producers.set(index, made)
    return made
  }

  #carryOut(index: number, call: Call): void {
    const { log, seats, bounds } = this.#parts
    const seat = seats[index]
    if (seat === undefined) return
    const answered = (answer: Answer) => {
      if (this.#isOver) return
      this.#claiming.tick(this.#parts.clock.monotonicMs())
      this.#claiming.onAnswer(index, call.serial, answer)
      this.turn()
    }
    if (call.kind === 'describe') {
      log.describe(call.topic, answer => answered({ kind: 'describe', answer }))
    } else if (call.kind === 'init') {
      this.#producerOf(index).init(answer => answered({ kind: 'init', answer }))
    } else if (call.kind === 'end') {
      log.end(seat.journal, 'uncommitted', answer => answered({ kind: 'end', answer }))
    } else if (call.kind === 'start') {
      log.start(seat.journal, answer => answered({ kind: 'start', answer }))
    } else if (call.kind === 'fetch') {
      const { fetchBytesMax, fetchMs } = bounds
      const how = { isolation: 'committed', maxBytes: fetchBytesMax, waitMs: fetchMs } as const
      log.fetch(seat.journal, call.offset, how, answer => answered({ kind: 'fetch', answer }))
    } else if (call.kind === 'send') {
      this.#producerOf(index).send(call.records, answer => answered({ kind: 'send', answer }))
    } else if (call.kind === 'commit') {
      this.#producerOf(index).end('commit', answer => answered({ kind: 'commit', answer }))
    }
  }
}

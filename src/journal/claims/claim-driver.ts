/**
 * A claim, or a deletion, at work: carries out what `Claiming` asks for, over the StreamLog door.
 * It goes on until it is decided or somebody cancels it; what it wrote by then stays, and counts
 * for nothing, since a claim holds once it is in every partition.
 */

import type { Clock, Timer } from '../../base/env.ts'
import type { StreamLog, TransactionalProducer } from '../../base/stream-log.ts'
import { claimTransactionMs } from '../bounds.ts'
import type { Answer, Call } from '../calls.ts'
import type { Claim } from '../types.ts'
import { Claiming, type ClaimOptions, type ClaimOutcome } from './claiming.ts'
import type { ClaimLane, ClaimSeat } from './seat.ts'

export interface LoggedLane extends ClaimLane {
  readonly log: StreamLog
}

export interface ClaimParts extends ClaimOptions {
  readonly lanes: readonly LoggedLane[]
  readonly clock: Clock
  /** Makes the claim durable in the cluster's own state, before it is written anywhere else. */
  record(claim: Claim, done: () => void): void
}

/** Returns what cancels it: `done` is not called any more. */
export function claimJob(parts: ClaimParts, done: (outcome: ClaimOutcome) => void): () => void {
  const run = new ClaimRun(parts, done)
  run.turn()
  return () => run.cancel()
}

interface LoggedSeat {
  readonly log: StreamLog
  readonly seat: ClaimSeat
}

class ClaimRun {
  readonly #parts: ClaimParts
  /** Of all lanes, as they are counted in duties. */
  readonly #seats: readonly LoggedSeat[]
  readonly #done: (outcome: ClaimOutcome) => void
  readonly #claiming: Claiming
  readonly #timeoutMs: number
  readonly #producers = new Map<number, TransactionalProducer>()
  #timer: Timer | undefined
  #isOver = false

  constructor(parts: ClaimParts, done: (outcome: ClaimOutcome) => void) {
    this.#parts = parts
    this.#done = done
    this.#seats = parts.lanes.flatMap(({ log, seats }) => seats.map(seat => ({ log, seat })))
    this.#claiming = new Claiming(parts)
    this.#timeoutMs = claimTransactionMs(parts.bounds, this.#seats.length)
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

  #producerOf(index: number, { log, seat }: LoggedSeat): TransactionalProducer {
    const there = this.#producers.get(index)
    if (there !== undefined) return there
    const { transactionalId } = seat
    const made = log.producer({ transactionalId, timeoutMs: this.#timeoutMs })
    this.#producers.set(index, made)
    return made
  }

  #carryOut(index: number, call: Call): void {
    const logged = this.#seats[index]
    if (logged === undefined) return
    const { log, seat } = logged
    const answered = (answer: Answer) => {
      if (this.#isOver) return
      this.#claiming.tick(this.#parts.clock.monotonicMs())
      this.#claiming.onAnswer(index, call.serial, answer)
      this.turn()
    }
    if (call.kind === 'describe') {
      log.describe(call.topic, answer => answered({ kind: 'describe', answer }))
    } else if (call.kind === 'init') {
      this.#producerOf(index, logged).init(answer => answered({ kind: 'init', answer }))
    } else if (call.kind === 'end') {
      log.end(seat.journal, 'uncommitted', answer => answered({ kind: 'end', answer }))
    } else if (call.kind === 'start') {
      log.start(seat.journal, answer => answered({ kind: 'start', answer }))
    } else if (call.kind === 'fetch') {
      const { fetchBytesMax, fetchMs } = this.#parts.bounds
      const how = { isolation: 'committed', maxBytes: fetchBytesMax, waitMs: fetchMs } as const
      log.fetch(seat.journal, call.offset, how, answer => answered({ kind: 'fetch', answer }))
    } else if (call.kind === 'send') {
      const producer = this.#producerOf(index, logged)
      producer.send(call.records, answer => answered({ kind: 'send', answer }))
    } else if (call.kind === 'commit') {
      const producer = this.#producerOf(index, logged)
      producer.end('commit', answer => answered({ kind: 'commit', answer }))
    }
  }
}

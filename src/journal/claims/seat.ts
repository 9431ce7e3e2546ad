/**
 * One partition in a claim: what was read of it, and how far the claim has come there. What is done
 * next is decided for all of them at once, in `claiming.ts`.
 */

import type { Random } from '../../base/env.ts'
import { invariant } from '../../base/errors.ts'
import type { Partition, StreamLog } from '../../base/stream-log.ts'
import type { JournalBounds } from '../bounds.ts'
import type { Answer, Ask, Call } from '../calls.ts'
import { Reading } from '../reading.ts'
import { Inspection, type TopicWanted } from '../settings.ts'
import { Takeover } from '../takeover.ts'

export interface ClaimSeat {
  readonly group: string
  /** Its journal, or its markers in another log. */
  readonly journal: Partition
  readonly transactionalId: string
}

/** A log that the job writes to, with one seat for each of its groups. */
export interface ClaimLane {
  readonly log: Pick<StreamLog, 'isOneProcess'>
  readonly seats: readonly ClaimSeat[]
}

/** `sent` is in an open transaction, just behind what was read. */
export type SeatStage = 'reading' | 'read' | 'sending' | 'sent' | 'committing' | 'written'

interface SeatOptions {
  readonly seat: ClaimSeat
  /** 0: that of the home log. */
  readonly lane: number
  /** What it looks at for all seats of its topic. */
  readonly topics: readonly TopicWanted[]
  readonly bounds: JournalBounds
  readonly random: Random
}

export class SeatState {
  readonly seat: ClaimSeat
  readonly lane: number
  readonly reading: Reading
  readonly #options: SeatOptions
  takeover: Takeover
  stage: SeatStage = 'reading'
  open: Call | undefined
  restUntilMs = 0
  /** Where the claim came to lie. */
  offset = 0
  /** Since when it is told that the partition ends before what was read of it. */
  behindSinceMs: number | undefined
  /** Of the topic that it looked at. */
  partitions = 0
  #serial = 0
  /** Of the newest record, when the claim was decided. */
  #decidedBy: number | undefined

  constructor(options: SeatOptions) {
    const { seat, lane } = options
    this.#options = options
    this.seat = seat
    this.lane = lane
    this.reading = new Reading({ group: seat.group, journal: seat.journal, from: 0 })
    this.takeover = this.#newTakeover()
  }

  #newTakeover(): Takeover {
    const { topics, bounds, random } = this.#options
    const { reading } = this
    const inspection = new Inspection(topics)
    return new Takeover({ reading, confirmTerm: undefined, inspection, bounds, random })
  }

  /** All that was read of it is taken into account. */
  decide(): void {
    this.#decidedBy = this.reading.lastOffset
  }

  /** Something was written since the claim was decided, or had not been shown. */
  get hasNews(): boolean {
    return this.reading.lastOffset !== this.#decidedBy
  }

  /** From where it had come to, with a new producer. */
  readAgain(restUntilMs: number): void {
    this.open = undefined
    this.stage = 'reading'
    this.takeover = this.#newTakeover()
    this.restUntilMs = restUntilMs
  }

  ask(ask: Ask): Call {
    invariant(this.open === undefined, 'JOURNAL a seat asks one thing at a time', ask.kind)
    this.open = { ...ask, serial: ++this.#serial }
    return this.open
  }

  /** false: nobody waits for that any more. */
  takeAnswer(serial: number, answer: Answer): boolean {
    if (this.open === undefined || this.open.serial !== serial) return false
    invariant(this.open.kind === answer.kind, 'JOURNAL what was asked is answered', answer.kind)
    this.open = undefined
    return true
  }

  onReading(answer: Answer, nowMs: number): void {
    this.takeover.onAnswer(answer)
    this.restUntilMs = nowMs + this.takeover.takeWait()
    if (answer.kind === 'describe' && answer.answer.error === undefined) {
      this.partitions = answer.answer.value.partitions
    }
  }
}

/** Of all lanes, home first. The first of each topic looks at it for the others. */
export function seatStates(
  lanes: readonly ClaimLane[],
  shared: Pick<SeatOptions, 'bounds' | 'random'>,
): readonly SeatState[] {
  return lanes.flatMap(({ seats }, lane) => {
    const counts = new Map<string, number>()
    for (const { journal } of seats) {
      counts.set(journal.topic, (counts.get(journal.topic) ?? 0) + 1)
    }
    return seats.map(seat => {
      const { topic } = seat.journal
      const partitions = counts.get(topic)
      counts.delete(topic)
      const wanted = partitions && ({ topic, use: 'journal', partitions } as const)
      return new SeatState({ ...shared, seat, lane, topics: wanted ? [wanted] : [] })
    })
  })
}

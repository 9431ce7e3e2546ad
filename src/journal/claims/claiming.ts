/**
 * Claiming a job: one generation for all its journal partitions, old and new. Every transactional
 * id is taken and every partition read; the next generation is written to all of them. A write is
 * fenced by the `init` before the reading that it rests on, so a partition holds no two owners of
 * one generation: whoever comes second reads of the first, and begins anew with a higher number.
 * What was read is not believed before the write lies exactly behind it: whoever answered may have
 * led once, and not know what came after.
 *
 * Deleting a job goes the same way, and writes that the generation is deleted.
 */

import type { Random } from '../../base/env.ts'
import { invariant } from '../../base/errors.ts'
import type { LogError, Partition } from '../../base/stream-log.ts'
import type { JournalBounds } from '../bounds.ts'
import { SEATS_MAX } from '../bounds.ts'
import { type Answer, Backoff, type Call, isPassing } from '../calls.ts'
import { type Found, JOURNAL_BEHIND, Reading } from '../reading.ts'
import { encodeRecord, type JournalRecord } from '../record.ts'
import { Inspection } from '../settings.ts'
import { type Outcome, Takeover } from '../takeover.ts'
import type { Claim, Trouble } from '../types.ts'
import {
  deletedUpTo,
  highestOf,
  isLost,
  jobExists,
  liveClaim,
  seatsClaimed,
  superseded,
  tooNarrow,
} from './verdict.ts'

export interface ClaimSeat {
  readonly group: string
  readonly journal: Partition
  readonly transactionalId: string
}

/**
 * `submit`: a new job; refused where one of its name lives. `start`: this job goes on, from a
 * checkpoint or from where it ended, and takes over from whoever ran it. `delete`: the given claim
 * ends for good.
 */
export type ClaimWish =
  | { readonly kind: 'submit' | 'start'; readonly owner: string }
  | { readonly kind: 'delete'; readonly claim: Claim }

export interface ClaimOptions {
  readonly seats: readonly ClaimSeat[]
  readonly wish: ClaimWish
  readonly bounds: JournalBounds
  readonly random: Random
}

export interface ClaimDuties {
  /** 1. Close the producers of these seats. */
  readonly close: readonly number[]
  /** 2. Make this claim durable in the cluster's own state, then report `onRecorded`. */
  readonly record: Claim | undefined
  /** 3. Ask these; each answer is wanted by seat and serial. */
  readonly calls: readonly { readonly seat: number; readonly call: Call }[]
}

export type ClaimOutcome =
  /** Written everywhere: at these offsets, by seat; what lies before them is final. */
  | { readonly kind: 'done'; readonly claim: Claim; readonly offsets: readonly number[] }
  | { readonly kind: 'refused'; readonly trouble: Trouble }

type SeatStage = 'reading' | 'read' | 'sending' | 'committing' | 'written'

interface SeatState {
  readonly seat: ClaimSeat
  reading: Reading
  takeover: Takeover
  stage: SeatStage
  open: Call | undefined
  serial: number
  restUntilMs: number
  offset: number
  /** Since when it is told that the partition ends before what was read of it. */
  behindSinceMs: number | undefined
}

type Phase = 'reading' | 'recording' | 'writing' | 'over'

export class Claiming {
  readonly #options: ClaimOptions
  readonly #seats: readonly SeatState[]
  readonly #retries: Backoff
  #phase: Phase = 'reading'
  #claim: Claim | undefined
  /** Of their topic. */
  #partitions = 0
  /** Generations up to this, when the claim was decided. */
  #deleted = 0
  #nowMs = 0
  #close = new Set<number>()
  #isRecordDue = false
  #outcome: ClaimOutcome | undefined

  constructor(options: ClaimOptions) {
    const { seats, bounds, random } = options
    const isSpan = seats.length > 0 && seats.length <= SEATS_MAX
    invariant(isSpan, 'JOURNAL a claim spans partitions', seats.length)
    this.#options = options
    this.#retries = new Backoff(bounds.retryMinMs, bounds.retryMaxMs, () => random.uint32())
    this.#seats = seats.map(seat => this.#newSeat(seat))
  }

  get outcome(): ClaimOutcome | undefined {
    return this.#outcome
  }

  tick(nowMs: number): void {
    this.#nowMs = Math.max(this.#nowMs, nowMs)
  }

  onRecorded(): void {
    if (this.#phase === 'recording') this.#phase = 'writing'
  }

  onAnswer(index: number, serial: number, answer: Answer): void {
    const seat = this.#seats[index]
    if (seat?.open === undefined || seat.open.serial !== serial || this.#phase === 'over') return
    invariant(seat.open.kind === answer.kind, 'JOURNAL what was asked is answered', answer.kind)
    seat.open = undefined
    if (seat.stage === 'reading') this.#onReading(index, seat, answer)
    else if (answer.kind === 'send') this.#onSent(index, seat, answer.answer)
    else if (answer.kind === 'commit') this.#onCommitted(index, seat, answer.answer.error)
  }

  takeDuties(): ClaimDuties {
    const calls = this.#phase === 'over' ? [] : this.#takeCalls()
    const duties = {
      close: [...this.#close],
      record: this.#isRecordDue ? this.#claim : undefined,
      calls,
    }
    this.#close = new Set()
    this.#isRecordDue = false
    return duties
  }

  wakeAtMs(): number | undefined {
    if (this.#phase === 'over') return undefined
    const waiting = this.#seats.filter(
      seat => seat.open === undefined && this.#wants(seat) && seat.restUntilMs > this.#nowMs,
    )
    if (waiting.length === 0) return undefined
    return Math.min(...waiting.map(({ restUntilMs }) => restUntilMs))
  }

  #newSeat(seat: ClaimSeat): SeatState {
    const { group, journal } = seat
    const reading = new Reading({ group, journal, from: 0 })
    const takeover = this.#newTakeover(reading, seat)
    const rest = { open: undefined, serial: 0, restUntilMs: 0, offset: 0, behindSinceMs: undefined }
    return { seat, reading, takeover, stage: 'reading', ...rest }
  }

  /** The first looks at their topic too. */
  #newTakeover(reading: Reading, seat: ClaimSeat): Takeover {
    const { bounds, random, seats } = this.#options
    const { topic } = seat.journal
    const wanted = { topic, use: 'journal', partitions: seats.length } as const
    const inspection = new Inspection(seat === seats[0] ? [wanted] : [])
    return new Takeover({ reading, confirmTerm: undefined, inspection, bounds, random })
  }

  #wants({ stage }: SeatState): boolean {
    if (stage === 'reading') return this.#phase !== 'recording'
    return this.#phase === 'writing' && stage !== 'written'
  }

  #takeCalls(): { seat: number; call: Call }[] {
    const calls: { seat: number; call: Call }[] = []
    let free = this.#options.bounds.claimCallsMax - this.#openCalls()
    for (const [index, seat] of this.#seats.entries()) {
      const isReady = seat.open === undefined && seat.restUntilMs <= this.#nowMs
      if (free === 0 || !isReady || !this.#wants(seat)) continue
      calls.push({ seat: index, call: this.#takeCall(seat) })
      free--
    }
    return calls
  }

  #openCalls(): number {
    return this.#seats.filter(({ open }) => open !== undefined).length
  }

  #takeCall(seat: SeatState): Call {
    seat.serial++
    seat.open = this.#call(seat)
    return seat.open
  }

  #call(seat: SeatState): Call {
    const { serial } = seat
    if (seat.stage === 'reading') return { ...seat.takeover.ask(), serial }
    if (seat.stage === 'committing') return { kind: 'commit', serial }
    seat.stage = 'sending'
    const value = encodeRecord(this.#recordOf(seat.seat))
    const record = { key: null, value, headers: [], timestampMs: 0 }
    return { kind: 'send', records: [{ ...seat.seat.journal, records: [record] }], serial }
  }

  #recordOf({ group }: ClaimSeat): JournalRecord {
    const { wish, seats } = this.#options
    const claim = this.#claim
    invariant(claim !== undefined, 'JOURNAL a claim is written once it is made')
    if (wish.kind === 'delete') return { kind: 'deleted', group, ...claim }
    const deleted = wish.kind === 'submit' ? this.#deleted : 0
    return { kind: 'generation', group, ...claim, seats: seats.length, deleted }
  }

  #onReading(index: number, seat: SeatState, answer: Answer): void {
    seat.takeover.onAnswer(answer)
    if (answer.kind === 'describe' && answer.answer.error === undefined) {
      this.#partitions = answer.answer.value.partitions
    }
    seat.restUntilMs = this.#nowMs + seat.takeover.takeWait()
    const { outcome } = seat.takeover
    if (outcome !== undefined) this.#onOutcome(index, seat, outcome)
  }

  #onOutcome(index: number, seat: SeatState, outcome: Outcome): void {
    switch (outcome.kind) {
      case 'read':
        seat.stage = 'read'
        seat.behindSinceMs = undefined
        if (this.#phase === 'writing') this.#onReadAgain(seat)
        else if (this.#seats.every(({ stage }) => stage === 'read')) this.#decide()
        return
      case 'refused':
        this.#onError(index, seat, outcome.error)
        return
      case 'unreadable':
        this.#onUnreadable(index, seat, outcome.trouble)
        return
      case 'deposed':
        invariant(false, 'JOURNAL a claim asks no group')
    }
  }

  /** Whoever said where it ends may have been replaced: that is asked again for a while. */
  #onUnreadable(index: number, seat: SeatState, trouble: Trouble): void {
    seat.behindSinceMs ??= this.#nowMs
    const endMs = seat.behindSinceMs + this.#options.bounds.doubtMs
    if (trouble.code === JOURNAL_BEHIND && this.#nowMs < endMs) {
      this.#readAgain(index, seat, this.#retries.next())
    } else this.#refuse(trouble)
  }

  /** All partitions were read. */
  #decide(): void {
    const { wish } = this.#options
    const claims = this.#claims()
    this.#deleted = deletedUpTo(claims)
    const read = this.#seats.length
    const wanted = Math.max(this.#partitions, seatsClaimed(claims, this.#deleted))
    if (wanted > read) {
      this.#refuse(tooNarrow(wanted, read))
      return
    }
    if (wish.kind === 'delete') {
      this.#decideDeletion(wish.claim)
      return
    }
    const live = wish.kind === 'submit' ? liveClaim(claims, this.#deleted) : undefined
    if (live !== undefined) {
      this.#refuse(jobExists(live))
      return
    }
    this.#claim = { generation: highestOf(claims) + 1, owner: wish.owner }
    this.#phase = 'recording'
    this.#isRecordDue = true
  }

  #decideDeletion(claim: Claim): void {
    this.#claim = claim
    if (this.#seats.some(({ reading }) => isLost(reading, claim))) {
      this.#refuse(superseded(highestOf(this.#claims()), claim))
      return
    }
    this.#phase = 'writing'
    for (const seat of this.#seats) this.#onReadAgain(seat)
  }

  #claims(): readonly Found[] {
    return this.#seats.flatMap(({ reading }) => reading.claims)
  }

  /** In the middle of writing: what was written meanwhile, and by whom? */
  #onReadAgain(seat: SeatState): void {
    const claim = this.#claim
    invariant(claim !== undefined, 'JOURNAL a claim is written once it is made')
    const { found, lastOffset } = seat.reading
    if (isLost(seat.reading, claim)) {
      if (this.#options.wish.kind === 'delete')
        this.#refuse(superseded(highestOf(this.#claims()), claim))
      else this.#beginAnew()
      return
    }
    const isDelete = this.#options.wish.kind === 'delete'
    const isThere = found?.generation === claim.generation && (!isDelete || found.isDeleted)
    if (isThere && lastOffset !== undefined) this.#onWritten(seat, lastOffset)
  }

  #beginAnew(): void {
    const restMs = this.#retries.next()
    this.#phase = 'reading'
    this.#claim = undefined
    for (const [index, seat] of this.#seats.entries()) this.#readAgain(index, seat, restMs)
  }

  /** From where it had come to, with a new producer. */
  #readAgain(index: number, seat: SeatState, restMs: number): void {
    this.#close.add(index)
    seat.open = undefined
    seat.stage = 'reading'
    seat.takeover = this.#newTakeover(seat.reading, seat.seat)
    seat.restUntilMs = this.#nowMs + restMs
  }

  #onSent(
    index: number,
    seat: SeatState,
    { error, value }: { readonly error?: LogError; readonly value?: readonly number[] },
  ): void {
    if (error !== undefined) {
      this.#onError(index, seat, error)
      return
    }
    seat.offset = value?.[0] ?? 0
    if (seat.offset === seat.reading.position) seat.stage = 'committing'
    else this.#onMisread(index, seat)
  }

  /** Whoever answered the reading knew less than there is: nobody writes between it and `send`. */
  #onMisread(index: number, seat: SeatState): void {
    if (this.#options.wish.kind === 'delete') {
      this.#readAgain(index, seat, this.#retries.next())
    } else this.#beginAnew()
  }

  #onCommitted(index: number, seat: SeatState, error: LogError | undefined): void {
    if (error === undefined) this.#onWritten(seat, seat.offset)
    else this.#onError(index, seat, error)
  }

  #onWritten(seat: SeatState, offset: number): void {
    seat.offset = offset
    seat.stage = 'written'
    const claim = this.#claim
    if (claim === undefined || !this.#seats.every(({ stage }) => stage === 'written')) return
    this.#finish({ kind: 'done', claim, offsets: this.#seats.map(one => one.offset) })
  }

  #onError(index: number, seat: SeatState, error: LogError): void {
    if (error.code === 'fenced' || isPassing(error)) {
      this.#readAgain(index, seat, this.#retries.next())
    } else this.#refuse(error)
  }

  #refuse({ code, message }: Trouble): void {
    this.#finish({ kind: 'refused', trouble: { code, message } })
  }

  #finish(outcome: ClaimOutcome): void {
    this.#phase = 'over'
    this.#outcome = outcome
    for (const index of this.#seats.keys()) this.#close.add(index)
  }
}

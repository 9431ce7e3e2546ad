/**
 * Claiming a job: one generation for all partitions that its groups write markers to, in every log
 * with transactions, old and new. Every transactional id is taken and every partition read; the
 * next generation is written to all of them, and the home log is done last: the claim holds once
 * it is in every partition of every lane. A write is fenced by the `init` before the reading that
 * it rests on, so a partition holds no two owners of one generation: whoever comes second reads of
 * the first, and begins anew with a higher number. What was read is not believed before the write
 * lies exactly behind it: whoever answered may have led once, and not know what came after.
 *
 * A submit decides once all is read, and commits nothing before each record lies where it should.
 * Where a call is lost that partition alone is read again: as long as nothing was added to what it
 * decided by, that was so everywhere at once, in the moment of its decision; else it begins anew.
 * Another claim that it saw in some partitions may become whole until this one stands where the
 * other is missing: so it is committed there first, alone, and nothing is written over the other
 * before. One that is refused has halted nobody, with one exception: a job of one group in two logs
 * that somebody starts at the same moment. Who starts a job means to halt whoever runs it, and
 * writes to each partition between two turns of the publisher that it displaces.
 *
 * A claim that is cut off while it commits stands in some partitions and holds nowhere, but groups
 * that read it there halt for good: whoever wanted it starts the job again, which goes over it.
 * Where a submit was cut off no job lived, and another submit goes over it, too. A deleted job is
 * not started: who wants it again submits it.
 *
 * A log that a new plan no longer writes to is not claimed. What old publishers still let out there
 * was journaled before the claim, once and in order; and since the journal is claimed, nothing
 * follows. It is not deleted with the job either: each record says up to which generation jobs of
 * this name were deleted, so that whoever writes to that log again, by a submit or by a start,
 * knows it from any record that is left, and says it there.
 *
 * A deletion writes that a generation is deleted, first in one partition of the home log, alone. A
 * claim that comes to stand there before refuses it, and nothing was deleted; once it stands there
 * the job is deleted, since no claim becomes whole without reading it. What a start wrote elsewhere
 * meanwhile it leaves: whoever takes the name next says there, too, what was deleted.
 */

import type { Random } from '../../base/env.ts'
import { invariant } from '../../base/errors.ts'
import type { LogAnswer, LogError } from '../../base/stream-log.ts'
import type { JournalBounds } from '../bounds.ts'
import { SEATS_MAX } from '../bounds.ts'
import { type Answer, type Ask, Backoff, type Call, isPassing } from '../calls.ts'
import { type Found, JOURNAL_BEHIND } from '../reading.ts'
import { encodeRecord, type JournalRecord } from '../record.ts'
import type { Outcome } from '../takeover.ts'
import type { Claim, Trouble } from '../types.ts'
import { type ClaimLane, type SeatState, seatStates } from './seat.ts'
import {
  adviceOf,
  deletedUpTo,
  firstOf,
  highestOf,
  isDeletedAmong,
  isLost,
  isOver,
  jobDeleted,
  jobExists,
  liveClaim,
  narrowLane,
  superseded,
} from './verdict.ts'

/**
 * `submit`: a new job; refused where one of its name lives. `start`: this job goes on, from a
 * checkpoint or from where it ended, and takes over from whoever ran it. `delete`: the given claim
 * ends for good.
 */
export type ClaimWish =
  | { readonly kind: 'submit' | 'start'; readonly owner: string }
  | { readonly kind: 'delete'; readonly claim: Claim }

export interface ClaimOptions {
  /** The home log, which holds the journal; then every other that the job has transactions in. */
  readonly lanes: readonly ClaimLane[]
  readonly wish: ClaimWish
  readonly bounds: JournalBounds
  readonly random: Random
}

export interface ClaimDuties {
  /** 1. Close the producers of these seats, counted over all lanes. */
  readonly close: readonly number[]
  /** 2. Make this claim durable in the cluster's own state, then report `onRecorded`. */
  readonly record: Claim | undefined
  /** 3. Ask these; each answer is wanted by seat and serial. */
  readonly calls: readonly { readonly seat: number; readonly call: Call }[]
}

export type ClaimOutcome =
  | {
      readonly kind: 'done'
      readonly claim: Claim
      /** Of the claim in the journals; what lies before them is final. */
      readonly offsets: readonly number[]
      /** What people should know of the logs that they chose. */
      readonly advice: readonly Trouble[]
    }
  | { readonly kind: 'refused'; readonly trouble: Trouble }

type Phase = 'reading' | 'recording' | 'writing' | 'over'

export class Claiming {
  readonly #options: ClaimOptions
  /** Of all lanes. */
  readonly #seats: readonly SeatState[]
  readonly #retries: Backoff
  #phase: Phase = 'reading'
  #claim: Claim | undefined
  /** All that was read is known to be whole, or is of no matter. */
  #mayCommit = false
  /** Of a submit, or a deletion: where it is committed before all others. */
  #first: SeatState | undefined
  #nowMs = 0
  #close = new Set<number>()
  #isRecordDue = false
  #outcome: ClaimOutcome | undefined

  constructor(options: ClaimOptions) {
    const { lanes, bounds, random } = options
    const seats = Math.max(0, ...lanes.map(lane => lane.seats.length))
    const isSpan = (lanes[0]?.seats.length ?? 0) > 0 && seats <= SEATS_MAX
    invariant(isSpan, 'JOURNAL a claim spans partitions', seats)
    this.#options = options
    this.#retries = new Backoff(bounds.retryMinMs, bounds.retryMaxMs, () => random.uint32())
    this.#seats = seatStates(lanes, { bounds, random })
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
    if (this.#phase === 'over' || !seat?.takeAnswer(serial, answer)) return
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
    const waiting = this.#wanting().filter(([, seat]) => seat.restUntilMs > this.#nowMs)
    if (waiting.length === 0) return undefined
    return Math.min(...waiting.map(([, { restUntilMs }]) => restUntilMs))
  }

  /** Those that have something to ask, now or after a rest. */
  #wanting(): (readonly [number, SeatState])[] {
    const isDue = this.#whoIsDue()
    return [...this.#seats.entries()].filter(([, seat]) => {
      if (seat.open !== undefined || seat.stage === 'written') return false
      if (seat.stage === 'reading') return this.#phase !== 'recording'
      if (this.#phase !== 'writing') return false
      return this.#mayCommit ? isDue(seat) : seat.stage === 'read'
    })
  }

  /** Once it may be committed. */
  #whoIsDue(): (seat: SeatState) => boolean {
    const first = this.#first
    if (first !== undefined && first.stage !== 'written') return seat => seat === first
    const isHomeDue = this.#isWritten(({ lane }) => lane > 0)
    return ({ lane }) => lane > 0 || isHomeDue
  }

  #isWritten(isMeant: (seat: SeatState) => boolean): boolean {
    return this.#seats.every(seat => seat.stage === 'written' || !isMeant(seat))
  }

  #takeCalls(): { seat: number; call: Call }[] {
    const open = this.#seats.filter(seat => seat.open !== undefined).length
    const free = this.#options.bounds.claimCallsMax - open
    const ready = this.#wanting().filter(([, seat]) => seat.restUntilMs <= this.#nowMs)
    return ready.slice(0, free).map(([index, seat]) => {
      return { seat: index, call: seat.ask(this.#ask(seat)) }
    })
  }

  #ask(seat: SeatState): Ask {
    if (seat.stage === 'reading') return seat.takeover.ask()
    if (seat.stage === 'sent') {
      seat.stage = 'committing'
      return { kind: 'commit' }
    }
    seat.stage = 'sending'
    const value = encodeRecord(this.#recordOf(seat))
    const record = { key: null, value, headers: [], timestampMs: 0 }
    return { kind: 'send', records: [{ ...seat.seat.journal, records: [record] }] }
  }

  #recordOf({ lane, seat: { group } }: SeatState): JournalRecord {
    const { wish, lanes } = this.#options
    const claim = this.#mustClaim()
    if (wish.kind === 'delete') return { kind: 'deleted', group, ...claim }
    return { kind: 'generation', group, ...claim, seats: lanes[lane]?.seats.length ?? 0 }
  }

  #mustClaim(): Claim {
    invariant(this.#claim !== undefined, 'JOURNAL a claim is written once it is made')
    return this.#claim
  }

  #onReading(index: number, seat: SeatState, answer: Answer): void {
    seat.onReading(answer, this.#nowMs)
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
    if (trouble.code === JOURNAL_BEHIND && this.#nowMs < endMs) this.#lose(index, seat)
    else this.#refuse(trouble)
  }

  /** All partitions were read. */
  #decide(): void {
    const { wish, lanes } = this.#options
    const deleted = deletedUpTo(this.#claims())
    const found = lanes.map((_, lane) => this.#seats.filter(seat => seat.lane === lane))
    const narrow = narrowLane(found, deleted)
    if (narrow !== undefined) this.#refuse(narrow)
    else if (wish.kind === 'delete') this.#decideDeletion(wish.claim)
    else this.#decideClaim(wish, deleted)
  }

  #decideClaim(wish: Exclude<ClaimWish, { kind: 'delete' }>, deleted: number): void {
    const { owner } = wish
    const isSubmit = wish.kind === 'submit'
    const live = liveClaim(this.#seats, deleted, isSubmit ? owner : undefined)
    if (isSubmit ? live !== undefined : deleted > 0 && live === undefined) {
      this.#refuse(live === undefined ? jobDeleted(deleted) : jobExists(live))
      return
    }
    const generation = highestOf(this.#claims()) + 1
    this.#claim = { generation, owner, ...(deleted > 0 && { deleted }) }
    for (const seat of this.#seats) seat.decide()
    this.#first = isSubmit ? firstOf(this.#seats.filter(({ lane }) => lane === 0)) : undefined
    this.#mayCommit = !isSubmit
    this.#phase = 'recording'
    this.#isRecordDue = true
  }

  #decideDeletion(claim: Claim): void {
    const isDeleted = isDeletedAmong(this.#claims(), claim)
    if (!isDeleted && this.#seats.some(({ reading }) => isLost(reading, claim))) {
      this.#refuse(superseded(highestOf(this.#claims()), claim))
      return
    }
    this.#claim = claim
    this.#phase = 'writing'
    // Any place of the home log would do: no later claim stands in it.
    this.#first = this.#seats[0]
    this.#goOnDeleting()
  }

  /** Is the job deleted by now, and where needs nothing more be written? */
  #goOnDeleting(): void {
    const claim = this.#mustClaim()
    const first = this.#first
    const over = this.#seats.filter(one => one.stage === 'read' && isOver(one.reading, claim))
    if (first?.stage === 'written' || isDeletedAmong(this.#claims(), claim)) {
      this.#mayCommit = true
      for (const seat of over) seat.stage = 'written'
      this.#finishWritten()
      // Once it may be committed there, its first place alone tells what became of it.
    } else if (over.some(seat => seat === first || !this.#mayCommit)) this.#beginAnew()
  }

  #claims(): readonly Found[] {
    return this.#seats.flatMap(({ reading }) => reading.claims)
  }

  /** In the middle of writing: what was written meanwhile, and by whom? */
  #onReadAgain(seat: SeatState): void {
    const { kind } = this.#options.wish
    const claim = this.#mustClaim()
    const { found, claims, lastOffset } = seat.reading
    // Before it may be committed, only what was left of an earlier try can be there.
    const isThere = this.#mayCommit && found?.generation === claim.generation
    const isNewer = isLost(seat.reading, claim) || deletedUpTo(claims) > (claim.deleted ?? 0)
    if (kind === 'delete') this.#goOnDeleting()
    else if (isNewer) this.#beginAnew()
    else if (isThere && lastOffset !== undefined) this.#onWritten(seat, lastOffset)
    else if (kind === 'submit' && (seat.hasNews || this.#isHalfWritten())) this.#beginAnew()
  }

  /** Nothing keeps another claim that was seen from becoming whole. */
  #isHalfWritten(): boolean {
    return this.#mayCommit && this.#first === undefined
  }

  #beginAnew(): void {
    const restMs = this.#retries.next()
    this.#phase = 'reading'
    this.#claim = undefined
    this.#mayCommit = false
    for (const [index, seat] of this.#seats.entries()) this.#readAgain(index, seat, restMs)
  }

  #readAgain(index: number, seat: SeatState, restMs: number): void {
    this.#close.add(index)
    seat.readAgain(this.#nowMs + restMs)
  }

  #onSent(index: number, seat: SeatState, answer: LogAnswer<readonly number[]>): void {
    if (answer.error !== undefined) {
      this.#onError(index, seat, answer.error)
      return
    }
    seat.offset = answer.value[0] ?? 0
    // Whoever answered the reading knew less than there is: nobody writes between it and `send`.
    if (seat.reading.missedBefore(seat.offset) !== undefined) {
      this.#lose(index, seat)
      return
    }
    seat.stage = 'sent'
    this.#mayCommit ||= this.#seats.every(({ stage }) => stage === 'sent')
  }

  /** What became of its transaction is to be read. */
  #lose(index: number, seat: SeatState): void {
    this.#readAgain(index, seat, this.#retries.next())
  }

  #onCommitted(index: number, seat: SeatState, error: LogError | undefined): void {
    if (error === undefined) this.#onWritten(seat, seat.offset)
    else this.#onError(index, seat, error)
  }

  #onWritten(seat: SeatState, offset: number): void {
    seat.offset = offset
    seat.stage = 'written'
    if (this.#options.wish.kind === 'delete') this.#goOnDeleting()
    else this.#finishWritten()
  }

  #finishWritten(): void {
    if (!this.#seats.every(({ stage }) => stage === 'written')) return
    const home = this.#seats.filter(({ lane }) => lane === 0)
    const advice = adviceOf(this.#options.lanes)
    const offsets = home.map(({ offset }) => offset)
    this.#finish({ kind: 'done', claim: this.#mustClaim(), offsets, advice })
  }

  #onError(index: number, seat: SeatState, error: LogError): void {
    if (error.code === 'fenced' || isPassing(error)) this.#lose(index, seat)
    else this.#refuse(error)
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

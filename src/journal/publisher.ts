/**
 * One publisher: what a group's leader does so that every committed output is visible once and in
 * order, in one log, under one transactional id. Facts in (who leads, what was applied, what was
 * answered, what time it is), duties out. It asks one thing of the outside at a time.
 *
 *   retired -> takeover -> ready -> turn -> sending -> committing -> ready ..
 *
 * Whatever goes wrong with a transaction, its producer is closed and the takeover begins again:
 * what became of it is read from the log, never guessed.
 */

import type { Random } from '../base/env.ts'
import { invariant } from '../base/errors.ts'
import type { LogAnswer, LogError, LogErrorCode } from '../base/stream-log.ts'
import { type Answer, type Ask, type Duties, isPassing, Retries } from './calls.ts'
import type { Verdict } from './group.ts'
import { comparison, type Judgement, judge } from './judgement.ts'
import { markerOffset } from './ledger.ts'
import { Newsroom } from './news.ts'
import type { Standing } from './outbox.ts'
import { Pace, type Waiting } from './pace.ts'
import {
  hasOutputs,
  type InTransaction,
  isJournal,
  knownDurable,
  planned,
  type Subject,
  unjournaledBytes,
  unpublishedBytes,
} from './plan.ts'
import { JOURNAL_BEHIND, Reading } from './reading.ts'
import { replayDiffers } from './replay.ts'
import { type Outcome, Takeover } from './takeover.ts'
import type { Trouble } from './types.ts'

type Stage =
  | { readonly at: 'retired' }
  /** After something went wrong: then the takeover begins. */
  | { readonly at: 'resting' }
  | { readonly at: 'takeover'; readonly takeover: Takeover; readonly reading: Reading }
  /** The journal seems to be ahead of the group, which may only mean that another leads it now. */
  | { readonly at: 'doubting'; readonly reading: Reading; readonly trouble: Trouble }
  | { readonly at: 'ready' }
  | { readonly at: 'turn' }
  | ({ readonly at: 'sending' } & InTransaction)
  | ({ readonly at: 'committing' } & InTransaction)
  | { readonly at: 'halted' }

const RETIRED: Stage = { at: 'retired' }

export class Publisher {
  readonly #subject: Subject
  readonly #random: Random
  readonly #pace: Pace
  readonly #retries: Retries
  readonly #newsroom: Newsroom
  #stage: Stage = RETIRED
  #nowMs = 0
  /** In which this replica leads; 0: it does not. */
  #term = 0
  /** Of the newest entry that was applied. */
  #appliedTerm = 0
  /** Nothing is asked before. */
  #restUntilMs = 0
  /** Of the group, when the read-back under way began. */
  #known: Standing
  /** What was read back last, as long as no record lies where it ended. */
  #unproven: Reading | undefined
  #serial = 0
  #open: Ask['kind'] | undefined
  #close = false
  #giveBack = false
  #learned = false

  constructor(subject: Subject, random: Random) {
    this.#subject = subject
    this.#random = random
    this.#known = subject.outbox.standing
    this.#pace = new Pace(subject.bounds)
    this.#newsroom = new Newsroom(subject.bounds.silenceMs)
    this.#retries = new Retries(subject.bounds, random)
  }

  /** For status and tests. */
  get at(): Stage['at'] {
    return this.#stage.at
  }

  /** Before every other fact. */
  tick(nowMs: number): void {
    this.#nowMs = Math.max(this.#nowMs, nowMs)
  }

  /** This replica leads in this term. */
  onLead(term: number): void {
    if (this.#stage.at === 'halted' || term === this.#term) return
    this.#leave(RETIRED)
    this.#term = term
    this.#retries.reset()
    this.#newsroom.lead()
    this.#restUntilMs = 0
    this.#maybeBegin()
  }

  /** It does not, any more. */
  onDeposed(): void {
    this.#term = 0
    if (this.#stage.at !== 'halted') this.#leave(RETIRED)
  }

  /** Entries were applied to the outbox; `term`: that of the newest. */
  onApplied(term: number): void {
    this.#appliedTerm = Math.max(this.#appliedTerm, term)
    this.#maybeBegin()
  }

  /** A topic was looked at; where one is of no use, nothing is begun. */
  onInspected(met: LogError | undefined): void {
    if (met === undefined) {
      this.#maybeBegin()
      // The read-back is done, too: what nobody answered is over.
      if (this.#stage.at === 'ready') this.#newsroom.read(false)
    } else if (isPassing(met)) this.#newsroom.pass(met, this.#nowMs, false)
    else if (this.#stage.at !== 'halted') {
      this.#leave(RETIRED)
      this.#newsroom.stall(met, false)
    }
  }

  onAnswer(serial: number, answer: Answer): void {
    if (serial !== this.#serial || this.#open === undefined) return
    invariant(answer.kind === this.#open, 'JOURNAL what was asked is answered', answer.kind)
    this.#open = undefined
    const stage = this.#stage
    if (stage.at === 'takeover') this.#onTakeover(stage, answer)
    else if (answer.kind === 'confirm') this.#onDoubtful(answer.verdict)
    else if (answer.kind === 'turn') this.#onTurn()
    else if (answer.kind === 'send') this.#onSent(answer.answer)
    else if (answer.kind === 'commit') this.#onCommitted(answer.answer)
  }

  takeDuties(): Duties {
    const ask = this.#open === undefined ? this.#nextAsk() : undefined
    if (ask !== undefined) this.#open = ask.kind
    const call = ask === undefined ? undefined : { ...ask, serial: ++this.#serial }
    const marks = { close: this.#close, giveBack: this.#giveBack, learned: this.#learned }
    this.#close = false
    this.#giveBack = false
    this.#learned = false
    return { ...marks, news: this.#newsroom.take(), call }
  }

  /** When duties may come without a fact; undefined: they will not. */
  wakeAtMs(): number | undefined {
    if (this.#open !== undefined) return undefined
    switch (this.#stage.at) {
      case 'resting':
      case 'takeover':
      case 'doubting':
        return this.#restUntilMs
      case 'ready':
        return this.#turnAtMs()
      default:
        return undefined
    }
  }

  /** Only behind the entry that opened its term does a leader know all that was committed. */
  #maybeBegin(): void {
    if (this.#stage.at !== 'retired' || this.#term === 0) return
    if (this.#subject.inspection?.isRefused === true) return
    if (this.#appliedTerm === this.#term) this.#stage = { at: 'resting' }
  }

  #nextAsk(): Ask | undefined {
    const { seat, outbox } = this.#subject
    const isAtWork = this.#stage.at !== 'retired' && this.#stage.at !== 'halted'
    if (outbox.difference && isAtWork) this.#halt(replayDiffers(seat.group, outbox.difference))
    if (this.#stage.at === 'resting' && this.#nowMs >= this.#restUntilMs) this.#takeOver()
    const stage = this.#stage
    switch (stage.at) {
      case 'takeover':
        return this.#nowMs >= this.#restUntilMs ? stage.takeover.ask() : undefined
      case 'doubting':
        return this.#nowMs >= this.#restUntilMs ? { kind: 'confirm', term: this.#term } : undefined
      case 'ready':
        return this.#askTurn()
      case 'sending':
        return { kind: 'send', records: stage.plan.sends[stage.sent] ?? [] }
      case 'committing':
        return { kind: 'commit' }
      default:
        return undefined
    }
  }

  #takeOver(): void {
    const { seat, outbox, ledger, bounds } = this.#subject
    const { progress } = outbox
    ledger.learn(progress)
    // This process may know of more that is out than the group does.
    this.#known = { ...outbox.standing, progress: ledger.progress }
    const reading = new Reading({
      group: seat.group,
      journal: seat.journal,
      from: seat.hasJournal ? progress.offset : markerOffset(seat.sinks, progress),
      onSchedule: comparison(outbox),
    })
    const options = { reading, confirmTerm: this.#term, bounds, random: this.#random }
    this.#stage = { at: 'takeover', takeover: new Takeover(options), reading }
  }

  #onTakeover({ takeover, reading }: Stage & { at: 'takeover' }, answer: Answer): void {
    takeover.onAnswer(answer)
    this.#restUntilMs = this.#nowMs + takeover.takeWait()
    const { outcome, passing } = takeover
    if (passing !== undefined) this.#newsroom.pass(passing, this.#nowMs, false)
    if (outcome !== undefined) this.#onOutcome(outcome, reading)
  }

  #onOutcome(outcome: Outcome, reading: Reading): void {
    if (outcome.kind === 'read') this.#judge(reading)
    else if (outcome.kind === 'deposed') this.onDeposed()
    else if (outcome.kind === 'refused') this.#lose(outcome.error)
    else if (outcome.trouble.code === JOURNAL_BEHIND) this.#again(outcome.trouble)
    else this.#stall(outcome.trouble)
  }

  #judge(reading: Reading): void {
    const judgement = this.#judgementOf(reading, this.#known)
    switch (judgement.kind) {
      case 'ours':
        this.#believe(reading)
        return
      case 'halt':
        this.#halt(judgement.trouble)
        return
      case 'behind':
        this.#again(judgement.trouble)
        return
      case 'ahead':
        this.#stage = { at: 'doubting', reading, trouble: judgement.trouble }
    }
  }

  /** Asked because the journal was ahead. */
  #onDoubtful(verdict: Verdict): void {
    const stage = this.#stage
    invariant(stage.at === 'doubting', 'JOURNAL a doubt was asked about', stage.at)
    if (verdict === 'deposed') this.onDeposed()
    else if (verdict === 'unknown') this.#restUntilMs = this.#nowMs + this.#retries.next()
    // All that was committed is applied now; what is still ahead never was.
    else if (this.#judgementOf(stage.reading, this.#subject.outbox.standing).kind === 'ahead') {
      this.#halt(stage.trouble)
    }
    // It has as many entries, but nobody looked whether they are the same: they are read again.
    else this.#leave({ at: 'resting' })
  }

  #judgementOf(reading: Reading, known: Standing): Judgement {
    return judge(this.#subject, known, reading)
  }

  #believe(reading: Reading): void {
    const { seat, ledger } = this.#subject
    const { marker } = reading
    const before = knownDurable(this.#subject)
    if (marker !== undefined) {
      if (seat.hasJournal) ledger.journal(marker.toSeq, marker.offset)
      for (const { sink, upTo } of marker.published) {
        ledger.publish(sink, upTo, seat.hasJournal ? 0 : marker.offset)
      }
    }
    // A transaction of which nobody knew how it ended may have been committed.
    this.#newsroom.read(knownDurable(this.#subject) > before)
    this.#learned = true
    this.#unproven = reading
    this.#stage = { at: 'ready' }
  }

  #waiting(): Waiting {
    const { seat, outbox, ledger } = this.#subject
    const scheduleBytes = unjournaledBytes(this.#subject)
    return {
      hasOutputs: hasOutputs(this.#subject),
      isUrgent: outbox.ended > 0 || outbox.lastSeqBeside(seat.sinks) > ledger.journaled,
      scheduleBytes,
      bytes: scheduleBytes + unpublishedBytes(this.#subject),
    }
  }

  /** Nothing is written before all topics were seen to be good since this lead began. */
  #turnAtMs(): number | undefined {
    if (this.#subject.inspection?.topic !== undefined) return undefined
    return this.#pace.dueMs(this.#nowMs, this.#waiting())
  }

  #askTurn(): Ask | undefined {
    if ((this.#turnAtMs() ?? Number.POSITIVE_INFINITY) > this.#nowMs) return undefined
    this.#stage = { at: 'turn' }
    return { kind: 'turn' }
  }

  #onTurn(): void {
    const { ledger, outbox } = this.#subject
    // The outbox has let go of that, even if nobody has said so here yet.
    ledger.learn(outbox.progress)
    // Only now, so that what came while it waited goes along.
    const plan = planned(this.#subject, this.#pace.portion)
    if (plan === undefined) {
      this.#giveBack = true
      this.#stage = { at: 'ready' }
      return
    }
    this.#pace.began(this.#nowMs)
    this.#stage = { at: 'sending', plan, sent: 0, offset: 0 }
  }

  #onSent(answer: LogAnswer<readonly number[]>): void {
    const stage = this.#stage
    invariant(stage.at === 'sending', 'JOURNAL what was sent was in a transaction', stage.at)
    if (answer.error !== undefined) {
      this.#lose(answer.error)
      return
    }
    const { plan, sent } = stage
    const at = plan.sends[sent]?.findIndex(one => isJournal(one, this.#subject.seat)) ?? -1
    const offset = answer.value[at] ?? stage.offset
    const missed = at < 0 ? undefined : this.#unproven?.missedBefore(offset)
    if (missed !== undefined) {
      this.#lose(missed)
      return
    }
    if (at >= 0) this.#unproven = undefined
    const isLast = sent + 1 === plan.sends.length
    invariant(!isLast || !this.#unproven, 'JOURNAL a commit has a record where the reading ended')
    this.#stage = { at: isLast ? 'committing' : 'sending', plan, sent: sent + 1, offset }
  }

  #onCommitted({ error }: LogAnswer<void>): void {
    const stage = this.#stage
    invariant(stage.at === 'committing', 'JOURNAL what ended was a transaction', stage.at)
    if (error !== undefined) {
      this.#lose(error)
      return
    }
    const { seat, ledger } = this.#subject
    const { plan, offset } = stage
    if (seat.hasJournal) ledger.journal(plan.toSeq, offset)
    for (const { sink, upTo } of plan.published) {
      ledger.publish(sink, upTo, seat.hasJournal ? 0 : offset)
    }
    this.#pace.committed(this.#nowMs)
    this.#retries.reset()
    this.#newsroom.commit()
    this.#learned = true
    this.#giveBack = true
    this.#stage = { at: 'ready' }
  }

  /** The producer is of no use any more, and what it did is known to nobody. */
  #lose(error: LogError): void {
    if (error.code === 'fenced' || isPassing(error)) this.#again(error, error.code)
    else this.#stall(error)
  }

  /** What is over by itself: it is told when it goes on. */
  #again(trouble: Trouble, code?: LogErrorCode): void {
    const inTransaction = this.#rest(this.#retries.next(code))
    if (inTransaction) this.#pace.lost()
    this.#newsroom.pass(trouble, this.#nowMs, inTransaction)
  }

  #stall(trouble: Trouble): void {
    this.#newsroom.stall(trouble, this.#rest(this.#subject.bounds.stallMs))
  }

  /** Whether it was in a transaction. */
  #rest(ms: number): boolean {
    const { at } = this.#stage
    this.#leave({ at: 'resting' })
    this.#restUntilMs = this.#nowMs + ms
    return at === 'sending' || at === 'committing'
  }

  #halt(trouble: Trouble): void {
    this.#leave({ at: 'halted' })
    this.#newsroom.halt(trouble)
  }

  #leave(stage: Stage): void {
    const { at } = this.#stage
    this.#close ||= at !== 'retired' && at !== 'resting' && at !== 'halted'
    this.#giveBack ||= at === 'turn' || at === 'sending' || at === 'committing'
    this.#open = undefined
    this.#serial++
    this.#stage = stage
  }
}

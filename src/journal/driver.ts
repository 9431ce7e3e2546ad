/**
 * The journal of one group at work: carries out what its machines ask for, over the StreamLog door,
 * and hands them the answers. It decides nothing. Every fact goes the same way: tell the time, tell
 * the machine, do its duties, plan the next wake.
 */

import type { Clock, Random, Timer } from '../base/env.ts'
import type { Asked, Preparation, StreamLog, TransactionalProducer } from '../base/stream-log.ts'
import type { JournalBounds } from './bounds.ts'
import type { Budget } from './budget.ts'
import type { Answer, Ask } from './calls.ts'
import type { JournalGroup, JournalListener, Step } from './group.ts'
import { identified } from './identity.ts'
import { isDrained, Ledger } from './ledger.ts'
import type { News } from './news.ts'
import type { HeldRun, Outbox } from './outbox.ts'
import { encodeProgress } from './outbox-codec.ts'
import type { Seat } from './plan.ts'
import { Proposer } from './proposer.ts'
import { Publisher } from './publisher.ts'
import { Inspection, type TopicWanted } from './settings.ts'
import { Standby } from './standby/standby.ts'
import type { Claim, Output } from './types.ts'

/** A log that the group publishes to. */
export interface LaneParts {
  readonly log: StreamLog
  readonly seat: Seat
  /** Shared by all groups of the node that publish to this log. */
  readonly budget: Budget
  /** Its journal and its output topics, as they must be set for what is written to stay. */
  readonly topics?: readonly TopicWanted[]
}

export interface GroupJournalParts {
  readonly clock: Clock
  readonly random: Random
  readonly bounds: JournalBounds
  readonly claim: Claim
  /** Part of the group's state: its machine applies entries to it, and then says `onApplied`. */
  readonly outbox: Outbox
  readonly group: JournalGroup
  readonly listener: JournalListener
  /** The home log, which holds the journal; then others that have transactions. */
  readonly lanes: readonly LaneParts[]
}

export class GroupJournal {
  readonly #parts: GroupJournalParts
  readonly #ledger = new Ledger()
  readonly #proposer: Proposer
  readonly #lanes: readonly Lane[]
  readonly #flushes: (() => void)[] = []
  #onSettled: (() => void) | undefined
  #timer: Timer | undefined
  #released = 0
  #isClosed = false

  constructor(parts: GroupJournalParts) {
    const { outbox, bounds } = parts
    this.#parts = parts
    this.#proposer = new Proposer({ outbox, ledger: this.#ledger, bounds })
    this.#lanes = parts.lanes.map(lane => new Lane(parts, lane, this.#ledger, () => this.#turn()))
  }

  /** For status and tests. */
  get stages(): readonly Publisher['at'][] {
    return this.#lanes.map(({ publisher }) => publisher.at)
  }

  /** Schedules up to here are durable: what these entries made may leave. */
  get released(): number {
    return this.#released
  }

  /** May the leader take frames? Own-term entry, Progress, barriers, End, members always pass. */
  get takesFrames(): boolean {
    const { outbox, bounds } = this.#parts
    if (outbox.difference !== undefined) return false
    return outbox.bytes < bounds.outboxBytesMax
  }

  /** The log of this generation has ended, and all of it is out. */
  get isDrained(): boolean {
    return isDrained(this.#parts.outbox, this.#ledger)
  }

  onLead(term: number): void {
    if (this.#isClosed) return
    this.#proposer.onTerm(term)
    for (const lane of this.#lanes) lane.onLead(term)
    this.#turn()
  }

  onDeposed(): void {
    this.#proposer.onTerm(0)
    for (const lane of this.#lanes) lane.onDeposed()
    this.#turn()
  }

  /** Entries were applied to the outbox, the newest of this term. */
  onApplied(term: number): void {
    this.#ledger.learn(this.#parts.outbox.progress)
    for (const lane of this.#lanes) lane.tell(publisher => publisher.onApplied(term))
    this.#turn()
  }

  /** A sink that is written by others, once released, has come so far. */
  onSinkPublished(sink: string, upTo: number): void {
    this.#ledger.publish(sink, upTo)
    this.#turn()
  }

  /** Before an image: `done` when the group's state knows what is known here, or cannot. */
  flush(done: () => void): void {
    this.#proposer.want()
    this.#flushes.push(done)
    this.#turn()
  }

  /** The group's state knows all that earlier generations have journaled: another may begin. */
  get isSettled(): boolean {
    const { outbox } = this.#parts
    if (outbox.schedules.size === 0) return true
    // Ready, with something of theirs: it has found its claim, behind which they journal nothing.
    const isRead = this.#lanes[0]?.publisher.at === 'ready'
    return isRead && this.#ledger.journaled === outbox.progress.journaled
  }

  /** `done` when it is so; asked for by whoever leads, before the first entry of a generation. */
  settle(done: () => void): void {
    this.#onSettled = done
    this.#turn()
  }

  /** Nothing is told to anybody afterwards; whoever waits for an image need not any more. */
  close(): void {
    this.onDeposed()
    this.#isClosed = true
    this.#flushed()
    this.#timer?.cancel()
  }

  #turn(): void {
    if (this.#isClosed) return
    for (const lane of this.#lanes) lane.carryOut()
    this.#release()
    this.#maybeSettle()
    this.#propose()
    this.#plan()
  }

  #release(): void {
    const { journaled } = this.#ledger
    if (journaled <= this.#released || this.#parts.outbox.difference !== undefined) return
    this.#released = journaled
    this.#parts.listener.onReleased(journaled)
    // Other logs may have been waiting for just that.
    for (const lane of this.#lanes) lane.carryOut()
  }

  #maybeSettle(): void {
    const done = this.#onSettled
    if (done === undefined) return
    if (this.isSettled) {
      this.#onSettled = undefined
      this.#parts.clock.after(0, done)
    } else this.#proposer.want()
  }

  #propose(): void {
    const { clock, group } = this.#parts
    const proposal = this.#proposer.takeProposal(clock.monotonicMs())
    if (proposal !== undefined) {
      group.propose(proposal.term, encodeProgress(proposal.progress), () => {
        this.#proposer.onAnswer()
        this.#flushed()
        this.#turn()
      })
    } else if (this.#proposer.isCurrent) this.#flushed()
  }

  #flushed(): void {
    for (const done of this.#flushes.splice(0)) this.#parts.clock.after(0, done)
  }

  #plan(): void {
    const { clock } = this.#parts
    const nowMs = clock.monotonicMs()
    const wakes = this.#lanes.flatMap(lane => lane.wakesAtMs())
    const dueMs = [...wakes, this.#proposer.dueMs(nowMs)].filter(at => at !== undefined)
    this.#timer?.cancel()
    this.#timer = undefined
    if (dueMs.length === 0) return
    const delayMs = Math.max(0, Math.min(...dueMs) - nowMs)
    this.#timer = clock.after(delayMs, () => this.#turn())
  }
}

/** One publisher, who stands by it, and what they hold of their log. */
class Lane {
  readonly publisher: Publisher
  readonly #standby: Standby
  readonly #parts: GroupJournalParts
  readonly #lane: LaneParts
  readonly #onAnswered: () => void
  readonly #ledger: Ledger
  #producer: TransactionalProducer | undefined
  #asked: Asked | undefined
  readonly #published = new Map<string, number>()
  /** What was rendered last of each sink: a run may fill several transactions. */
  readonly #rendered = new Map<
    string,
    { readonly run: HeldRun; readonly outputs: readonly Output[] }
  >()

  constructor(parts: GroupJournalParts, lane: LaneParts, ledger: Ledger, onAnswered: () => void) {
    const { claim, outbox, bounds, random } = parts
    this.#parts = parts
    this.#lane = lane
    this.#ledger = ledger
    this.#onAnswered = onAnswered
    const render = (run: HeldRun) => this.#render(run)
    const { seat, topics = [] } = lane
    const inspection = new Inspection(topics)
    const subject = { seat, inspection, claim, outbox, ledger, bounds, render }
    this.publisher = new Publisher(subject, random)
    this.#standby = new Standby({ inspection, bounds, random })
  }

  onLead(term: number): void {
    this.#tick()
    this.#standby.onLead()
    this.publisher.onLead(term)
  }

  onDeposed(): void {
    this.#tick()
    this.#standby.onDeposed()
    this.publisher.onDeposed()
  }

  tell(fact: (publisher: Publisher) => void): void {
    this.#tick()
    fact(this.publisher)
  }

  #tick(): void {
    const nowMs = this.#parts.clock.monotonicMs()
    this.publisher.tick(nowMs)
    this.#standby.tick(nowMs)
  }

  wakesAtMs(): readonly (number | undefined)[] {
    return [this.publisher.wakeAtMs(), this.#isOver ? undefined : this.#standby.wakeAtMs()]
  }

  /** Nothing will leave here any more. */
  get #isOver(): boolean {
    return this.publisher.at === 'halted'
  }

  carryOut(): void {
    this.#tick()
    if (!this.#isOver) this.#standBy()
    const { close, giveBack, learned, news, call } = this.publisher.takeDuties()
    if (close) this.#close()
    if (giveBack) this.#lane.budget.giveBack(this)
    if (learned) this.#tellPublished()
    for (const one of news) this.#tellNews(one)
    if (call === undefined) return
    this.#ask(call, answer => {
      this.tell(publisher => publisher.onAnswer(call.serial, answer))
      const step = stepOf(answer)
      if (step !== undefined) this.#parts.listener.onStep?.(step)
      this.#onAnswered()
    })
  }

  #standBy(): void {
    const { inspected, call } = this.#standby.takeDuties()
    if (inspected !== undefined) this.publisher.onInspected(inspected.met)
    if (call === undefined) return
    this.#ask(call, answer => {
      this.#tick()
      this.#standby.onAnswer(call.serial, answer)
      this.#onAnswered()
    })
  }

  #close(): void {
    this.#producer?.close()
    this.#producer = undefined
    this.#asked?.cancel()
    this.#asked = undefined
  }

  #tellPublished(): void {
    for (const sink of this.#lane.seat.sinks) {
      const upTo = this.#ledger.upTo(sink)
      if (upTo <= (this.#published.get(sink) ?? 0)) continue
      this.#published.set(sink, upTo)
      this.#parts.listener.onPublished(sink, upTo)
    }
  }

  #tellNews(news: News): void {
    const { listener } = this.#parts
    if (news.kind === 'resumed') listener.onResumed()
    else if (news.kind === 'stalled') listener.onStalled(news.code, news.message)
    else listener.onHalted(news.code, news.message)
  }

  #ask(call: Ask, answered: (answer: Answer) => void): void {
    const { log, seat, budget } = this.#lane
    switch (call.kind) {
      case 'prepare':
        log.prepare(this.#coming(), answer => answered({ kind: 'prepare', answer }))
        return
      case 'describe':
        log.describe(call.topic, answer => answered({ kind: 'describe', answer }))
        return
      case 'confirm':
        this.#parts.group.confirm(call.term, verdict => answered({ kind: 'confirm', verdict }))
        return
      case 'init':
        this.#producerOf().init(answer => answered({ kind: 'init', answer }))
        return
      case 'end':
        log.end(seat.journal, 'uncommitted', answer => answered({ kind: 'end', answer }))
        return
      case 'start':
        log.start(seat.journal, answer => answered({ kind: 'start', answer }))
        return
      case 'fetch':
        this.#fetch(call.offset, answered)
        return
      case 'turn':
        budget.ask(this, () => this.#parts.clock.after(0, () => answered({ kind: 'turn' })))
        return
      case 'send':
        this.#producerOf().send(call.records, answer => answered({ kind: 'send', answer }))
        return
      case 'commit':
        this.#producerOf().end('commit', answer => answered({ kind: 'commit', answer }))
    }
  }

  #fetch(offset: number, answered: (answer: Answer) => void): void {
    const { log, seat } = this.#lane
    const { fetchBytesMax, fetchMs } = this.#parts.bounds
    const how = { isolation: 'committed', maxBytes: fetchBytesMax, waitMs: fetchMs } as const
    this.#asked = log.fetch(seat.journal, offset, how, answer => {
      this.#asked = undefined
      answered({ kind: 'fetch', answer })
    })
  }

  #coming(): Preparation {
    const { journal, transactionalId } = this.#lane.seat
    const topics = (this.#lane.topics ?? []).map(({ topic }) => topic)
    return { transactionalId, journal, topics: topics.length > 0 ? topics : [journal.topic] }
  }

  #producerOf(): TransactionalProducer {
    const { log, seat } = this.#lane
    const { transactionMs } = this.#parts.bounds
    const { transactionalId } = seat
    this.#producer ??= log.producer({ transactionalId, timeoutMs: transactionMs })
    return this.#producer
  }

  #render(run: HeldRun): readonly Output[] {
    const last = this.#rendered.get(run.sink)
    if (last?.run === run) return last.outputs
    const made = this.#parts.group.render(run, run.generation)
    const outputs = identified(made, run, this.#lane.seat.group)
    this.#rendered.set(run.sink, { run, outputs })
    return outputs
  }
}

function stepOf(answer: Answer): Step | undefined {
  if (answer.kind === 'confirm') return answer.verdict === 'leads' ? 'confirm' : undefined
  const isStep = answer.kind === 'init' || answer.kind === 'fetch' || answer.kind === 'commit'
  return isStep && answer.answer.error === undefined ? answer.kind : undefined
}

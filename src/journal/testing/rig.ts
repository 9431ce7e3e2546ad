/**
 * Test support: one group on a few replicas over a model log. Raft is modelled by what the journal
 * relies on: one list of committed entries, one leader a term, deposed ones that have not heard.
 */

import { utf8Of } from '../../base/bytes.ts'
import { Prng } from '../../base/prng.ts'
import type { Partition, StoredRecord, StreamLog } from '../../base/stream-log.ts'
import { defaultJournalBounds, type JournalBounds } from '../bounds.ts'
import { Budget } from '../budget.ts'
import { GroupJournal, type LaneParts } from '../driver.ts'
import type { JournalGroup, JournalListener, Verdict } from '../group.ts'
import { Outbox } from '../outbox.ts'
import { decodeProgress } from '../outbox-codec.ts'
import type { Seat } from '../plan.ts'
import { decodeRecord } from '../record.ts'
import type { Recorded } from '../replay.ts'
import type { TopicWanted } from '../settings.ts'
import type { Claim, OutEntry, Output, Progress, Scheduled, SinkCursor, SinkRun } from '../types.ts'
import { ModelClock } from './clock.ts'
import { ModelLog } from './model-log.ts'
import { StaleLog } from './stale-log.ts'
import { mustBeTogether } from './together.ts'

export const GROUP = 'job/stage/0'
export const JOURNAL: Partition = { topic: 'journal', partition: 0 }
export const MARKERS: Partition = { topic: 'markers', partition: 0 }
export const HOME: Seat = {
  group: GROUP,
  journal: JOURNAL,
  transactionalId: 'job-stage-0',
  sinks: ['home', 'side'],
  hasJournal: true,
}
export const AWAY: Seat = { ...HOME, journal: MARKERS, sinks: ['away', 'afar'], hasJournal: false }
export const SINKS: readonly string[] = [...HOME.sinks, ...AWAY.sinks]
export const CLAIM: Claim = { generation: 1, owner: 'ann' }
const PARTITIONS = 2

/** Of any entry of a job with this seq. */
export const scheduled = (seq: number, job = 'schedule'): Scheduled => ({
  schedule: utf8Of(`${job} ${seq}`),
  digest: seq,
})

type Committed = { readonly term: number } & (
  | { readonly kind: 'out'; readonly entry: OutEntry; readonly recorded?: Recorded }
  | { readonly kind: 'progress'; readonly progress: Progress }
  | { readonly kind: 'term' }
  | { readonly kind: 'end' | 'generation'; readonly generation: number }
)

/** Output number n of a sink goes to partition n mod 2 of the topic of that name. */
export function rendered({ sink, first, count, bytes }: SinkRun): readonly Output[] {
  return Array.from({ length: count }, (_, at) => ({
    topic: sink,
    partition: (first + at) % PARTITIONS,
    record: {
      key: null,
      value: utf8Of(`${first + at}`.padEnd(bytes.length / count, '.')),
      headers: [],
      timestampMs: 0,
    },
  }))
}

export interface Question {
  readonly replica: number
  readonly term: number
  readonly done: (verdict: Verdict) => void
}

export class Replica implements JournalGroup, JournalListener {
  readonly outbox = new Outbox()
  readonly journal: GroupJournal
  readonly told: string[] = []
  applied = 0
  /** The term in which it believes to lead; 0: in none. */
  believes = 0
  readonly #rig: Rig
  readonly #index: number

  constructor(rig: Rig, index: number, claim: Claim) {
    this.#rig = rig
    this.#index = index
    const { clock, bounds, lanes } = rig
    const random = new Prng(index + 1)
    const parts = { clock, random, bounds, claim, outbox: this.outbox, lanes }
    this.journal = new GroupJournal({ ...parts, group: this, listener: this })
  }

  confirm(term: number, done: (verdict: Verdict) => void): void {
    this.#rig.questions.push({ replica: this.#index, term, done })
  }

  propose(term: number, progress: Uint8Array, done: () => void): void {
    this.#rig.onProposal(this.#index, term, decodeProgress(progress))
    this.#rig.clock.after(0, done)
  }

  render(run: SinkRun): readonly Output[] {
    return rendered(run)
  }

  onReleased(seq: number): void {
    this.#rig.checkReleased(seq)
    this.told.push(`released ${seq}`)
  }

  onPublished(sink: string, upTo: number): void {
    this.told.push(`published ${sink} ${upTo}`)
  }

  onStalled(code: string, message: string): void {
    this.told.push(`stalled ${code}`)
    this.#rig.sentences.push(message)
  }

  onResumed(): void {
    this.told.push('resumed')
  }

  onHalted(code: string, message: string): void {
    this.told.push(`halted ${code}`)
    this.#rig.sentences.push(message)
  }

  /** Up to so many entries of the log. */
  apply(upTo: number): void {
    let term = 0
    while (this.applied < upTo) {
      const one = this.#rig.committed[this.applied++]
      if (one === undefined) break
      term = one.term
      if (one.kind === 'out') this.outbox.apply(one.entry, one.recorded)
      if (one.kind === 'progress') this.outbox.advance(one.progress)
      if (one.kind === 'end') this.outbox.end(one.generation)
      if (one.kind === 'generation') this.outbox.resume(one.generation)
    }
    if (term > 0) this.journal.onApplied(term)
  }
}

export interface RigOptions {
  readonly replicas?: number
  readonly claim?: Claim
  readonly bounds?: Partial<JournalBounds>
  readonly hasAway?: boolean
  readonly topics?: readonly TopicWanted[]
  /** Other jobs have other schedules. */
  readonly job?: string
}

export class Rig {
  readonly clock = new ModelClock()
  readonly log: ModelLog
  readonly awayLog: ModelLog
  /** By which all replicas reach the two. */
  readonly doors: readonly [StaleLog, StaleLog]
  readonly bounds: JournalBounds
  readonly lanes: readonly LaneParts[]
  readonly replicas: readonly Replica[]
  readonly committed: Committed[] = []
  readonly questions: Question[] = []
  readonly sentences: string[] = []
  /** In the journals of others, from which this group goes on. */
  journaledBefore = 0
  leader = -1
  term = 0
  /** Under which entries are committed. */
  generation: number
  readonly #job: string | undefined
  #seq = 0
  readonly #numbers = new Map<string, number>()

  constructor(options: RigOptions = {}, log = new ModelLog(), awayLog = new ModelLog()) {
    const { replicas = 1, claim = CLAIM, bounds = {}, hasAway = false, topics = [] } = options
    this.#job = options.job
    this.generation = claim.generation
    this.log = log
    this.awayLog = awayLog
    this.doors = [new StaleLog(log), new StaleLog(awayLog)]
    this.bounds = { ...defaultJournalBounds, ...bounds }
    const { transactionsMax } = this.bounds
    const [home, away] = this.doors
    const lane = (of: StreamLog, seat: Seat): LaneParts => ({
      log: of,
      seat,
      budget: new Budget(transactionsMax),
      topics: of === home ? topics : [],
    })
    this.lanes = [lane(home, HOME), ...(hasAway ? [lane(away, AWAY)] : [])]
    this.replicas = Array.from({ length: replicas }, (_, at) => new Replica(this, at, claim))
  }

  get one(): Replica {
    return this.replicas[0] as Replica
  }

  /** The first replica, which leads. */
  static leading(options: RigOptions = {}): Rig {
    const rig = new Rig(options)
    rig.elect(0)
    rig.settle()
    return rig
  }

  /** The same group, under another claim: it has committed what the other had. */
  follow(old: Rig): void {
    this.committed.push(...old.committed)
    this.term = old.term
    this.generation = old.generation
    this.#seq = old.#seq
    for (const [sink, number] of old.#numbers) this.#numbers.set(sink, number)
  }

  /** Others do not hear of it by this. */
  elect(index: number): void {
    this.leader = index
    this.term++
    this.committed.push({ kind: 'term', term: this.term })
    const replica = this.replicas[index] as Replica
    replica.believes = this.term
    replica.journal.onLead(this.term)
    replica.apply(this.committed.length)
  }

  depose(index: number): void {
    const replica = this.replicas[index] as Replica
    replica.believes = 0
    replica.journal.onDeposed()
  }

  /** An entry with so many outputs for each sink; nobody applies it yet. */
  commit(
    outputs: Readonly<Record<string, number>> = { home: 1 },
    outputBytes = 8,
    recorded?: Recorded,
  ): void {
    const seq = ++this.#seq
    const runs = Object.entries(outputs).map(([sink, count]) => {
      const first = (this.#numbers.get(sink) ?? 0) + 1
      this.#numbers.set(sink, first + count - 1)
      return { sink, first, count, bytes: new Uint8Array(count * outputBytes) }
    })
    const made = runs.filter(({ count }) => count > 0)
    const { generation } = this
    const entry = { seq, generation, ...scheduled(seq, this.#job), runs: made }
    const again = recorded === undefined ? {} : { recorded }
    this.committed.push({ kind: 'out', term: this.term, entry, ...again })
  }

  end(generation: number): void {
    this.committed.push({ kind: 'end', term: this.term, generation })
  }

  /** The first entry of a generation. */
  begin(generation: number): void {
    this.generation = generation
    this.committed.push({ kind: 'generation', term: this.term, generation })
  }

  onProposal(index: number, term: number, progress: Progress): void {
    if (index !== this.leader || term !== this.term) return
    this.checkProgress(progress)
    this.committed.push({ kind: 'progress', term, progress })
  }

  answerQuestion(question: Question, isLost = false): void {
    const at = this.questions.indexOf(question)
    if (at >= 0) this.questions.splice(at, 1)
    const { replica, term, done } = question
    if (isLost) {
      done('unknown')
      return
    }
    const leads = replica === this.leader && term === this.term
    if (leads) this.replicas[replica]?.apply(this.committed.length)
    done(leads ? 'leads' : 'deposed')
  }

  /** Everything that waits is answered, everything that is committed applied, for so long. */
  settle(ms = 300): void {
    const endMs = this.clock.monotonicMs() + ms
    while (this.clock.monotonicMs() < endMs) {
      this.calm()
      const next = this.clock.nextMs ?? endMs
      this.clock.pass(Math.min(next, endMs) - this.clock.monotonicMs())
    }
    this.calm()
  }

  calm(): void {
    for (let turns = 0; turns < 200; turns++) {
      this.clock.pass(0)
      for (const question of [...this.questions]) this.answerQuestion(question)
      for (const replica of this.replicas) replica.apply(this.committed.length)
      this.log.settle()
      this.awayLog.settle()
    }
  }

  // What must hold.

  /** Values of a topic, as a reader of what is committed sees them, partition by partition. */
  visible(sink: string): readonly (readonly string[])[] {
    return Array.from({ length: PARTITIONS }, (_, partition) =>
      this.#logOf(sink).visible({ topic: sink, partition }).map(textOf),
    )
  }

  expected(sink: string): readonly (readonly string[])[] {
    const parts: string[][] = Array.from({ length: PARTITIONS }, () => [])
    for (const one of this.committed) {
      if (one.kind !== 'out') continue
      for (const run of one.entry.runs.filter(other => other.sink === sink)) {
        for (const { partition, record } of rendered(run)) parts[partition]?.push(textOf(record))
      }
    }
    return parts
  }

  /** What is visible is a prefix of what is committed. */
  trouble(sink: string): string | undefined {
    const expected = this.expected(sink)
    for (const [partition, values] of this.visible(sink).entries()) {
      const wanted = expected[partition]?.slice(0, values.length) ?? []
      if (values.join() !== wanted.join()) return `${values.join()} instead of ${wanted.join()}`
    }
    return undefined
  }

  /** Of the journal, decided, whether readers see them yet or not. */
  get records() {
    return this.log
      .decided(JOURNAL)
      .map(({ value, offset }) => decodeRecord(value, GROUP, { ...JOURNAL, offset }))
  }

  get journaled(): number {
    const records = this.records.filter(record => record.kind === 'published')
    return Math.max(this.journaledBefore, ...records.map(({ toSeq }) => toSeq))
  }

  checkReleased(seq: number): void {
    if (seq > this.journaled) throw new Error(`released ${seq} and journaled ${this.journaled}`)
  }

  checkProgress({ journaled, published }: Progress): void {
    if (journaled > this.journaled) throw new Error(`progress ${journaled} is ahead`)
    if (this.journaledBefore > 0) return
    const ahead = published.find(one => isOwn(one) && one.upTo > this.#decidedOf(one.sink))
    if (ahead !== undefined) throw new Error(`progress is ahead of ${ahead.sink}`)
  }

  /** The schedule of whatever is out is in the journal. */
  checkSchedules(): void {
    for (const sink of SINKS) {
      const last = this.#decidedOf(sink)
      const made = this.committed.find(
        one => one.kind === 'out' && one.entry.runs.some(run => isIn(run, sink, last)),
      )
      const seq = made?.kind === 'out' ? made.entry.seq : 0
      if (seq > this.journaled) throw new Error(`${sink} shows ${last} of an unjournaled entry`)
    }
  }

  /** Of what an entry has for sinks of one lane all is decided or nothing. */
  checkTogether(): void {
    const decided = new Map(SINKS.map(sink => [sink, this.#decidedOf(sink)]))
    for (const one of this.committed) {
      const runs = one.kind === 'out' ? one.entry.runs : []
      for (const { sinks } of [HOME, AWAY]) mustBeTogether(runs, sinks, decided)
    }
  }

  #logOf(sink: string): ModelLog {
    return AWAY.sinks.includes(sink) ? this.awayLog : this.log
  }

  #decidedOf(sink: string): number {
    const parts = Array.from({ length: PARTITIONS }, (_, partition) =>
      this.#logOf(sink).decided({ topic: sink, partition }),
    )
    return parts.flat().length
  }
}

const isOwn = ({ sink }: SinkCursor) => SINKS.includes(sink)

function isIn({ sink, first, count }: SinkRun, wanted: string, number: number): boolean {
  return sink === wanted && first <= number && number < first + count
}

function textOf({ value }: Pick<StoredRecord, 'value'>): string {
  return new TextDecoder().decode(value ?? new Uint8Array(0)).replace(/\.+$/, '')
}

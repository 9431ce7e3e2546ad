/**
 * A group of a job that has no log: a few replicas, whose leader publishes into one topic on a blob
 * store, the journal in partition 0, outputs in partition 1. Raft is modelled by what the journal
 * relies on: one list of committed entries, one leader a term, deposed ones that have not heard.
 */

import { utf8Of } from '../../../base/bytes.ts'
import { Prng } from '../../../base/prng.ts'
import type {
  Fetched,
  LogAnswer,
  LogDone,
  StoredRecord,
  StreamLog,
} from '../../../base/stream-log.ts'
import { defaultJournalBounds } from '../../../journal/bounds.ts'
import { Budget } from '../../../journal/budget.ts'
import { GroupJournal } from '../../../journal/driver.ts'
import type { JournalGroup, JournalListener, Verdict } from '../../../journal/group.ts'
import { Outbox } from '../../../journal/outbox.ts'
import { decodeProgress } from '../../../journal/outbox-codec.ts'
import { decodeRecord, encodeRecord } from '../../../journal/record.ts'
import { journalTopic } from '../../../journal/settings.ts'
import { trimJournal } from '../../../journal/trim-driver.ts'
import type { Claim, OutEntry, Output, Progress, SinkRun } from '../../../journal/types.ts'
import { numberOf } from '../names.ts'
import { decodeEntry } from '../objects.ts'
import { PREFIX, SimRig } from './sim-rig.ts'

const TOPIC = 'job-group-0'
const JOURNAL = { topic: TOPIC, partition: 0 }
const OUTPUTS = { topic: TOPIC, partition: 1 }
const SEAT = { group: 'job/stage/0', journal: JOURNAL, transactionalId: 'job-stage-0' }
const CLAIM: Claim = { generation: 1, owner: 'ann' }
const US_PER_MS = 1000

type Committed =
  | { readonly kind: 'out'; readonly term: number; readonly entry: OutEntry }
  | { readonly kind: 'progress'; readonly term: number; readonly progress: Progress }
  | { readonly kind: 'term'; readonly term: number }

class Replica implements JournalGroup, JournalListener {
  readonly outbox = new Outbox()
  readonly journal: GroupJournal
  readonly told: string[] = []
  readonly #group: PublishingGroup
  readonly #index: number
  #applied = 0

  constructor(group: PublishingGroup, index: number) {
    this.#group = group
    this.#index = index
    const { clock } = group.rig
    const budget = new Budget(defaultJournalBounds.transactionsMax)
    const topics = [{ topic: TOPIC, use: 'journal', partitions: 1 } as const]
    const seat = { ...SEAT, sinks: ['home'], hasJournal: true }
    this.journal = new GroupJournal({
      clock,
      random: new Prng(index + 1),
      bounds: defaultJournalBounds,
      claim: CLAIM,
      outbox: this.outbox,
      group: this,
      listener: this,
      lanes: [{ log: group.rig.client(), seat, budget, topics }],
    })
  }

  confirm(term: number, done: (verdict: Verdict) => void): void {
    this.#group.later(() => {
      const leads = this.#group.leads(this.#index, term)
      if (leads) this.apply()
      done(leads ? 'leads' : 'deposed')
    })
  }

  propose(term: number, bytes: Uint8Array, done: () => void): void {
    const progress = decodeProgress(bytes)
    if (this.#group.leads(this.#index, term)) {
      this.#group.committed.push({ kind: 'progress', term, progress })
    }
    this.#group.later(done)
  }

  render({ first, count }: SinkRun): readonly Output[] {
    return Array.from({ length: count }, (_, at) => {
      const value = utf8Of(String(first + at))
      return { ...OUTPUTS, record: { key: null, value, headers: [], timestampMs: 0 } }
    })
  }

  onReleased(): void {}

  onPublished(): void {}

  onStalled(code: string): void {
    this.told.push(`stalled ${code}`)
  }

  onResumed(): void {
    this.told.push('resumed')
  }

  onHalted(code: string): void {
    this.told.push(`halted ${code}`)
  }

  apply(): void {
    let term = 0
    const { committed } = this.#group
    for (; this.#applied < committed.length; this.#applied++) {
      const one = committed[this.#applied] as Committed
      term = one.term
      if (one.kind === 'out') this.outbox.apply(one.entry)
      if (one.kind === 'progress') this.outbox.advance(one.progress)
    }
    if (term > 0) this.journal.onApplied(term)
  }
}

export class PublishingGroup {
  readonly rig: SimRig
  readonly committed: Committed[] = []
  readonly replicas: readonly Replica[]
  readonly #prng: Prng
  readonly #log: StreamLog
  #leader = -1
  #term = 0
  #seq = 0
  #outputs = 0

  constructor(seed: number, replicas: number) {
    this.rig = new SimRig(seed)
    this.#prng = new Prng(seed).fork('group')
    this.#log = this.rig.client()
    this.value<void>(done => this.#log.create(journalTopic(TOPIC, 2, 1), done))
    this.replicas = Array.from({ length: replicas }, (_, at) => new Replica(this, at))
  }

  get entries(): number {
    return this.#seq
  }

  get told(): readonly string[] {
    return this.replicas.flatMap(({ told }) => told)
  }

  /** As they were committed: 1, 2, 3 .. */
  get expected(): readonly string[] {
    return Array.from({ length: this.#outputs }, (_, at) => String(at + 1))
  }

  leads(index: number, term: number): boolean {
    return index === this.#leader && term === this.#term
  }

  later(happen: () => void): void {
    this.rig.clock.after(this.#prng.below(5), happen)
  }

  /** The one before is not told. */
  elect(index: number): void {
    this.#leader = index
    this.#term++
    this.committed.push({ kind: 'term', term: this.#term })
    const replica = this.replicas[index] as Replica
    replica.journal.onLead(this.#term)
    replica.apply()
  }

  depose(index: number): void {
    this.replicas[index]?.journal.onDeposed()
  }

  /** An entry with so many outputs. */
  commit(count: number): void {
    const seq = ++this.#seq
    const run = { sink: 'home', first: this.#outputs + 1, count, bytes: new Uint8Array(count) }
    this.#outputs += count
    const schedule = utf8Of(`schedule ${seq}`)
    const entry = { seq, generation: 1, schedule, digest: seq, runs: [run] }
    this.committed.push({ kind: 'out', term: this.#term, entry })
    for (const replica of this.replicas) this.later(() => replica.apply())
  }

  pass(ms: number): void {
    const { queue } = this.rig
    queue.runUntil(queue.nowUs + ms * US_PER_MS)
  }

  /** Somebody starts the job elsewhere: what a claim writes, which looks at whole topics. */
  claim(claim: Claim): void {
    const { transactionalId, group } = SEAT
    const producer = this.rig.client().producer({ transactionalId, timeoutMs: 10_000 })
    const value = encodeRecord({ kind: 'generation', group, ...claim, seats: 1 })
    const record = { key: null, value, headers: [], timestampMs: 0 }
    this.value<void>(done => producer.init(done))
    this.value(done => producer.send([{ ...JOURNAL, records: [record] }], done))
    this.value<void>(done => producer.end('commit', done))
  }

  /** All that a reader of committed records sees, who comes anew. */
  read(from: { readonly topic: string; readonly partition: number }): readonly StoredRecord[] {
    const log = this.rig.client()
    const end = this.value<number>(done => log.end(from, 'committed', done))
    const found: StoredRecord[] = []
    for (let at = this.value<number>(done => log.start(from, done)); at < end; ) {
      const how = { isolation: 'committed', maxBytes: 10_000, waitMs: 0 } as const
      const here = at
      const fetched = this.value<Fetched>(done => void log.fetch(from, here, how, done))
      found.push(...fetched.records)
      at = fetched.position
    }
    return found
  }

  /** Behind a checkpoint that covers all that the leader knows to be journaled, but the newest. */
  trim(): void {
    const { progress } = (this.replicas[this.#leader] as Replica).outbox
    const subject = {
      group: SEAT.group,
      claim: CLAIM,
      journal: JOURNAL,
      seq: progress.journaled - 3,
    }
    trimJournal({ log: this.#log, subject, bounds: defaultJournalBounds }, () => {})
  }

  /** Seqs of the schedules that the journal holds, record by record. */
  get journaled(): readonly (readonly [from: number, to: number])[] {
    return this.read(JOURNAL).flatMap(({ value, offset }) => {
      const record = decodeRecord(value, SEAT.group, { ...JOURNAL, offset })
      return record.kind === 'published' ? [[record.fromSeq, record.toSeq] as const] : []
    })
  }

  /** What the objects of the topic do, those that are still there, by their numbers. */
  get kinds(): ReadonlyMap<number, string> {
    const kinds = new Map<number, string>()
    for (const [key, bytes] of this.rig.blobs.objects()) {
      const number = numberOf(`${PREFIX}/topics/${TOPIC}/entries/`, key)
      if (number === undefined) continue
      const place = { log: this.#name, sequence: `topics/${TOPIC}`, number }
      const entry = decodeEntry(key, place, bytes, false)
      kinds.set(number, entry.error === undefined ? entry.value.op.kind : entry.error.code)
    }
    return kinds
  }

  get #name(): string {
    return this.value<string>(done => this.#log.cluster(done))
  }

  get visible(): readonly string[] {
    return this.read(OUTPUTS).map(({ value }) => new TextDecoder().decode(value ?? undefined))
  }

  value<T>(ask: (done: LogDone<T>) => void): T {
    const answers: LogAnswer<T>[] = []
    ask(answer => answers.push(answer))
    this.rig.until(() => answers.length > 0)
    const [answer] = answers
    if (answer === undefined || answer.error !== undefined) throw new Error(answer?.error?.message)
    return answer.value
  }
}

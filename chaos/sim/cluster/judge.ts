/**
 * The checkers of a cluster that runs a job, by name. Replicas are looked at as they apply entries
 * and now and then; publishers as they send; the log again and again, and once more in the end.
 */

import { crc32c } from '../../../src/base/crc32c.ts'
import type { Partition, PartitionRecords, StoredRecord } from '../../../src/base/stream-log.ts'
import { type BatchSchedule, decodeSchedule } from '../../../src/engine/batch/schedule.ts'
import { GROUP_CREDIT_BYTES } from '../../../src/engine/channels/bounds.ts'
import { PIPELINE_MAX } from '../../../src/engine/state/overlay.ts'
import type { JobMachine } from '../../../src/group/machine.ts'
import type { GroupState } from '../../../src/group/state.ts'
import type { Way } from '../../../src/group/wiring.ts'
import { identityIn } from '../../../src/journal/identity.ts'
import { decodeRecord } from '../../../src/journal/record.ts'
import type { Claim } from '../../../src/journal/types.ts'
import type { Entry } from '../../../src/raft/types.ts'
import { Demand } from '../run/demand.ts'
import type { SimLog } from '../world/log/log.ts'
import type { Job } from './job.ts'
import { type Before, Moves } from './moves.ts'
import { CLAIM, isForStage, journalOf, nameOf, OUTPUT_PARTITIONS, OUTPUT_TOPIC } from './names.ts'
import { Oracle, type SourceRecords } from './oracle.ts'
import { Quiet } from './quiet.ts'
import type { Replica } from './replica.ts'
import type { ClusterProfile } from './scenario.ts'
import { Shadow } from './shadow.ts'
import { nameOfWay } from './sorting.ts'

/**
 * Codes of what passes by itself: answers are lost in this world, come late, or from a leader that
 * was replaced and knows less than there is.
 */
const PASSING: ReadonlySet<string> = new Set(['unavailable', 'busy', 'fenced', 'journal-behind'])

/** Of whoever publishes when the job was started again. */
const OVER: ReadonlySet<string> = new Set(['generation-superseded'])

/** Of the replicas that apply an entry, each looks at all of its state every so many entries. */
const THOROUGH = 4
/** Whose batches may be on their way together, and what is around one in an outbox. */
const LEADERS_MAX = 2
const AROUND_BYTES = 300

/** An output as a reader of committed records sees it. */
export interface Visible {
  readonly group: number
  readonly sink: string
  readonly number: number
  readonly record: StoredRecord
}

/** An output in a transaction. */
export interface Sent {
  readonly sink: string
  readonly seq: number
}

export class Judge {
  readonly shadows: readonly Shadow[]
  readonly #once = new Demand('CLUSTER-2 every output is visible once and in order')
  readonly #oracle = new Demand('CLUSTER-1 outputs are what the oracle says of the input')
  readonly #equal = new Demand('CLUSTER-4 replicas are equal at equal index')
  readonly leaves = new Demand('CLUSTER-5 nothing uncommitted is to be seen')
  readonly #together = new Demand('CLUSTER-14 what an entry has for several sinks goes together')
  readonly #bounds = new Demand('CLUSTER-6 what waits is bounded')
  readonly #stops = new Demand('CLUSTER-10 nobody stops without a reason')
  /** Looked at now and then: `LOOK_MS`. */
  readonly quiet: Quiet
  readonly #moves: Moves
  readonly #log: SimLog
  readonly #job: Job
  readonly #profile: ClusterProfile
  /** Of the newest claim that anybody made. */
  generation: number = CLAIM.generation
  readonly visible: Visible[] = []
  /** Entries of each group whose schedules are known to be decided. */
  readonly journaled: number[]
  /** By group, as they stand in the journal. */
  readonly schedules: BatchSchedule[][]
  readonly #last = new Map<string, number>()
  readonly #read = new Map<string, number>()

  constructor(log: SimLog, job: Job, profile: ClusterProfile) {
    this.#log = log
    this.#job = job
    this.#profile = profile
    this.quiet = new Quiet(log, job)
    const groups = Array.from({ length: job.groups }, (_, group) => group)
    this.shadows = groups.map(group => new Shadow(job, group))
    this.journaled = groups.map(() => 0)
    this.schedules = groups.map(() => [])
    const isJournaled = (group: number, seq: number) => this.isJournaled(group, seq)
    this.#moves = new Moves({ job, shadows: this.shadows, quiet: this.quiet, isJournaled })
  }

  get demands(): readonly Demand[] {
    const own = [this.#oracle, this.#once, this.#equal, this.leaves, this.#bounds, this.#stops]
    return [...own, this.#together, ...this.#moves.demands]
  }

  get releases(): Demand {
    return this.#moves.releases
  }

  // What replicas do.

  onApplied(group: number, entry: Entry, state: GroupState): void {
    const shadow = this.#shadow(group)
    const { book } = shadow.state
    const before = { watermark: book.watermark, now: book.now, channels: new Map(book.channels) }
    const what = () => `${nameOf(group)} at ${entry.index}`
    const verdict = shadow.take(entry)
    this.#equal.demand(verdict !== 'other', what)
    if (verdict === 'new') this.#onNew(group, before)
    if (verdict === 'same' && entry.index % THOROUGH !== 0) return
    this.#equal.demand(shadow.isAt(entry.index, state), what)
  }

  #onNew(group: number, before: Before): void {
    this.#moves.onMoved(group, before)
    const { command } = this.#shadow(group)
    if (command !== undefined) this.#moves.onCommand(group, command)
  }

  /** Somebody reads what a replica shows, whatever it computes meanwhile. */
  onLooked(
    group: number,
    { appliedIndex, state }: Pick<JobMachine, 'appliedIndex' | 'state'>,
  ): void {
    const what = () => `${nameOf(group)} shows what ${appliedIndex} entries do not make`
    this.leaves.demand(this.#shadow(group).isAt(appliedIndex, state), what)
  }

  /** What a replica holds. */
  onHeld({ group, work }: Replica): void {
    const { bounds } = this.#profile
    const { outbox } = work.machine.state
    const entryBytes = this.#shadow(group).entryBytesMax
    const most = bounds.outboxBytesMax + LEADERS_MAX * PIPELINE_MAX * (entryBytes + AROUND_BYTES)
    const what = () => `${nameOf(group)} holds ${outbox.bytes} of ${most} bytes`
    this.#bounds.demand(outbox.bytes <= most, what)
    const { leader } = work.group.runtime
    if (leader === undefined) return
    const held = leader.channels.heldBytes
    this.#bounds.demand(
      held <= GROUP_CREDIT_BYTES,
      () => `${nameOf(group)} holds ${held} of frames`,
    )
    this.#bounds.demand(leader.depth <= PIPELINE_MAX, () => `${nameOf(group)}: ${leader.depth}`)
  }

  /** `claim`: under which it publishes; of old it may hear that another owns the job. */
  onTrouble(group: number, code: string, { generation }: Claim = CLAIM): void {
    const isOver = generation < this.generation && OVER.has(code)
    this.#stops.demand(isOver || PASSING.has(code), () => `${nameOf(group)}: ${code}`)
  }

  // What leaves.

  onReleased(group: number, seq: number): void {
    this.releases.demand(this.isJournaled(group, seq), () => `${nameOf(group)} releases ${seq}`)
  }

  isJournaled(group: number, seq: number): boolean {
    if ((this.journaled[group] ?? 0) < seq) this.look()
    return (this.journaled[group] ?? 0) >= seq
  }

  onJournaled(group: number, toSeq: number): void {
    this.journaled[group] = Math.max(this.journaled[group] ?? 0, toSeq)
  }

  /** Records that go into a transaction: for which sink each output is, and of which entry. */
  onSending(group: number, parts: readonly PartitionRecords[]): readonly Sent[] {
    const sent: Sent[] = []
    for (const { topic, records } of parts) {
      for (const { headers, value } of topic === OUTPUT_TOPIC ? records : []) {
        const { sink = '', number = 0 } = identityIn(headers) ?? {}
        const made = this.#shadow(group).outputs.get(sink)?.get(number)
        const isMade = made !== undefined && made.crc === crc32c(value ?? new Uint8Array(0))
        this.leaves.demand(isMade, () => `${nameOf(group)} sends ${number} for ${sink}`)
        sent.push({ sink, seq: made?.seq ?? 0 })
      }
    }
    return sent
  }

  /** What it sent, all of it. */
  onCommitting(group: number, sent: readonly Sent[]): void {
    for (const seq of new Set(sent.map(one => one.seq))) {
      const counts = this.#shadow(group).counts.get(seq) ?? new Map<string, number>()
      for (const [sink, count] of counts.size > 1 ? counts : []) {
        const own = sent.filter(one => one.seq === seq && one.sink === sink).length
        const what = () => `${nameOf(group)} commits ${own} of ${count} of ${seq} for ${sink}`
        this.#together.demand(own === count, what)
      }
    }
  }

  // What stands in the log.

  /** Everything that is new. */
  look(): void {
    for (const [group] of this.shadows.entries()) {
      const of = journalOf(group)
      for (const { value, offset } of this.#news(of)) {
        const record = decodeRecord(value, nameOf(group), { ...of, offset })
        if (record.kind !== 'published') continue
        const standing = this.#standing(group)
        const next = standing.length + 1
        const what = () => `${nameOf(group)} journals ${record.fromSeq} where ${next} is next`
        this.#once.demand(record.fromSeq === next, what)
        standing.push(...record.schedules.map(({ schedule }) => decodeSchedule(schedule)))
        this.onJournaled(group, record.toSeq)
      }
    }
    for (let partition = 0; partition < OUTPUT_PARTITIONS; partition++) {
      for (const record of this.#news({ topic: OUTPUT_TOPIC, partition })) this.#onVisible(record)
    }
  }

  #onVisible(record: StoredRecord): void {
    const identity = identityIn(record.headers)
    const group = this.shadows.findIndex((_, one) => nameOf(one) === identity?.group)
    this.#once.demand(identity !== undefined && group >= 0, () => `${identity?.group} is nobody`)
    const { sink = '', number = 0 } = identity ?? {}
    const place = `${nameOf(group)} ${sink}`
    const next = (this.#last.get(place) ?? 0) + 1
    this.#once.demand(number === next, () => `${place} shows ${number} where ${next} is next`)
    this.#last.set(place, number)
    this.visible.push({ group, sink, number, record })
  }

  #news(of: Partition): readonly StoredRecord[] {
    const name = `${of.topic}/${of.partition}`
    const all = this.#log.committed(of)
    const from = this.#read.get(name) ?? 0
    this.#read.set(name, all.length)
    return all.slice(from)
  }

  /** All that was committed is journaled, and to be seen. */
  isComplete(): boolean {
    this.look()
    return this.shadows.every(({ state, outputs }, group) => {
      const areOut = [...outputs].every(([sink, made]) => {
        if (isForStage(sink)) return true
        return (this.#last.get(`${nameOf(group)} ${sink}`) ?? 0) === made.size
      })
      return areOut && this.#standing(group).length === state.outbox.lastSeq
    })
  }

  /** One output is not as it was. */
  sabotage(how: 'lose' | 'repeat' | 'alter'): void {
    const last = this.visible.pop()
    const other = this.visible.find(one => one.sink === last?.sink && one !== last)
    if (last === undefined || how === 'lose') return
    const record = { ...last.record, value: other?.record.value ?? null }
    this.visible.push(...(how === 'repeat' ? [last, last] : [{ ...last, record }]))
  }

  /** The last look, at `input`: what a reader of committed records sees of each channel. */
  end(input: SourceRecords): void {
    const oracle = new Oracle(this.#job, input, this.shadows)
    for (const { id } of this.#job.plan.sources) {
      const other = oracle.misread(id)
      this.#oracle.demand(other === undefined, () => `the front of ${id}: ${other}`)
    }
    for (const [group, schedules] of this.schedules.entries()) {
      const wrong = oracle.mistimed(schedules)
      this.#moves.time.demand(wrong === undefined, () => `${nameOf(group)}: ${wrong}`)
      this.#mustBeWhole(group, input)
      const visible = this.visible.filter(one => one.group === group)
      const other = oracle.differing({ group, schedules, visible })
      this.#oracle.demand(other === undefined, () => `${nameOf(group)}: ${other}`)
    }
  }

  /** Ranges that follow each other, from the first offset to the last. */
  #mustBeWhole(group: number, input: SourceRecords): void {
    const cursors = new Map<number, number>()
    for (const { seq, inputs } of this.#standing(group)) {
      for (const { channel, from, to } of inputs) {
        const cursor = cursors.get(channel) ?? 0
        const what = () =>
          `${nameOf(group)} takes ${channel} from ${from}, not ${cursor}, in ${seq}`
        this.#moves.taken.demand(from === cursor, what)
        cursors.set(channel, to)
      }
    }
    for (const way of this.#job.waysInto(group)) {
      const { channel } = way
      const end = this.endOf(way, input)
      const at = cursors.get(channel) ?? 0
      this.#moves.taken.demand(
        at >= end,
        () => `${nameOf(group)} has ${at} of ${end} of ${channel}`,
      )
    }
  }

  /** Behind all that there is on it. */
  endOf(way: Way, input: SourceRecords): number {
    const { from } = way
    if (from.kind === 'source') return (input.get(from.partition)?.at(-1)?.offset ?? -1) + 1
    return this.#shadow(this.#job.groupAt(from)).outputs.get(nameOfWay(way))?.size ?? 0
  }

  #standing(group: number): BatchSchedule[] {
    return this.schedules[group] as BatchSchedule[]
  }

  #shadow(group: number): Shadow {
    return this.shadows[group] as Shadow
  }
}

/**
 * A whole plan in one process, without a cluster: for tests of jobs, for trying them out, and to
 * measure the engine. The same fronts and stages as everywhere; what is missing is what makes them
 * survive: each batch is applied at once, and channels are method calls.
 */

import { invariant, WeirError } from '../../base/errors.ts'
import { Splitter, slotsOf } from '../channels/slots.ts'
import { concat } from '../columns/concat.ts'
import type { Compiler } from '../columns/expression.ts'
import type { Records } from '../columns/records.ts'
import { weightOf } from '../columns/weight.ts'
import type { Plan, SourcePlan } from '../plan/plan.ts'
import { type Schemas, schemasOf } from '../plan/schemas.ts'
import { type Exchange, type Site, sitesOf } from '../plan/sites.ts'
import type { DeadRow } from '../stage/collector.ts'
import { DEAD_LETTER_SCHEMA, DEAD_LETTERS, deadLetters } from '../stage/dead-letters.ts'
import { Front, type FrontResult } from '../stage/front.ts'
import { exchangeName, StageGroup, type StageInput, type StageOutput } from '../stage/group.ts'
import { BATCH_TOO_LARGE, TOO_LARGE } from '../stage/limits.ts'
import { Slotting } from '../stage/slotting.ts'
import { PartitionClock } from '../stage/source-time.ts'
import { MemoryStore } from '../store/store.ts'

const WAITING_BYTES_MAX = 128 * 2 ** 20

export interface LocalOptions {
  /** Of each stage. */
  readonly groups?: number
  /** Partitions of each source, by its id; 1 where nothing is said. */
  readonly partitions?: ReadonlyMap<string, number>
  /** What may come of records before the next run. */
  readonly waitingBytesMax?: number
}

/** Outputs since they were last taken, by sink. */
export type Outputs = ReadonlyMap<string, Records>

interface Reader {
  readonly plan: SourcePlan
  readonly front: Front
  readonly clocks: readonly PartitionClock[]
  /** Partitions of which nothing more comes. */
  readonly ended: Set<number>
}

interface Group {
  readonly stage: StageGroup
  readonly store: MemoryStore
  readonly channels: Map<string, number>
  inputs: StageInput[]
}

interface Stage {
  readonly site: Site
  readonly groups: readonly Group[]
  readonly splitter: Splitter
  readonly slottings: ReadonlyMap<string, Slotting>
}

export class LocalJob {
  readonly #plan: Plan
  readonly #schemas: Schemas
  readonly #readers = new Map<string, Reader>()
  /** In an order in which each stage stands before those that it feeds. */
  readonly #stages: Stage[] = []
  readonly #byEntry = new Map<string, Stage>()
  readonly #outputs = new Map<string, Records[]>()
  #now = 0
  /** What came of records since the last run, in bytes. */
  #waiting = 0
  readonly #waitingMax: number

  constructor(plan: Plan, compiler: Compiler, options: LocalOptions = {}) {
    const { groups = 1, partitions, waitingBytesMax = WAITING_BYTES_MAX } = options
    this.#plan = plan
    this.#waitingMax = waitingBytesMax
    this.#schemas = schemasOf(plan, compiler)
    const sites = sitesOf(plan)
    for (const site of sites.filter(({ source }) => source === undefined)) {
      this.#addStage(site, compiler, groups)
    }
    for (const source of plan.sources) {
      const site = sites.find(one => one.source === source.id)
      invariant(site !== undefined, 'a-source-has-its-site')
      const front = new Front({
        site,
        source,
        schemas: this.#schemas,
        compiler,
        isAlone: groups === 1,
      })
      const count = partitions?.get(source.id) ?? 1
      const clocks = Array.from({ length: count }, () => new PartitionClock(source.time))
      this.#readers.set(source.id, { plan: source, front, clocks, ended: new Set() })
      this.#openChannels(site, count)
    }
    for (const { site, groups: own } of this.#stages) {
      for (const at of own.keys()) this.#open(site.exchanges, `${site.id}/${at}`)
    }
  }

  /** Rows of state in all groups. */
  get rows(): number {
    return this.#stages.reduce(
      (sum, { groups }) => sum + groups.reduce((all, { store }) => all + store.size, 0),
      0,
    )
  }

  /** Records that came too late and went nowhere. */
  get lateCount(): number {
    return this.#stages.reduce(
      (sum, { groups }) => sum + groups.reduce((all, { stage }) => all + stage.lateCount, 0),
      0,
    )
  }

  /** The next `now` at which something is due, should nothing else happen before. */
  get wakeAt(): number {
    const all = this.#stages.flatMap(({ groups }) => groups.map(({ stage }) => stage.wakeAt))
    return Math.min(Number.POSITIVE_INFINITY, ...all)
  }

  schemaOf(sink: string): ReturnType<Schemas['of']> {
    if (sink === DEAD_LETTERS) return DEAD_LETTER_SCHEMA
    const plan = this.#plan.sinks.find(({ id }) => id === sink)
    if (plan === undefined) throw new WeirError('unknown-sink', `there is no sink ${sink}`)
    return this.#schemas.of(plan.from)
  }

  /** Decoded records of a partition; nothing is computed before `run`, but by the front. */
  push(source: string, records: Records, partition = 0): void {
    const reader = this.#readerOf(source)
    const clock = reader.clocks[partition]
    invariant(clock !== undefined, 'a-partition-was-announced', partition)
    let taken = 0
    for (const result of reader.front.takeAll(records)) {
      if (this.#waiting > this.#waitingMax) break
      taken += result.taken
      this.#takeFrom(result)
      clock.see(result.times)
    }
    this.#refuse(source, records, taken)
    if (!reader.ended.has(partition)) this.#hear(`${source}/${partition}`, clock.watermark)
  }

  #takeFrom({ leaving, sinks, dead }: FrontResult): void {
    for (const { exchange, records: some, slots } of leaving) {
      this.#waiting += weightOf(some)
      this.#route(exchange, some, slots)
    }
    for (const { sink, records: some } of sinks) {
      this.#waiting += weightOf(some)
      this.#put(sink.id, some)
    }
    this.#putDead(dead)
  }

  /** Those from this row on: too much waits for the next run already. */
  #refuse(operator: string, records: Records, from: number): void {
    const rows = Array.from({ length: records.size - from }, (_, at) => from + at)
    const why = { operator, records, code: BATCH_TOO_LARGE, reason: TOO_LARGE }
    this.#putDead(rows.map(row => ({ ...why, row })))
  }

  /** Nothing more comes of this partition. */
  end(source: string, partition = 0): void {
    this.#readerOf(source).ended.add(partition)
    this.#hear(`${source}/${partition}`, Number.POSITIVE_INFINITY)
  }

  endAll(): void {
    for (const [source, { clocks }] of this.#readers) {
      for (const partition of clocks.keys()) this.end(source, partition)
    }
  }

  /** What was pushed is taken as one batch in each group, through all stages. */
  run(now = this.#now): void {
    this.#now = Math.max(now, this.#now)
    this.#waiting = 0
    for (const stage of this.#stages) {
      for (const [at, group] of stage.groups.entries()) this.#runGroup(stage, group, at)
    }
  }

  takeOutputs(): Outputs {
    const outputs = new Map(
      [...this.#outputs].map(([sink, parts]) => [sink, concat(this.schemaOf(sink), parts)]),
    )
    this.#outputs.clear()
    return outputs
  }

  #readerOf(source: string): Reader {
    const reader = this.#readers.get(source)
    if (reader === undefined) throw new WeirError('unknown-source', `there is no source ${source}`)
    return reader
  }

  #addStage(site: Site, compiler: Compiler, count: number): void {
    const groups = Array.from({ length: count }, (_, at): Group => {
      const store = new MemoryStore()
      const slots = slotsOf(at, count)
      const { errors } = this.#plan
      const options = { site, schemas: this.#schemas, compiler, errors, store, slots }
      return { stage: new StageGroup(options), store, channels: new Map(), inputs: [] }
    })
    const slottings = new Map(
      site.exchanges.map(exchange => {
        const schema = this.#schemas.of(exchange.edge)
        return [exchangeName(exchange), new Slotting(exchange.key, schema, compiler)]
      }),
    )
    const stage = { site, groups, splitter: new Splitter(count), slottings }
    this.#stages.push(stage)
    this.#byEntry.set(site.entry ?? '', stage)
  }

  #openChannels(site: Site, partitions: number): void {
    for (let partition = 0; partition < partitions; partition++) {
      this.#open(site.exchanges, `${site.source}/${partition}`)
    }
  }

  /** A channel that was opened and not heard holds the watermark back. */
  #open(exchanges: readonly Exchange[], channel: string): void {
    for (const { to } of exchanges) {
      for (const { channels } of this.#byEntry.get(to)?.groups ?? []) {
        channels.set(channel, Number.NEGATIVE_INFINITY)
      }
    }
  }

  #hear(channel: string, watermark: number): void {
    for (const { groups } of this.#stages) {
      for (const { channels } of groups) {
        const before = channels.get(channel)
        if (before !== undefined) channels.set(channel, Math.max(before, watermark))
      }
    }
  }

  #route({ to, edge }: Exchange, records: Records, slots: Int32Array | undefined): void {
    const stage = this.#byEntry.get(to)
    invariant(stage !== undefined, 'an-exchange-leads-to-a-stage', to)
    const operator = stage.site.operators.find(({ id }) => id === to)
    const input = operator?.inputs.findIndex(
      one => one.from === edge.from && one.side === edge.side,
    )
    const split =
      slots === undefined ? [[0, records] as const] : stage.splitter.split(records, slots)
    for (const [group, some] of split) {
      stage.groups[group]?.inputs.push({ operator: to, input: input ?? 0, records: some })
    }
  }

  #runGroup(stage: Stage, group: Group, at: number): void {
    const watermark = Math.min(...group.channels.values())
    let { inputs } = group
    group.inputs = []
    do {
      const { delta, outputs } = group.stage.step({ now: this.#now, watermark, inputs })
      group.store.apply(delta)
      group.stage.onApplied()
      inputs = []
      for (const output of outputs) this.#release(stage, output)
    } while (group.stage.owes(watermark, this.#now))
    this.#hear(`${stage.site.id}/${at}`, watermark)
  }

  #release({ site, slottings }: Stage, { to, records }: StageOutput): void {
    const exchange = site.exchanges.find(one => exchangeName(one) === to)
    const slotting = slottings.get(to)
    if (exchange === undefined || slotting === undefined) {
      this.#put(to, records)
      return
    }
    this.#route(exchange, records, slotting.ofSound(records))
  }

  #put(sink: string, records: Records): void {
    const parts = this.#outputs.get(sink) ?? []
    parts.push(records)
    this.#outputs.set(sink, parts)
  }

  #putDead(dead: readonly DeadRow[]): void {
    const { errors } = this.#plan
    const [first] = dead
    if (first === undefined || errors === 'skip') return
    if (errors === 'fail') throw new WeirError(first.code, `${first.operator}: ${first.reason}`)
    this.#put(DEAD_LETTERS, deadLetters(dead))
  }
}

/**
 * A random job of one to three stages, as all that play it know it: compiled once, from a plan that
 * the differential tests of the engine draw. What is put into its sources are the records that were
 * drawn with it; what they say of time follows from them.
 */

import { ByteReader, ByteWriter } from '../../../src/base/bytes.ts'
import { invariant } from '../../../src/base/errors.ts'
import { Prng } from '../../../src/base/prng.ts'
import type { StoredRecord } from '../../../src/base/stream-log.ts'
import { type SlotRange, slotsOf } from '../../../src/engine/channels/slots.ts'
import { concat } from '../../../src/engine/columns/concat.ts'
import type { Compiler } from '../../../src/engine/columns/expression.ts'
import type { Records } from '../../../src/engine/columns/records.ts'
import { readRecords, writeRecords } from '../../../src/engine/columns/records-codec.ts'
import type { ErrorPolicy, SourcePlan } from '../../../src/engine/plan/plan.ts'
import { type Schemas, schemasOf } from '../../../src/engine/plan/schemas.ts'
import { type Site, sitesOf } from '../../../src/engine/plan/sites.ts'
import type { Schema } from '../../../src/engine/schema/schema.ts'
import { DEAD_LETTER_SCHEMA, DEAD_LETTERS } from '../../../src/engine/stage/dead-letters.ts'
import { exchangeName } from '../../../src/engine/stage/group.ts'
import {
  type Stage,
  type StageRef,
  type Way,
  type Wiring,
  wiringOf,
} from '../../../src/group/wiring.ts'
import { type Case, drawCase } from '../../engine/generate/case.ts'
import { recordsFrom } from '../../engine/run/scalars.ts'
import { enginePlan, expressionsOf } from '../../engine/run/texts.ts'
import { treeCompiler } from '../../engine/run/trees.ts'
import type { Arrival } from '../../oracle/input.ts'
import { answered } from '../../oracle/oracle.ts'
import type { Plan, Source } from '../../oracle/plan.ts'
import { nameOfWay } from './sorting.ts'

/** Sinks of one group, dead letters among them. */
const SINKS_MAX = 4
const ROWS_MIN = 40
/** That come of the input before it ends. */
const DUE_MIN = 15
const LAGS_MS = [0, 10, 300, 1000]
const IDLE_MS = [Infinity, 150, 600]

export interface JobProfile {
  readonly seed: number
  /** Of each stage, in the plan's order. */
  readonly groups: readonly number[]
}

/** The first plan, from the seed on, that is of so many stages. */
export function drawJob(prng: Prng, groups: readonly number[]): JobProfile {
  for (;;) {
    const seed = prng.uint32()
    if (isPlayable({ seed, groups })) return { seed, groups }
  }
}

function isPlayable(profile: JobProfile): boolean {
  const { input, plan } = drawCase(profile.seed)
  if (stagesOf(sitesOf(enginePlan(plan))).length !== profile.groups.length) return false
  const rows = input.batches.reduce((sum, { arrivals }) => sum + arrivals.length, 0)
  if (rows < ROWS_MIN) return false
  const job = new Job(profile)
  if (job.wiring.stages.some(({ sinks }) => sinks.length > SINKS_MAX)) return false
  if (profile.groups.length > 1 && !job.isStaged) return false
  // What is open is told by its key from what is closed.
  const isTold = plan.sinks.every(({ key, from }) => key.length > 0 || from.side !== undefined)
  return (isTold || !job.isEarly) && job.rowsDue >= DUE_MIN
}

export class Job {
  readonly case: Case
  readonly plan: Plan
  readonly sites: readonly Site[]
  readonly wiring: Wiring
  readonly schemas: Schemas
  readonly compiler: Compiler
  readonly #sources: readonly SourcePlan[]

  constructor({ seed, groups }: JobProfile) {
    const prng = new Prng(seed).fork('cluster')
    this.case = drawCase(seed)
    this.plan = clocked(prng, this.case.plan)
    const plan = enginePlan(this.plan)
    const idleMs = prng.pick(IDLE_MS)
    this.#sources = plan.sources.map(source => {
      return { ...source, time: { ...source.time, ...(idleMs < Infinity ? { idleMs } : {}) } }
    })
    this.compiler = treeCompiler(expressionsOf(this.plan))
    this.schemas = schemasOf(plan, this.compiler)
    this.sites = sitesOf(plan)
    const stages = stagesOf(this.sites)
    const { channels } = this.case.input
    this.wiring = wiringOf({
      plan: { ...plan, sources: this.#sources },
      schemas: this.schemas,
      groupsOf: stage => groups[stages.indexOf(stage)] ?? 1,
      partitionsOf: source => channels.filter(one => one.source === source).map(({ id }) => id),
    })
  }

  /** Of all stages together: they are counted through. */
  get groups(): number {
    return this.wiring.groups.length
  }

  refOf(group: number): StageRef {
    return this.wiring.groups[group] as StageRef
  }

  groupAt({ stage, index }: StageRef): number {
    return this.wiring.groups.findIndex(one => one.stage === stage && one.index === index)
  }

  /** One stage feeds another. */
  get isStaged(): boolean {
    return this.wiring.stages.some(
      ({ site }) => site.source === undefined && site.exchanges.length > 0,
    )
  }

  stageOf(group: number): Stage {
    return this.wiring.stage(this.refOf(group).stage)
  }

  /** Among the groups of its stage. */
  indexOf(group: number): number {
    return this.refOf(group).index
  }

  /** What the group lets out into logs. */
  sinksOf(group: number): readonly string[] {
    return this.stageOf(group).sinks
  }

  waysInto(group: number): readonly Way[] {
    return this.wiring.waysInto(this.refOf(group))
  }

  /** Of a source, by which one thing of its front goes. */
  waysOf(source: string, name: string): readonly Way[] {
    const all = this.wiring.groups.flatMap(ref => this.wiring.waysBy(ref))
    return all.filter(way => {
      const { from } = way
      return from.kind === 'source' && from.source === source && nameOfWay(way) === name
    })
  }

  /** Whoever reads a partition is known by the first of his channels. */
  readerOf({ from, by }: Way): number {
    const all = this.wiring.waysBy(by).filter(way => {
      return (
        from.kind === 'source' &&
        way.from.kind === 'source' &&
        way.from.partition === from.partition
      )
    })
    return Math.min(...all.map(({ channel }) => channel))
  }

  waysBy(group: number): readonly Way[] {
    return this.wiring.waysBy(this.refOf(group))
  }

  wayOf(channel: number): Way {
    const way = this.wiring.way(channel)
    invariant(way !== undefined, 'CLUSTER a channel is a way', channel)
    return way
  }

  /** Of all sources: they are counted together. */
  get partitions(): readonly number[] {
    return this.case.input.channels.map(({ id }) => id)
  }

  /** Something is said of windows that are open. */
  get isEarly(): boolean {
    return this.plan.operators.some(({ spec }) => {
      return spec.kind === 'aggregate' && spec.earlyMs !== undefined
    })
  }

  /** The clock alone makes nothing due. */
  get isTimeless(): boolean {
    return this.plan.operators.every(({ spec }) => {
      if (spec.kind !== 'aggregate') return true
      return !('time' in spec.window) || spec.window.time === 'event'
    })
  }

  get errors(): ErrorPolicy {
    return this.isSilent ? 'skip' : 'dead-letter'
  }

  get rowsDueMax(): number {
    return this.case.setting.rowsDueMax
  }

  get isSilent(): boolean {
    return this.case.setting.errors === 'skip'
  }

  /** Of each source, all that is to be put in, in its order. */
  get arrivals(): readonly Arrival[] {
    return this.case.input.batches.flatMap(({ arrivals }) => arrivals)
  }

  /** Rows for sinks, as the oracle has them of the input in the order in which it was drawn. */
  get rowsDue(): number {
    const { input } = this.case
    const batches = input.batches.map(batch => ({ ...batch, marks: [], ended: false }))
    const { sinks } = answered(this.plan, { ...input, batches })
    return Object.values(sinks).reduce((sum, { rows }) => sum + rows.length, 0)
  }

  sourceOf(partition: number): SourcePlan {
    return this.#sources.find(({ id }) => id === this.#nameOf(partition)) as SourcePlan
  }

  own(partition: number): Source {
    return this.plan.sources.find(({ id }) => id === this.#nameOf(partition)) as Source
  }

  siteOf(partition: number): Site {
    return this.sites.find(({ source }) => source === this.#nameOf(partition)) as Site
  }

  #nameOf(partition: number): string {
    return this.case.input.channels.find(({ id }) => id === partition)?.source ?? ''
  }

  slotsOf(group: number): SlotRange {
    return slotsOf(this.indexOf(group), this.stageOf(group).groups)
  }

  /** A record without values, for what cannot be read. */
  voidOf(source: string): Records {
    const { columns } = this.plan.sources.find(({ id }) => id === source) as Source
    return recordsFrom(columns, [{ time: 0, values: [] }])
  }

  /** Of what a group has for a sink or, behind a `>`, for another stage. */
  schemaOf(group: number, sink: string): Schema {
    if (sink === DEAD_LETTERS) return DEAD_LETTER_SCHEMA
    const { exchanges } = this.stageOf(group).site
    const edge =
      this.plan.sinks.find(({ id }) => id === sink)?.from ??
      exchanges.find(one => exchangeName(one) === sink)?.edge
    invariant(edge !== undefined, 'CLUSTER a sink is of the stage', sink)
    return this.schemas.of(edge)
  }

  // Records of sources, one by one in their log.

  encoded(arrival: Arrival): Uint8Array {
    const out = new ByteWriter()
    writeRecords(out, recordsFrom(this.own(arrival.channel).columns, [arrival]))
    return out.finish()
  }

  /** `channel`: by which they go. */
  decoded(partition: number, stored: readonly StoredRecord[], channel = partition): Records {
    const schema = this.schemas.of({ from: this.#nameOf(partition) })
    const parts = stored.map(({ value }) => {
      return readRecords(new ByteReader(value ?? new Uint8Array(0)), schema)
    })
    const offsets = Float64Array.from(stored, ({ offset }) => offset)
    const records = parts.length > 0 ? concat(schema, parts) : recordsFrom([], [])
    return { ...records, origin: { channel, offsets } }
  }
}

/** By name: sources that feed no stage have one of their own. */
function stagesOf(sites: readonly Site[]): readonly string[] {
  return sites.flatMap(({ source, entry, exchanges }) => {
    if (entry !== undefined) return [entry]
    return source !== undefined && exchanges.length === 0 ? [source] : []
  })
}

/** Partitions say what time it is: nobody else does. */
function clocked(prng: Prng, plan: Plan): Plan {
  const sources = plan.sources.map(source => {
    return { ...source, lagMs: source.lagMs ?? prng.pick(LAGS_MS) }
  })
  return { ...plan, sources }
}

/**
 * A random job of one stage, as all that play it know it: compiled once, from a plan that the
 * differential tests of the engine draw. What is put into its sources are the records that were
 * drawn with it; what they say of time follows from them.
 */

import { ByteReader, ByteWriter } from '../../../src/base/bytes.ts'
import { invariant } from '../../../src/base/errors.ts'
import { Prng } from '../../../src/base/prng.ts'
import type { StoredRecord } from '../../../src/base/stream-log.ts'
import { Splitter, slotsOf } from '../../../src/engine/channels/slots.ts'
import { concat } from '../../../src/engine/columns/concat.ts'
import type { Compiler } from '../../../src/engine/columns/expression.ts'
import { gatherRecords } from '../../../src/engine/columns/gather.ts'
import type { Records } from '../../../src/engine/columns/records.ts'
import { readRecords, writeRecords } from '../../../src/engine/columns/records-codec.ts'
import type { SourcePlan } from '../../../src/engine/plan/plan.ts'
import { type Schemas, schemasOf } from '../../../src/engine/plan/schemas.ts'
import { type Exchange, type Site, sitesOf } from '../../../src/engine/plan/sites.ts'
import type { Schema } from '../../../src/engine/schema/schema.ts'
import { DEAD_LETTER_SCHEMA, DEAD_LETTERS } from '../../../src/engine/stage/dead-letters.ts'
import { Front } from '../../../src/engine/stage/front.ts'
import type { StageOptions } from '../../../src/engine/stage/group.ts'
import { type Case, drawCase } from '../../engine/generate/case.ts'
import { recordsFrom } from '../../engine/run/scalars.ts'
import { enginePlan, expressionsOf } from '../../engine/run/texts.ts'
import { treeCompiler } from '../../engine/run/trees.ts'
import type { Arrival } from '../../oracle/input.ts'
import { answered } from '../../oracle/oracle.ts'
import type { Plan, Source } from '../../oracle/plan.ts'

/** Sinks of one group, dead letters apart: each has a transactional id of its own. */
const SINKS_MAX = 3
const ROWS_MIN = 40
/** That come of the input before it ends. */
const DUE_MIN = 15
const LAGS_MS = [0, 10, 300, 1000]
const IDLE_MS = [Infinity, 150, 600]

export interface JobProfile {
  readonly seed: number
  readonly groups: number
}

/** What a stretch of a channel's records comes to, by group. */
export interface Fronted {
  readonly parts: ReadonlyMap<number, Records>
  readonly times: Float64Array
}

/** The first plan, from the seed on, that is of one stage. */
export function drawJob(prng: Prng, groups: number): JobProfile {
  for (;;) {
    const seed = prng.uint32()
    if (isPlayable(seed, groups)) return { seed, groups }
  }
}

function isPlayable(seed: number, groups: number): boolean {
  const { input, plan } = drawCase(seed)
  const stages = sitesOf(enginePlan(plan)).filter(({ source }) => source === undefined)
  const fronts = sitesOf(enginePlan(plan)).filter(({ source }) => source !== undefined)
  const [stage] = stages
  if (stages.length !== 1 || stage === undefined || stage.sinks.length > SINKS_MAX) return false
  if (stage.sinks.length === 0 || stage.exchanges.length > 0) return false
  const isPlain = fronts.every(site => site.sinks.length === 0 && site.exchanges.length === 1)
  const rows = input.batches.reduce((sum, { arrivals }) => sum + arrivals.length, 0)
  if (!isPlain || rows < ROWS_MIN) return false
  const job = new Job({ seed, groups })
  // What is open is told by its key from what is closed.
  const isTold = plan.sinks.every(({ key, from }) => key.length > 0 || from.side !== undefined)
  return (isTold || !job.isEarly) && job.rowsDue >= DUE_MIN && job.isParted
}

export class Job {
  readonly groups: number
  readonly case: Case
  readonly plan: Plan
  readonly stage: Site
  readonly sinks: readonly string[]
  readonly schemas: Schemas
  readonly #compiler: Compiler
  readonly #sites: readonly Site[]
  readonly #sources: readonly SourcePlan[]
  readonly #splitter: Splitter

  constructor({ seed, groups }: JobProfile) {
    const prng = new Prng(seed).fork('cluster')
    this.case = drawCase(seed)
    this.groups = groups
    this.plan = clocked(prng, this.case.plan)
    const plan = enginePlan(this.plan)
    const idleMs = prng.pick(IDLE_MS)
    this.#sources = plan.sources.map(source => {
      return { ...source, time: { ...source.time, ...(idleMs < Infinity ? { idleMs } : {}) } }
    })
    this.#compiler = treeCompiler(expressionsOf(this.plan))
    this.schemas = schemasOf(plan, this.#compiler)
    this.#sites = sitesOf(plan)
    const stage = this.#sites.find(({ source }) => source === undefined)
    invariant(stage !== undefined, 'CLUSTER a job has a stage')
    this.stage = stage
    this.sinks = [...stage.sinks.map(({ id }) => id), DEAD_LETTERS]
    this.#splitter = new Splitter(groups)
  }

  get channels(): readonly number[] {
    return this.case.input.channels.map(({ id }) => id)
  }

  /** Something is said of windows that are open. */
  get isEarly(): boolean {
    return this.plan.operators.some(({ spec }) => {
      return spec.kind === 'aggregate' && spec.earlyMs !== undefined
    })
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

  /** No record of the input has results for more than one group. */
  get isParted(): boolean {
    return this.channels.every(channel => {
      const own = this.arrivals.filter(one => one.channel === channel)
      const records = this.#numbered(channel, recordsFrom(this.own(channel).columns, own))
      const seen = new Set<number>()
      for (const { origin } of this.fronted(channel, this.front(channel), records).parts.values()) {
        const offsets = new Set(origin?.offsets)
        if ([...offsets].some(offset => seen.has(offset))) return false
        for (const offset of offsets) seen.add(offset)
      }
      return true
    })
  }

  sourceOf(channel: number): SourcePlan {
    return this.#sources.find(({ id }) => id === this.#nameOf(channel)) as SourcePlan
  }

  own(channel: number): Source {
    return this.plan.sources.find(({ id }) => id === this.#nameOf(channel)) as Source
  }

  /** Of what comes through the channel. */
  entrySchema(channel: number): Schema | undefined {
    if (!this.channels.includes(channel)) return undefined
    return this.schemas.of(this.#exchange(channel).edge)
  }

  stageOptions(group: number): Omit<StageOptions, 'store'> {
    const { rowsDueMax } = this.case.setting
    return {
      ...{ site: this.stage, schemas: this.schemas, compiler: this.#compiler, rowsDueMax },
      ...{ errors: this.isSilent ? 'skip' : 'dead-letter', slots: slotsOf(group, this.groups) },
    }
  }

  schemaOf(sink: string): Schema {
    if (sink === DEAD_LETTERS) return DEAD_LETTER_SCHEMA
    const edge = this.stage.sinks.find(({ id }) => id === sink)?.from
    invariant(edge !== undefined, 'CLUSTER a sink is of the stage', sink)
    return this.schemas.of(edge)
  }

  // Records of sources, one by one in their log.

  encoded(arrival: Arrival): Uint8Array {
    const out = new ByteWriter()
    writeRecords(out, recordsFrom(this.own(arrival.channel).columns, [arrival]))
    return out.finish()
  }

  decoded(channel: number, stored: readonly StoredRecord[]): Records {
    const schema = this.schemas.of({ from: this.#nameOf(channel) })
    const parts = stored.map(({ value }) => {
      return readRecords(new ByteReader(value ?? new Uint8Array(0)), schema)
    })
    const offsets = Float64Array.from(stored, ({ offset }) => offset)
    const records = parts.length > 0 ? concat(schema, parts) : recordsFrom([], [])
    return { ...records, origin: { channel, offsets } }
  }

  front(channel: number): Front {
    const site = this.#siteOf(channel)
    const [schemas, compiler] = [this.schemas, this.#compiler]
    return new Front({ site, source: this.sourceOf(channel), schemas, compiler })
  }

  fronted(channel: number, front: Front, records: Records): Fronted {
    const parts = new Map<number, Records[]>()
    const times: number[] = []
    for (const result of records.size > 0 ? front.takeAll(records) : []) {
      times.push(...result.times)
      for (const { records: leaving, slots = new Int32Array(leaving.size) } of result.leaving) {
        for (const [group, part] of this.#splitter.split(leaving, slots)) {
          parts.set(group, [...(parts.get(group) ?? []), part])
        }
      }
    }
    const schema = this.schemas.of(this.#exchange(channel).edge)
    const whole = [...parts].map(([group, some]) => {
      return [group, inOrder(concat(schema, some), channel)] as const
    })
    return { parts: new Map(whole), times: Float64Array.from(times) }
  }

  #numbered(channel: number, records: Records): Records {
    const offsets = Float64Array.from({ length: records.size }, (_, at) => at)
    return { ...records, origin: { channel, offsets } }
  }

  #nameOf(channel: number): string {
    return this.case.input.channels.find(({ id }) => id === channel)?.source ?? ''
  }

  #siteOf(channel: number): Site {
    return this.#sites.find(({ source }) => source === this.#nameOf(channel)) as Site
  }

  #exchange(channel: number): Exchange {
    return this.#siteOf(channel).exchanges[0] as Exchange
  }
}

/** Partitions say what time it is: nobody else does. */
function clocked(prng: Prng, plan: Plan): Plan {
  const sources = plan.sources.map(source => {
    return { ...source, lagMs: source.lagMs ?? prng.pick(LAGS_MS) }
  })
  return { ...plan, sources }
}

/** A union in a front sends records of one offset by several ways. */
function inOrder(records: Records, channel: number): Records {
  const offsets = records.origin?.offsets ?? new Float64Array(0)
  const rows = Array.from(offsets.keys()).sort(
    (one, other) => (offsets[one] as number) - (offsets[other] as number) || one - other,
  )
  const sorted = gatherRecords(records, Int32Array.from(rows))
  return { ...sorted, origin: { channel, offsets: sorted.origin?.offsets ?? offsets } }
}

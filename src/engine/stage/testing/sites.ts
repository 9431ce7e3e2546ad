/** Test support: one site of a plan, with what comes out of it written down in order. */

import type { Records } from '../../columns/records.ts'
import { rowsOf } from '../../columns/records.ts'
import { CACHE_BOUNDS } from '../../operators/context.ts'
import type { OperatorPlan, Plan } from '../../plan/plan.ts'
import { edgeText, schemasOf } from '../../plan/schemas.ts'
import { type Site, sitesOf } from '../../plan/sites.ts'
import { planOf } from '../../plan/testing/plans.ts'
import { Overlay } from '../../state/overlay.ts'
import { MemoryStore } from '../../store/store.ts'
import { testCompiler } from '../../testing/compiler.ts'
import { recordsFrom } from '../../windows/testing/events.ts'
import { StageGroup, type StageOptions, type StageResult } from '../group.ts'
import { Tables } from '../tables.ts'
import { Topology } from '../topology.ts'

/** Records of users at these times, each with the number of its place. */
export function clicks(...times: readonly number[]): Records {
  return recordsFrom(times.map((time, n) => ({ user: 'a', time, n })))
}

const shown = (records: Records) =>
  rowsOf(records).map(({ time, values }) => `${time} ${values.join(',')}`)

/** The operators of one site, alone. */
export class Bench {
  readonly store = new MemoryStore()
  readonly overlay = new Overlay(this.store)
  readonly said: string[] = []
  readonly dead: string[] = []
  topology: Topology
  readonly #plan: Plan
  readonly #site: Site

  constructor(plan: Plan, site: string) {
    this.#plan = plan
    this.#site = sitesOf(plan).find(({ id }) => id === site) as Site
    this.topology = this.#made()
  }

  /** As a new leader makes it, of the same state. */
  restore(): void {
    this.topology = this.#made()
  }

  batch(
    watermark: number,
    take: (topology: Topology) => void = () => undefined,
    room = 1000,
  ): void {
    this.topology.begin(0, room)
    take(this.topology)
    this.topology.finish(watermark)
    this.store.apply(this.overlay.finish())
    this.overlay.onApplied()
  }

  #made(): Topology {
    const tables = new Tables(this.overlay)
    const context = {
      site: this.#site,
      schemas: schemasOf(this.#plan, testCompiler),
      compiler: testCompiler,
      state: this.overlay,
      bounds: CACHE_BOUNDS,
      table: (operator: string, name: string) => tables.of(operator, name),
    }
    return new Topology(context, {
      sink: ({ id }, records) => this.said.push(...shown(records).map(row => `${id}: ${row}`)),
      exchange: ({ edge, to }, records) =>
        this.said.push(...shown(records).map(row => `${edgeText(edge)}>${to}: ${row}`)),
      dead: ({ operator, reason }) => this.dead.push(`${operator}: ${reason}`),
    })
  }
}

/** A stage in one group, whose batches are applied when they are told to be. */
export class Stage {
  readonly store: MemoryStore
  readonly deltas: Uint8Array[] = []
  group: StageGroup
  readonly options: StageOptions
  readonly #entry: string

  constructor(
    operators: readonly OperatorPlan[],
    more: Partial<StageOptions & Plan> = {},
    store = new MemoryStore(),
  ) {
    this.store = store
    const plan = planOf(operators, more.sinks === undefined ? {} : { sinks: more.sinks })
    const site = sitesOf(plan).find(({ entry }) => entry !== undefined) as Site
    this.#entry = site.entry as string
    this.options = {
      site,
      schemas: schemasOf(plan, testCompiler),
      compiler: testCompiler,
      errors: 'dead-letter',
      store: this.store,
      ...more,
    }
    this.group = new StageGroup(this.options)
  }

  restore(): void {
    this.group = new StageGroup(this.options)
  }

  /** Not applied. */
  step(watermark: number, records?: Records, now = 0): StageResult {
    const inputs = records === undefined ? [] : [{ operator: this.#entry, input: 0, records }]
    const result = this.group.step({ now, watermark, inputs })
    this.deltas.push(result.delta)
    return result
  }

  applyOldest(): void {
    this.store.apply(this.deltas.shift() as Uint8Array)
    this.group.onApplied()
  }

  /** As lines: to whom, the number of the first, and the rows. */
  run(watermark: number, records?: Records, now = 0): readonly string[] {
    const { outputs } = this.step(watermark, records, now)
    this.applyOldest()
    return outputs.map(({ to, first, records: all }) => `${to} ${first}: ${shown(all).join('; ')}`)
  }
}

/**
 * Runs a plan on the engine: the readers of its sources, and each stage in several groups, batch by
 * batch and in step, so that what a stage is told of time is what the oracle thinks it is. A batch
 * that owes results is followed by others without input until it does not.
 */

import type { Compiler } from '../../../src/engine/columns/expression.ts'
import type { Records } from '../../../src/engine/columns/records.ts'
import type { SourcePlan } from '../../../src/engine/plan/plan.ts'
import { schemasOf } from '../../../src/engine/plan/schemas.ts'
import { type Site, sitesOf } from '../../../src/engine/plan/sites.ts'
import type { Limits } from '../../../src/engine/stage/limits.ts'
import { columnsOf } from '../../oracle/columns.ts'
import type { Batch, Channel, Input, Mark } from '../../oracle/input.ts'
import type { Plan, Source } from '../../oracle/plan.ts'
import type { Row, Table } from '../../oracle/table.ts'
import type { Setting } from '../generate/case.ts'
import { GroupClock } from './clock.ts'
import { Reader } from './reader.ts'
import { tableRows } from './scalars.ts'
import { Stage } from './stage.ts'
import { enginePlan } from './texts.ts'

export interface EngineOptions extends Setting {
  readonly compiler: Compiler
  /** Of each batch; missing: those that it has everywhere. */
  readonly limits?: Limits | undefined
}

export interface EngineAnswer {
  /** By sink. */
  readonly sinks: Readonly<Record<string, Table>>
  /** Too late, and in no side output. */
  readonly late: number
  readonly dead: number
}

/** What leaves a site: for a sink, or for the entry of a stage. */
export interface Output {
  readonly to: string
  readonly records: Records
  /** Of each record, where its sender knows them already. */
  readonly slots?: Int32Array | undefined
}

/** A site in all its groups. */
export interface Runner {
  readonly late: number
  readonly dead: number
  /** What it says of time, behind the last batch. */
  readonly marks: readonly Mark[]
  /** `arrived`: what other sites sent it in this batch. */
  pass(batch: Batch, watermark: number, arrived: readonly Output[]): readonly Output[]
}

export function runEngine(plan: Plan, input: Input, options: EngineOptions): EngineAnswer {
  const engine = enginePlan(plan)
  const schemas = schemasOf(engine, options.compiler)
  const sites = sitesOf(engine)
  const fed = sourcesOf(sites)
  const runners = sites.map(site => {
    const { source } = site
    const part = { site, schemas, options }
    const runner: Runner =
      source === undefined
        ? new Stage(part)
        : new Reader(part, {
            source: engine.sources.find(({ id }) => id === source) as SourcePlan,
            own: plan.sources.find(({ id }) => id === source) as Source,
            channels: input.channels.filter(one => one.source === source).map(({ id }) => id),
          })
    const feeds = ({ source: from }: Channel) => fed.get(site.id)?.has(from) === true
    return { site, runner, clock: new GroupClock(input.channels.filter(feeds)) }
  })
  const sinks = new Sinks(plan)
  input.batches.forEach((batch, at) => {
    const sent = new Map<string, Output[]>()
    const marks = [...batch.marks]
    // Readers come first.
    for (const { site, runner, clock } of runners) {
      const arrived = sent.get(site.id) ?? []
      for (const output of runner.pass(batch, clock.hear({ ...batch, marks }), arrived)) {
        if (!sinks.maybeTake(output, at)) send(sent, output)
      }
      marks.push(...runner.marks)
    }
  })
  const sum = (count: (runner: Runner) => number) =>
    runners.reduce((total, { runner }) => total + count(runner), 0)
  return { sinks: sinks.tables, late: sum(({ late }) => late), dead: sum(({ dead }) => dead) }
}

function send(sent: Map<string, Output[]>, output: Output): void {
  const site = `stage:${output.to}`
  sent.set(site, [...(sent.get(site) ?? []), output])
}

/** Of each site, the sources that feed it. */
function sourcesOf(sites: readonly Site[]): ReadonlyMap<string, ReadonlySet<string>> {
  const fed = new Map<string, Set<string>>()
  const at = (id: string): Set<string> => {
    const sources = fed.get(id) ?? new Set()
    fed.set(id, sources)
    return sources
  }
  for (const { id, source, exchanges } of sites) {
    if (source !== undefined) at(id).add(source)
    for (const { to } of exchanges) for (const one of at(id)) at(`stage:${to}`).add(one)
  }
  return fed
}

class Sinks {
  readonly #columnsOf: ReturnType<typeof columnsOf>
  readonly #plan: Plan
  readonly #rows = new Map<string, Row[]>()

  constructor(plan: Plan) {
    this.#plan = plan
    this.#columnsOf = columnsOf(plan)
    for (const { id } of plan.sinks) this.#rows.set(id, [])
  }

  /** False: it is for no sink. */
  maybeTake({ to, records }: Output, batch: number): boolean {
    const rows = this.#rows.get(to)
    const sink = this.#plan.sinks.find(({ id }) => id === to)
    if (rows === undefined || sink === undefined) return false
    rows.push(...tableRows(records, this.#columnsOf(sink.from), batch))
    return true
  }

  get tables(): Readonly<Record<string, Table>> {
    const tables = this.#plan.sinks.map(({ id, from }) => {
      return [id, { columns: this.#columnsOf(from), rows: this.#rows.get(id) ?? [] }] as const
    })
    return Object.fromEntries(tables)
  }
}

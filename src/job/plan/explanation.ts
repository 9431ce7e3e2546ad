/**
 * A plan explained: what is read of each source, which stages there are and what runs in them, the
 * columns of every edge. Values that came from variables are shown by the variable's name.
 */

import type { Compiler } from '../../engine/columns/expression.ts'
import type { OperatorPlan, OperatorSpec, Plan, WindowSpec } from '../../engine/plan/plan.ts'
import { edgeText } from '../../engine/plan/schemas.ts'
import { type Site, sitesOf } from '../../engine/plan/sites.ts'
import type { Schema } from '../../engine/schema/schema.ts'
import { typeText } from '../../engine/schema/type.ts'
import { jsonText } from '../document/json-text.ts'
import { type Json, jsonOf } from '../document/node.ts'
import {
  isFromVariable,
  type Variable,
  variablesBelow,
  withoutValues,
} from '../document/variables.ts'
import type { JobSpec } from '../job.ts'
import { durationText } from '../shape/units.ts'
import { neededColumns } from './needs.ts'
import { optionsIn, partNode, partOf } from './source.ts'

export interface ShownColumn {
  readonly name: string
  readonly type: string
}

export interface ShownOperator {
  readonly id: string
  readonly kind: string
  readonly from: readonly string[]
  /** What it does, in a few words. */
  readonly what: string
  readonly columns: readonly ShownColumn[]
  readonly sides: readonly { readonly name: string; readonly columns: readonly ShownColumn[] }[]
}

export interface ShownStage {
  /** Of a reader `source:ID`, of a stage its id. */
  readonly id: string
  readonly kind: 'reader' | 'stage'
  /** How many groups it has; missing: nobody said. */
  readonly partitions?: number
  readonly operators: readonly ShownOperator[]
  /** Where its records go from here, and by which key. */
  readonly exchanges: readonly {
    readonly from: string
    readonly to: string
    readonly key: readonly string[]
  }[]
  readonly sinks: readonly string[]
}

export interface Explanation {
  readonly job: string
  readonly sources: readonly {
    readonly id: string
    readonly options: Json
    readonly time: string
    readonly columns: readonly ShownColumn[]
    /** What the decoder is asked for. */
    readonly decoded: readonly string[]
  }[]
  readonly stages: readonly ShownStage[]
  readonly sinks: readonly {
    readonly id: string
    readonly from: string
    readonly options: Json
    readonly key: readonly string[]
    readonly columns: readonly ShownColumn[]
  }[]
}

export interface Explained {
  readonly spec: JobSpec
  readonly plan: Plan
  readonly schemas: ReadonlyMap<string, Schema>
  readonly compiler: Compiler
}

export function explanationOf({ spec, plan, schemas, compiler }: Explained): Explanation {
  const needed = neededColumns(plan, schemas, compiler)
  const columnsOf = (edge: string) => shownColumns(schemas.get(edge))
  return {
    job: plan.job,
    sources: plan.sources.map(({ id, time }) => ({
      id,
      options: shownOptions(spec, 'sources', id),
      time: timeText(time),
      columns: columnsOf(id),
      decoded: needed.get(id) ?? [],
    })),
    stages: sitesOf(plan).map(site => shownStage(site, new Showing(spec, schemas))),
    sinks: plan.sinks.map(({ id, from, key }) => ({
      id,
      from: edgeText(from),
      options: shownOptions(spec, 'sinks', id),
      key,
      columns: columnsOf(edgeText(from)),
    })),
  }
}

const shownColumns = (schema: Schema | undefined): readonly ShownColumn[] =>
  (schema?.columns ?? []).map(({ name, type }) => ({ name, type: typeText(type) }))

function shownOptions({ document }: JobSpec, section: string, id: string): Json {
  const node = partNode(document.root, section, id)
  if (node === undefined) return {}
  const shown = jsonOf(node, text => (isFromVariable(text) ? text.written : text.value))
  return JSON.parse(jsonText(optionsIn(shown))) as Json
}

function timeText({ column, lagMs, idleMs }: Plan['sources'][number]['time']): string {
  const lag = lagMs === 0 ? 'in order' : `up to ${durationText(lagMs)} out of order`
  const idle = idleMs === undefined ? '' : `, idle after ${durationText(idleMs)}`
  return `${column ?? "the source's own"}, ${lag}${idle}`
}

/** What is shown of operators: their columns, and their texts without values of variables. */
class Showing {
  readonly #schemas: ReadonlyMap<string, Schema>
  /** Of the steps. */
  readonly #variables: readonly Variable[]

  constructor({ document }: JobSpec, schemas: ReadonlyMap<string, Schema>) {
    this.#schemas = schemas
    const steps = partOf(document.root, 'steps')
    this.#variables = steps === undefined ? [] : variablesBelow(steps)
  }

  columns(edge: string): readonly ShownColumn[] {
    return shownColumns(this.#schemas.get(edge))
  }

  text(text: string): string {
    return withoutValues(text, this.#variables)
  }
}

function shownStage(site: Site, showing: Showing): ShownStage {
  const { id, source, partitions, operators, exchanges, sinks } = site
  return {
    id: id.replace(/^stage:/, ''),
    kind: source === undefined ? 'stage' : 'reader',
    ...(partitions === undefined ? {} : { partitions }),
    operators: operators.map(operator => shownOperator(operator, showing)),
    exchanges: exchanges.map(({ edge, to, key }) => ({
      from: edgeText(edge),
      to,
      key: key.map(({ name }) => name),
    })),
    sinks: sinks.map(sink => sink.id),
  }
}

function shownOperator({ id, inputs, spec }: OperatorPlan, showing: Showing): ShownOperator {
  const sides = sidesOf(spec).map(name => ({ name, columns: showing.columns(`${id}.${name}`) }))
  const from = inputs.map(edgeText)
  const what = showing.text(whatOf(spec))
  return { id, kind: spec.kind, from, what, columns: showing.columns(id), sides }
}

function sidesOf(spec: OperatorSpec): readonly string[] {
  if (spec.kind === 'split') return spec.branches.map(({ side }) => side)
  return spec.kind === 'aggregate' && spec.lateSide !== undefined ? [spec.lateSide] : []
}

function whatOf(spec: OperatorSpec): string {
  switch (spec.kind) {
    case 'filter':
      return spec.where
    case 'project':
      return spec.columns.map(namedText).join(', ')
    case 'unnest':
      return `${spec.array} as ${spec.as}`
    case 'union':
      return 'all of its inputs'
    case 'split':
      return spec.branches.map(({ side, where }) => `${side}: ${where}`).join(', ')
    case 'key-by':
      return `by ${spec.key.map(namedText).join(', ')}`
    case 'dedup':
      return dedupText(spec)
    case 'aggregate':
      return aggregateText(spec)
  }
}

function namedText({ name, expression }: { name: string; expression: string }): string {
  return expression === name || expression === `"${name}"` ? name : `${name} = ${expression}`
}

function dedupText({ key, withinMs }: Extract<OperatorSpec, { kind: 'dedup' }>): string {
  const within = withinMs === undefined ? '' : ` within ${durationText(withinMs)}`
  return `by ${key.map(namedText).join(', ')}${within}`
}

function aggregateText(spec: Extract<OperatorSpec, { kind: 'aggregate' }>): string {
  const { key, window, aggregates, latenessMs, mode, earlyMs } = spec
  const calls = aggregates.map(({ name, fn, args, distinct, filter }) => {
    const given = `${distinct ? 'DISTINCT ' : ''}${args.join(', ')}`
    return `${name} = ${fn}(${given})${filter === undefined ? '' : ` where ${filter}`}`
  })
  return [
    calls.join(', '),
    key.length === 0 ? 'over all' : `by ${key.map(namedText).join(', ')}`,
    windowText(window),
    mode === 'updating' ? 'said whenever it changes' : '',
    earlyMs === undefined ? '' : `early every ${durationText(earlyMs)}`,
    latenessMs === 0 ? '' : `late up to ${durationText(latenessMs)}`,
  ]
    .filter(part => part !== '')
    .join('; ')
}

function windowText(window: WindowSpec): string {
  const shift = 'offsetMs' in window && window.offsetMs !== 0
  const offset = shift ? ` offset ${durationText(window.offsetMs)}` : ''
  const isProcessing = 'time' in window && window.time === 'processing'
  const time = `${offset}${isProcessing ? ' of processing time' : ''}`
  switch (window.kind) {
    case 'tumbling':
      return `tumbling ${durationText(window.sizeMs)}${time}`
    case 'hopping':
      return `hopping ${durationText(window.sizeMs)} every ${durationText(window.everyMs)}${time}`
    case 'cumulate':
      return `cumulate ${durationText(window.sizeMs)} by ${durationText(window.stepMs)}${time}`
    case 'session':
      return `session with a gap of ${durationText(window.gapMs)}${time}`
    case 'sliding':
      return `sliding ${durationText(window.sizeMs)}`
    case 'sliding-rows':
      return `the last ${window.rows} records`
    case 'count':
      return `every ${window.rows} records`
    case 'global':
      return 'no window'
  }
}

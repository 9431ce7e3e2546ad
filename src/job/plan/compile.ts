/**
 * A checked job as a plan: every expression type-checked, every edge with its columns. Steps behind
 * one that is wrong are left alone: what they would be told of is not their fault.
 */

import { invariant } from '../../base/errors.ts'
import type { Compiler } from '../../engine/columns/expression.ts'
import {
  type Edge,
  type OperatorPlan,
  type Plan,
  SEMANTICS,
  type SinkPlan,
} from '../../engine/plan/plan.ts'
import { edgeText } from '../../engine/plan/schemas.ts'
import { troubleIn } from '../../engine/plan/soundness.ts'
import type { Schema } from '../../engine/schema/schema.ts'
import type { Finding } from '../finding.ts'
import type { JobSpec } from '../job.ts'
import type { LintedStep } from '../lint/job.ts'
import { sinkNameOf } from '../lint/names.ts'
import { Remarks } from '../lint/remarks.ts'
import type { Place, Written } from '../shape/shape.ts'
import { Line } from './line.ts'
import { keyTrouble, nameColumns } from './naming.ts'
import { Namings } from './namings.ts'
import { Scope, type Tools } from './scope.ts'
import { type CompiledSource, compiledSource, optionsOf, partNode } from './source.ts'
import { putStep } from './step.ts'

export interface Compiled {
  /** There unless there are errors. */
  readonly plan?: Plan
  /** The columns of each edge, by its text: `step`, `step.side`. */
  readonly schemas: ReadonlyMap<string, Schema>
  readonly findings: readonly Finding[]
}

export function compileJob(spec: JobSpec, compiler: Compiler): Compiled {
  return new Compilation(spec, compiler).compiled()
}

class Compilation {
  readonly #spec: JobSpec
  readonly #tools: Tools
  readonly #remarks = new Remarks()
  readonly #sources = new Map<string, CompiledSource>()
  readonly #operators: OperatorPlan[] = []
  readonly #schemas = new Map<string, Schema>()
  /** Of each step: the edge by which others read it. */
  readonly #outputs = new Map<string, Edge>()
  readonly #sinkInputs = new Map<string, Edge[]>()

  constructor(spec: JobSpec, compiler: Compiler) {
    this.#spec = spec
    const source = spec.document.source.text
    this.#tools = { compiler, remarks: this.#remarks, source }
  }

  compiled(): Compiled {
    const { job, steps, document } = this.#spec
    for (const id of job.sources.keys()) this.#addSource(id)
    for (const step of steps) this.#addStep(step)
    const sinks = [...(job.sinks ?? [])].flatMap(([id]) => this.#sink(id))
    this.#checkReaders()
    const plan: Plan = {
      semantics: SEMANTICS,
      job: job.name.text,
      sources: [...this.#sources.values()].map(source => source.plan),
      operators: this.#operators,
      sinks,
      errors: job.options?.errors ?? 'dead-letter',
    }
    if (!this.#remarks.hasErrors) this.#checkSense(plan)
    const findings = this.#remarks.all.map(remark => document.finding(remark))
    const schemas = this.#schemas
    return this.#remarks.hasErrors ? { schemas, findings } : { plan, schemas, findings }
  }

  /** What makes no sense together, at the step to which the operator belongs. */
  #checkSense(plan: Plan): void {
    const trouble = troubleIn(plan)
    if (trouble === undefined) {
      this.#checkNames(plan)
      return
    }
    this.#remarks.error(this.#placeOf(trouble.operator), trouble.code, trouble.message)
  }

  /** Of a step, or of the sink before which several are united. */
  #placeOf(operator: string): Place {
    const { job, steps } = this.#spec
    const of = (id: string) => operator === id || operator.startsWith(`${id}~`)
    const part = steps.find(({ id }) => of(id))?.part ?? job.sinks?.get(operator.slice(1))
    invariant(part !== undefined, 'an-operator-is-of-a-step', operator)
    return part.at
  }

  /** Results that are said again have names, and whoever keeps the last of each goes by these. */
  #checkNames(plan: Plan): void {
    const schemaOf = (edge: Edge) => this.#schemas.get(edgeText(edge))
    const namings = new Namings(plan, schemaOf, this.#tools.compiler)
    for (const { operator, code, message } of namings.troubles) {
      this.#remarks.error(this.#placeOf(operator), code, message)
    }
    const { sinks, views } = this.#spec.job
    for (const { id, from } of plan.sinks) this.#checkKey(namings, from, sinks?.get(id)?.key)
    for (const { from, key } of views?.values() ?? []) {
      const sink = plan.sinks.find(({ id }) => id === from.text)
      this.#checkKey(namings, this.#outputs.get(from.text) ?? sink?.from, key)
    }
  }

  #checkKey(namings: Namings, edge: Edge | undefined, key: Key): void {
    const naming = edge && namings.of(edge)
    const [first] = keyList(key)
    if (naming === undefined || first === undefined) return
    const names = keyList(key).map(({ text }) => text)
    const message = keyTrouble(naming, names)
    if (message === undefined) return
    const right = nameColumns(naming)
    const suggestion = right.length === 0 ? undefined : `key: [${right.join(', ')}]`
    this.#remarks.error(first.at, 'key-names-no-result', message, suggestion)
  }

  #addSource(id: string): void {
    const { job, document } = this.#spec
    const part = job.sources.get(id)
    const node = partNode(document.root, 'sources', id)
    const source = part && compiledSource({ id, part, node }, this.#remarks)
    if (source === undefined) return
    this.#sources.set(id, source)
    this.#outputs.set(id, { from: id })
    if (source.schema !== undefined) this.#schemas.set(id, source.schema)
  }

  #addStep(step: LintedStep): void {
    const { id, part } = step
    const inputs = step.inputs.flatMap(edge => this.#resolved(edge) ?? [])
    const schemas = inputs.flatMap(edge => this.#schemas.get(edgeText(edge)) ?? [])
    if (schemas.length < step.inputs.length) return
    if (part.kind === 'to') {
      const sink = sinkNameOf(part).text
      this.#sinkInputs.set(sink, [...(this.#sinkInputs.get(sink) ?? []), ...inputs])
      return
    }
    const partitions = part.partitions ?? this.#spec.job.options?.partitions
    const tools = this.#tools
    const line = new Line({ id, at: part.at, inputs, schemas, tools, partitions })
    if (putStep(step, line)) this.#addLine(line)
  }

  #addLine(line: Line): void {
    this.#operators.push(...line.operators)
    const last = line.operators.at(-1)
    const output = { from: last?.id ?? line.id }
    this.#outputs.set(line.id, output)
    for (const [id, schema] of line.outputs) this.#schemas.set(id, schema)
    for (const [side, schema] of line.sides) {
      this.#schemas.set(edgeText({ from: line.id, side }), schema)
    }
  }

  /** A side output is that of the step's first operator, which has its id. */
  #resolved({ from, side }: Edge): Edge | undefined {
    return side === undefined ? this.#outputs.get(from) : { from, side }
  }

  /** Several steps that go to one sink are united before it. */
  #sink(id: string): readonly SinkPlan[] {
    const { job, document } = this.#spec
    const inputs = this.#sinkInputs.get(id) ?? []
    const part = job.sinks?.get(id)
    if (inputs.length === 0 || part === undefined) return []
    const from = inputs.length === 1 ? inputs[0] : this.#united(id, inputs)
    const schema = from && this.#schemas.get(edgeText(from))
    if (from === undefined || schema === undefined) return []
    const key = keyList(part.key)
    const scope = new Scope(schema, this.#tools)
    for (const column of key) scope.hasColumn(column)
    const options = optionsOf(partNode(document.root, 'sinks', id))
    return [{ id, from, key: key.map(({ text }) => text), options }]
  }

  #united(sink: string, inputs: readonly Edge[]): Edge | undefined {
    const part = this.#spec.job.sinks?.get(sink)
    const schemas = inputs.flatMap(edge => this.#schemas.get(edgeText(edge)) ?? [])
    if (part === undefined || schemas.length < inputs.length) return undefined
    const tools = this.#tools
    const line = new Line({ id: `~${sink}`, at: part.at, inputs, schemas, tools })
    if (!line.put({ kind: 'union' })) return undefined
    this.#addLine(line)
    return this.#outputs.get(line.id)
  }

  /** Views and cubes read columns too. */
  #checkReaders(): void {
    const { views = [], cubes = [] } = this.#spec.job
    for (const [, { from, key }] of views) this.#checkColumns(from, keyList(key))
    for (const [, { from, time, dimensions, measures }] of cubes) {
      this.#checkColumns(from, [time, ...dimensions])
      const scope = this.#scopeOf(from)
      for (const measure of measures.values()) {
        if (typeof measure !== 'string') scope?.expression(measure.body)
      }
    }
  }

  #checkColumns(from: Written, columns: readonly Written[]): void {
    const scope = this.#scopeOf(from)
    for (const column of columns) scope?.hasColumn(column)
  }

  /** Of a step or a source, or of what goes to a sink. */
  #scopeOf({ text }: Written): Scope | undefined {
    const edge = this.#outputs.get(text) ?? this.#sinkInputs.get(text)?.[0]
    const schema = edge && this.#schemas.get(edgeText(edge))
    return schema && new Scope(schema, this.#tools)
  }
}

type Key = Written | readonly Written[] | undefined

function keyList(key: Key): readonly Written[] {
  if (key === undefined) return []
  return 'text' in key ? [key] : key
}

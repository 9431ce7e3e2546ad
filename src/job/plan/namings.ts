/** What names results that are said again, followed through a plan from the aggregates on. */

import type { Compiler } from '../../engine/columns/expression.ts'
import type { AggregateSpec, Edge, Named, OperatorPlan, Plan } from '../../engine/plan/plan.ts'
import { edgeText } from '../../engine/plan/schemas.ts'
import { isSaidAgain } from '../../engine/plan/soundness.ts'
import type { Schema } from '../../engine/schema/schema.ts'
import type { Expression } from '../../sql/text/ast.ts'
import { parseExpression } from '../../sql/text/expression.ts'
import { type Facts, listed, type Naming, nameColumns, type Part } from './naming.ts'
import { united } from './united.ts'

export interface NamingTrouble {
  readonly operator: string
  readonly code: string
  /** A sentence that says what to do. */
  readonly message: string
}

type SchemaOf = (edge: Edge) => Schema | undefined

const PLAIN: Facts = { values: new Map() }

export class Namings {
  readonly troubles: NamingTrouble[] = []
  readonly #schemaOf: SchemaOf
  readonly #compiler: Compiler
  /** Missing: something is wrong there or above. */
  readonly #facts = new Map<string, Facts>()

  constructor(plan: Plan, schemaOf: SchemaOf, compiler: Compiler) {
    this.#schemaOf = schemaOf
    this.#compiler = compiler
    for (const { id } of plan.sources) this.#facts.set(edgeText({ from: id }), PLAIN)
    for (const operator of plan.operators) this.#add(operator)
  }

  /** Missing: nothing is said again on this edge, or it was spoken about. */
  of(edge: Edge): Naming | undefined {
    return this.#facts.get(edgeText(edge))?.naming
  }

  #add(operator: OperatorPlan): void {
    const { id, inputs, spec } = operator
    const facts = inputs.flatMap(edge => this.#facts.get(edgeText(edge)) ?? [])
    const [first] = facts
    if (first === undefined || facts.length < inputs.length) return
    for (const side of sidesOf(spec)) this.#facts.set(edgeText({ from: id, side }), first)
    const own = this.#through(operator, facts, first)
    if (typeof own !== 'string') this.#facts.set(id, own)
    else this.troubles.push({ operator: id, code: 'result-without-name', message: own })
  }

  /** A text: what is wrong. */
  #through({ id, inputs, spec }: OperatorPlan, all: readonly Facts[], first: Facts) {
    const schema = inputs[0] && this.#schemaOf(inputs[0])
    if (schema === undefined) return first
    switch (spec.kind) {
      case 'project':
        return this.#projected(spec.columns, first, schema)
      case 'union':
        return united(all)
      case 'aggregate': {
        const values = this.#columns(spec.key, first, schema).values
        if (isPerRecord(spec)) return first
        return isSaidAgain(spec) ? { values, naming: namingOf(id, spec) } : { values }
      }
      default:
        return first
    }
  }

  #projected(columns: readonly Named[], facts: Facts, schema: Schema): Facts | string {
    const { passed, fixed, values } = this.#columns(columns, facts, schema)
    const { naming } = facts
    if (naming === undefined) return { values }
    const parts = naming.parts.map(part => part.flatMap(column => passed.get(column) ?? []))
    const lost = naming.parts.filter((_, at) => parts[at]?.length === 0)
    if (lost.length === 0) return { values, naming: { ...naming, parts, fixed } }
    const names = listed(lost.map(([column]) => column ?? ''))
    return (
      `the results of ${naming.of} may be said again, each named by ` +
      `${listed(nameColumns(naming))}; pass ${names} on, under the same name or another, ` +
      'or nobody knows which of them is replaced'
    )
  }

  #columns(columns: readonly Named[], { naming, values: known }: Facts, schema: Schema) {
    const passed = new Map<string, string[]>()
    const fixed = new Set<string>()
    const values = new Map<string, ReadonlySet<string>>()
    for (const { name, expression } of columns) {
      const { reads } = this.#compiler.expression(expression, schema)
      const names = reads.map(place => schema.at(place).name)
      if (names.every(one => naming?.fixed.has(one))) fixed.add(name)
      const root = parseExpression(expression)
      const [from] = names
      if (from !== undefined && root.kind === 'name' && root.parts.length === 1) {
        passed.set(from, [...(passed.get(from) ?? []), name])
        const same = known.get(from)
        if (same !== undefined) values.set(name, same)
      }
      const literal = literalOf(root)
      if (literal !== undefined) values.set(name, new Set([literal]))
    }
    return { passed, fixed, values }
  }
}

function namingOf(id: string, { key, window }: AggregateSpec): Naming {
  const bounds = BOUNDS[window.kind]
  const parts = [...key.map(({ name }) => [name]), ...(bounds ?? [])]
  const own = bounds === undefined ? [] : ['window_start', 'window_end']
  return { of: id, parts, fixed: new Set([...parts.flat(), ...own]) }
}

/**
 * Which of its bounds tell a window from the others of its kind. Windows that cumulate share their
 * start. So may sessions: behind one that is forgotten, records that are not yet late may make
 * another with the same start, but none with the same end, which would be late.
 */
const BOUNDS: Readonly<Partial<Record<AggregateSpec['window']['kind'], readonly Part[]>>> = {
  tumbling: [['window_start', 'window_end']],
  hopping: [['window_start', 'window_end']],
  cumulate: [['window_end']],
  session: [['window_end']],
}

const isPerRecord = ({ window }: AggregateSpec) =>
  window.kind === 'sliding' || window.kind === 'sliding-rows'

function sidesOf(spec: OperatorPlan['spec']): readonly string[] {
  if (spec.kind === 'split') return spec.branches.map(({ side }) => side)
  return spec.kind === 'aggregate' && spec.lateSide !== undefined ? [spec.lateSide] : []
}

/** Different texts are different values; numbers too close to be told apart have the same. */
function literalOf(root: Expression): string | undefined {
  switch (root.kind) {
    case 'number':
      return `number ${Number(root.text)}`
    case 'string':
    case 'boolean':
      return `${root.kind} ${root.value}`
    default:
      return undefined
  }
}

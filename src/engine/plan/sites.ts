/**
 * Cuts a plan where records change groups. A *site* is a place where operators run: the reader of a
 * source, or a stage. Whatever keeps state for keys begins a stage, named after it, unless its
 * records are together already: they come from one stage, by the same key. Whatever keeps none runs
 * wherever its records are, in several sites if they come from several.
 */

import { WeirError } from '../../base/errors.ts'
import { SINKS_MAX } from '../batch/entry.ts'
import type { Edge, Named, OperatorPlan, OperatorSpec, Plan, SinkPlan } from './plan.ts'
import { edgeText } from './schemas.ts'

export interface Site {
  /** `source:ID` or `stage:ID`. */
  readonly id: string
  readonly source?: string | undefined
  /** In the plan's order. */
  readonly operators: readonly OperatorPlan[]
  readonly sinks: readonly SinkPlan[]
  /** Where its records leave for a stage. */
  readonly exchanges: readonly Exchange[]
  /** Operators here that get their records from an exchange: the stage's own. */
  readonly entry?: string | undefined
  /** How many groups the stage is to have; missing: nobody said. */
  readonly partitions?: number | undefined
}

export interface Exchange {
  /** The edge whose records leave. */
  readonly edge: Edge
  /** The operator of another stage that takes them, and the key by which. */
  readonly to: string
  readonly key: readonly Named[]
}

/** By what records of an edge are together: a stage and the columns of its key. */
interface Together {
  readonly site: string
  readonly key: readonly string[]
}

export function keyOf(spec: OperatorSpec): readonly Named[] | undefined {
  return 'key' in spec ? spec.key : undefined
}

export function sitesOf(plan: Plan): readonly Site[] {
  return new Cut(plan).sites()
}

interface Draft {
  readonly id: string
  readonly source: string | undefined
  readonly entry: string | undefined
  readonly partitions: number | undefined
  readonly operators: OperatorPlan[]
  readonly sinks: SinkPlan[]
  readonly exchanges: Exchange[]
}

/** A batch says what it has for each; the dead letters are one of them. */
function mustHaveFewOutputs({ id, sinks, exchanges }: Draft): void {
  const count = sinks.length + exchanges.length + 1
  if (count <= SINKS_MAX) return
  const what = `${count} sinks and other stages are fed from ${id}, the dead letters among them`
  throw new WeirError('too-many-outputs', `${what}; there can be ${SINKS_MAX}: make two jobs of it`)
}

class Cut {
  readonly #plan: Plan
  readonly #drafts = new Map<string, Draft>()
  /** Of each source and operator: the sites in which its output is. */
  readonly #sites = new Map<string, readonly string[]>()
  /** By the text of the edge: records that are late have other columns than results. */
  readonly #together = new Map<string, Together | undefined>()

  constructor(plan: Plan) {
    this.#plan = plan
  }

  sites(): readonly Site[] {
    for (const { id } of this.#plan.sources) {
      this.#begin(`source:${id}`, { source: id })
      this.#sites.set(id, [`source:${id}`])
    }
    for (const operator of this.#plan.operators) this.#place(operator)
    for (const sink of this.#plan.sinks) {
      for (const site of this.#sitesOf(sink.from)) this.#draft(site).sinks.push(sink)
    }
    for (const draft of this.#drafts.values()) mustHaveFewOutputs(draft)
    return [...this.#drafts.values()]
  }

  #place(operator: OperatorPlan): void {
    const key = keyOf(operator.spec)
    if (key === undefined) this.#placeAnywhere(operator)
    else this.#placeKeyed(operator, key)
  }

  #placeAnywhere(operator: OperatorPlan): void {
    const sites = new Set(operator.inputs.flatMap(edge => this.#sitesOf(edge)))
    for (const site of sites) this.#draft(site).operators.push(operator)
    this.#sites.set(operator.id, [...sites])
    const together = kept(operator.spec, this.#inputTogether(operator))
    for (const edge of edgesOf(operator)) this.#together.set(edgeText(edge), together)
  }

  #placeKeyed(operator: OperatorPlan, key: readonly Named[]): void {
    const columns = key.map(({ expression }) => expression)
    const together = this.#inputTogether(operator)
    if (together !== undefined && isSame(together.key, columns)) {
      this.#draft(together.site).operators.push(operator)
      this.#sites.set(operator.id, [together.site])
    } else {
      this.#beginStage(operator, key)
    }
    const [site = ''] = this.#sites.get(operator.id) ?? []
    for (const edge of edgesOf(operator)) this.#together.set(edgeText(edge), { site, key: columns })
    if (!isResult(operator.spec)) return
    this.#together.set(operator.id, { site, key: key.map(({ name }) => name) })
  }

  #beginStage(operator: OperatorPlan, key: readonly Named[]): void {
    const site = `stage:${operator.id}`
    // Without a key all records are together: in one group, whatever was wished.
    const partitions = key.length === 0 ? undefined : operator.partitions
    const draft = this.#begin(site, { entry: operator.id, partitions })
    for (const edge of operator.inputs) {
      for (const from of this.#sitesOf(edge)) {
        this.#draft(from).exchanges.push({ edge, to: operator.id, key })
      }
    }
    draft.operators.push(operator)
    this.#sites.set(operator.id, [site])
  }

  /** Missing: they are not, or of several inputs. */
  #inputTogether({ inputs }: OperatorPlan): Together | undefined {
    const [first, ...others] = inputs.map(edge => this.#together.get(edgeText(edge)))
    if (first === undefined) return undefined
    const alike = others.every(other => other?.site === first.site && isSame(other.key, first.key))
    return alike ? first : undefined
  }

  #sitesOf({ from }: Edge): readonly string[] {
    const sites = this.#sites.get(from)
    if (sites === undefined) {
      throw new WeirError('unknown-input', `nothing named ${from} stands before it in the plan`)
    }
    return sites
  }

  #begin(id: string, { source, entry, partitions }: Partial<Draft>): Draft {
    const draft = { id, source, entry, partitions, operators: [], sinks: [], exchanges: [] }
    this.#drafts.set(id, draft)
    return draft
  }

  #draft(site: string): Draft {
    return this.#drafts.get(site) as Draft
  }
}

/** Its main output, and its sides. */
function edgesOf({ id, spec }: OperatorPlan): readonly Edge[] {
  const main = { from: id }
  if (spec.kind === 'split') return [main, ...spec.branches.map(({ side }) => ({ ...main, side }))]
  const late = spec.kind === 'aggregate' ? spec.lateSide : undefined
  return late === undefined ? [main] : [main, { ...main, side: late }]
}

/** Behind it records have the columns of the key, by their names; behind others, as they came. */
function isResult(spec: OperatorSpec): boolean {
  if (spec.kind !== 'aggregate') return false
  return spec.window.kind !== 'sliding' && spec.window.kind !== 'sliding-rows'
}

const isSame = (one: readonly string[], other: readonly string[]) =>
  one.length === other.length && one.every((column, at) => column === other[at])

/** What is left of it behind an operator without a key: the columns must still be there. */
function kept(spec: OperatorSpec, together: Together | undefined): Together | undefined {
  if (spec.kind !== 'project' || together === undefined) return together
  const names = together.key.map(
    column => spec.columns.find(({ expression }) => expression === column)?.name,
  )
  const all = names.filter(name => name !== undefined)
  return all.length === names.length ? { ...together, key: all } : undefined
}

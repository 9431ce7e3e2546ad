/**
 * Which columns of each source a plan needs: what is pushed into the decoder, which leaves all
 * others where they are. Goes from the sinks backwards.
 */

import type { Compiler } from '../../engine/columns/expression.ts'
import type { Edge, OperatorPlan, OperatorSpec, Plan } from '../../engine/plan/plan.ts'
import { edgeText } from '../../engine/plan/schemas.ts'
import type { Schema } from '../../engine/schema/schema.ts'

/** By source, in the order of its columns; the column of its time is always among them. */
export function neededColumns(
  plan: Plan,
  schemas: ReadonlyMap<string, Schema>,
  compiler: Compiler,
): ReadonlyMap<string, readonly string[]> {
  const needs = new Needs(schemas, compiler)
  for (const { from } of plan.sinks) needs.all(from)
  for (const operator of plan.operators.toReversed()) needs.through(operator)
  return new Map(
    plan.sources.map(({ id, columns, time }) => {
      const needed = needs.of({ from: id })
      const names = columns.map(({ name }) => name)
      return [id, names.filter(name => needed.has(name) || name === time.column)] as const
    }),
  )
}

class Needs {
  readonly #schemas: ReadonlyMap<string, Schema>
  readonly #compiler: Compiler
  readonly #needed = new Map<string, Set<string>>()

  constructor(schemas: ReadonlyMap<string, Schema>, compiler: Compiler) {
    this.#schemas = schemas
    this.#compiler = compiler
  }

  of(edge: Edge): Set<string> {
    const text = edgeText(edge)
    const needed = this.#needed.get(text) ?? new Set<string>()
    this.#needed.set(text, needed)
    return needed
  }

  all(edge: Edge): void {
    const needed = this.of(edge)
    for (const name of this.#schema(edge)?.names ?? []) needed.add(name)
  }

  /** What its readers need, and it itself, is needed of its inputs. */
  through({ id, inputs, spec }: OperatorPlan): void {
    const wanted = this.of({ from: id })
    for (const edge of inputs) {
      const schema = this.#schema(edge)
      if (schema === undefined) continue
      const needed = this.of(edge)
      for (const text of expressionsOf(spec, wanted)) {
        for (const place of this.#compiler.expression(text, schema).reads) {
          needed.add(schema.at(place).name)
        }
      }
      for (const name of this.#passed(id, spec, wanted)) {
        if (schema.placeOf(name) >= 0) needed.add(name)
      }
    }
  }

  /** Columns that come out as they went in, of the main output and of side outputs. */
  #passed(id: string, spec: OperatorSpec, wanted: ReadonlySet<string>): Iterable<string> {
    if (spec.kind === 'project') return []
    if (spec.kind === 'split') {
      return [wanted, ...spec.branches.map(({ side }) => this.of({ from: id, side }))].flatMap(
        names => [...names],
      )
    }
    if (spec.kind !== 'aggregate') return wanted
    const isPerRecord = spec.window.kind === 'sliding' || spec.window.kind === 'sliding-rows'
    const late = spec.lateSide === undefined ? [] : this.of({ from: id, side: spec.lateSide })
    return [...(isPerRecord ? wanted : []), ...late]
  }

  #schema(edge: Edge): Schema | undefined {
    return this.#schemas.get(edgeText(edge))
  }
}

/** The texts that an operator computes for what is wanted of it. */
function expressionsOf(spec: OperatorSpec, wanted: ReadonlySet<string>): readonly string[] {
  switch (spec.kind) {
    case 'filter':
      return [spec.where]
    case 'project':
      return spec.columns.filter(({ name }) => wanted.has(name)).map(one => one.expression)
    case 'unnest':
      return [spec.array]
    case 'union':
      return []
    case 'split':
      return spec.branches.map(({ where }) => where)
    case 'key-by':
    case 'dedup':
      return spec.key.map(({ expression }) => expression)
    case 'aggregate':
      return [
        ...spec.key.map(({ expression }) => expression),
        ...spec.aggregates.flatMap(({ args, filter }) => [...args, ...(filter ? [filter] : [])]),
      ]
  }
}

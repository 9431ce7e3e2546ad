/** The schemas of all edges of a plan, which is also the check that its expressions make sense. */

import { ByteWriter } from '../../base/bytes.ts'
import { WeirError } from '../../base/errors.ts'
import { SLOTS } from '../../base/hash.ts'
import type { Compiler } from '../columns/expression.ts'
import { CACHE_BOUNDS } from '../operators/context.ts'
import { makeOperator } from '../operators/make.ts'
import { type Column, Schema } from '../schema/schema.ts'
import { typeOf } from '../schema/type-text.ts'
import type { State } from '../state/state.ts'
import type { Edge, Plan, SourcePlan } from './plan.ts'
import { mustBeSound } from './soundness.ts'

export class Schemas {
  readonly #edges = new Map<string, Schema>()

  set(edge: Edge, schema: Schema): void {
    this.#edges.set(edgeText(edge), schema)
  }

  of(edge: Edge): Schema {
    const schema = this.#edges.get(edgeText(edge))
    if (schema !== undefined) return schema
    throw new WeirError('unknown-input', `the plan has nothing named ${edgeText(edge)}`)
  }
}

export function edgeText({ from, side }: Edge): string {
  return side === undefined ? from : `${from}.${side}`
}

export function sourceSchema({ columns }: SourcePlan): Schema {
  return new Schema(columns.map(({ name, type }): Column => ({ name, type: typeOf(type) })))
}

/** `make`: who makes the operators; only their schemas are wanted. */
export function schemasOf(plan: Plan, compiler: Compiler, make = makeOperator): Schemas {
  mustBeSound(plan)
  const schemas = new Schemas()
  for (const source of plan.sources) schemas.set({ from: source.id }, sourceSchema(source))
  for (const { id, inputs, spec } of plan.operators) {
    const operator = make(spec, {
      compiler,
      inputs: inputs.map(edge => schemas.of(edge)),
      state: NO_STATE,
      table: () => 0,
      bounds: CACHE_BOUNDS,
    })
    schemas.set({ from: id }, operator.schema)
    for (const [side, schema] of operator.sides) schemas.set({ from: id, side }, schema)
  }
  for (const { from } of plan.sinks) schemas.of(from)
  return schemas
}

const NO_ROW = new ByteWriter()

/** Nobody asks for rows while only schemas are wanted. */
export const NO_STATE: State = {
  slots: { from: 0, to: SLOTS },
  get: () => undefined,
  walk: () => undefined,
  lastKey: () => undefined,
  put: () => undefined,
  remove: () => undefined,
  begin: () => NO_ROW,
  middle: () => NO_ROW,
  end: () => undefined,
  endRemoved: () => undefined,
}

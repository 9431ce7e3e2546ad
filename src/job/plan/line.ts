/**
 * The operators that one step becomes, one reading the other. The first has the step's id, the
 * others ids that begin with it, behind a `~` that no name can have.
 */

import { WeirError } from '../../base/errors.ts'
import { CACHE_BOUNDS } from '../../engine/operators/context.ts'
import { makeOperator } from '../../engine/operators/make.ts'
import type { Operator } from '../../engine/operators/operator.ts'
import type { Edge, OperatorPlan, OperatorSpec } from '../../engine/plan/plan.ts'
import { NO_STATE } from '../../engine/plan/schemas.ts'
import { keyOf } from '../../engine/plan/sites.ts'
import type { Schema } from '../../engine/schema/schema.ts'
import type { Place } from '../shape/shape.ts'
import { Scope, sentenceOf, type Tools } from './scope.ts'

export interface LineOptions {
  readonly id: string
  readonly at: Place
  readonly inputs: readonly Edge[]
  readonly schemas: readonly Schema[]
  readonly tools: Tools
  /** Of the stage that it begins, if it begins one. */
  readonly partitions?: number | undefined
}

/** What to do about what the engine will not have, where its own sentence does not say. */
const ADVICE: Readonly<Record<string, string>> = {
  'inputs-differ':
    '; give them the same names and types in the same order, each by map: { select: .. }, with ' +
    'CAST(COLUMN AS TYPE) where a type differs',
}

export class Line {
  readonly operators: OperatorPlan[] = []
  /** What each of them puts out, by its id. */
  readonly outputs = new Map<string, Schema>()
  /** Of the first operator, which has those of the step. */
  sides: ReadonlyMap<string, Schema> = new Map()
  /** What the last operator puts out. */
  schema: Schema
  readonly #options: LineOptions

  constructor(options: LineOptions) {
    this.#options = options
    const [first] = options.schemas
    this.schema = first as Schema
  }

  get id(): string {
    return this.#options.id
  }

  /** For expressions over what the last operator puts out. */
  get scope(): Scope {
    return new Scope(this.schema, this.#options.tools)
  }

  /** Throws what the engine has against it. */
  mustTake(spec: OperatorSpec): void {
    this.#made(spec)
  }

  /** False: the engine will not have it, and that was said. */
  put(spec: OperatorSpec, suffix = ''): boolean {
    const { id, at, tools, inputs, partitions } = this.#options
    const before = this.operators.at(-1)
    const isFirst = before === undefined
    try {
      const operator = this.#made(spec)
      if (isFirst) this.sides = operator.sides
      this.schema = operator.schema
    } catch (error) {
      if (!(error instanceof WeirError)) throw error
      tools.remarks.error(at, error.code, `${sentenceOf(error)}${ADVICE[error.code] ?? ''}`)
      return false
    }
    const from = before === undefined ? inputs : [{ from: before.id }]
    const groups = partitions === undefined || keyOf(spec) === undefined ? {} : { partitions }
    this.operators.push({ id: `${id}${suffix}`, inputs: from, spec, ...groups })
    this.outputs.set(`${id}${suffix}`, this.schema)
    return true
  }

  #made(spec: OperatorSpec): Operator {
    const { tools, schemas } = this.#options
    return makeOperator(spec, {
      compiler: tools.compiler,
      inputs: this.operators.length === 0 ? schemas : [this.schema],
      state: NO_STATE,
      table: () => 0,
      bounds: CACHE_BOUNDS,
    })
  }
}

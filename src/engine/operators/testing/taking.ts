/**
 * Test support: an operator alone, given records by hand, and all that it does with them. For what
 * the harness (testing/verify.ts) does not look at: who is told what, and how often.
 */

import { builderOf } from '../../columns/builder.ts'
import type { Compiler, Expression, Failures } from '../../columns/expression.ts'
import { FailedRows } from '../../columns/failed-rows.ts'
import { type Records, type Row, rowAt, rowsOf } from '../../columns/records.ts'
import type { Scalar } from '../../columns/vector.ts'
import type { OperatorSpec } from '../../plan/plan.ts'
import { NO_STATE } from '../../plan/schemas.ts'
import type { Schema } from '../../schema/schema.ts'
import type { Type } from '../../schema/type.ts'
import { testCompiler } from '../../testing/compiler.ts'
import { CACHE_BOUNDS } from '../context.ts'
import { makeOperator } from '../make.ts'
import type { Moment, Operator, Output } from '../operator.ts'

/** Everything that an operator says, in the order in which it says it. */
export class Taken implements Output {
  readonly main: Records[] = []
  readonly sides = new Map<string, Records[]>()
  readonly failed: string[] = []
  lateCount = 0
  room = Infinity

  emit(records: Records): void {
    this.main.push(records)
  }

  side(name: string, records: Records): void {
    this.sides.set(name, [...(this.sides.get(name) ?? []), records])
  }

  spend(rows: number): void {
    this.room -= rows
  }

  holds(): boolean {
    return true
  }

  failures(): Failures {
    return new FailedRows((row, code, reason) => this.failed.push(`${row} ${code}: ${reason}`))
  }

  late(count: number): void {
    this.lateCount += count
  }

  get rows(): readonly Row[] {
    return this.main.flatMap(rowsOf)
  }

  rowsOf(side: string): readonly Row[] {
    return (this.sides.get(side) ?? []).flatMap(rowsOf)
  }
}

/** An expression that tests make up: what a row is, by its values, or why it is not. */
export interface Made {
  readonly type: Type
  of(values: readonly Scalar[], row: number): Scalar | { readonly failure: string }
}

const isFailure = (value: unknown): value is { readonly failure: string } =>
  typeof value === 'object' && value !== null && 'failure' in value

class MadeExpression implements Expression {
  readonly type: Type
  readonly reads: readonly number[] = []
  readonly #made: Made
  readonly #asked: number[]

  constructor(made: Made, asked: number[]) {
    this.type = made.type
    this.#made = made
    this.#asked = asked
  }

  evaluate(records: Records, rows: Int32Array, failures: Failures) {
    const builder = builderOf(this.type, records.size)
    for (const row of rows) {
      this.#asked.push(row)
      const value = this.#made.of(rowAt(records, row).values, row)
      if (isFailure(value)) failures.add(row, value.failure, `row ${row}`)
      else builder.set(row, value)
    }
    return builder.finish(records.size)
  }
}

/** Knows these expressions by name, and those of the engine's tests; and what was asked of each. */
export class MadeCompiler implements Compiler {
  readonly asked = new Map<string, number[]>()
  readonly #made: Readonly<Record<string, Made>>

  constructor(made: Readonly<Record<string, Made>> = {}) {
    this.#made = made
  }

  expression(text: string, schema: Schema): Expression {
    const made = this.#made[text]
    if (made === undefined) return testCompiler.expression(text, schema)
    const asked: number[] = []
    this.asked.set(text, asked)
    return new MadeExpression(made, asked)
  }
}

/** Without state: of such as keep none. */
export function operatorOf(
  spec: OperatorSpec,
  inputs: Schema | readonly Schema[],
  compiler: Compiler = testCompiler,
): Operator {
  const schemas = Array.isArray(inputs) ? inputs : [inputs]
  const context = { compiler, inputs: schemas, state: NO_STATE, table: () => 1 }
  return makeOperator(spec, { ...context, bounds: CACHE_BOUNDS })
}

const START: Moment = { watermark: -Infinity, now: 0, ended: false }

export function taken(operator: Operator, records: Records, input = 0): Taken {
  const out = new Taken()
  operator.take(input, records, out, START)
  return out
}

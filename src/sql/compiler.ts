/**
 * From text to what runs: the door through which the engine gets its expressions. What comes out
 * is a pure function of columns; no part of the text is ever run as code.
 */

import { invariant } from '../base/errors.ts'
import type { Compiler, Expression, Failures } from '../engine/columns/expression.ts'
import type { Records, Rows } from '../engine/columns/records.ts'
import type { Vector } from '../engine/columns/vector.ts'
import type { Schema } from '../engine/schema/schema.ts'
import { checked, type Sight } from './check/check.ts'
import { argsOf, kernelOf, type Typed } from './check/typed.ts'
import { Budget } from './kernels/budget.ts'
import { Gaps } from './kernels/gaps.ts'
import { parseExpression } from './text/expression.ts'

const NONE: ReadonlySet<string> = new Set()

/** Aggregates are known by name only to say that they have no place here. */
export function compilerOf(aggregates: ReadonlySet<string> = NONE): Compiler {
  return {
    expression: (text, schema) => compiled(text, { schema, aggregates }),
  }
}

/** The type check alone: types, columns and paths, for planners and for lint. */
export const typedOf = (text: string, schema: Schema, aggregates = NONE): Typed =>
  checked(text, parseExpression(text), { schema, aggregates })

function compiled(text: string, sight: Sight): Expression {
  const typed = checked(text, parseExpression(text), sight)
  const kernel = kernelOf(typed)
  const reads = [...new Set(placesIn(typed))].sort((a, b) => a - b)
  return {
    type: typed.type,
    reads,
    evaluate(records, rows, failures) {
      const noted = new Noted(failures)
      const frame = { records, size: records.size, failures: noted, budget: new Budget() }
      const vector = kernel.evaluate(frame, rows)
      return noted.blank(vector, records, rows)
    },
  }
}

function placesIn(node: Typed): readonly number[] {
  return node.kind === 'column' ? [node.place] : argsOf(node).flatMap(placesIn)
}

/** Failures on their way, remembered: their rows are null, whatever was made of them later. */
class Noted implements Failures {
  readonly #failures: Failures
  readonly #rows = new Set<number>()

  constructor(failures: Failures) {
    this.#failures = failures
  }

  add(row: number, code: string, reason: string): void {
    this.#rows.add(row)
    this.#failures.add(row, code, reason)
  }

  has(row: number): boolean {
    return this.#failures.has(row)
  }

  get count(): number {
    return this.#failures.count
  }

  blank(vector: Vector, records: Records, rows: Rows): Vector {
    if (this.#rows.size === 0) return vector
    invariant(this.#rows.size <= rows.length, 'only-rows-that-count-fail')
    const gaps = new Gaps(records.size, vector.nulls)
    for (const row of this.#rows) gaps.add(row)
    return { ...vector, nulls: gaps.finish() }
  }
}

/** Test support: what an expression gives, in every way in which it can be asked. */

import type { Failures } from '../../engine/columns/expression.ts'
import type { Records, Rows } from '../../engine/columns/records.ts'
import { type Scalar, scalarAt } from '../../engine/columns/vector.ts'
import type { Schema } from '../../engine/schema/schema.ts'
import { type Type, typeText } from '../../engine/schema/type.ts'
import { compilerOf } from '../compiler.ts'
import { toTextOf } from '../value/text.ts'

export class Told implements Failures {
  readonly rows = new Map<number, { readonly code: string; readonly reason: string }>()

  add(row: number, code: string, reason: string): void {
    if (!this.rows.has(row)) this.rows.set(row, { code, reason })
  }

  has(row: number): boolean {
    return this.rows.has(row)
  }

  get count(): number {
    return this.rows.size
  }
}

export interface Outcome {
  readonly type: Type
  /** One for each row asked for. */
  readonly values: readonly (Scalar | { readonly code: string; readonly reason: string })[]
}

/** Only of some rows, in their order. */
export function outcomeOf(text: string, records: Records, rows: Rows): Outcome {
  const expression = compilerOf(new Set(['sum', 'count'])).expression(text, records.schema)
  const told = new Told()
  const vector = expression.evaluate(records, rows, told)
  const values = Array.from(rows, row => told.rows.get(row) ?? scalarAt(vector, row))
  return { type: expression.type, values }
}

export const everyRow = (records: Records): Rows =>
  Int32Array.from({ length: records.size }, (_, row) => row)

/** The value of an expression without columns. */
export function constantValue(text: string, schema: Schema): { type: Type; value: Scalar } {
  const one: Records = {
    schema,
    size: 1,
    vectors: [],
    times: new Float64Array(1),
  }
  const { type, values } = outcomeOf(text, one, Int32Array.of(0))
  const [value] = values
  if (typeof value === 'object' && value !== null && 'code' in value) {
    throw new Error(`${text}: ${value.reason}`)
  }
  return { type, value: value as Scalar }
}

/** As lines of a script: the type, then one line for each row; one line if all are the same. */
export function answerLines(text: string, records: Records): readonly string[] {
  const { type, values } = outcomeOf(text, records, everyRow(records))
  const shown = values.map(value => shownAs(type, value))
  if (shown.every(one => one === shown[0])) return [`${typeText(type)}: ${shown[0]}`]
  return [typeText(type), ...shown]
}

function shownAs(type: Type, value: Outcome['values'][number]): string {
  if (value === null) return 'NULL'
  if (typeof value === 'object' && 'code' in value) return `${value.code}: ${value.reason}`
  const text = toTextOf(type)(value)
  return type.kind === 'text' ? `'${text}'` : text
}

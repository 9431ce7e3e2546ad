/**
 * Each element of an array becomes a record: the columns of its own and the element's. A record for
 * whose elements the batch has no room fails, with all of them.
 */

import { invariant, WeirError } from '../../base/errors.ts'
import { vectorOf } from '../columns/builder.ts'
import type { Expression } from '../columns/expression.ts'
import { gather, gatherRest } from '../columns/gather.ts'
import { allRows, type Records } from '../columns/records.ts'
import type { ListVector, Scalar } from '../columns/vector.ts'
import { rowWeight, scalarWeight } from '../columns/weight.ts'
import type { UnnestSpec } from '../plan/plan.ts'
import { type Column, Schema } from '../schema/schema.ts'
import { BIGINT, type Type, typeText } from '../schema/type.ts'
import { BATCH_TOO_LARGE, TOO_LARGE } from '../stage/limits.ts'
import type { OperatorContext } from './context.ts'
import type { Operator, Output } from './operator.ts'
import { sound } from './sound.ts'

const ORDINAL_BYTES = 8

export class Unnest implements Operator {
  readonly schema: Schema
  readonly sides: ReadonlyMap<string, Schema> = new Map()
  readonly #array: Expression
  readonly #element: Type
  readonly #hasOrdinality: boolean
  readonly #keepsEmpty: boolean

  constructor({ array, as, ordinality, keepEmpty }: UnnestSpec, context: OperatorContext) {
    const input = context.inputs[0] as Schema
    this.#array = context.compiler.expression(array, input)
    this.#element = elementOf(this.#array.type, array)
    this.#hasOrdinality = ordinality !== undefined
    this.#keepsEmpty = keepEmpty
    const more: Column[] = [{ name: as, type: this.#element }]
    if (ordinality !== undefined) more.push({ name: ordinality, type: BIGINT })
    this.schema = new Schema([...input.columns, ...more])
  }

  take(_input: number, records: Records, out: Output): void {
    const failures = out.failures(records)
    const all = allRows(records.size)
    const { values, nulls } = this.#array.evaluate(records, all, failures) as ListVector
    const rows: number[] = []
    const elements: Scalar[] = []
    const ordinals: Scalar[] = []
    const put = (row: number, element: Scalar, ordinal: Scalar) => {
      rows.push(row)
      elements.push(element)
      ordinals.push(ordinal)
    }
    let bytes = 0
    for (const row of sound(all, failures)) {
      const list = nulls?.[row] === 1 ? [] : (values[row] ?? [])
      const weight = scalarWeight(list) + list.length * (rowWeight(records, row) + ORDINAL_BYTES)
      if (!out.holds(rows.length + list.length, bytes + weight)) {
        failures.add(row, BATCH_TOO_LARGE, TOO_LARGE)
        continue
      }
      bytes += weight
      for (let at = 0; at < list.length; at++) put(row, list[at] as Scalar, at + 1)
      if (list.length === 0 && this.#keepsEmpty) put(row, null, null)
    }
    out.emit(this.#made(records, Int32Array.from(rows), [elements, ordinals]))
  }

  #made(
    records: Records,
    rows: Int32Array,
    [elements, ordinals]: readonly [readonly Scalar[], readonly Scalar[]],
  ): Records {
    const vectors = records.vectors.map(vector => gather(vector, rows))
    vectors.push(vectorOf(this.#element, elements))
    if (this.#hasOrdinality) vectors.push(vectorOf(BIGINT, ordinals))
    invariant(vectors.length === this.schema.columns.length, 'unnest-makes-its-columns')
    return { schema: this.schema, size: rows.length, vectors, ...gatherRest(records, rows) }
  }
}

function elementOf(type: Type, text: string): Type {
  if (type.kind === 'array') return type.of
  const what = `${text} is ${typeText(type)}; only an ARRAY can be unnested`
  throw new WeirError('wrong-type', what)
}

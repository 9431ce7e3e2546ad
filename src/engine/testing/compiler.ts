/**
 * Test support: a compiler for as few expressions as the engine's own tests need, so that they do
 * not stand on src/sql: a column, a number, `COLUMN >= NUMBER`, `COLUMN = 'TEXT'`, and
 * `fail(COLUMN)`, which fails where the column is negative.
 */

import { builderOf } from '../columns/builder.ts'
import type { Compiler, Expression, Failures } from '../columns/expression.ts'
import type { Records, Rows } from '../columns/records.ts'
import { type Scalar, scalarAt, type Vector } from '../columns/vector.ts'
import type { Schema } from '../schema/schema.ts'
import { BIGINT, BOOLEAN, type Type } from '../schema/type.ts'

type RowFunction = (records: Records, row: number, failures: Failures) => Scalar

class RowByRow implements Expression {
  readonly type: Type
  readonly reads: readonly number[]
  readonly #of: RowFunction

  constructor(type: Type, reads: readonly number[], of: RowFunction) {
    this.type = type
    this.reads = reads
    this.#of = of
  }

  evaluate(records: Records, rows: Rows, failures: Failures): Vector {
    const builder = builderOf(this.type, records.size)
    for (const row of rows) {
      if (!failures.has(row)) builder.set(row, this.#of(records, row, failures))
    }
    return builder.finish(records.size)
  }
}

function column(schema: Schema, name: string) {
  const place = schema.placeOf(name)
  if (place < 0) throw new Error(`no column ${name} in ${schema}`)
  const value = (records: Records, row: number) => scalarAt(records.vectors[place] as Vector, row)
  return { place, type: schema.at(place).type, value }
}

function expression(text: string, schema: Schema): Expression {
  const number = /^-?\d+$/.exec(text)
  if (number !== null) return new RowByRow(BIGINT, [], () => Number(text))
  const least = /^(\w+) >= (-?\d+)$/.exec(text)
  if (least !== null) {
    const { place, value } = column(schema, least[1] as string)
    return new RowByRow(BOOLEAN, [place], (records, row) => {
      const one = value(records, row)
      return one === null ? null : (one as number) >= Number(least[2])
    })
  }
  const equal = /^(\w+) = '(.*)'$/.exec(text)
  if (equal !== null) {
    const { place, value } = column(schema, equal[1] as string)
    return new RowByRow(BOOLEAN, [place], (records, row) => {
      const one = value(records, row)
      return one === null ? null : one === equal[2]
    })
  }
  const failing = /^fail\((\w+)\)$/.exec(text)
  const { place, type, value } = column(schema, failing?.[1] ?? text)
  return new RowByRow(type, [place], (records, row, failures) => {
    const one = value(records, row)
    if (failing === null || one === null || (one as number) >= 0) return one
    failures.add(row, 'negative', `${one} is negative`)
    return null
  })
}

export const testCompiler: Compiler = { expression }

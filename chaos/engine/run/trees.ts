/**
 * A compiler that knows the trees of which the texts were printed, and computes them as the oracle
 * does: so operators are tested apart from expressions.
 */

import { vectorOf } from '../../../src/engine/columns/builder.ts'
import type { Compiler, Expression, Failures } from '../../../src/engine/columns/expression.ts'
import type { Records, Rows } from '../../../src/engine/columns/records.ts'
import { type Scalar, scalarAt, type Vector } from '../../../src/engine/columns/vector.ts'
import type { Schema } from '../../../src/engine/schema/schema.ts'
import type { Type as EngineType } from '../../../src/engine/schema/type.ts'
import { evaluated } from '../../oracle/evaluate.ts'
import type { Expr } from '../../oracle/expression.ts'
import { printed } from '../../oracle/print.ts'
import type { Column, Type } from '../../oracle/type.ts'
import { typeOf } from '../../oracle/typing.ts'
import { Failure } from '../../oracle/value.ts'
import { engineTypeOf, scalarOf, valueOfScalar } from './scalars.ts'

export function treeCompiler(expressions: Iterable<Expr>): Compiler {
  const known = new Map<string, Expr>()
  for (const one of expressions) known.set(printed(one, 'weir'), one)
  return {
    expression: (text, schema) => {
      const tree = known.get(text)
      if (tree === undefined) throw new Error(`no tree is printed as ${text}`)
      return new TreeExpression(tree, schema)
    },
  }
}

class TreeExpression implements Expression {
  readonly type: EngineType
  readonly reads: readonly number[]
  readonly #tree: Expr
  readonly #own: Type
  readonly #columns: readonly Column[]

  constructor(tree: Expr, schema: Schema) {
    this.#tree = tree
    this.#columns = schema.columns.map(({ name, type }) => ({ name, type: ownType(type) }))
    this.#own = typeOf(tree, this.#columns)
    this.type = engineTypeOf(this.#own)
    const read = columnsIn(tree)
    this.reads = schema.names.flatMap((name, place) => (read.has(name) ? [place] : []))
  }

  evaluate(records: Records, rows: Rows, failures: Failures): Vector {
    const scalars = new Array<Scalar>(records.size).fill(null)
    for (const row of rows) {
      if (!failures.has(row)) scalars[row] = this.#at(records, row, failures)
    }
    return vectorOf(this.type, scalars)
  }

  #at(records: Records, row: number, failures: Failures): Scalar {
    const values = this.#columns.map(({ type }, place) =>
      valueOfScalar(scalarAt(records.vectors[place] as Vector, row), type),
    )
    try {
      const value = evaluated(this.#tree, { columns: this.#columns, values })
      return scalarOf(value, this.#own)
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      failures.add(row, 'failed', error.message)
      return null
    }
  }
}

function columnsIn(expr: Expr): ReadonlySet<string> {
  if (expr.op === 'column') return new Set([expr.name])
  if (expr.op === 'literal') return new Set()
  const parts = expr.op === 'cast' ? [expr.of] : expr.args
  return new Set(parts.flatMap(part => [...columnsIn(part)]))
}

/** The same type in the oracle's words. */
export function ownType(type: EngineType): Type {
  switch (type.kind) {
    case 'decimal':
      return type
    case 'array':
      return { kind: 'array', of: ownType(type.of) }
    default:
      return { kind: type.kind }
  }
}

/** What Weir makes of an expression, row by row. */

import type { Compiler } from '../../../src/engine/columns/expression.ts'
import { FailedRows } from '../../../src/engine/columns/failed-rows.ts'
import { allRows } from '../../../src/engine/columns/records.ts'
import { scalarAt } from '../../../src/engine/columns/vector.ts'
import type { Type } from '../../oracle/type.ts'
import type { Value } from '../../oracle/value.ts'
import { recordsFrom, valueOfScalar } from '../run/scalars.ts'
import { ownType } from '../run/trees.ts'
import type { ProbeTable } from './table.ts'

export interface Computed {
  readonly type: Type
  /** A row that failed is null. */
  readonly values: readonly Value[]
}

export function computedByWeir(compiler: Compiler, text: string, table: ProbeTable): Computed {
  const arrived = table.rows.map(values => ({ time: 0, values }))
  const records = recordsFrom(table.columns, arrived)
  const expression = compiler.expression(text, records.schema)
  const failed = new Set<number>()
  const failures = new FailedRows(row => {
    failed.add(row)
  })
  const vector = expression.evaluate(records, allRows(records.size), failures)
  const type = ownType(expression.type)
  const values = table.rows.map((_, row) =>
    failed.has(row) ? null : valueOfScalar(scalarAt(vector, row), type),
  )
  return { type, values }
}

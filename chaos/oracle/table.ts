/** All rows that ever pass an edge of a plan, in order, each with the batch in which it does. */

import { evaluated, type Scope } from './evaluate.ts'
import type { Named } from './plan.ts'
import type { Column } from './type.ts'
import { typeOf } from './typing.ts'
import { Failure, type Value } from './value.ts'

/** What a row does to the result that it is of. */
export type RowKind = 'insert' | 'update' | 'delete'

export interface Row {
  readonly batch: number
  readonly time: number
  readonly values: readonly Value[]
  readonly kind: RowKind
  /** Of an update: the values that it replaces. */
  readonly old?: readonly Value[] | undefined
}

export interface Table {
  readonly columns: readonly Column[]
  readonly rows: readonly Row[]
}

/** What comes out of an operator. */
export interface Outcome {
  readonly main: Table
  readonly sides: Readonly<Record<string, Table>>
  /** Too late, whether or not a side output took them. */
  readonly late: number
  /** Records that belong to the dead letters. */
  readonly failed: number
  /** What must be said before windows end, besides `main`: nothing is replaced by it there. */
  readonly early: readonly Row[]
}

export const outcomeOf = (main: Table, rest: Partial<Outcome> = {}): Outcome => ({
  ...{ main, sides: {}, late: 0, failed: 0, early: [] },
  ...rest,
})

/** What becomes of each row, without those of which it cannot be computed. */
export function eachRow<T>(
  { columns, rows }: Table,
  become: (row: Row, scope: Scope) => readonly T[],
): { readonly made: readonly T[]; readonly failed: number } {
  let failed = 0
  const made = rows.flatMap(row => {
    try {
      return become(row, { columns, values: row.values })
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      failed++
      return []
    }
  })
  return { made, failed }
}

export function namedColumns(named: readonly Named[], columns: readonly Column[]): Column[] {
  return named.map(({ name, expression }) => ({ name, type: typeOf(expression, columns) }))
}

export function namedValues(named: readonly Named[], scope: Scope): Value[] {
  return named.map(({ expression }) => evaluated(expression, scope))
}

export function groupedBy<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const item of items) {
    const name = key(item)
    const group = groups.get(name) ?? []
    group.push(item)
    groups.set(name, group)
  }
  return groups
}

/** In the order of batches; within one, as they stand. */
export function byBatch(rows: readonly Row[]): Row[] {
  return [...rows].sort((one, other) => one.batch - other.batch)
}

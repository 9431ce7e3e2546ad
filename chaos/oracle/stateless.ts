/** Operators that look at one record at a time. */

import { evaluated, type Scope } from './evaluate.ts'
import type { Expr } from './expression.ts'
import type { Edge, Named, SplitSpec, UnnestSpec } from './plan.ts'
import { sifted } from './replaced.ts'
import {
  byBatch,
  eachRow,
  namedColumns,
  namedValues,
  type Outcome,
  outcomeOf,
  type Row,
  type Table,
} from './table.ts'
import { BIGINT, type Column } from './type.ts'
import { typeOf } from './typing.ts'
import type { Value } from './value.ts'

export function filtered(where: Expr, input: Table): Outcome {
  const { columns } = input
  const { rows, failed } = sifted(input, values =>
    evaluated(where, { columns, values }) === true ? values : undefined,
  )
  return outcomeOf({ columns, rows }, { failed })
}

export function projected(columns: readonly Named[], input: Table): Outcome {
  const scope = (values: readonly Value[]): Scope => ({ columns: input.columns, values })
  const { rows, failed } = sifted(input, values => namedValues(columns, scope(values)))
  return outcomeOf({ columns: namedColumns(columns, input.columns), rows }, { failed })
}

export function unnested(spec: UnnestSpec, input: Table): Outcome {
  const { made, failed } = eachRow(input, (row, scope) =>
    elementsOf(spec, scope).map((added): Row => ({ ...row, values: [...row.values, ...added] })),
  )
  return outcomeOf({ columns: unnestedColumns(spec, input.columns), rows: made }, { failed })
}

/** The columns that each element adds. */
function elementsOf({ array, ordinality, keepEmpty }: UnnestSpec, scope: Scope): Value[][] {
  const list = (evaluated(array, scope) ?? []) as readonly Value[]
  const numbered = list.map((element, at): [Value, Value] => [element, BigInt(at) + 1n])
  const all: [Value, Value][] = numbered.length === 0 && keepEmpty ? [[null, null]] : numbered
  return all.map(([element, number]) => (ordinality === undefined ? [element] : [element, number]))
}

export function unnestedColumns(spec: UnnestSpec, columns: readonly Column[]): Column[] {
  const type = typeOf(spec.array, columns)
  if (type.kind !== 'array') throw new Error('only an array has elements')
  const element = { name: spec.as, type: type.of }
  const { ordinality } = spec
  const added = ordinality === undefined ? [] : [{ name: ordinality, type: BIGINT }]
  return [...columns, element, ...added]
}

export function united(inputs: readonly Table[]): Outcome {
  const rows = byBatch(inputs.flatMap(input => input.rows))
  return outcomeOf({ columns: inputs[0]?.columns ?? [], rows })
}

export function split({ branches }: SplitSpec, input: Table): Outcome {
  const { made, failed } = eachRow(input, (row, scope) => {
    const branch = branches.find(({ where }) => evaluated(where, scope) === true)
    return [{ row, side: branch?.side }]
  })
  const rowsOf = (side: Edge['side']): Table => ({
    columns: input.columns,
    rows: made.filter(one => one.side === side).map(({ row }) => row),
  })
  const sides = Object.fromEntries(branches.map(({ side }) => [side, rowsOf(side)]))
  return outcomeOf(rowsOf(undefined), { sides, failed })
}

/** Without keys that can be computed there is no place to go to. */
export function keyed(key: readonly Named[], input: Table): Outcome {
  const { made, failed } = eachRow(input, (row, scope) => {
    namedValues(key, scope)
    return [row]
  })
  return outcomeOf({ ...input, rows: made }, { failed })
}

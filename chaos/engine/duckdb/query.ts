/** A plan over finite input as SQL: one table for each edge, made in the order of the plan. */

import type { Input } from '../../oracle/input.ts'
import type { Edge, Operator, Plan } from '../../oracle/plan.ts'
import { printed } from '../../oracle/print.ts'
import type { Column } from '../../oracle/type.ts'
import { aggregateQuery, type Sourced } from './aggregate.ts'
import { literalOf } from './literal.ts'

/** Elements of one array are fewer. */
const ELEMENTS_MAX = 16

/** Where order was lost: rows are counted anew, since each needs a number of its own. */
const renumbered = (query: string): string =>
  `SELECT * REPLACE (row_number() OVER () AS __seq) FROM (${query})`

/** The tables' names, for whoever reads them: quoted, and in the order of the sinks. */
export function tableOf({ from, side }: Edge): string {
  return side === undefined ? `"${from}"` : `"${from}.${side}"`
}

export function sourceStatements(plan: Plan, input: Input): string[] {
  return plan.sources.map(({ id, columns }) => {
    const own = new Set(input.channels.filter(one => one.source === id).map(one => one.id))
    const arrivals = input.batches.flatMap(({ arrivals: all }) => all)
    const rows = arrivals.flatMap(({ channel, time, values }, seq) => {
      if (!own.has(channel)) return []
      const texts = columns.map(({ type }, at) => literalOf(values[at] ?? null, type))
      return [`(${[...texts, `${time}::BIGINT`, `${seq + 1}::BIGINT`].join(', ')})`]
    })
    return created(tableOf({ from: id }), rowsOrNone(rows, columns))
  })
}

const created = (table: string, query: string): string =>
  `CREATE OR REPLACE TEMP TABLE ${table} AS ${query}`

function rowsOrNone(rows: readonly string[], columns: readonly Column[]): string {
  const names = [...columns.map(({ name }) => `"${name}"`), '__time', '__seq'].join(', ')
  const none = [...columns.map(({ type }) => literalOf(null, type)), '0::BIGINT', '0::BIGINT']
  const head = `SELECT * FROM (VALUES (${none.join(', ')})) AS v(${names}) WHERE false`
  return rows.length === 0 ? head : `${head} UNION ALL SELECT * FROM (VALUES ${rows.join(', ')})`
}

export interface Setting {
  /** Of the edges that stand before. */
  readonly columnsOf: (edge: Edge) => readonly Column[]
  /** Processing time when the input ended. */
  readonly endMs: number
}

/** One for each edge that the operator makes. */
export function operatorStatements(
  { id, inputs, spec }: Operator,
  { columnsOf, endMs }: Setting,
): string[] {
  const sourced = inputs.map(
    (edge): Sourced => ({ table: tableOf(edge), columns: columnsOf(edge) }),
  )
  const input = sourced[0] as Sourced
  const main = tableOf({ from: id })
  switch (spec.kind) {
    case 'filter':
      return [created(main, `SELECT * FROM ${input.table} WHERE ${printed(spec.where, 'duckdb')}`)]
    case 'project': {
      const named = spec.columns.map(one => `${printed(one.expression, 'duckdb')} AS "${one.name}"`)
      return [
        created(main, `SELECT ${[...named, '__time', '__seq'].join(', ')} FROM ${input.table}`),
      ]
    }
    case 'unnest':
      return [created(main, unnestQuery(spec, input))]
    case 'union': {
      const all = sourced.map(({ table }) => `SELECT * FROM ${table}`)
      return [created(main, renumbered(all.join(' UNION ALL ')))]
    }
    case 'split':
      return splitStatements(id, spec, input)
    case 'key-by':
      return [created(main, `SELECT * FROM ${input.table}`)]
    case 'dedup': {
      const keys = spec.key.map(({ expression }) => printed(expression, 'duckdb'))
      const over = keys.length === 0 ? '' : `PARTITION BY ${keys.join(', ')}`
      const first = `row_number() OVER (${over} ORDER BY __seq) = 1`
      return [created(main, `SELECT * FROM ${input.table} QUALIFY ${first}`)]
    }
    case 'aggregate':
      return aggregateStatements(id, spec, { ...input, endMs })
  }
}

type SpecOf<K> = Extract<Operator['spec'], { readonly kind: K }>

function unnestQuery(spec: SpecOf<'unnest'>, { table, columns }: Sourced): string {
  const array = printed(spec.array, 'duckdb')
  const own = columns.map(({ name }) => `"${name}"`)
  const number = (text: string) =>
    spec.ordinality === undefined ? [] : [`${text} AS "${spec.ordinality}"`]
  const element = [`__list[__n] AS "${spec.as}"`, ...number('__n')]
  const tail = ['__time', `__seq * ${ELEMENTS_MAX} + __n AS __seq`]
  const listed = `(SELECT *, ${array} AS __list FROM ${table})`
  const some = `SELECT ${[...own, ...element, ...tail].join(', ')}
    FROM (SELECT *, unnest(range(1, len(__list) + 1)) AS __n FROM ${listed})`
  if (!spec.keepEmpty) return some
  const empty = [`NULL AS "${spec.as}"`, ...number('NULL')]
  const kept = [...own, ...empty, '__time', `__seq * ${ELEMENTS_MAX} AS __seq`]
  const none = 'WHERE coalesce(len(__list), 0) = 0'
  return `${some} UNION ALL SELECT ${kept.join(', ')} FROM ${listed} ${none}`
}

function splitStatements(id: string, { branches }: SpecOf<'split'>, { table }: Sourced): string[] {
  const tests = branches.map(({ where }) => `coalesce(${printed(where, 'duckdb')}, false)`)
  const none = tests.map(test => `NOT ${test}`)
  const sides = branches.map(({ side }, at) => {
    const own = [...none.slice(0, at), tests[at]].join(' AND ')
    return created(tableOf({ from: id, side }), `SELECT * FROM ${table} WHERE ${own}`)
  })
  return [
    created(tableOf({ from: id }), `SELECT * FROM ${table} WHERE ${none.join(' AND ')}`),
    ...sides,
  ]
}

function aggregateStatements(
  id: string,
  spec: SpecOf<'aggregate'>,
  input: Sourced & { readonly endMs: number },
): string[] {
  const main = created(tableOf({ from: id }), renumbered(aggregateQuery(spec, input, input.endMs)))
  const { lateSide: side } = spec
  if (side === undefined) return [main]
  return [main, created(tableOf({ from: id, side }), `SELECT * FROM ${input.table} WHERE false`)]
}

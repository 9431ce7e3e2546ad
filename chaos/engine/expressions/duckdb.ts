/** What DuckDB makes of the same expression; a row that fails is null there too. */

import type { DuckDBConnection } from '@duckdb/node-api'
import type { Compiler } from '../../../src/engine/columns/expression.ts'
import { typeName } from '../../oracle/print.ts'
import type { Type } from '../../oracle/type.ts'
import { textOf, type Value } from '../../oracle/value.ts'
import { isNear } from '../compare/tables.ts'
import { literalOf, valueOfDuck } from '../duckdb/literal.ts'
import type { Probe } from './probe.ts'
import type { ProbeTable } from './table.ts'
import { computedByWeir } from './weir.ts'

const TABLE = '"probes"'

export async function putTable(
  connection: DuckDBConnection,
  { columns, rows }: ProbeTable,
): Promise<void> {
  const texts = rows.map((values, row) => {
    const literals = columns.map(({ type }, at) => literalOf(values[at] ?? null, type))
    return `(${[row, ...literals].join(', ')})`
  })
  const names = ['__row', ...columns.map(({ name }) => `"${name}"`)].join(', ')
  const query = `SELECT * FROM (VALUES ${texts.join(', ')}) AS v(${names})`
  await connection.run(`CREATE OR REPLACE TEMP TABLE ${TABLE} AS ${query}`)
}

async function computedByDuck(
  connection: DuckDBConnection,
  text: string,
  type: Type,
): Promise<Value[]> {
  const value = `TRY(CAST(${text} AS ${typeName(type, 'duckdb')}))`
  const query = `SELECT ${value} FROM ${TABLE} ORDER BY __row`
  const reader = await connection.runAndReadAll(query)
  return reader.getRows().map(([one = null]) => valueOfDuck(one, type))
}

/** The type that DuckDB's own answer has, in Weir's words where both have one. */
export async function typeByDuck(connection: DuckDBConnection, { duckdb }: Probe): Promise<string> {
  const reader = await connection.runAndReadAll(`SELECT typeof(${duckdb}) FROM ${TABLE} LIMIT 1`)
  const name = String(reader.getRows()[0]?.[0])
  return OWN_NAMES.reduce((text, [theirs, ours]) => text.replace(theirs, ours), name)
}

const OWN_NAMES: readonly (readonly [RegExp, string])[] = [
  [/^(.*)\[\]$/, 'ARRAY<$1>'],
  [/VARCHAR/, 'TEXT'],
  [/TIMESTAMP WITH TIME ZONE/, 'TIMESTAMPTZ'],
  [/BLOB/, 'BYTES'],
  [/,/, ', '],
]

const SHOWN_MAX = 3

/** What is wrong with the answers to a probe; undefined: nothing. */
export async function objectionTo(
  connection: DuckDBConnection,
  compiler: Compiler,
  probe: Probe,
  table: ProbeTable,
): Promise<string | undefined> {
  const { type, values } = computedByWeir(compiler, probe.weir, table)
  const others = await computedByDuck(connection, probe.duckdb, type)
  const rows = values.flatMap((value, row) => (isNear(value, others[row] ?? null) ? [] : [row]))
  if (probe.differs !== undefined) return rows.length > 0 ? undefined : 'no row differs'
  if (rows.length === 0) return undefined
  const lines = rows.slice(0, SHOWN_MAX).map(row => {
    const [weir, duck] = [values[row] ?? null, others[row] ?? null].map(textOf)
    return `row ${row} (${told(probe, table, row)}): ${weir}, in DuckDB ${duck}`
  })
  return `${rows.length} rows\n${lines.join('\n')}`
}

/** The columns that the expression names. */
function told({ weir }: Probe, { columns, rows }: ProbeTable, row: number): string {
  const values = columns.map(({ name }, at) => ({ name, value: rows[row]?.[at] ?? null }))
  const named = values.filter(({ name }) => new RegExp(`\\b${name}\\b`).test(weir))
  return named.map(({ name, value }) => `${name} = ${textOf(value)}`).join(', ')
}

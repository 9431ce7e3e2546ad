/** Asks DuckDB what a plan makes of finite input. */

import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { columnsOf } from '../../oracle/columns.ts'
import type { Input } from '../../oracle/input.ts'
import { answered } from '../../oracle/oracle.ts'
import type { Edge, Plan } from '../../oracle/plan.ts'
import type { Row, Table } from '../../oracle/table.ts'
import type { Column } from '../../oracle/type.ts'
import type { Failure } from '../check.ts'
import { difference } from '../compare/tables.ts'
import type { Case } from '../generate/case.ts'
import { valueOfDuck } from './literal.ts'
import { operatorStatements, sourceStatements, tableOf } from './query.ts'

/** In memory, for one process; one thread, so that it leaves the others alone. */
export async function openDuck(): Promise<DuckDBConnection> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' })
  const connection = await instance.connect()
  await connection.run("SET TimeZone = 'UTC'")
  return connection
}

/** By sink. */
export async function answeredByDuck(
  connection: DuckDBConnection,
  plan: Plan,
  input: Input,
): Promise<Readonly<Record<string, Table>>> {
  const typed = columnsOf(plan)
  const setting = { columnsOf: typed, endMs: input.batches.at(-1)?.now ?? 0 }
  const statements = [
    ...sourceStatements(plan, input),
    ...plan.operators.flatMap(operator => operatorStatements(operator, setting)),
  ]
  for (const statement of statements) await mustRun(connection, statement)
  const answer: Record<string, Table> = {}
  for (const { id, from } of plan.sinks) {
    answer[id] = await tableFrom(connection, from, typed(from))
  }
  return answer
}

async function mustRun(connection: DuckDBConnection, statement: string): Promise<void> {
  try {
    await connection.run(statement)
  } catch (error) {
    throw new Error(`DuckDB refuses ${statement}`, { cause: error })
  }
}

async function tableFrom(
  connection: DuckDBConnection,
  edge: Edge,
  columns: readonly Column[],
): Promise<Table> {
  const reader = await connection.runAndReadAll(`SELECT * FROM ${tableOf(edge)}`)
  const rows = reader.getRows().map(
    (values): Row => ({
      ...{ batch: 0, kind: 'insert', time: Number(values[columns.length]) },
      values: columns.map(({ type }, at) => valueOfDuck(values[at] ?? null, type)),
    }),
  )
  return { columns, rows }
}

/** The oracle's answer beside DuckDB's. */
export async function checkedByDuck(
  connection: DuckDBConnection,
  { plan, input }: Case,
): Promise<Failure | undefined> {
  const { sinks } = answered(plan, input)
  const seen = await answeredByDuck(connection, plan, input)
  for (const { id } of plan.sinks) {
    const [one, other] = [sinks[id], seen[id]]
    const none = one === undefined || other === undefined
    const detail = none ? 'no answer' : difference(one, other, undefined)
    if (detail !== undefined) {
      return { checker: 'ORACLE-1 DuckDB says the same', detail: `${id}: ${detail}` }
    }
  }
  return undefined
}

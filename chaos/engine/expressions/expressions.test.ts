/**
 * Expressions have the values that DuckDB gives them, over random rows; where not, the lists say
 * so, and why. Every function of the registry is in the lists.
 */

import { readFileSync, writeFileSync } from 'node:fs'
import type { DuckDBConnection } from '@duckdb/node-api'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Prng } from '../../../src/base/prng.ts'
import { typeText } from '../../../src/engine/schema/type.ts'
import { compilerOf } from '../../../src/sql/compiler.ts'
import { entries } from '../../../src/sql/functions/registry.ts'
import { openDuck } from '../duckdb/answer.ts'
import { recordsFrom } from '../run/scalars.ts'
import { objectionTo, putTable, typeByDuck } from './duckdb.ts'
import { functionProbes, NONE, unasked } from './functions.ts'
import { operatorProbes } from './operators.ts'
import type { Probe } from './probe.ts'
import { drawTable } from './table.ts'

const ROWS = 150
const SEED_MAX = 1_000_000
/** Another one each time; one that failed comes again by WEIR_SEED. */
const SEED = Number(process.env['WEIR_SEED'] ?? Math.floor(Math.random() * SEED_MAX))
process.stdout.write(`expressions beside DuckDB: WEIR_SEED=${SEED}\n`)

const compiler = compilerOf()
const table = drawTable(new Prng(SEED), ROWS)
const { schema } = recordsFrom(table.columns, [])
let connection: DuckDBConnection

beforeAll(async () => {
  connection = await openDuck()
  await putTable(connection, table)
})
afterAll(() => connection.closeSync())

const objection = (probe: Probe) => objectionTo(connection, compiler, probe, table)

test.each(operatorProbes)('$weir', async probe => {
  expect(await objection(probe)).toBe(undefined)
})

const known = entries.map(({ name }) => name)

describe('functions', () => {
  test('all are in the lists, once, with a reason where they are not asked', () => {
    expect(known.filter(name => !(name in functionProbes || name in unasked))).toEqual([])
    expect(known.filter(name => name in functionProbes && name in unasked)).toEqual([])
    expect(Object.values(unasked).filter(reason => reason.length < 10)).toEqual([])
  })

  test('and nothing else is', () => {
    const listed = [...Object.keys(functionProbes), ...Object.keys(unasked)]
    expect(listed.filter(name => !known.includes(name))).toEqual([])
  })

  test.each(known.flatMap(name => functionProbes[name] ?? []))('$weir', async probe => {
    expect(await objection(probe)).toBe(undefined)
  })
})

test('what DuckDB is said not to have it does not have, by any of its names', async () => {
  const reader = await connection.runAndReadAll('SELECT function_name FROM duckdb_functions()')
  const theirs = new Set(reader.getRows().map(([name]) => String(name)))
  const without = entries.filter(({ name }) => unasked[name] === NONE)
  expect(without.length).toBeGreaterThan(10)
  expect(without.map(({ name }) => name).filter(name => theirs.has(name))).toEqual([])
  for (const { examples } of without) {
    for (const { expression } of examples) {
      await expect(connection.run(`SELECT ${expression}`), expression).rejects.toThrow()
    }
  }
})

/** Written anew by WEIR_REGENERATE=1, and read then: a line is a difference on purpose. */
test('the types of answers are those of DuckDB, but for a list', async () => {
  const lines: string[] = []
  for (const probe of [...operatorProbes, ...known.flatMap(name => functionProbes[name] ?? [])]) {
    const { type } = compiler.expression(probe.weir, schema)
    const [ours, theirs] = [typeText(type), await typeByDuck(connection, probe)]
    if (ours !== theirs) lines.push(`${probe.weir}: ${ours}, in DuckDB ${theirs}`)
  }
  const url = new URL('./types.txt', import.meta.url)
  const seen = `${[...new Set(lines)].join('\n')}\n`
  if (process.env['WEIR_REGENERATE'] === '1') writeFileSync(url, seen)
  else expect(seen).toBe(readFileSync(url, 'utf8'))
})

describe('an objection is made', () => {
  test('to another value, with the row and its columns', async () => {
    const told = await objection({ weir: 'i + 1', duckdb: 'i + 2' })
    expect(told).toMatch(/^\d+ rows\nrow \d+ \(i = /)
  })

  test('to a value where there is none', async () => {
    expect(await objection({ weir: '0', duckdb: 'NULL' })).toContain('in DuckDB null')
  })

  test('to a difference that is not there', async () => {
    const probe = { weir: 'i', duckdb: 'i', differs: 'they said' }
    expect(await objection(probe)).toBe('no row differs')
  })
})

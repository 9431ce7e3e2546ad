/**
 * Expressions have the values that DuckDB gives them, over random rows; where not, the lists say
 * so, and why. Every function of the registry is in the lists.
 */

import type { DuckDBConnection } from '@duckdb/node-api'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Prng } from '../../../src/base/prng.ts'
import { compilerOf } from '../../../src/sql/compiler.ts'
import { entries } from '../../../src/sql/functions/registry.ts'
import { openDuck } from '../duckdb/answer.ts'
import { objectionTo, putTable } from './duckdb.ts'
import { functionProbes, unasked } from './functions.ts'
import { operatorProbes } from './operators.ts'
import type { Probe } from './probe.ts'
import { drawTable } from './table.ts'

const ROWS = 150
const SEED = 5

const compiler = compilerOf()
const table = drawTable(new Prng(SEED), ROWS)
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

describe('functions', () => {
  const known = entries.map(({ name }) => name)

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

describe('an objection is made', () => {
  test('to another value, with the row and its columns', async () => {
    const told = await objection({ weir: 'i + 1', duckdb: 'i + 2' })
    expect(told).toMatch(/^\d+ rows\nrow 0 \(i = /)
  })

  test('to a value where there is none', async () => {
    expect(await objection({ weir: '0', duckdb: 'NULL' })).toContain('in DuckDB null')
  })

  test('to a difference that is not there', async () => {
    const probe = { weir: 'i', duckdb: 'i', differs: 'they said' }
    expect(await objection(probe)).toBe('no row differs')
  })
})

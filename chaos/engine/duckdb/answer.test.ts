/**
 * The oracle is right, as far as SQL can say what is meant: DuckDB answers the same for random
 * plans over random finite input, and random expressions have the same values.
 */

import type { DuckDBConnection } from '@duckdb/node-api'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Prng } from '../../../src/base/prng.ts'
import { answered } from '../../oracle/oracle.ts'
import type { Plan } from '../../oracle/plan.ts'
import { difference } from '../compare/tables.ts'
import { drawCase } from '../generate/case.ts'
import { type Counts, countCase } from '../generate/count.ts'
import { Drafter } from '../generate/expressions.ts'
import { drawInput } from '../generate/inputs.ts'
import { drawPlan } from '../generate/plans.ts'
import { answeredByDuck, checkedByDuck, openDuck } from './answer.ts'

const PLANS = 60
const EXPRESSION_PLANS = 15
const EXPRESSIONS = 12
const limits = { finite: true }

let connection: DuckDBConnection
beforeAll(async () => {
  connection = await openDuck()
})
afterAll(() => connection.closeSync())

const settled = {
  seed: 0,
  setting: { groups: 1, rowsDueMax: 1, between: 'nothing', expressions: 'trees' },
} as const

describe('DuckDB agrees', () => {
  test('with what random plans make of finite input', async () => {
    const counts: Counts = new Map()
    for (let seed = 0; seed < PLANS; seed++) {
      const one = drawCase(seed, limits)
      countCase(counts, one)
      expect(await checkedByDuck(connection, one), `seed ${seed}`).toBe(undefined)
    }
    const wanted = [
      'tumbling',
      'hopping',
      'cumulate',
      'session',
      'sliding',
      'sliding-rows',
      'count',
    ]
    const kinds = [...wanted, 'global', 'dedup', 'filter', 'project', 'split', 'union', 'unnest']
    expect(kinds.filter(kind => (counts.get(kind) ?? 0) < 3)).toEqual([])
  })

  test('with the values of random expressions', async () => {
    for (let seed = 0; seed < EXPRESSION_PLANS; seed++) {
      const plan = expressionPlan(seed)
      const input = drawInput(new Prng(seed).fork('rows'), plan, limits)
      const one = { ...settled, plan, input }
      expect(await checkedByDuck(connection, one), `seed ${seed}`).toBe(undefined)
    }
  })
})

/** The source of a drawn plan, and nothing but expressions over it. */
function expressionPlan(seed: number): Plan {
  const prng = new Prng(seed).fork('expressions')
  const source = drawPlan(prng, { ...limits, grouped: false }).sources[0] as Plan['sources'][number]
  const tempered = source.columns.map(column => ({ ...column, temper: 'wild' as const }))
  const drafter = new Drafter(prng, tempered)
  const columns = Array.from({ length: EXPRESSIONS }, (_, at) => ({
    ...{ name: `x${at}`, expression: drafter.expression(drafter.anyType(), 4) },
  }))
  const spec = { kind: 'project', columns } as const
  const operators = [{ id: 'o', inputs: [{ from: source.id }], spec }]
  return { sources: [source], operators, sinks: [{ id: 'out', from: { from: 'o' }, key: [] }] }
}

describe('and would notice', () => {
  test('a value, a row too few, a row too many', () => {
    const { plan, input } = drawCase(3, limits)
    const { sinks } = answered(plan, input)
    const sink = plan.sinks.find(({ id }) => (sinks[id]?.rows.length ?? 0) > 1)
    const table = sinks[sink?.id ?? ''] as (typeof sinks)[string]
    const [first, ...rest] = table.rows
    expect(difference(table, { ...table, rows: rest }, undefined)).toContain('missing')
    expect(difference({ ...table, rows: rest }, table, undefined)).toContain('not wanted')
    const other = { ...(first as (typeof table.rows)[0]), time: 17 }
    expect(difference(table, { ...table, rows: [other, ...rest] }, undefined)).toContain('@17')
  })

  test('a statement that it does not understand', async () => {
    const { plan, input } = drawCase(3, limits)
    const spec = { kind: 'filter', where: { op: 'column', name: 'nowhere' } } as const
    const operators = [{ id: 'o', inputs: [{ from: 's0' }], spec }]
    await expect(answeredByDuck(connection, { ...plan, operators }, input)).rejects.toThrow(
      'DuckDB refuses',
    )
  })
})

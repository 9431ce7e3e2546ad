/**
 * The engine says what the oracle says: a few random plans here, for a first word; thousands by
 * `npm run engine`. And each checker objects to what it is there for.
 */

import { describe, expect, test } from 'vitest'
import { WeirError } from '../../src/base/errors.ts'
import type { ErrorPolicy } from '../../src/engine/plan/plan.ts'
import { compilerOf } from '../../src/sql/compiler.ts'
import { answered } from '../oracle/oracle.ts'
import type { Row } from '../oracle/table.ts'
import { textOfAll } from '../oracle/value.ts'
import { checked, failedIn, objection, type Seen } from './check.ts'
import { type Case, drawCase } from './generate/case.ts'
import { countCase, countsText, missing } from './generate/count.ts'
import { runEngine } from './run/engine.ts'

const PLANS = 30

test('random plans over random disordered input', () => {
  for (let seed = 0; seed < PLANS; seed++) {
    expect(checked(drawCase(seed)), `seed ${seed}`).toBe(undefined)
  }
})

describe('where something fails', () => {
  const failing = failingCase()
  const under = (errors: ErrorPolicy): Case => ({
    ...failing,
    setting: { ...failing.setting, errors },
  })

  test.each(['dead-letter', 'skip', 'fail'] as const)('%s is kept to', errors => {
    expect(checked(under(errors))).toBe(undefined)
  })

  test('the engine stops, or counts what it passes over', () => {
    const { plan, input } = failing
    const compiler = compilerOf()
    expect(() => runEngine(plan, input, { ...under('fail').setting, compiler })).toThrow(WeirError)
    const { sinks, late, dead } = runEngine(plan, input, { ...under('skip').setting, compiler })
    expect(dead).toBeGreaterThan(0)
    const wanted = answered(plan, input)
    const none = { sinks, late, dead: 0 }
    expect(objection(failing, wanted, [none, none])?.checker).toMatch(/^ENGINE-4/)
  })
})

test('a seed is one case', () => {
  expect(drawCase(12)).toEqual(drawCase(12))
  expect(drawCase(12)).not.toEqual(drawCase(13))
})

describe('counts', () => {
  test('say what the plans are made of', () => {
    const counts = new Map<string, number>()
    for (let seed = 0; seed < 400; seed++) countCase(counts, drawCase(seed))
    expect(counts.get('filter')).toBeGreaterThan(20)
    expect(counts.get('session by processing time')).toBeGreaterThan(3)
    expect(countsText(counts)).toMatch(/^aggregate +\d+\n/)
  })

  test('and what is missing from a campaign', () => {
    expect(missing(new Map([['filter', 99]]), 1500, true)).toContain('filter')
    expect(missing(new Map([['filter', 100]]), 1500, true)).not.toContain('filter')
    expect(missing(new Map(), 1500, false)).toContain('lateness')
    expect(missing(new Map(), 10, false)).toEqual([])
  })
})

describe('objections', () => {
  const one = caseWithRows()
  const wanted = answered(one.plan, one.input)
  const late = Object.entries(wanted.late).reduce(
    (sum, [id, count]) => (isLost(one, id) ? sum + count : sum),
    0,
  )
  const right: Seen = { sinks: wanted.sinks, late, dead: failedIn(wanted) }
  const sink = one.plan.sinks.find(({ id }) => (wanted.sinks[id]?.rows.length ?? 0) > 2)?.id ?? ''
  const told = (seen: Seen, other: Seen = seen) => objection(one, wanted, [seen, other])?.checker
  const withRows = (change: (rows: readonly Row[]) => readonly Row[]): Seen => {
    const table = right.sinks[sink] as (typeof right.sinks)[string]
    return { ...right, sinks: { ...right.sinks, [sink]: { ...table, rows: change(table.rows) } } }
  }

  test('none to what is right', () => {
    expect(told(right)).toBe(undefined)
  })

  test('to a row too few', () => {
    expect(told(withRows(rows => rows.slice(1)))).toMatch(/^ENGINE-1/)
  })

  test('to a row that is taken back and was not said', () => {
    const back = (row: Row): Row => ({
      ...{ ...row, kind: 'delete', values: row.values.map(value => value ?? false) },
    })
    const keyed = { ...one, plan: keyedPlan(one, sink, right) }
    const seen = withRows(rows => [back(rows[0] as Row), ...rows])
    const found = objection(keyed, answered(keyed.plan, one.input), [seen, seen])
    expect(found?.checker).toMatch(/^ENGINE-2/)
    expect(found?.detail).toContain('is taken back and was not said')
  })

  test('to an early result that is not said, and to one that is said too late or too often', () => {
    const id = one.plan.sinks.find(one => one.id === sink)?.from.from ?? ''
    const row: Row = { batch: 1, time: -12345, kind: 'insert', values: [7n] }
    const early = { ...wanted, early: { ...wanted.early, [id]: [row] } }
    expect(objection(one, early, [right, right])?.checker).toMatch(/^ENGINE-6/)
    const keyed = { ...one, plan: keyedPlan(one, sink, right) }
    const late = withRows(rows => rows.map(said => ({ ...said, batch: said.batch + 1 })))
    expect(objection(keyed, wanted, [late, late])?.checker).toMatch(/^ENGINE-7/)
    const often = withRows(rows => [{ ...(rows[0] as Row), time: -12345 }, ...rows])
    expect(objection(keyed, wanted, [often, often])?.checker).toMatch(/^ENGINE-7/)
  })

  test('to late records and dead letters that are not counted', () => {
    expect(told({ ...right, late: right.late + 1 })).toMatch(/^ENGINE-3/)
    expect(told({ ...right, dead: right.dead + 1 })).toMatch(/^ENGINE-4/)
  })

  test('to another order after a restart', () => {
    expect(
      told(
        right,
        withRows(rows => rows.toReversed()),
      ),
    ).toMatch(/^ENGINE-5/)
    expect(
      told(
        right,
        withRows(rows => [...rows, rows[0] as Row]),
      ),
    ).toMatch(/^ENGINE-5/)
  })
})

function failingCase(): Case {
  for (let seed = 0; ; seed++) {
    const one = drawCase(seed)
    const { failed } = answered(one.plan, one.input)
    if (Object.values(failed).some(count => count > 0)) return one
  }
}

function isLost({ plan }: Case, id: string): boolean {
  const spec = plan.operators.find(operator => operator.id === id)?.spec
  return spec?.kind === 'aggregate' && spec.lateSide === undefined
}

/** Rows that differ in time and in what they say, at the first sink of several; none has a key. */
function caseWithRows(): Case {
  for (let seed = 0; ; seed++) {
    const one = drawCase(seed)
    if (one.plan.sinks.some(({ key }) => key.length > 0)) continue
    const { sinks } = answered(one.plan, one.input)
    const tables = one.plan.sinks.map(({ id }) => sinks[id]?.rows ?? [])
    const rows = tables.find(({ length }) => length > 2) ?? []
    const times = new Set(rows.map(({ time }) => time))
    const texts = new Set(rows.map(({ values }) => textOfAll(values)))
    if (times.size > 2 && texts.size === rows.length) return one
  }
}

/** The sink's reader goes by all that a row says. */
function keyedPlan({ plan }: Case, sink: string, { sinks }: Seen): Case['plan'] {
  const key = sinks[sink]?.columns.map(({ name }) => name) ?? []
  return { ...plan, sinks: plan.sinks.map(one => (one.id === sink ? { ...one, key } : one)) }
}

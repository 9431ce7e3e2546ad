/** Filters and projections behind results that are said again: what is taken back was said so. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DELETE, INSERT, rowsOf, UPDATE } from '../columns/records.ts'
import type { AggregateSpec, OperatorPlan } from '../plan/plan.ts'
import { counts, filter, operator, project, sink } from '../plan/testing/plans.ts'
import { Stage } from '../stage/testing/sites.ts'
import { recordsFrom } from '../windows/testing/events.ts'
import { isSifted } from './remembered.ts'

const SUMS: AggregateSpec = {
  ...counts('user'),
  aggregates: [{ name: 'total', fn: 'sum', args: ['n'], distinct: false }],
  mode: 'updating',
}
const sums = (more: Partial<AggregateSpec> = {}) => operator('sums', 'in', { ...SUMS, ...more })
const SIGNS = new Map([
  [INSERT, '+'],
  [UPDATE, '~'],
  [DELETE, '-'],
])

/** What the sinks get of a batch, each row with what it does. */
class Told {
  readonly stage: Stage

  constructor(...operators: readonly OperatorPlan[]) {
    const last = operators.at(-1)?.id ?? ''
    this.stage = new Stage(operators, { sinks: [sink('out', last)] })
  }

  batch(watermark: number, ...events: readonly (readonly [number, number])[]): readonly string[] {
    const records = recordsFrom(events.map(([time, n]) => ({ user: 'a', time, n })))
    const { outputs } = this.stage.step(watermark, records)
    this.stage.applyOldest()
    return outputs.flatMap(({ to, records: all }) =>
      rowsOf(all).map(({ kind = INSERT, values }) => {
        const shown = to === 'out' ? `${SIGNS.get(kind)} ` : `${to} `
        return shown + (to === 'out' ? values.join(',') : '')
      }),
    )
  }
}

describe('a filter behind a sum that is said again', () => {
  test('takes back what it let pass, as it was, and nothing else', () => {
    const told = new Told(sums(), operator('few', 'sums', filter('total >= 3')))
    expect(told.batch(0, [1, 1])).toEqual([])
    expect(told.batch(0, [2, 1])).toEqual([])
    expect(told.batch(0, [3, 2])).toEqual(['+ a,0,10,4'])
    expect(told.batch(0, [3, 1])).toEqual(['~ a,0,10,5'])
    told.stage.restore()
    expect(told.batch(0, [4, -4])).toEqual(['- a,0,10,5'])
    expect(told.batch(0, [4, -4])).toEqual([])
    expect(told.batch(0, [4, 9])).toEqual(['+ a,0,10,6'])
  })

  test('forgets what it let pass once it cannot be said again', () => {
    const told = new Told(sums({ latenessMs: 5 }), operator('few', 'sums', filter('total >= 3')))
    told.batch(0, [1, 3])
    const { size } = told.stage.store
    expect(told.batch(12, [1, 1])).toEqual(['~ a,0,10,4'])
    told.batch(15)
    expect(told.stage.store.size).toBeLessThan(size)
    told.batch(Infinity)
    // The batch's outputs, how far time has come, and the numbers of tables.
    const names = ['panes', 'timers', 'early', 'said', 'said until', 'progress', 'elements']
    expect(told.stage.store.size).toBeLessThanOrEqual(2 + names.length)
  })

  test('is told of early results in the same way', () => {
    const early = sums({ mode: 'final', earlyMs: 10 })
    const told = new Told(early, operator('few', 'sums', filter('total >= 3')))
    const at = (now: number, n: number) => {
      const { outputs } = told.stage.step(0, recordsFrom([{ user: 'a', time: 1, n }]), now)
      told.stage.applyOldest()
      return outputs.flatMap(({ records }) =>
        rowsOf(records).map(({ kind = 0, values }) => [kind, values[3]]),
      )
    }
    expect([at(0, 1), at(10, 1), at(20, 5)]).toEqual([[], [], [[INSERT, 7]]])
    expect(at(30, -5)).toEqual([[DELETE, 7]])
  })

  test('a session that grew takes back what was said of it, if it was', () => {
    const session = sums({ window: { kind: 'session', gapMs: 5, time: 'event' } })
    const told = new Told(session, operator('few', 'sums', filter('total >= 3')))
    expect(told.batch(0, [1, 1])).toEqual([])
    expect(told.batch(0, [3, 1])).toEqual([])
    expect(told.batch(0, [4, 1])).toEqual(['+ a,1,9,3'])
    expect(told.batch(0, [6, 1])).toEqual(['- a,1,9,3', '+ a,1,11,4'])
  })
})

describe('a projection', () => {
  test('that fails takes back what it had said, and what failed before was not said', () => {
    const columns = project('user', 'window_start', 'm=fail(total)')
    const told = new Told(sums(), operator('some', 'sums', columns))
    expect(told.batch(0, [1, -1])).toEqual(['dead-letters '])
    expect(told.batch(0, [1, -1])).toEqual(['dead-letters '])
    expect(told.batch(0, [1, 5])).toEqual(['+ a,0,3'])
    expect(told.batch(0, [1, 1])).toEqual(['~ a,0,4'])
    expect(told.batch(0, [1, -9])).toEqual(['dead-letters ', '- a,0,4'])
    expect(told.batch(0, [1, 6])).toEqual(['+ a,0,1'])
  })

  test('and a filter behind it go the same way', () => {
    const columns = project('user', 'm=fail(total)')
    const told = new Told(
      sums(),
      operator('some', 'sums', columns),
      operator('few', 'some', filter('m >= 2')),
    )
    let said: string | undefined
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -3, max: 3 }), { maxLength: 12 }), deeds => {
        for (const n of deeds) {
          for (const line of told.batch(0, [1, n])) {
            const [sign, row] = line.split(' ')
            if (sign === 'dead-letters') continue
            expect(sign === '+', line).toBe(said === undefined)
            if (sign === '-') expect(row).toBe(said)
            said = sign === '-' ? undefined : row
          }
        }
      }),
      { numRuns: 60 },
    )
    expect(told.batch(0, [1, 1000])[0]).toMatch(/^[+~] a,\d+$/)
  })
})

test('nothing is remembered where nobody asks', () => {
  const both = [sums(), operator('few', 'sums', filter('total >= 3'))]
  expect(isSifted('sums', both)).toBe(true)
  expect(isSifted('sums', [sums()])).toBe(false)
  const joined = [...both.slice(0, 1), operator('all', 'sums', { kind: 'union' })]
  expect(isSifted('sums', joined)).toBe(false)
  expect(isSifted('sums', [...joined, operator('few', 'all', filter('total >= 3'))])).toBe(true)
})

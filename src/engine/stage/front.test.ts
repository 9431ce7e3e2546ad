/** What a reader does with decoded records: their time, what keeps no state, and their slots. */

import { describe, expect, test } from 'vitest'
import { slotOf } from '../../base/hash.ts'
import { gatherRecords } from '../columns/gather.ts'
import { recordsOf, rowsOf } from '../columns/records.ts'
import type { Scalar } from '../columns/vector.ts'
import type { OperatorPlan, OperatorSpec, Plan, SourcePlan } from '../plan/plan.ts'
import { schemasOf, sourceSchema } from '../plan/schemas.ts'
import { sitesOf } from '../plan/sites.ts'
import {
  counts,
  dedup,
  filter,
  operator,
  planOf,
  project,
  sink,
  source,
} from '../plan/testing/plans.ts'
import { TEXT } from '../schema/type.ts'
import { keyOf } from '../state/group-key.ts'
import { testCompiler } from '../testing/compiler.ts'
import { Front, type FrontResult } from './front.ts'
import type { Limits } from './limits.ts'

const columns = [
  { name: 'user', type: 'TEXT' },
  { name: 'n', type: 'BIGINT' },
  { name: 'at', type: 'TIMESTAMPTZ' },
]
const timed = source('in', { columns, time: { column: 'at', lagMs: 0 } })

function frontOf(operators: readonly OperatorPlan[], more: Partial<Plan> = {}, limits?: Limits) {
  const plan = planOf(operators, { sources: [timed], ...more })
  const [read] = plan.sources as [SourcePlan]
  const site = sitesOf(plan).find(one => one.source === 'in')
  if (site === undefined) throw new Error('the source has no site')
  return new Front({
    site,
    source: read,
    schemas: schemasOf(plan, testCompiler),
    compiler: testCompiler,
    ...(limits && { limits }),
  })
}

const records = (...rows: readonly (readonly Scalar[])[]) =>
  recordsOf(
    sourceSchema(timed),
    rows.map(values => ({ time: -1, values })),
  )

const leaves = ({ leaving }: FrontResult) =>
  leaving.map(({ exchange, records: some }) => [
    exchange.to,
    ...rowsOf(some).map(({ time, values }) => `${time} ${values.join(',')}`),
  ])

describe('records at the front', () => {
  test('get their times, go through what keeps no state, and leave with their slots', () => {
    const front = frontOf([
      operator('some', 'in', filter('n >= 2')),
      operator('sums', 'some', counts('user')),
    ])
    const result = front.take(records(['a', 1, 10], ['b', 2, 11], ['c', 3, 12]))
    expect(leaves(result)).toEqual([['sums', '11 b,2,11', '12 c,3,12']])
    expect([...(result.leaving[0]?.slots ?? [])]).toEqual(
      ['b', 'c'].map(user => slotOf(keyOf([TEXT], [user]))),
    )
    expect([...result.times]).toEqual([10, 11, 12])
    expect(result.dead).toEqual([])
  })

  test('go to each stage that wants them', () => {
    const front = frontOf([operator('a', 'in', dedup('user')), operator('b', 'in', dedup('n'))], {
      sinks: [sink('x', 'a'), sink('y', 'b')],
    })
    expect(leaves(front.take(records(['u', 1, 5]))).map(([to]) => to)).toEqual(['a', 'b'])
  })

  test('of a job without state go to its sinks', () => {
    const result = frontOf([operator('names', 'in', project('user'))]).take(records(['a', 1, 5]))
    expect(result.sinks.map(({ sink: { id }, records: some }) => [id, rowsOf(some)])).toEqual([
      ['out', [{ time: 5, values: ['a'] }]],
    ])
    expect(result.leaving).toEqual([])
  })

  test('that were taken before are not told again', () => {
    const front = frontOf([operator('sums', 'in', counts('user'))])
    front.take(records(['a', -1, 5], ['a', 1, null]))
    const second = front.take(records(['b', 1, 6]))
    expect(leaves(second)).toEqual([['sums', '6 b,1,6']])
    expect(second.dead).toEqual([])
  })

  test('that are none are none', () => {
    const result = frontOf([operator('sums', 'in', counts('user'))]).take(records())
    expect([result.leaving, result.sinks, result.dead, result.times.length]).toEqual([
      [],
      [],
      [],
      0,
    ])
  })
})

describe('records that fail at the front', () => {
  test('for want of a time are told of the source, and the others go on', () => {
    const front = frontOf([operator('sums', 'in', counts('user'))])
    const result = front.take(records(['a', 1, null], ['b', 2, 11]))
    expect(result.dead.map(({ operator: of, row, code }) => [of, row, code])).toEqual([
      ['in', 0, 'no-event-time'],
    ])
    expect(leaves(result)).toEqual([['sums', '11 b,2,11']])
    expect([...result.times]).toEqual([11])
  })

  test('in an operator are told of it', () => {
    const front = frontOf([operator('names', 'in', project('m=fail(n)'))])
    const result = front.take(records(['a', -1, 5], ['b', 2, 6]))
    expect(result.dead.map(({ operator: of, reason }) => [of, reason])).toEqual([
      ['names', '-1 is negative'],
    ])
    expect(result.sinks.flatMap(({ records: some }) => rowsOf(some))).toEqual([
      { time: 6, values: [2] },
    ])
  })

  test('with their key are told of the stage that they were for, and do not leave', () => {
    const front = frontOf([operator('sums', 'in', counts('m=fail(n)'))])
    const result = front.take(records(['a', -1, 5], ['b', 2, 6], ['c', -3, 7]))
    expect(result.dead.map(({ operator: of, row }) => [of, row])).toEqual([
      ['sums', 0],
      ['sums', 2],
    ])
    expect(leaves(result)).toEqual([['sums', '6 b,2,6']])
    expect(result.leaving[0]?.slots).toHaveLength(1)
  })

  test('all of them leave nobody', () => {
    const front = frontOf([operator('sums', 'in', counts('m=fail(n)'))])
    const result = front.take(records(['a', -1, 5]))
    expect([result.leaving, result.dead.length]).toEqual([[], 1])
  })

  test('keep where they came from', () => {
    const origin = { channel: 6, offsets: Float64Array.of(40, 41) }
    const front = frontOf([operator('sums', 'in', counts('user'))])
    const result = front.take({ ...records(['a', 1, null], ['b', 2, 11]), origin })
    expect(result.dead[0]?.records.origin?.offsets[result.dead[0].row]).toBe(40)
    expect(result.leaving[0]?.records.origin).toEqual({ channel: 6, offsets: Float64Array.of(41) })
  })
})

describe('records of which much is made', () => {
  const explode = unnestOf('list')
  const lists = { ...timed, columns: [...columns, { name: 'list', type: 'ARRAY<BIGINT>' }] }
  const frontOfLists = () =>
    frontOf(
      [operator('each', 'in', explode)],
      { sources: [lists] },
      { rows: 10, bytes: 1e6, leavingBytes: 1e6, evaluationBytes: 1e6 },
    )
  const rows = (...sizes: readonly number[]) =>
    recordsOf(
      sourceSchema(lists),
      sizes.map((size, n) => ({
        time: -1,
        values: ['a', n, n, Array.from({ length: size }, (_, at) => at)],
      })),
    )
  const outcome = (results: readonly FrontResult[]) => ({
    said: results.flatMap(({ sinks }) => sinks.flatMap(one => rowsOf(one.records))),
    dead: results.flatMap(({ dead }) => dead.map(({ records: of, row }) => rowsOf(of)[row]?.time)),
    times: results.flatMap(({ times }) => [...times]),
    most: Math.max(
      ...results.map(({ sinks }) => sinks.reduce((sum, { records: of }) => sum + of.size, 0)),
    ),
  })

  test('are taken piece by piece, and whatever the pieces, the same becomes of each', () => {
    const sizes = [3, 3, 3, 3, 10, 11, 1, 0, 25, 9, 2]
    const all = outcome([...frontOfLists().takeAll(rows(...sizes))])
    expect(all.dead).toEqual([5, 8])
    expect(all.said).toHaveLength(sizes.filter(size => size <= 10).reduce((a, b) => a + b))
    expect(all.most).toBeLessThanOrEqual(10)
    expect(all.times).toEqual(sizes.map((_, n) => n))
    const front = frontOfLists()
    const whole = rows(...sizes)
    const single = sizes.flatMap((_, row) => [
      ...front.takeAll(gatherRecords(whole, Int32Array.of(row))),
    ])
    expect(outcome(single)).toEqual(all)
  })

  test('do not make those slower that come later', () => {
    const front = frontOfLists()
    expect(front.take(rows(9, 9, 9)).taken).toBe(1)
    const more = [...front.takeAll(rows(9, 9, 1, 1, 1, 1, 1, 1))]
    expect(more.map(({ taken }) => taken).reduce((a, b) => a + b)).toBe(8)
    expect(front.take(rows(1, 1, 1, 1, 1, 1)).taken).toBe(6)
  })

  test('that are none are taken once', () => {
    expect([...frontOfLists().takeAll(rows())].map(({ taken }) => taken)).toEqual([0])
  })
})

function unnestOf(array: string): OperatorSpec {
  return { kind: 'unnest', array, as: 'one', keepEmpty: false }
}

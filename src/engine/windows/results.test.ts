/** Results as records: which columns, which times, and what becomes of those that fail. */

import { describe, expect, test } from 'vitest'
import { vectorOf } from '../columns/builder.ts'
import type { Failures } from '../columns/expression.ts'
import { DELETE, INSERT, type Row, rowsOf, UPDATE } from '../columns/records.ts'
import { Schema } from '../schema/schema.ts'
import { BIGINT, TEXT } from '../schema/type.ts'
import { Budget, Collector } from '../stage/collector.ts'
import { constantTimes, resultSchema, sayResults, WINDOW_COLUMNS } from './results.ts'
import { Ground } from './testing/ground.ts'

const schema = new Schema([{ name: 'total', type: BIGINT }])

/** What is told when three results are said, of which some fail. */
function saying(kind: number, ...fails: readonly number[]) {
  const rows: Row[] = []
  const dead: string[] = []
  const budget = new Budget()
  const out = new Collector('sums', budget, ({ row, records, reason }) => {
    dead.push(`${records.times[row]} ${reason}`)
  })
  out.connect(undefined, records => rows.push(...rowsOf(records)))
  const vectors = (failures: Failures) => {
    for (const row of fails) failures.add(row, 'out-of-range', `result ${row}`)
    return [vectorOf(BIGINT, [10, 20, 30])]
  }
  sayResults(out, { schema, size: 3, times: Float64Array.of(1, 2, 3), kind, vectors })
  return { rows, dead, room: budget.room }
}

describe('results that are said', () => {
  test('are inserts without a word, and otherwise of their kind', () => {
    const kinds = [INSERT, UPDATE, DELETE].map(kind => saying(kind).rows.map(row => row.kind))
    expect(kinds).toEqual([
      [undefined, undefined, undefined],
      [UPDATE, UPDATE, UPDATE],
      [DELETE, DELETE, DELETE],
    ])
  })

  test('go on without those that fail, which are dead letters at their times', () => {
    const { rows, dead } = saying(INSERT, 1)
    expect(rows.map(({ time, values }) => [time, ...values])).toEqual([
      [1, 10],
      [3, 30],
    ])
    expect(dead).toEqual(['2 result 1'])
  })

  test('and were to replace others take those back where they fail', () => {
    const { rows, dead } = saying(UPDATE, 0, 2)
    expect(rows.map(({ time, kind }) => [time, kind])).toEqual([
      [1, DELETE],
      [2, UPDATE],
      [3, DELETE],
    ])
    expect(dead).toEqual(['1 result 0', '3 result 2'])
  })

  test('take up the room of a batch, failed or not', () => {
    for (const kind of [INSERT, UPDATE]) expect(saying(kind, 0, 1, 2).room).toBe(-3)
  })

  test('that all fail are not told at all', () => {
    const { rows, dead } = saying(INSERT, 0, 1, 2)
    expect([rows, dead.length]).toEqual([[], 3])
  })

  test('and are taken back were said: of those that fail there is nothing to tell', () => {
    const { rows, dead } = saying(DELETE, 0, 2)
    expect([rows.map(({ values }) => values[0]), dead]).toEqual([[20], []])
  })
})

describe('columns of results', () => {
  test('are those of the key, of the window, and one for each call', () => {
    const { calls } = new Ground().aggregates
    const key = [{ name: 'user', type: TEXT }]
    expect(resultSchema(key, WINDOW_COLUMNS, calls).names).toEqual([
      'user',
      'window_start',
      'window_end',
      'count',
      'sum',
      'first',
    ])
    expect(resultSchema([], [], []).names).toEqual([])
  })

  test('of times are the same in each row', () => {
    expect([...constantTimes(-7, 3)]).toEqual([-7, -7, -7])
    expect(constantTimes(5, 0)).toHaveLength(0)
  })
})

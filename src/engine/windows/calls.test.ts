/** Calls of aggregates: which there are, what they take, and which records reach them. */

import { describe, expect, test } from 'vitest'
import { FailedRows } from '../columns/failed-rows.ts'
import { recordsOf } from '../columns/records.ts'
import { run } from '../testing/verify.ts'
import { Grouping } from './grouping.ts'
import { input } from './testing/events.ts'
import { call, Ground } from './testing/ground.ts'
import { came, END, story, sums, told, tumbling } from './testing/told.ts'

const made =
  (...calls: readonly ReturnType<typeof call>[]) =>
  () =>
    new Ground(calls)

describe('a call', () => {
  test.each([
    [call('nothing'), 'unknown-aggregate'],
    [call('sum', { args: ['user'] }), 'there is no sum(TEXT); there is sum(INTEGER, BIGINT)'],
    [call('sum', { args: [] }), 'wrong-type'],
    [call('count', { args: ['n', 'n'] }), 'wrong-type'],
    [call('sum', { args: ['nobody'] }), 'no column nobody'],
    [call('sum', { filter: 'nobody >= 3' }), 'no column nobody'],
    [call('first', { distinct: true }), 'distinct'],
  ])('%j is refused', (one, why) => {
    expect(made(one)).toThrow(why)
  })

  test('may be written in any case', () => {
    expect(made(call('SUM'), call('Count'))).not.toThrow()
  })

  test('has the name and the type that its result will have', () => {
    const { calls } = new Ground([call('sum', { name: 'total' }), call('avg')]).aggregates
    expect(calls.map(({ name, accumulators }) => [name, accumulators.type.kind])).toEqual([
      ['total', 'bigint'],
      ['avg', 'double'],
    ])
  })

  test('with a constant takes its value, and refuses one that will not do', () => {
    expect(made(call('collect', { args: ['n', '2'] }))).not.toThrow()
    expect(made(call('collect', { args: ['n', 'n'] }))).toThrow(Error)
    expect(made(call('collect', { args: ['n', '-1'] }))).toThrow(Error)
  })
})

describe('a filter', () => {
  const spec = (filter: string) =>
    sums(tumbling(10), {
      aggregates: [call('count', { name: 'all', args: [] }), call('sum', { filter })],
    })

  test('lets pass to its call what is true, and to others everything', () => {
    const outcome = run(story(spec('n >= 3'), came('a@1=2 a@2=3 a@3=4'), END))
    expect(told(outcome)).toEqual([[9, 'a', 0, 10, 3, 7]])
  })

  test('that nothing passes leaves the window its row', () => {
    expect(told(run(story(spec('n >= 99'), came('a@1=2'), END)))).toEqual([
      [9, 'a', 0, 10, 1, null],
    ])
  })

  test('that is unknown lets nothing pass', () => {
    const records = recordsOf(input, [{ time: 1, values: ['a', null] }])
    const aggregates = [call('count', { args: [], filter: 'n >= 0' })]
    const outcome = run(story(sums(tumbling(10), { aggregates }), { records }, END))
    expect(told(outcome)).toEqual([[9, 'a', 0, 10, 0]])
  })
})

describe('the same call twice', () => {
  test('has cells of its own each time, and rows of its own', () => {
    const distinct = ['one', 'two'].map(name => call('count', { name, distinct: true }))
    const filtered = distinct.map((one, at) => (at === 1 ? { ...one, filter: 'n >= 3' } : one))
    const outcome = run(
      story(sums(tumbling(10), { aggregates: filtered }), came('a@1=2 a@2=3 a@3=3'), END),
    )
    expect(told(outcome)).toEqual([[9, 'a', 0, 10, 2, 1]])
  })
})

describe('a window without aggregates', () => {
  test('says which keys there were', () => {
    const spec = sums(tumbling(10), { aggregates: [] })
    expect(told(run(story(spec, came('a@1 a@2'), END)))).toEqual([[9, 'a', 0, 10]])
  })
})

describe('records that are grouped', () => {
  const ground = new Ground([call('sum', { args: ['fail(n)'], filter: 'n >= -5' })])
  const key = [
    { name: 'who', expression: 'user' },
    { name: 'one', expression: '1' },
  ]
  const grouping = new Grouping({ key }, ground.aggregates, ground.context)
  const records = recordsOf(
    input,
    [1, -2, null, -9].map((n, time) => ({ time, values: ['a', n] })),
  )

  test('have keys of the types of their expressions, under their names', () => {
    expect(grouping.keyColumns.map(({ name, type }) => [name, type.kind])).toEqual([
      ['who', 'text'],
      ['one', 'bigint'],
    ])
  })

  test('are those of which nothing failed: no argument where its filter lets it count', () => {
    const failed: number[] = []
    const grouped = grouping.of(records, new FailedRows(row => failed.push(row)))
    expect([[...grouped.rows], failed]).toEqual([[0, 2, 3], [1]])
    expect(grouped.inputs.length).toBe(1)
  })

  test('without a key are one group', () => {
    const plain = new Ground([])
    const all = new Grouping({ key: [] }, plain.aggregates, plain.context)
    const grouped = all.of(records, new FailedRows(() => expect.unreachable()))
    expect([grouped.rows.length, all.keys.size, all.keyColumns]).toEqual([4, 1, []])
  })
})

/** Operators that look at one record at a time, and dedup; and how a plan hangs together. */

import { describe, expect, test } from 'vitest'
import { call, cast, column, literal } from './expression.ts'
import { momentsOf } from './input.ts'
import { answered } from './oracle.ts'
import type { Operator } from './plan.ts'
import {
  byKey,
  columns,
  type Item,
  K,
  N,
  positive,
  run,
  summing,
  told,
  whole,
} from './testing/run.ts'
import { BIGINT, TEXT } from './type.ts'

const items: Item[] = [
  [1, 'a', 1],
  [2, 'b', null],
  [3, null, -1],
]
const ended = [{ items, ended: true }]

test('filter wants true, not null', () => {
  expect(run({ kind: 'filter', where: positive }, ended).main).toEqual(['0+ @1 "a" 1'])
  const not = call('not', positive)
  expect(run({ kind: 'filter', where: not }, ended).main).toEqual(['0+ @3 null -1'])
})

test('project', () => {
  const columns = [{ name: 'm', expression: call('add', N, whole(1)) }]
  const { main } = run({ kind: 'project', columns }, ended)
  expect(main).toEqual(['0+ @1 2', '0+ @2 null', '0+ @3 0'])
})

test('what fails is in no output', () => {
  const columns = [
    { name: 'k', expression: K },
    { name: 'm', expression: cast(K, BIGINT) },
  ]
  const { main, failed } = run({ kind: 'project', columns }, ended)
  expect(main).toEqual(['0+ @3 null null'])
  expect(failed).toBe(2)
})

test('unnest, with numbers, with and without those that have no elements', () => {
  const array = call(
    'case',
    call('is-null', N),
    literal({ kind: 'array', of: BIGINT }, []),
    ...[
      call(
        'case',
        positive,
        call('array', N, whole(7)),
        literal({ kind: 'array', of: BIGINT }, null),
      ),
    ],
  )
  const spec = { kind: 'unnest', array, as: 'e', ordinality: 'o', keepEmpty: true } as const
  expect(run(spec, ended).main).toEqual([
    '0+ @1 "a" 1 1 1',
    '0+ @1 "a" 1 7 2',
    '0+ @2 "b" null null null',
    '0+ @3 null -1 null null',
  ])
  const short = { kind: 'unnest', array, as: 'e', keepEmpty: false } as const
  expect(run(short, ended).main).toEqual(['0+ @1 "a" 1 1', '0+ @1 "a" 1 7'])
})

test('split: the first branch that is true, else the main output', () => {
  const branches = [
    { side: 'p', where: positive },
    { side: 'q', where: call('is-not-null', K) },
  ]
  expect(run({ kind: 'split', branches }, ended, 'p').side).toEqual(['0+ @1 "a" 1'])
  expect(run({ kind: 'split', branches }, ended, 'q').side).toEqual(['0+ @2 "b" null'])
  expect(run({ kind: 'split', branches }, ended).main).toEqual(['0+ @3 null -1'])
})

test('key-by loses only what has no key', () => {
  expect(run({ kind: 'key-by', key: byKey }, ended).main).toHaveLength(3)
  const key = [{ name: 'x', expression: cast(K, BIGINT) }]
  expect(run({ kind: 'key-by', key }, ended).main).toEqual(['0+ @3 null -1'])
})

describe('dedup', () => {
  const again: Item[] = [
    [10, 'a', 1],
    [5, 'a', 2],
    [10, null, 3],
    [19, 'a', 4],
    [20, 'a', 5],
  ]

  test('keeps the first to arrive', () => {
    const { main } = run({ kind: 'dedup', key: byKey }, [{ items: again }])
    expect(main).toEqual(['0+ @10 "a" 1', '0+ @10 null 3'])
  })

  test('for a time since the one that was kept', () => {
    const { main } = run({ kind: 'dedup', key: byKey, withinMs: 10 }, [{ items: again }])
    expect(main).toEqual(['0+ @10 "a" 1', '0+ @10 null 3', '0+ @20 "a" 5'])
  })

  test('and forgets when the watermark is there', () => {
    const spec = { kind: 'dedup', key: byKey, withinMs: 10 } as const
    const first = [[10, 'a', 1] as const]
    const second = { items: [[11, 'a', 2] as const] }
    expect(run(spec, [{ items: first, watermark: 19 }, second]).main).toHaveLength(1)
    expect(run(spec, [{ items: first, watermark: 20 }, second]).main).toHaveLength(2)
    const both = [{ watermark: 90 }, { items: [first, second.items].flat() }]
    expect(run(spec, both).main).toHaveLength(2)
  })
})

describe('time', () => {
  const mark = (channel: number, watermark?: number, idle?: boolean) => ({
    channel,
    watermark,
    idle,
  })
  const batch = { arrivals: [], marks: [], now: 0, ended: false }
  const channels = [
    { id: 0, source: 's' },
    { id: 1, source: 's' },
    { id: 2, source: 't' },
  ]
  const reached = (...marks: readonly ReturnType<typeof mark>[][]) => {
    const batches = marks.map(one => ({ ...batch, marks: one }))
    return momentsOf({ channels, batches }, new Set(['s'])).map(moment => moment.after)
  }

  test('is the least of the channels that feed the operator', () => {
    const none = Number.NEGATIVE_INFINITY
    expect(reached([mark(0, 5)], [mark(1, 3)], [mark(1, 9)])).toEqual([none, 3, 5])
  })

  test('does not go back, and does not wait for those that are idle', () => {
    expect(reached([mark(0, 5), mark(1, 5)], [mark(0, 4)])).toEqual([5, 5])
    expect(reached([mark(0, 5), mark(1, 3)], [mark(1, undefined, true)])).toEqual([3, 5])
    const all = [mark(0, undefined, true), mark(1, undefined, true)]
    expect(reached([mark(0, 5), mark(1, 3)], all)).toEqual([3, 5])
  })

  test('waits again for a channel that has a record', () => {
    const record = { channel: 1, time: 0, values: [] }
    const batches = [
      { ...batch, marks: [mark(0, 5), mark(1, 3, true)] },
      { ...batch, arrivals: [record], marks: [mark(0, 9)] },
      { ...batch, marks: [mark(1, 7)] },
    ]
    const moments = momentsOf({ channels, batches }, new Set(['s']))
    expect(moments.map(moment => moment.after)).toEqual([5, 5, 7])
  })
})

test('an operator moves after the one that it reads: nothing that closes is late behind it', () => {
  const window = { kind: 'tumbling', sizeMs: 10, offsetMs: 0, time: 'event' } as const
  const wide = { ...window, sizeMs: 20 }
  const twice = call('mul', column('sum'), whole(2))
  const operators: Operator[] = [
    { id: 'one', inputs: [{ from: 's' }], spec: summing(window) },
    {
      id: 'mid',
      inputs: [{ from: 'one' }],
      spec: {
        kind: 'project',
        columns: [
          { name: 'k', expression: K },
          { name: 'n', expression: twice },
        ],
      },
    },
    { id: 'both', inputs: [{ from: 'mid' }, { from: 's' }], spec: { kind: 'union' } },
    { id: 'two', inputs: [{ from: 'both' }], spec: summing(wide) },
  ]
  const sources = [{ id: 's', columns }]
  const plan = { sources, operators, sinks: [{ id: 'out', from: { from: 'two' }, key: [] }] }
  const arrivals = [3, 12].map(time => ({ channel: 0, time, values: ['a', BigInt(time)] }))
  const batches = [{ arrivals, marks: [{ channel: 0, watermark: 50 }], now: 0, ended: false }]
  const { sinks } = answered(plan, { channels: [{ id: 0, source: 's' }], batches })
  expect(told(sinks['out']?.rows ?? [])).toEqual(['0+ @19 "a" 0 20 45 4'])
  expect(sinks['out']?.columns[0]).toEqual({ name: 'k', type: TEXT })
})

test('a plan that hangs together with nothing is refused', () => {
  const sinks = [{ id: 'out', from: { from: 's', side: 'x' }, key: [] }]
  const plan = { sources: [{ id: 's', columns }], operators: [], sinks }
  expect(() => answered(plan, { channels: [], batches: [] })).toThrow('s has no side x')
})

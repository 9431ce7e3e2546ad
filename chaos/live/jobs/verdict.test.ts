/** What a drill of a job objects to: each crime, and that any sabotage turns the verdict. */

import { expect, test } from 'vitest'
import { Prng } from '../../../src/base/prng.ts'
import { isGood, sabotages, unnoticed } from '../evidence.ts'
import { JobRecord } from './evidence.ts'
import { type Fact, jobFactsOf, linesOf, type Out, type Put } from './record.ts'
import { judge } from './verdict.ts'

const put = (key: string, n: number, atMs: number): Put => {
  return { f: 'put', partition: 0, key, n, v: n, bucket: 1, atMs }
}

const out = (group: string, number: number, values: object, sink: Out['sink'] = 'pairs'): Out => {
  const identity = `drill/${group}/1/${sink}/${number}`
  return { f: 'out', sink, partition: 1, text: JSON.stringify(values), identity }
}

const pair = (key: string, first: number) => {
  return { key, first, last: first + 1, total: 2 * first + 1, bucket: 1 }
}

const window_start = new Date(1000).toISOString()
const puts = [1, 2, 3, 4].map(n => put('a', n, 1000 + n))
const good: readonly Fact[] = [
  ...puts,
  ...[put('b', 1, 1100), put('b', 2, 1100), put('close', 1, 9000)],
  out('pairs/0', 1, pair('a', 1)),
  out('pairs/1', 1, pair('b', 1)),
  out('pairs/0', 2, pair('a', 3)),
  out('totals/0', 1, { bucket: 1, window_start, pairs: 3, total: 13 }, 'totals'),
]
const zero = { lost: 0, repeated: 0, wrong: 0, misplaced: 0, misnamed: 0 }

test('all is well', () => {
  expect(judge(good)).toEqual({ inputs: 7, outputs: 4, ...zero, objections: [] })
})

const at = 7
const first = good[at] as Out

test.each<[string, readonly Fact[], Partial<typeof zero>]>([
  ['one is missing', good.filter(fact => fact !== first), { lost: 1, misnamed: 1 }],
  ['one is there twice', [...good, first], { repeated: 1, misnamed: 1 }],
  [
    'one says another sum',
    good.with(at, { ...first, text: '{"key":"a","first":1}' }),
    { wrong: 1 },
  ],
  ['one is nobody has asked for', [...good, out('pairs/0', 3, pair('c', 1))], { wrong: 1 }],
  ['one is no JSON', [...good, { ...first, text: '{', identity: 'x/1' }], { wrong: 1 }],
  ['two of a key change places', good.with(7, good[9] as Out).with(9, first), { misplaced: 1 }],
  ['two of two keys change places', good.with(7, good[8] as Out).with(8, first), {}],
  ['a number is left out', good.with(9, out('pairs/0', 3, pair('a', 3))), { misnamed: 1 }],
  ['it has no name', good.with(9, { ...(good[9] as Out), identity: '' }), { misnamed: 1 }],
  ['there is a dead letter', [...good, { f: 'dead', text: 'why' }], { wrong: 1 }],
])('%s', (_, facts, counts) => {
  const { objections, inputs: _inputs, outputs: _outputs, ...found } = judge(facts)
  expect(found).toEqual({ ...zero, ...counts })
  expect(objections).toHaveLength(Object.values(counts).reduce((sum, count) => sum + count, 0))
})

test('a record is kept, and judged again', () => {
  const record = new JobRecord(good)
  expect(jobFactsOf(record.lines)).toEqual(good)
  expect(jobFactsOf('{"f":"fed"}\n')).toBe(undefined)
  expect(() => jobFactsOf(`${linesOf(good)}{"f":"said"}`)).toThrow('line 12: f is one of')
  expect(record.judged().summary).toBe(
    '7 inputs, 4 outputs: lost 0, repeated 0, wrong 0, out of order 0, misnamed 0',
  )
})

test.each(sabotages)('%s turns the verdict, whichever output it hits', how => {
  for (let seed = 0; seed < 100; seed++) {
    const spoilt = new JobRecord(good).spoilt(how, new Prng(seed))
    expect(spoilt?.evidence.lines).not.toBe(linesOf(good))
    expect(isGood(spoilt?.touched.judged() ?? { summary: '', wrong: [] })).toBe(false)
  }
})

test('where nothing came out there is nothing to spoil, and that is said', () => {
  expect(unnoticed(new JobRecord(puts), 1)).toEqual(
    sabotages.map(how => `${how}: nothing to spoil`),
  )
  expect(unnoticed(new JobRecord(good), 1)).toEqual([])
})

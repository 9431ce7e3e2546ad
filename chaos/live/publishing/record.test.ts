/** From facts to a verdict: every way in which outputs and inputs may be wrong, alone, is found. */

import { describe, expect, test } from 'vitest'
import { Prng } from '../../../src/base/prng.ts'
import { isGood, sabotages, unnoticed } from '../evidence.ts'
import { OutputRecord } from './evidence.ts'
import { type Fact, factsOf, linesOf, type Shown } from './record.ts'
import { judge } from './verdict.ts'

const amounts = (id: number) => ({
  id,
  home: 1 + (id % 3),
  side: id === 4 ? 1 : 0,
  away: id % 2,
})
const taken = (group: number, id: number): Fact => ({ f: 'taken', group, ...amounts(id) })
const fed = (group: number, id: number, seq: number): Fact => {
  const outcome = seq > 0 ? 'ok' : 'info'
  return { f: 'fed', group, ...amounts(id), outcome, seq }
}
const shown = (place: string, ...texts: readonly string[]): readonly Fact[] => {
  const [sink = '', partition] = place.split('/')
  return texts.map(text => {
    const [group, number] = text.split(' ')
    const identity = `job/publish/${group}/1/${sink}/${number}`
    return { f: 'shown', sink, partition: Number(partition), text, identity }
  })
}

/** Two groups, whose outputs share partitions in any order. */
const inputs = [fed(1, 4, 1), fed(2, 5, 0), fed(1, 3, 2), taken(1, 4), taken(1, 3), taken(2, 5)]
const outputs = [
  ...shown('home/0', '2 2 5 1', '1 2 4 1'),
  ...shown('home/1', '1 1 4 0', '2 1 5 0', '1 3 3 0', '2 3 5 2'),
  ...shown('away/1', '2 1 5 0', '1 1 3 0'),
  ...shown('side/1', '1 1 4 0'),
]
const good: readonly Fact[] = [...inputs, ...outputs]
const zero = { lost: 0, repeated: 0, foreign: 0, misplaced: 0, misnamed: 0 }

test('what was committed came out, once and in order', () => {
  expect(judge(good)).toEqual({ inputs: 3, outputs: 9, ...zero, wrong: [] })
})

describe('outputs', () => {
  const first = outputs[2] as Shown
  const swapped = (one: number, other: number) => {
    const [a, b] = [good[one] as Fact, good[other] as Fact]
    return good.with(one, b).with(other, a)
  }
  test.each<[keyof typeof zero, readonly Fact[], string]>([
    ['lost', good.filter(fact => fact !== first), "lost: home/1: '1 1 4 0'"],
    ['repeated', [...good, first], "repeated: home/1: '1 1 4 0'"],
    ['foreign', [...good, { ...first, text: '1 4 9 0' }], "foreign: home/1: '1 4 9 0'"],
    ['foreign', [...good, { ...first, partition: 7 }], "foreign: home/7: '1 1 4 0'"],
    ['misplaced', swapped(8, 10), "misplaced: home/1: '1 1 4 0'"],
  ])('%s', (how, facts, why) => {
    expect(judge(facts)).toMatchObject({ ...zero, [how]: 1, wrong: [why] })
  })

  test.each([
    ['another generation', 'job/publish/1/2/home/2'],
    ['another number', 'job/publish/1/1/home/4'],
    ['another group', 'job/publish/11/1/home/2'],
    ['another job', 'other/publish/1/1/home/2'],
    ['none', ''],
  ])('under the identity of %s', (_, identity) => {
    const at = 7
    const facts = good.with(at, { ...(good[at] as Shown), identity })
    expect(judge(facts)).toMatchObject({ ...zero, misnamed: 1 })
  })

  test('of two groups may come in any order', () => {
    expect(judge(swapped(8, 9)).wrong).toEqual([])
  })
})

test.each<[string, readonly Fact[]]>([
  ['input 4: acknowledged as 2 of group 1, and lost', good.with(0, fed(1, 4, 2))],
  ['input 5: nobody put it in so', good.filter(fact => fact !== good[1])],
  ['input 5: nobody put it in so', good.with(1, { ...fed(2, 5, 0), away: 9 } as Fact)],
  ['input 5: nobody put it in so', good.with(1, { ...fed(2, 5, 0), side: 9 } as Fact)],
  [
    'input 5: refused, and yet committed',
    good.with(1, { ...fed(2, 5, 0), outcome: 'fail' } as Fact),
  ],
  ['input 4: committed twice', [...good, taken(1, 4)]],
  ['input 6: acknowledged as 1 of group 3, and lost', [...good, fed(3, 6, 1)]],
])('%s', (why, facts) => {
  expect(judge(facts).wrong).toContain(why)
})

test('a record is kept, and judged again', () => {
  const { lines } = new OutputRecord(good)
  expect(factsOf(lines)).toEqual(good)
  expect(factsOf('{"process":1}\n')).toBe(undefined)
  expect(factsOf('')).toBe(undefined)
  expect(() => factsOf(`${linesOf(good)}{"f":"said"}`)).toThrow('line 16: f is one of fed')
  const { summary } = new OutputRecord(good.slice(0, -1)).judged()
  expect(summary).toBe(
    '3 inputs, 9 outputs: lost 1, repeated 0, foreign 0, out of order 0, misnamed 0',
  )
})

test.each(sabotages)('%s turns the verdict, whichever output it hits', how => {
  for (let seed = 0; seed < 300; seed++) {
    const spoilt = new OutputRecord(good).spoilt(how, new Prng(seed))
    expect(spoilt?.deed).toContain(how)
    expect(spoilt?.evidence.lines).not.toBe(linesOf(good))
    expect(isGood(spoilt?.touched.judged() ?? { summary: '', wrong: [] })).toBe(false)
  }
})

test('where nothing was shown there is nothing to spoil, and that is said', () => {
  const record = new OutputRecord(inputs)
  expect(record.spoilt('lose', new Prng(1))).toBe(undefined)
  expect(unnoticed(record, 1)).toEqual(sabotages.map(how => `${how}: nothing to spoil`))
  expect(unnoticed(new OutputRecord(good), 1)).toEqual([])
})

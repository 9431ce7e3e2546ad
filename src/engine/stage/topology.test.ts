/** The operators of one site: who feeds whom, in which order time passes, and what is kept. */

import { describe, expect, test } from 'vitest'
import {
  counts,
  dedup,
  filter,
  keyBy,
  operator,
  planOf,
  project,
  sink,
  source,
  union,
} from '../plan/testing/plans.ts'
import { recordsFrom } from '../windows/testing/events.ts'
import { Bench, clicks } from './testing/sites.ts'

describe('records', () => {
  test('go through the operators of their source, to sinks and exchanges', () => {
    const plan = planOf(
      [
        operator('some', 'in', filter('n >= 1')),
        operator('names', 'some', project('user')),
        operator('sums', 'some', counts('user')),
      ],
      { sinks: [sink('all', 'in'), sink('out', 'names')] },
    )
    const bench = new Bench(plan, 'source:in')
    bench.topology.takeSource(clicks(5, 6))
    expect(bench.said).toEqual(
      ['6 a'].map(row => `out: ${row}`).concat(['some>sums: 6 a,1', 'all: 5 a,0', 'all: 6 a,1']),
    )
  })

  test('go to the side that is theirs', () => {
    const branches = [
      { side: 'large', where: 'n >= 2' },
      { side: 'some', where: 'n >= 1' },
    ]
    const sinks = ['large', 'some'].map(side => sink(side, `cut.${side}`))
    const plan = planOf([operator('cut', 'in', { kind: 'split', branches })], {
      sinks: [...sinks, sink('rest', 'cut')],
    })
    const bench = new Bench(plan, 'source:in')
    bench.topology.takeSource(clicks(5, 6, 7))
    expect(bench.said.toSorted()).toEqual(['large: 7 a,2', 'rest: 5 a,0', 'some: 6 a,1'])
  })

  test('of an exchange go to the operator that they are for', () => {
    const bench = new Bench(planOf([operator('first', 'in', dedup('user'))]), 'stage:first')
    bench.batch(0, topology => topology.take('first', 0, clicks(1, 2)))
    expect(bench.said).toEqual(['out: 1 a,0'])
    expect(() => bench.topology.take('nobody', 0, clicks(1))).toThrow(
      'records-are-for-an-operator-here',
    )
  })

  test('of a union of a stage and a source are united in both sites', () => {
    const plan = planOf([
      operator('first', 'in', dedup('user')),
      operator('both', 'first in', union),
    ])
    const [reader, stage] = [new Bench(plan, 'source:in'), new Bench(plan, 'stage:first')]
    reader.topology.takeSource(clicks(1))
    stage.batch(0, topology => topology.take('first', 0, clicks(2)))
    expect(reader.said).toEqual(['out: 1 a,0', 'in>first: 1 a,0'])
    expect(stage.said).toEqual(['out: 2 a,0'])
  })

  test('that fail are told with the operator that they failed in, and go no further', () => {
    const plan = planOf([operator('names', 'in', project('m=fail(n)'))])
    const bench = new Bench(plan, 'source:in')
    bench.topology.takeSource(recordsFrom([-1, 2].map(n => ({ user: 'a', time: n, n }))))
    expect([bench.said, bench.dead]).toEqual([['out: 2 2'], ['names: -1 is negative']])
  })
})

/** Counts in windows of ten, and behind them counts of these in windows of a hundred. */
const CHAIN = planOf([
  operator('tens', 'in', counts('user')),
  operator('hundreds', 'tens', {
    ...counts('size=total'),
    window: { kind: 'tumbling', sizeMs: 100, offsetMs: 0, time: 'event' },
  }),
])

/** The same in one site: the second goes by the name that the first gave its key. */
const ALONE = planOf(
  [
    operator('tens', 'in', counts('user')),
    operator('hundreds', 'tens', {
      ...counts('user'),
      window: { kind: 'tumbling', sizeMs: 100, offsetMs: 0, time: 'event' },
      lateSide: 'late',
    }),
  ],
  { sinks: [sink('out', 'hundreds'), sink('late', 'hundreds.late')] },
)

describe('time', () => {
  test('reaches an operator behind the one that it reads: what that says is not late', () => {
    const bench = new Bench(ALONE, 'stage:tens')
    bench.batch(-1, topology => topology.take('tens', 0, clicks(5, 15, 95)))
    bench.batch(1000)
    expect(bench.said).toEqual(['out: 99 a,0,100,3'])
    expect(bench.topology.lateCount).toBe(0)
  })

  test('stops where there is no room, for all that stand behind', () => {
    const bench = new Bench(ALONE, 'stage:tens')
    bench.batch(-1, topology => topology.take('tens', 0, clicks(5, 15, 95)))
    let batches = 0
    while (bench.topology.owes(1000, 0) || batches === 0) {
      bench.batch(1000, undefined, 1)
      bench.restore()
      batches++
      expect(batches).toBeLessThan(20)
    }
    expect(bench.said).toEqual(['out: 99 a,0,100,3'])
    expect(batches).toBeGreaterThan(2)
  })

  test('is owed to nobody once it has come, and to all when it goes on', () => {
    const bench = new Bench(ALONE, 'stage:tens')
    expect(bench.topology.owes(Number.NEGATIVE_INFINITY, 0)).toBe(false)
    expect(bench.topology.owes(10, 0)).toBe(true)
    bench.batch(10)
    expect([bench.topology.owes(10, 0), bench.topology.owes(11, 0)]).toEqual([false, true])
  })

  test('is known to another leader, also that it has ended', () => {
    const bench = new Bench(ALONE, 'stage:tens')
    for (const watermark of [-7, 10, Number.POSITIVE_INFINITY]) {
      bench.batch(watermark)
      bench.restore()
      expect(bench.topology.owes(watermark, 0)).toBe(false)
    }
    expect(bench.store.size).toBe(2)
  })

  test('that does not move writes nothing', () => {
    const bench = new Bench(ALONE, 'stage:tens')
    bench.batch(10)
    bench.batch(10)
    expect(bench.overlay.changes).toBe(0)
    bench.topology.begin(0, 1000)
    bench.topology.finish(10)
    expect(bench.overlay.changes).toBe(0)
  })

  test('makes what it passed too late', () => {
    const bench = new Bench(ALONE, 'stage:tens')
    bench.batch(50)
    bench.batch(50, topology => topology.take('tens', 0, clicks(5, 39, 50)))
    expect(bench.topology.lateCount).toBe(2)
  })
})

describe('what was speculated and did not come to be', () => {
  test('is forgotten with all that was computed of it', () => {
    const bench = new Bench(ALONE, 'stage:tens')
    bench.batch(0, topology => topology.take('tens', 0, clicks(5)))
    bench.topology.begin(0, 1000)
    bench.topology.take('tens', 0, clicks(6, 7))
    bench.topology.finish(9)
    bench.overlay.discard()
    bench.topology.load()
    expect(bench.topology.owes(0, 0)).toBe(false)
    expect(bench.topology.owes(9, 0)).toBe(true)
    bench.batch(1000)
    expect(bench.said).toEqual(['out: 99 a,0,100,1'])
  })
})

describe('a site', () => {
  test('is woken for the first that any operator waits for', () => {
    const window = { kind: 'tumbling', sizeMs: 10, offsetMs: 0, time: 'processing' } as const
    const bench = new Bench(
      planOf([operator('tens', 'in', { ...counts('user'), window })]),
      'stage:tens',
    )
    expect(bench.topology.wakeAt).toBe(Number.POSITIVE_INFINITY)
    bench.batch(0, topology => topology.take('tens', 0, clicks(500)))
    expect(bench.topology.wakeAt).toBe(10)
    expect([bench.topology.owes(0, 9), bench.topology.owes(0, 10)]).toEqual([false, true])
  })

  test('without operators takes its source to its sinks', () => {
    const bench = new Bench(planOf([]), 'source:in')
    bench.topology.takeSource(clicks(4))
    expect(bench.said).toEqual(['out: 4 a,0'])
    expect(bench.topology.wakeAt).toBe(Number.POSITIVE_INFINITY)
  })

  test('of a chain of keys has only its own', () => {
    const bench = new Bench(CHAIN, 'stage:tens')
    bench.batch(-1, topology => topology.take('tens', 0, clicks(5)))
    bench.batch(10)
    expect(bench.said).toEqual(['tens>hundreds: 9 a,0,10,1'])
  })
})

test('a plan of two sources has sites that do not feed each other', () => {
  const plan = planOf([operator('both', 'left right', union)], {
    sources: [source('left'), source('right')],
  })
  const benches = ['source:left', 'source:right'].map(id => new Bench(plan, id))
  benches[0]?.topology.takeSource(clicks(1))
  expect(benches.map(({ said }) => said)).toEqual([['out: 1 a,0'], []])
})

test('expressions that there are not are refused as the site is made', () => {
  const odd = planOf([operator('op', 'in', { ...counts(), key: keyBy('nothing') })])
  expect(() => new Bench(odd, 'stage:op')).toThrow('no column nothing')
})

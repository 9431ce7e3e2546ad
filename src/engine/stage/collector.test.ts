/** What comes out of an operator: to whom, in which order, and what it costs the batch. */

import { describe, expect, test } from 'vitest'
import { type Records, recordsOf } from '../columns/records.ts'
import { input } from '../windows/testing/events.ts'
import { Budget, Collector, type DeadRow } from './collector.ts'

function records(...users: readonly string[]): Records {
  return recordsOf(
    input,
    users.map(user => ({ time: 0, values: [user, 1] })),
  )
}

function collector(room = 10) {
  const budget = new Budget()
  budget.room = room
  const dead: DeadRow[] = []
  const told: string[] = []
  const out = new Collector('op', budget, row => dead.push(row))
  const reader = (name: string) => (some: Records) => told.push(`${name} ${some.size}`)
  return { out, budget, dead, told, reader }
}

describe('records that are emitted', () => {
  test('are told to every reader of the main output, in the order of connecting', () => {
    const { out, told, reader } = collector()
    for (const name of ['one', 'two']) out.connect(undefined, reader(name))
    out.emit(records('a', 'b'))
    expect(told).toEqual(['one 2', 'two 2'])
  })

  test('to a side are told to its readers alone', () => {
    const { out, told, reader } = collector()
    out.connect(undefined, reader('main'))
    out.connect('late', reader('late'))
    out.connect('late', reader('later'))
    out.connect('other', reader('other'))
    out.side('late', records('a'))
    expect(told).toEqual(['late 1', 'later 1'])
  })

  test('that are none are told to nobody', () => {
    const { out, told, reader } = collector()
    out.connect(undefined, reader('main'))
    out.connect('late', reader('late'))
    out.emit(records())
    out.side('late', records())
    expect(told).toEqual([])
  })

  test('to a side that nobody reads go nowhere', () => {
    const { out, told } = collector()
    out.side('late', records('a'))
    expect(told).toEqual([])
  })
})

describe('the room of a batch', () => {
  test('shrinks by what is told, once, however many listen', () => {
    const { out, reader } = collector()
    for (const name of ['one', 'two', 'three']) out.connect(undefined, reader(name))
    out.emit(records('a', 'b'))
    expect(out.room).toBe(8)
    out.side('late', records('a'))
    expect(out.room).toBe(7)
  })

  test('shrinks by what is taken out of the state', () => {
    const { out } = collector()
    out.spend(12)
    expect(out.room).toBe(-2)
  })

  test('is one for all operators', () => {
    const { out, budget } = collector()
    const other = new Collector('other', budget, () => expect.unreachable())
    other.emit(records('a', 'b', 'c'))
    expect(out.room).toBe(7)
  })
})

describe('what does not come out', () => {
  test('is counted where it is late', () => {
    const { out } = collector()
    out.late(3)
    out.late(2)
    expect(out.lateCount).toBe(5)
  })

  test('is told with its operator, its row and what failed first', () => {
    const { out, dead } = collector()
    const some = records('a', 'b')
    const failures = out.failures(some)
    failures.add(1, 'overflow', 'too large')
    failures.add(1, 'negative', 'too small')
    expect(dead).toEqual([
      { operator: 'op', records: some, row: 1, code: 'overflow', reason: 'too large' },
    ])
    expect([failures.count, failures.has(0), failures.has(1)]).toEqual([1, false, true])
  })

  test('of other records fails anew', () => {
    const { out, dead } = collector()
    for (const some of [records('a'), records('b')]) out.failures(some).add(0, 'x', 'y')
    expect(dead).toHaveLength(2)
  })
})

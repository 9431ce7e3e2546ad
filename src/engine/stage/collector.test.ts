/** What comes out of an operator: to whom, in which order, and what it costs the batch. */

import { describe, expect, test } from 'vitest'
import { Excess } from '../columns/allowance.ts'
import {
  DELETE,
  INSERT,
  type Records,
  type Row,
  recordsOf,
  rowsOf,
  UPDATE,
} from '../columns/records.ts'
import { weightOf } from '../columns/weight.ts'
import { GROUP_KEY_BYTES_MAX } from '../state/row-key.ts'
import { input } from '../windows/testing/events.ts'
import { Budget, Collector, type DeadRow } from './collector.ts'
import { BATCH_TOO_LARGE } from './limits.ts'

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

const AMPLE = { rows: 1e6, bytes: 1e6, leavingBytes: 1e6, evaluationBytes: 1e6 }

describe('what a batch has room for', () => {
  const limited = (rows: number, bytes: number) => {
    const budget = new Budget({ ...AMPLE, rows, bytes })
    const dead: DeadRow[] = []
    const told: (readonly Row[])[] = []
    const out = new Collector('op', budget, row => dead.push(row))
    out.connect(undefined, some => told.push(rowsOf(some)))
    const users = () => told.flat().map(({ values, kind = INSERT }) => [values[0], kind])
    return { out, budget, dead, users }
  }
  const A_ROW = weightOf(records('a'))

  test.each([
    ['rows', limited(3, 1e6)],
    ['bytes', limited(1e6, 3 * A_ROW)],
  ])('is bounded in %s for all that an operator says, and what is beyond fails', (_, one) => {
    one.out.emit(records('a', 'b'))
    one.out.side('late', records('c'))
    one.out.emit(records('d', 'e'))
    expect(one.users().map(([user]) => user)).toEqual(['a', 'b'])
    expect(one.dead.map(({ row, code }) => [row, code])).toEqual([
      [0, BATCH_TOO_LARGE],
      [1, BATCH_TOO_LARGE],
    ])
    one.out.begin()
    one.out.emit(records('f'))
    expect(one.users().at(-1)).toEqual(['f', INSERT])
  })

  test('is bounded in bytes that leave the site, over all operators and once for each sink', () => {
    const budget = new Budget({ ...AMPLE, leavingBytes: 5 * A_ROW })
    const drained = (sinks: number) => {
      const dead: DeadRow[] = []
      const users: unknown[] = []
      const out = new Collector(`of ${sinks}`, budget, row => dead.push(row))
      const reader = (some: Records) => users.push(...rowsOf(some).map(({ values }) => values[0]))
      for (let sink = 0; sink < sinks; sink++) out.drain(undefined, reader)
      out.connect('here', reader)
      return { out, dead, users }
    }
    const [one, other] = [drained(1), drained(2)]
    one.out.emit(records('a', 'b'))
    other.out.emit(records('c', 'd'))
    one.out.emit(records('e', 'f'))
    other.out.side('here', records('g', 'h'))
    expect([one.users, one.dead.length]).toEqual([['a', 'b', 'e'], 1])
    expect([other.users, other.dead.length]).toEqual([['c', 'c', 'g', 'h'], 1])
    budget.begin(0)
    one.out.emit(records('i'))
    expect(one.users.at(-1)).toBe('i')
  })

  test('passes by what is too large, and takes what is behind it', () => {
    const { out, dead, users } = limited(100, 3 * A_ROW)
    out.emit(records('a', 'x'.repeat(500), 'b'))
    expect(users().map(([user]) => user)).toEqual(['a', 'b'])
    expect(dead.map(({ row }) => row)).toEqual([1])
  })

  test('is not asked for by what is taken back: an update beyond it takes back', () => {
    const { out, dead, users } = limited(100, 4 * A_ROW)
    const long = 'x'.repeat(GROUP_KEY_BYTES_MAX)
    const some = records('a', long, long, 'b'.repeat(100), long)
    const kinds = Uint8Array.of(UPDATE, UPDATE, DELETE, UPDATE, INSERT)
    out.emit({ ...some, kinds })
    expect(users()).toEqual([
      ['a', UPDATE],
      [null, DELETE],
      [null, DELETE],
      ['b'.repeat(100), DELETE],
    ])
    expect(dead.map(({ row }) => row)).toEqual([1, 3, 4])
  })

  test('can be asked for before anything is made', () => {
    const { out, budget } = limited(3, 100)
    expect([out.holds(3, 100), out.holds(4, 1), out.holds(1, 101)]).toEqual([true, false, false])
    budget.isStrict = true
    expect(out.holds(3, 100)).toBe(true)
    expect(() => out.holds(4, 1)).toThrow(Excess)
  })

  test('ends the batch where it is strict, with nothing told', () => {
    const { out, budget, dead, users } = limited(1, 1e6)
    budget.isStrict = true
    expect(() => out.emit(records('a', 'b'))).toThrow(Excess)
    expect([users(), dead]).toEqual([[], []])
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

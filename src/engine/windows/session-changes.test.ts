/** What one batch does to sessions, step by step, over real cells and keys. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Session } from './session-book.ts'
import { SessionChanges } from './session-changes.ts'
import { Ground } from './testing/ground.ts'

const GAP_MS = 10

class Sessions {
  readonly ground = new Ground()
  readonly changes = new SessionChanges(this.ground, GAP_MS)

  of(user: string, start: number, last: number, isSaid = false): Session {
    const cell = this.ground.cells.take()
    this.ground.add(cell, start, last)
    const id = this.ground.idOf(user)
    return { id, cell, birth: start, start, last, isSaid, stale: undefined }
  }

  /** count, sum, first. */
  told(cell: number) {
    return this.ground.resultOf(cell)
  }
}

describe('a session that was said', () => {
  test('is kept as it was said, whatever comes to it then', () => {
    const all = new Sessions()
    const session = all.of('a', 1, 5, true)
    all.changes.touch(session)
    all.ground.add(session.cell, 30)
    session.last = 30
    const [said, ...others] = all.changes.settle(session)
    expect(others).toEqual([])
    expect(said).toMatchObject({ id: session.id, start: 1, end: 15 })
    expect(all.told(said?.cell as number)).toEqual([2, 6, 1])
    expect(all.told(session.cell)).toEqual([3, 36, 1])
    expect([session.isSaid, session.stale]).toEqual([false, undefined])
  })

  test('is stale, and nothing to take back, if its bounds are what they were', () => {
    const all = new Sessions()
    const session = all.of('a', 1, 5, true)
    all.changes.touch(session)
    all.ground.add(session.cell, 3)
    expect(all.changes.settle(session)).toEqual([])
    expect(all.told(session.stale as number)).toEqual([2, 6, 1])
  })

  test('is remembered once, as it was first', () => {
    const all = new Sessions()
    const session = all.of('a', 1, 5, true)
    all.changes.touch(session)
    session.last = 20
    all.changes.touch(session)
    session.last = 30
    expect(all.changes.settle(session).map(({ end }) => end)).toEqual([15])
  })

  test('and is stale since an earlier batch, is what it was said as', () => {
    const all = new Sessions()
    const stale = all.ground.cells.take()
    all.ground.add(stale, 7)
    const session = { ...all.of('a', 1, 5), stale }
    all.changes.touch(session)
    session.start = 0
    expect(all.changes.settle(session)).toEqual([
      { id: session.id, start: 1, end: 15, cell: stale },
    ])
  })
})

describe('a session that goes into another', () => {
  test('leaves it what was said of it, and its records', () => {
    const all = new Sessions()
    const [first, second, third] = [
      all.of('a', 0, 1, true),
      all.of('a', 12, 13, true),
      all.of('a', 25, 26),
    ]
    for (const one of [first, second, third]) all.changes.touch(one)
    all.changes.join(second, third)
    all.changes.join(first, second)
    first.last = 26
    expect(all.changes.sorted()).toEqual([first])
    expect(all.changes.settle(first).map(({ start, end }) => [start, end])).toEqual([
      [0, 11],
      [12, 23],
    ])
    const owners = [first, second, third].map(({ cell }) => all.changes.ownerOf(cell))
    expect(owners).toEqual([first.cell, first.cell, first.cell])
  })

  test('is known by the other though nothing had been said of it', () => {
    const all = new Sessions()
    const [first, second] = [all.of('a', 0, 1), all.of('a', 12, 13, true)]
    all.changes.touch(second)
    all.changes.join(first, second)
    expect(all.changes.sorted()).toEqual([first])
  })

  test('gives its cell back when the batch is closed, and not before', () => {
    const all = new Sessions()
    const [first, second] = [all.of('a', 0, 1), all.of('a', 12, 13)]
    all.changes.join(first, second)
    const before = all.ground.cells.size
    all.changes.close()
    expect(all.ground.cells.size).toBe(before - 1)
    expect(all.changes.ownerOf(second.cell)).toBe(second.cell)
  })
})

test('sessions come by key and time, in whatever order they changed', () => {
  const drawn = fc.uniqueArray(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.nat(9)), {
    selector: ([user, start]) => `${user}${start}`,
    maxLength: 12,
  })
  fc.assert(
    fc.property(drawn, starts => {
      const all = new Sessions()
      for (const user of ['c', 'a', 'b']) all.ground.idOf(user)
      for (const [user, start] of starts) all.changes.touch(all.of(user, start, start))
      const ids = all.ground.keys.sorted([0, 1, 2])
      const places = all.changes.sorted().map(({ id, start }) => ids.indexOf(id) * 100 + start)
      expect(places).toEqual([...places].sort((one, other) => one - other))
      expect(places).toHaveLength(starts.length)
    }),
    { numRuns: 50 },
  )
})

test('what is forgotten leaves nothing to settle', () => {
  const all = new Sessions()
  all.changes.touch(all.of('a', 0, 1, true))
  all.changes.forget()
  expect(all.changes.sorted()).toEqual([])
})

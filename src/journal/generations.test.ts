/**
 * Another generation on the same groups, begun before all of the one before it was journaled: an
 * output bears the generation in which its entry was first journaled, as the journal says it.
 */

import { describe, expect, it, test } from 'vitest'
import { identityIn } from './identity.ts'
import { encodeRecord } from './record.ts'
import { GROUP, JOURNAL, MARKERS, Rig } from './testing/rig.ts'

const BOB = { generation: 2, owner: 'bob' }
const CAROL = { generation: 3, owner: 'carol' }

/** By number: of which generation each output says it is. */
function shown(rig: Rig, sink: 'home' | 'away'): readonly (number | undefined)[] {
  const log = sink === 'away' ? rig.awayLog : rig.log
  const all = [0, 1].flatMap(partition => log.decided({ topic: sink, partition }))
  const found = all.map(({ headers }) => identityIn(headers))
  const ordered = found.sort((one, other) => (one?.number ?? 0) - (other?.number ?? 0))
  return ordered.map(one => one?.generation)
}

/** By seq: under which generation each entry was journaled. */
function journaled(rig: Rig): readonly number[] {
  const published = rig.records.filter(record => record.kind === 'published')
  return published.flatMap(({ schedules, generation }) => schedules.map(() => generation))
}

/** Generation 1: two entries that were journaled, and two that were not; none is out elsewhere. */
function begun(): Rig {
  const rig = Rig.leading({ hasAway: true })
  rig.awayLog.refusal = () => 'unavailable'
  rig.commit({ home: 1, away: 1 })
  rig.commit({ home: 1, away: 1 })
  rig.settle(300)
  rig.log.refusal = () => 'unavailable'
  rig.commit({ home: 1, away: 1 })
  rig.commit({ home: 1, away: 1 })
  rig.settle(300)
  rig.depose(0)
  rig.log.refusal = () => undefined
  rig.awayLog.refusal = () => undefined
  return rig
}

/** The same group under another claim, led by a process that knows what is committed. */
function taken(old: Rig, claim = BOB, isClaimed = true): Rig {
  const rig = new Rig({ claim, hasAway: true }, old.log, old.awayLog)
  rig.follow(old)
  const value = encodeRecord({ kind: 'generation', group: GROUP, ...claim, seats: 1 })
  if (isClaimed) {
    rig.log.write(JOURNAL, [value])
    rig.awayLog.write(MARKERS, [value])
  }
  rig.elect(0)
  return rig
}

/** What its state says is in the journal, when it is said to know that; undefined: it is not. */
function settled(rig: Rig): number | undefined {
  let found: number | undefined
  rig.one.journal.settle(() => {
    found = rig.one.outbox.progress.journaled
  })
  rig.settle(3000)
  return found
}

describe.each([
  ['knows', true],
  ['was not told', false],
])('a group whose state %s what is out', (_, isTold) => {
  function left(): Rig {
    const old = begun()
    const told = old.committed.filter(({ kind }) => isTold || kind !== 'progress')
    old.committed.splice(0, old.committed.length, ...told)
    return old
  }

  it('journals nothing of an earlier generation before its own has begun', () => {
    const rig = taken(left())
    expect(settled(rig)).toBe(2)
    expect(journaled(rig)).toEqual([1, 1])
    rig.begin(2)
    rig.commit({ home: 1, away: 1 })
    rig.settle(3000)
    expect(journaled(rig)).toEqual([1, 1, 2, 2, 2])
    expect(shown(rig, 'home')).toEqual([1, 1, 2, 2, 2])
    expect(shown(rig, 'away')).toEqual([1, 1, 2, 2, 2])
  })

  it('may pass a generation that journaled nothing', () => {
    const second = taken(left())
    settled(second)
    second.begin(2)
    const rig = taken(second, CAROL)
    expect(settled(rig)).toBe(2)
    rig.begin(3)
    rig.settle(3000)
    expect(journaled(rig)).toEqual([1, 1, 3, 3])
    expect(shown(rig, 'home')).toEqual([1, 1, 3, 3])
    expect(shown(rig, 'away')).toEqual([1, 1, 3, 3])
  })
})

test('whoever does not find its claim has not read to the end, and reads again', () => {
  const rig = taken(begun(), BOB, false)
  expect(settled(rig)).toBe(undefined)
  rig.log.write(JOURNAL, [encodeRecord({ kind: 'generation', group: GROUP, ...BOB, seats: 1 })])
  expect(settled(rig)).toBe(2)
  expect(journaled(rig)).toEqual([1, 1])
})

test('where nothing waits to be journaled, nobody waits for the log', () => {
  const rig = new Rig({ claim: BOB })
  rig.log.refusal = () => 'unavailable'
  rig.elect(0)
  expect(settled(rig)).toBe(0)
})

/** Claims of jobs that write to more than one log: all of them are claimed, the home log last. */

import { describe, expect, it } from 'vitest'
import { Prng } from '../../base/prng.ts'
import { defaultJournalBounds } from '../bounds.ts'
import { ModelLog } from '../testing/model-log.ts'
import { AWAY, CLAIM, HOME, JOURNAL, MARKERS, Rig } from '../testing/rig.ts'
import type { Claim } from '../types.ts'
import { claimJob } from './claim-driver.ts'
import type { ClaimOutcome, ClaimWish } from './claiming.ts'
import { AWAY_SEATS, published, SEATS, start, submit, World } from './testing/world.ts'

const all = (owner: string) => new Array(3).fill(owner)

function decided(world: World, wish: ClaimWish): ClaimOutcome | undefined {
  return world.decided(wish, SEATS, { lanes: world.lanes })
}

describe('a claim of a job that writes to two logs', () => {
  it('is written to all partitions of both', () => {
    const world = new World()
    expect(decided(world, submit())).toMatchObject({ kind: 'done', offsets: [0, 0, 0] })
    expect([world.owners, world.awayOwners]).toEqual([
      all('generation 1 ann'),
      all('generation 1 ann'),
    ])
  })

  it.each([
    { ...submit(), first: 1 },
    { ...start(), first: 0 },
  ])('is written to the home log last, a $kind but for $first partition', ({ first, ...wish }) => {
    const world = new World()
    world.claim(wish, SEATS, { lanes: world.lanes })
    for (let turn = 0; turn < 100; turn++) {
      world.away.settle()
      for (const one of [...world.log.pending]) world.log.finish(one)
      world.log.land()
      world.clock.pass(1)
      const isAway = world.awayOwners.every(owner => owner !== 'nobody')
      const later = world.owners.slice(first)
      if (!isAway) expect(later).toEqual(all('nobody').slice(first))
    }
    expect(world.owners).not.toContain('nobody')
  })

  it('is one higher than the highest in either', () => {
    const world = new World()
    world.put(0, { generation: 3 })
    world.putAway(2, { generation: 6 })
    expect(decided(world, start())).toMatchObject({ claim: { generation: 7, owner: 'bob' } })
  })

  it('says where it lies in the journal', () => {
    const world = new World()
    world.putAway(0, { generation: 1 })
    world.put(1, { generation: 1 }, published)
    expect(decided(world, start())).toMatchObject({ offsets: [0, 2, 0] })
  })

  it('is refused where a publisher of another has written to either', () => {
    const world = new World()
    world.putAway(1, { ...published, fromSeq: 1, toSeq: 0, schedules: [] })
    expect(decided(world, submit())).toMatchObject({ trouble: { code: 'job-exists' } })
    expect(world.owners).toEqual(all('nobody'))
  })

  it('goes over one that was cut off before it was all over the home log', () => {
    const world = new World()
    const first = world.claim(submit('ann'), SEATS, { lanes: world.lanes })
    for (let turn = 0; turn < 100 && world.awayOwners.includes('nobody'); turn++) {
      for (const one of [...world.log.pending]) world.log.finish(one)
      world.log.land()
      world.clock.pass(1)
      world.away.settle()
    }
    first.cancel()
    for (const one of [...world.log.pending]) world.log.lose(one)
    expect(world.owners).toEqual(['generation 1 ann', 'nobody', 'nobody'])
    expect(decided(world, submit('bob'))).toMatchObject({ claim: { generation: 2 } })
    expect(world.awayOwners).toEqual(all('generation 2 bob'))
  })

  it('is refused where the other has more partitions, or forgets', () => {
    const world = new World()
    world.away.topics.set('markers', { partitions: 4, replication: 3, settings: {} })
    expect(decided(world, submit())).toMatchObject({ trouble: { code: 'claim-too-narrow' } })
    const settings = { 'retention.ms': '1000' }
    world.away.topics.set('markers', { partitions: 3, replication: 3, settings })
    expect(decided(world, submit())).toMatchObject({ trouble: { code: 'bad-settings' } })
    expect([world.owners, world.awayOwners]).toEqual([all('nobody'), all('nobody')])
  })

  it('looks at every topic where each group has one of its own', () => {
    const world = new World()
    const seats = SEATS.map((seat, at) => {
      const topic = `journal-${at}`
      world.log.topics.set(topic, { partitions: 1, replication: 1, settings: {} })
      return { ...seat, journal: { topic, partition: 0 } }
    })
    expect(world.decided(submit(), seats)).toMatchObject({ kind: 'done' })
    const described = world.log.calls.filter(line => line.startsWith('describe'))
    expect(described.sort()).toEqual(SEATS.map((_, at) => `describe journal-${at}`))
  })

  it('that is deleted is deleted in both', () => {
    const world = new World()
    decided(world, submit())
    const claim = { generation: 1, owner: 'ann' }
    expect(decided(world, { kind: 'delete', claim })).toMatchObject({ kind: 'done' })
    expect([world.owners, world.awayOwners]).toEqual([all('deleted 1 ann'), all('deleted 1 ann')])
  })

  it('does not touch a log that its plan does not have', () => {
    const world = new World()
    decided(world, submit())
    expect(world.decided(start())).toMatchObject({ kind: 'done' })
    expect(world.awayOwners).toEqual(all('generation 1 ann'))
    expect(AWAY_SEATS).toHaveLength(SEATS.length)
  })
})

interface Two {
  readonly log: ModelLog
  readonly away: ModelLog
}

/** Claims both logs, or the home log alone, while others go on. */
function claimed({ log, away }: Two, rig: Rig, wish: ClaimWish, isBoth = true): Claim | undefined {
  log.topics.set(JOURNAL.topic, { partitions: 1, replication: 1, settings: {} })
  away.topics.set(MARKERS.topic, { partitions: 1, replication: 1, settings: {} })
  const { clock } = rig
  const home = { log, seats: [HOME] }
  const lanes = isBoth ? [home, { log: away, seats: [AWAY] }] : [home]
  const parts = { clock, lanes, bounds: defaultJournalBounds, random: new Prng(5), wish }
  const record = (_: Claim, done: () => void) => void clock.after(1, done)
  let outcome: ClaimOutcome | undefined
  claimJob({ ...parts, record }, told => {
    outcome = told
  })
  for (let turn = 0; turn < 400 && outcome === undefined; turn++) rig.settle(5)
  return outcome?.kind === 'done' ? outcome.claim : undefined
}

function publishing(logs: Two, claim: Claim, entries: number): Rig {
  const rig = new Rig({ hasAway: true, claim }, logs.log, logs.away)
  rig.elect(0)
  for (let at = 0; at < entries; at++) {
    rig.commit({ home: 1, away: 1 })
    rig.settle(50)
  }
  rig.settle(1000)
  return rig
}

describe('whoever takes the name of a deleted job', () => {
  it.each([1, 5])('shows all its outputs in the other log too, of %i', entries => {
    const logs = { log: new ModelLog(), away: new ModelLog() }
    const idle = new Rig({}, logs.log, logs.away)
    expect(claimed(logs, idle, { kind: 'submit', owner: 'ann' })).toEqual(CLAIM)
    const old = publishing(logs, CLAIM, 3)
    expect(claimed(logs, old, { kind: 'delete', claim: CLAIM })).toEqual(CLAIM)
    expect(old.one.journal.stages).toEqual(['ready', 'ready'])
    old.commit({ home: 1, away: 1 })
    old.settle(1000)
    expect(old.one.told.filter(line => line === 'halted job-deleted')).toHaveLength(1)
    const claim = claimed(logs, old, { kind: 'submit', owner: 'bob' })
    expect(claim).toEqual({ generation: 2, owner: 'bob', deleted: 1 })
    const next = publishing(logs, claim as Claim, entries)
    expect(next.one.told.filter(line => /halted|stalled/.test(line))).toEqual([])
    const shown = next.visible('away').flat()
    expect(shown).toHaveLength(3 + entries)
    expect(next.visible('home').flat()).toHaveLength(3 + entries)
  })
})

describe('a job that is started elsewhere', () => {
  it('halts its old publishers in every log', () => {
    const logs = { log: new ModelLog(), away: new ModelLog() }
    const old = publishing(logs, CLAIM, 2)
    expect(claimed(logs, old, start())).toEqual({ generation: 2, owner: 'bob' })
    old.commit({ home: 1, away: 1 })
    old.settle(5000)
    old.elect(0)
    old.settle(1000)
    expect(old.one.journal.stages).toEqual(['halted', 'halted'])
    expect(old.visible('away').flat()).toHaveLength(2)
  })
})

describe('a log that a start adds to a job', () => {
  const begun = () => {
    const logs = { log: new ModelLog(), away: new ModelLog() }
    const idle = new Rig({}, logs.log, logs.away)
    claimed(logs, idle, submit())
    publishing(logs, CLAIM, 3)
    return { logs, idle }
  }

  const next = ({ log, away }: Two, claim: Claim, hasAway: boolean) => {
    const rig = new Rig({ hasAway, claim, job: 'next' }, log, away)
    for (const _ of [1, 2]) rig.commit({ home: 1 })
    rig.elect(0)
    rig.settle(1000)
    return rig
  }

  it.each([
    ['whole', false],
    ['trimmed', true],
  ])('shows all its outputs there, over those of a deleted one: journal %s', (_, isTrimmed) => {
    const { logs, idle } = begun()
    const second = claimed(logs, idle, start(), false) as Claim
    claimed(logs, idle, { kind: 'delete', claim: second }, false)
    const third = claimed(logs, idle, submit('cid'), false) as Claim
    const without = next(logs, third, false)
    const own = without.records.findIndex(one => one.kind === 'published' && one.generation === 3)
    const at = logs.log.decided(HOME.journal)[own]?.offset ?? 0
    if (isTrimmed) logs.log.trim(HOME.journal, at)
    const fourth = claimed(logs, idle, start('dan')) as Claim
    expect(fourth).toEqual({ generation: 4, owner: 'dan', deleted: 2 })
    const rig = next(logs, fourth, true)
    rig.commit({ home: 1, away: 1 })
    rig.settle(1000)
    expect(rig.one.told.filter(line => /halted|stalled/.test(line))).toEqual([])
    expect(rig.visible('away').flat()).toHaveLength(3 + 1)
    expect(rig.visible('home').flat()).toHaveLength(3 + 3)
  })

  it('goes on where the job itself had come to there before', () => {
    const { logs, idle } = begun()
    claimed(logs, idle, start(), false)
    const third = claimed(logs, idle, start('cid')) as Claim
    expect(third).toEqual({ generation: 3, owner: 'cid' })
    const rig = new Rig({ hasAway: true, claim: third }, logs.log, logs.away)
    for (const _ of [1, 2, 3, 4]) rig.commit({ home: 1, away: 1 })
    rig.elect(0)
    rig.settle(1000)
    expect(rig.visible('away').flat()).toHaveLength(4)
    expect(rig.visible('home').flat()).toHaveLength(4)
  })
})

describe('a new job that has entries before it first reads its journal', () => {
  it('takes nothing in it for its own that a deleted one left', () => {
    const logs = { log: new ModelLog(), away: new ModelLog() }
    const idle = new Rig({}, logs.log, logs.away)
    claimed(logs, idle, submit())
    publishing(logs, CLAIM, 3)
    claimed(logs, idle, { kind: 'delete', claim: CLAIM })
    const claim = claimed(logs, idle, submit('bob')) as Claim
    const rig = new Rig({ hasAway: true, claim, job: 'next' }, logs.log, logs.away)
    for (const _ of [1, 2]) rig.commit({ home: 1, away: 1 })
    rig.elect(0)
    rig.settle(1000)
    expect(rig.one.told.filter(line => /halted|stalled/.test(line))).toEqual([])
    expect(rig.visible('home').flat()).toHaveLength(3 + 2)
    expect(rig.visible('away').flat()).toHaveLength(3 + 2)
  })
})

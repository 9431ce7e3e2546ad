/** Claims of a job: what is asked in which order, what is written where, who is refused. */

import { describe, expect, it, test } from 'vitest'
import { utf8Of } from '../../base/bytes.ts'
import { Prng } from '../../base/prng.ts'
import type { LogErrorCode } from '../../base/stream-log.ts'
import { claimTransactionMs, defaultJournalBounds } from '../bounds.ts'
import { scheduled } from '../testing/rig.ts'
import { StaleLog } from '../testing/stale-log.ts'
import { trimJournal } from '../trim-driver.ts'
import { claimJob } from './claim-driver.ts'
import type { ClaimWish } from './claiming.ts'
import type { ClaimSeat } from './seat.ts'
import { published, SEATS, start, submit, World } from './testing/world.ts'

const fifty = Array.from({ length: 50 }, (_, at) => scheduled(at + 1))

describe('a claim', () => {
  it('of a new job is written to every partition, and first to the cluster’s own state', () => {
    const world = new World()
    const told = world.claim(submit())
    for (let turn = 0; turn < 20 && world.recorded.length === 0; turn++) world.log.settle()
    expect(world.owners).toEqual(['nobody', 'nobody', 'nobody'])
    expect(world.recorded).toEqual([{ generation: 1, owner: 'ann' }])
    world.settle(100)
    expect(told.outcome).toEqual({
      kind: 'done',
      claim: { generation: 1, owner: 'ann' },
      offsets: [0, 0, 0],
      advice: [],
    })
    expect(world.owners).toEqual(new Array(3).fill('generation 1 ann'))
  })

  it('on a log of one process tells that its journal shares the fate of that', () => {
    const world = new World()
    world.log.isOneProcess = true
    expect(world.decided(submit())).toMatchObject({
      kind: 'done',
      advice: [{ code: 'journal-shares-fate', message: expect.stringContaining('one disk') }],
    })
  })

  it('takes every id before it reads, and reads before it writes', () => {
    const world = new World()
    world.put(0, { generation: 4 }, { ...published, generation: 4 })
    world.decided(start())
    const of = world.log.calls.filter(line => !/stage-[12]/.test(line))
    const kinds = of.map(line => line.split(' ')[0])
    expect(kinds.indexOf('init')).toBeLessThan(kinds.indexOf('end'))
    expect(kinds.lastIndexOf('fetch')).toBeLessThan(kinds.indexOf('send'))
    expect(world.log.calls.filter(line => line.startsWith('end'))).toEqual(
      new Array(3).fill('end uncommitted'),
    )
  })

  it('is one higher than the highest in any partition, old or new', () => {
    const world = new World()
    world.put(0, { generation: 3 })
    world.put(2, { generation: 3 }, { generation: 8 })
    expect(world.decided(start())).toMatchObject({ claim: { generation: 9, owner: 'bob' } })
    expect(world.owners).toEqual(new Array(3).fill('generation 9 bob'))
  })

  it('says where it lies: what comes before is final', () => {
    const world = new World()
    world.put(1, { generation: 1 }, published)
    expect(world.decided(start())).toMatchObject({ offsets: [0, 2, 0] })
  })

  it('of more partitions than calls at once comes to its end', () => {
    const world = new World()
    const seats = Array.from({ length: 40 }, (_, partition) => ({
      group: `job/many/${partition}`,
      journal: { topic: 'journal', partition },
      transactionalId: `many-${partition}`,
    }))
    world.describe(seats.length)
    const told = world.claim(submit(), seats)
    world.settle(200)
    expect(told.outcome).toMatchObject({ kind: 'done' })
  })

  it('that was cancelled tells nobody, and asks for nothing more', () => {
    const world = new World()
    const { log, clock } = world
    const lanes = [{ log, seats: SEATS }]
    const parts = { clock, lanes, wish: submit(), bounds: defaultJournalBounds }
    let told = 0
    const cancel = claimJob({ ...parts, random: new Prng(1), record: () => {} }, () => told++)
    log.settle()
    cancel()
    const asked = log.calls.length
    world.settle(100)
    expect([told, log.calls.length]).toEqual([0, asked])
  })
})

describe('a submit', () => {
  test.each<[string, (world: World) => void]>([
    ['a claim in all partitions', world => [0, 1, 2].map(at => world.put(at, {}))],
    ['a marker in one', world => world.put(1, published)],
    [
      'a whole claim under a later one that was not finished',
      world => {
        for (const at of [0, 1, 2]) world.put(at, {})
        world.put(0, { generation: 2, owner: 'fay' })
      },
    ],
  ])('is refused where a job lives: %s', (_, given) => {
    const world = new World()
    given(world)
    const before = world.owners
    expect(world.decided(submit())).toMatchObject({
      kind: 'refused',
      trouble: { code: 'job-exists', message: expect.stringContaining('eve') },
    })
    expect([world.owners, world.recorded]).toEqual([before, []])
  })

  test.each<[string, (world: World) => void, number]>([
    ['a claim was begun and not finished', world => world.put(0, { generation: 5 }), 6],
    [
      'a job was deleted',
      world => {
        for (const at of [0, 1, 2]) world.put(at, {}, { kind: 'deleted' })
      },
      2,
    ],
    [
      'a job was deleted, though not yet everywhere',
      world => {
        for (const at of [0, 1, 2]) world.put(at, {})
        world.put(2, { kind: 'deleted' })
      },
      2,
    ],
  ])('goes on where %s', (_, given, generation) => {
    const world = new World()
    given(world)
    expect(world.decided(submit())).toMatchObject({ kind: 'done', claim: { generation } })
  })

  test.each<[string, LogErrorCode]>([
    ['init', 'not-authorized'],
    ['send', 'record-too-large'],
    ['end', 'no-such-topic'],
    ['commit', 'other-cluster'],
  ])('is refused with the log’s own sentence: %s, %s', (kind, code) => {
    const world = new World()
    world.log.refusal = what => (what.startsWith(kind) ? code : undefined)
    expect(world.decided(submit())).toEqual({
      kind: 'refused',
      trouble: { code, message: `the model says ${code}` },
    })
  })

  it('is refused where the journal would be forgotten, at every try', () => {
    const world = new World()
    for (const setting of [{ 'retention.ms': '1000' }, { 'cleanup.policy': 'compact' }]) {
      world.describe(SEATS.length, setting)
      expect(world.decided(submit())).toMatchObject({ trouble: { code: 'bad-settings' } })
    }
    expect(world.recorded).toEqual([])
  })

  it('is refused where something else writes', () => {
    const world = new World()
    world.log.write((SEATS[1] as ClaimSeat).journal, [utf8Of('{}')])
    expect(world.decided(submit())).toMatchObject({ trouble: { code: 'journal-foreign' } })
  })
})

describe('a deletion', () => {
  const ended = (generation: number, owner = 'eve'): ClaimWish => ({
    kind: 'delete',
    claim: { generation, owner },
  })

  it('is written to every partition, once', () => {
    const world = new World()
    for (const at of [0, 1, 2]) world.put(at, { generation: 2 })
    expect(world.decided(ended(2))).toMatchObject({ kind: 'done' })
    expect(world.owners).toEqual(new Array(3).fill('deleted 2 eve'))
    expect(world.decided(ended(2))).toMatchObject({ kind: 'done' })
    expect(world.records(SEATS[0] as ClaimSeat)).toHaveLength(2)
    expect(world.decided(submit())).toMatchObject({ claim: { generation: 3 } })
  })

  it.each([
    ['later', 1, 'eve'],
    ['another owner’s', 2, 'ann'],
  ])('is refused where a %s claim is found', (_, generation, owner) => {
    const world = new World()
    world.put(1, { generation: 2 })
    expect(world.decided(ended(generation, owner))).toMatchObject({
      trouble: { code: 'generation-superseded' },
    })
    expect(world.owners).toEqual(['nobody', 'generation 2 eve', 'nobody'])
  })
})

describe('a claim of fewer partitions than the job has', () => {
  const two = SEATS.slice(0, 2)
  const gone: ClaimWish = { kind: 'delete', claim: { generation: 1, owner: 'ann' } }

  it.each([
    ['submit', submit('bob'), false],
    ['submit, while the third group publishes', submit('bob'), true],
    ['start', start('bob'), false],
    ['deletion', gone, false],
  ])('is refused, and writes nothing: %s', (_, wish, hasPublished) => {
    const world = new World()
    world.decided(submit('ann'))
    world.describe(two.length)
    if (hasPublished) world.put(2, { ...published, owner: 'ann' })
    const before = world.owners
    expect(world.decided(wish, two)).toMatchObject({ trouble: { code: 'claim-too-narrow' } })
    expect(world.owners).toEqual(before)
  })

  it('holds where that job was deleted', () => {
    const world = new World()
    world.decided(submit('ann'))
    world.decided(gone)
    world.describe(two.length)
    expect(world.decided(submit('bob'), two)).toMatchObject({ claim: { generation: 2 } })
  })

  it('is refused where the topic says so, whatever lies there', () => {
    const world = new World()
    expect(world.decided(submit('bob'), two)).toMatchObject({
      trouble: { code: 'claim-too-narrow' },
    })
    expect(world.owners).toEqual(new Array(3).fill('nobody'))
  })
})

describe('a submit behind a deletion that was cut off', () => {
  it.each([0, 1, 2])('begins anew everywhere, wherever it was said: %d', said => {
    const world = new World()
    for (const at of [0, 1, 2]) world.put(at, {}, { ...published, toSeq: 50, schedules: fifty })
    world.put(said, { kind: 'deleted' })
    expect(world.decided(submit('bob'))).toMatchObject({ claim: { generation: 2 } })
    for (const at of [0, 1, 2]) world.put(at, { ...published, generation: 2, owner: 'bob' })
    expect(world.decided(start('cid'))).toMatchObject({ claim: { generation: 3 } })
    const claim = { generation: 3, owner: 'cid' }
    for (const { group, journal } of SEATS) {
      let trimmed: unknown
      const parts = { log: world.log, bounds: defaultJournalBounds }
      trimJournal({ ...parts, subject: { group, claim, journal, seq: 1 } }, answer => {
        trimmed = answer
      })
      world.settle(100)
      expect(trimmed).toHaveProperty('value')
    }
  })
})

describe('a claim that was shown less than there is', () => {
  const eachReplaced = (world: World, partitions: readonly number[], end: number): StaleLog => {
    const log = new StaleLog(world.log)
    for (const at of partitions) log.replace((SEATS[at] as ClaimSeat).journal, end)
    return log
  }

  it('writes nothing there: it reads again, and takes the next generation', () => {
    const world = new World()
    for (const owner of ['ann', 'bob', 'cid']) world.decided(start(owner))
    const told = world.claim(start('dan'), SEATS, { log: eachReplaced(world, [0, 1, 2], 2) })
    world.settle(500)
    expect(told.outcome).toMatchObject({ kind: 'done', claim: { generation: 4, owner: 'dan' } })
    expect(world.decided(start('eve'))).toMatchObject({ claim: { generation: 5 } })
  })

  it('is refused as any other, where the job lives', () => {
    const world = new World()
    world.decided(submit('ann'))
    const told = world.claim(submit('bob'), SEATS, { log: eachReplaced(world, [0, 1, 2], 0) })
    world.settle(500)
    expect(told.outcome).toMatchObject({ trouble: { code: 'job-exists' } })
    expect(world.owners).toEqual(new Array(3).fill('generation 1 ann'))
  })

  it.each([[[0]], [[2]], [[0, 1]], [[1, 2]]])('halts nobody: %j', replaced => {
    const world = new World()
    world.decided(submit('ann'))
    const told = world.claim(submit('bob'), SEATS, { log: eachReplaced(world, replaced, 0) })
    world.settle(500)
    expect(told.outcome).toMatchObject({ trouble: { code: 'job-exists' } })
    expect(world.owners).toEqual(new Array(3).fill('generation 1 ann'))
  })

  it('halts no job that it was not shown, under a higher claim that was cut off', () => {
    const world = new World()
    for (const at of [0, 1, 2]) world.put(at, {})
    world.put(0, { generation: 5, owner: 'fay' })
    const told = world.claim(submit('ann'), SEATS, { log: eachReplaced(world, [1, 2], 0) })
    world.settle(500)
    expect(told.outcome).toMatchObject({ trouble: { code: 'job-exists' } })
    expect(world.owners).toEqual(['generation 5 fay', 'generation 1 eve', 'generation 1 eve'])
  })

  it('deletes nothing that another has claimed', () => {
    const world = new World()
    world.decided(submit('ann'))
    world.decided(start('bob'))
    const wish: ClaimWish = { kind: 'delete', claim: { generation: 1, owner: 'ann' } }
    const told = world.claim(wish, SEATS, { log: eachReplaced(world, [0, 1, 2], 2) })
    world.settle(500)
    expect(told.outcome).toMatchObject({ trouble: { code: 'generation-superseded' } })
    expect(world.owners).toEqual(new Array(3).fill('generation 2 bob'))
  })
})

describe('a submit whose transactions end too early', () => {
  const committing = (world: World) => {
    const told = world.claim(submit())
    const commits = () => world.log.pending.filter(({ what }) => what.startsWith('commit'))
    for (let turn = 0; turn < 100 && commits().length === 0; turn++) {
      for (const one of [...world.log.pending]) world.log.finish(one)
      world.clock.pass(1)
    }
    world.log.expire()
    return told
  }

  it('begins anew', () => {
    const world = new World()
    const told = committing(world)
    world.settle(500)
    expect(told.outcome).toMatchObject({ kind: 'done', claim: { generation: 1 } })
    expect(world.owners).toEqual(new Array(3).fill('generation 1 ann'))
  })

  it('is refused where another has made a job of it meanwhile', () => {
    const world = new World()
    const told = committing(world)
    for (const at of [0, 1, 2]) world.put(at, { generation: 1 })
    world.settle(500)
    expect(told.outcome).toMatchObject({ trouble: { code: 'job-exists' } })
    expect(world.owners).toEqual(new Array(3).fill('generation 1 eve'))
  })

  it.each([
    [1, 10_000],
    [16, 10_000],
    [40, 30_000],
    [65_536, 900_000],
  ])('gives those of %i partitions %i ms', (seats, ms) => {
    expect(claimTransactionMs(defaultJournalBounds, seats)).toBe(ms)
  })
})

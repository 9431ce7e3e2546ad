/**
 * Several clusters over one log: a clone of another's disks, an old one that wakes late, one that
 * was restored or rescaled. At most one of them publishes, and none publishes what is not its own.
 */

import { describe, expect, it } from 'vitest'
import { Prng } from '../base/prng.ts'
import { defaultJournalBounds } from './bounds.ts'
import { claimJob } from './claims/claim-driver.ts'
import type { ClaimOutcome } from './claims/claiming.ts'
import { encodeRecord } from './record.ts'
import { ModelLog, type Pending } from './testing/model-log.ts'
import { CLAIM, GROUP, HOME, JOURNAL, MARKERS, Rig } from './testing/rig.ts'
import type { Claim, SinkRun } from './types.ts'

const SEAT = { group: GROUP, journal: JOURNAL, transactionalId: HOME.transactionalId }

/** Somebody starts the job elsewhere, while others go on. */
function started(log: ModelLog, others: readonly Rig[], owner = 'bob'): Claim | undefined {
  const [rig] = others
  if (rig === undefined) return undefined
  let outcome: ClaimOutcome | undefined
  const { clock } = rig
  log.topics.set(JOURNAL.topic, { partitions: 1, replication: 1, settings: {} })
  const lanes = [{ log, seats: [SEAT] }]
  const parts = { clock, lanes, bounds: defaultJournalBounds, random: new Prng(5) }
  const record = (_: Claim, done: () => void) => void clock.after(1, done)
  claimJob({ ...parts, wish: { kind: 'start', owner }, record }, told => {
    outcome = told
  })
  for (let turn = 0; turn < 400 && outcome === undefined; turn++) {
    for (const other of others) other.settle(5)
  }
  return outcome?.kind === 'done' ? outcome.claim : undefined
}

describe('a cluster that was left behind', () => {
  it('is halted by a claim, even while it publishes, and what it published counts', () => {
    const log = new ModelLog()
    const old = new Rig({}, log)
    old.elect(0)
    for (let turn = 0; turn < 5; turn++) {
      old.commit({ home: 2 })
      old.settle(20)
    }
    const claim = started(log, [old])
    expect(claim).toEqual({ generation: 2, owner: 'bob' })
    old.commit({ home: 2 })
    old.settle(5000)
    expect(old.one.told.at(-1)).toBe('halted generation-superseded')
    expect(old.visible('home').flat()).toHaveLength(10)
  })

  it('that wakes weeks later finds who came after it, and publishes nothing', () => {
    const log = new ModelLog()
    const old = new Rig({}, log)
    const first = started(log, [old], 'ann')
    expect(first).toEqual(CLAIM)
    old.elect(0)
    old.commit({ home: 1 })
    old.settle(100)
    const second = started(log, [old])
    expect(second).toEqual({ generation: 2, owner: 'bob' })
    old.depose(0)
    old.elect(0)
    old.commit({ home: 4 })
    old.settle(60_000)
    expect(old.one.told.at(-1)).toBe('halted generation-superseded')
    expect(old.visible('home').flat()).toEqual(['1'])
    expect(old.sentences.at(-1)).toContain('start it anew to take the job back')
  })

  it('whose data folders are older than its journal publishes nothing', () => {
    const log = new ModelLog()
    const rig = new Rig({}, log)
    rig.elect(0)
    for (let turn = 0; turn < 3; turn++) {
      rig.commit({ home: 1 })
      rig.settle(50)
    }
    const restored = new Rig({}, log)
    restored.commit({ home: 1 })
    restored.elect(0)
    restored.settle(100)
    expect(restored.one.told).toEqual(['halted journal-ahead'])
    expect(rig.visible('home').flat()).toHaveLength(3)
  })
})

describe('a clone under the same claim', () => {
  it('does not fence the other for ever where a transaction takes long', () => {
    const log = new ModelLog()
    const bounds = { sendBytesMax: 100 }
    const both = [new Rig({ bounds }, log), new Rig({ bounds }, log)]
    for (const rig of both) {
      rig.elect(0)
      rig.commit({ home: 8 })
    }
    const askedAt = new Map<Pending, number>()
    const [one] = both as [Rig, Rig]
    const until = (nowMs: number) => one.clock.monotonicMs() < nowMs
    while (until(600_000) && one.visible('home').flat().length < 8) {
      for (const rig of both) {
        rig.clock.pass(50)
        for (const question of [...rig.questions]) rig.answerQuestion(question)
        rig.one.apply(rig.committed.length)
      }
      for (const call of [...log.pending]) {
        const sinceMs = askedAt.get(call) ?? one.clock.monotonicMs()
        askedAt.set(call, sinceMs)
        if (one.clock.monotonicMs() - sinceMs >= 1000) log.finish(call)
      }
      log.land()
    }
    expect(one.visible('home')).toEqual(one.expected('home'))
  })

  it('that goes another way is found by its schedules, whoever is ahead', () => {
    const log = new ModelLog()
    const one = new Rig({}, log)
    const other = new Rig({}, log)
    one.elect(0)
    one.commit({ home: 1 })
    one.settle(50)
    // The same seq, another entry.
    other.commit({ home: 1 })
    const [entry] = other.committed
    if (entry?.kind === 'out') {
      Object.assign(entry.entry, { schedule: Uint8Array.of(1, 2, 3) })
    }
    other.commit({ home: 1 })
    other.elect(0)
    other.settle(100)
    expect(other.one.told).toEqual(['halted journal-differs'])
    expect(one.visible('home').flat()).toEqual(['1'])
    one.commit({ home: 1 })
    one.settle(1000)
    expect(one.visible('home')).toEqual(one.expected('home'))
  })

  it('that goes the same way publishes nothing twice', () => {
    const log = new ModelLog()
    const rigs = [new Rig({}, log), new Rig({}, log)]
    for (const rig of rigs) rig.elect(0)
    for (let turn = 0; turn < 30; turn++) {
      for (const rig of rigs) {
        rig.commit({ home: 2 })
        rig.one.apply(rig.committed.length)
      }
      for (const rig of rigs) rig.settle(15)
    }
    for (let turn = 0; turn < 40; turn++) for (const rig of rigs) rig.settle(100)
    expect(rigs[0]?.visible('home')).toEqual(rigs[0]?.expected('home'))
  })
})

describe('a group that goes on from others', () => {
  it('begins at their numbers, in a partition that ends before them', () => {
    const rig = new Rig({ claim: { generation: 2, owner: 'ann' } })
    const published = [{ sink: 'home', upTo: 500, offset: 0 }]
    rig.journaledBefore = 90
    rig.one.outbox.begin({ journaled: 90, offset: 0, published })
    rig.elect(0)
    rig.settle()
    const run = { sink: 'home', first: 501, count: 2, bytes: new Uint8Array(20) }
    const entry = { seq: 91, generation: 2, schedule: Uint8Array.of(9), digest: 0, runs: [run] }
    rig.committed.push({ kind: 'out', term: rig.term, entry })
    rig.settle()
    expect(rig.visible('home')).toEqual([['502'], ['501']])
    expect(rig.records).toMatchObject([
      { fromSeq: 91, toSeq: 91, generation: 2, published: [{ sink: 'home', upTo: 502 }] },
    ])
    rig.elect(0)
    rig.settle(2000)
    expect(rig.one.told.filter(line => /halted|stalled/.test(line))).toEqual([])
    expect(rig.one.outbox.progress).toMatchObject({ journaled: 91 })
  })

  it('keeps for each output the generation in which it was first journaled', () => {
    const rig = new Rig({ claim: { generation: 4, owner: 'ann' } })
    let asked: number[] = []
    Object.assign(rig.one, {
      render: (run: SinkRun, generation: number) => {
        asked = [...asked, generation]
        return [
          {
            topic: 'home',
            partition: 0,
            record: { key: null, value: new Uint8Array(1), headers: [], timestampMs: 0 },
          },
        ].slice(0, run.count)
      },
    })
    for (const [at, generation] of [3, 3, 4].entries()) {
      const run = { sink: 'home', first: at + 1, count: 1, bytes: new Uint8Array(1) }
      const schedule = Uint8Array.of(at)
      const entry = { seq: at + 1, generation, schedule, digest: at, runs: [run] }
      rig.committed.push({ kind: 'out', term: 1, entry })
    }
    // Those that were taken again stand in a journal.
    rig.journaledBefore = 2
    const progress = { journaled: 2, offset: 0, published: [] }
    rig.committed.push({ kind: 'progress', term: 1, progress })
    rig.elect(0)
    rig.settle()
    expect(asked).toEqual([3, 3, 4])
  })
})

describe('a log of markers', () => {
  it('that lost them lets nothing more out', () => {
    const rig = Rig.leading({ hasAway: true })
    for (let turn = 0; turn < 2; turn++) {
      rig.commit({ away: 2 })
      rig.settle(2000)
    }
    const { published } = rig.one.outbox.progress
    const offset = published.find(({ sink }) => sink === 'away')?.offset ?? 0
    expect(offset).toBeGreaterThan(0)
    const end = rig.awayLog.decided(MARKERS).length + 10
    rig.awayLog.write(MARKERS, new Array(12).fill(new TextEncoder().encode('{}')))
    rig.awayLog.trim(MARKERS, end)
    rig.elect(0)
    rig.settle()
    expect(rig.one.told.at(-1)).toBe('stalled journal-foreign')
  })

  it('is gone on from by a new leader, from where Progress says', () => {
    const rig = new Rig({ replicas: 2, hasAway: true })
    rig.elect(0)
    rig.settle()
    rig.commit({ away: 3 })
    rig.settle(2000)
    rig.commit({ away: 2 })
    rig.elect(1)
    rig.settle(2000)
    expect(rig.visible('away')).toEqual(rig.expected('away'))
    const fetches = rig.awayLog.calls.filter(call => call.startsWith('fetch'))
    expect(fetches.at(-1)).toBe('fetch 0 committed')
  })
  it('says of all its sinks, wherever they came last', () => {
    const rig = new Rig({ replicas: 2, hasAway: true })
    rig.elect(0)
    rig.settle()
    rig.commit({ away: 3 })
    rig.settle(2000)
    rig.commit({ afar: 2 })
    rig.settle(2000)
    const [afar, away] = rig.replicas[0]?.outbox.progress.published ?? []
    expect([afar, away]).toMatchObject([
      { sink: 'afar', upTo: 2 },
      { sink: 'away', upTo: 3 },
    ])
    expect(away?.offset).toBe(afar?.offset)
    rig.elect(1)
    rig.commit({ away: 1, afar: 1 })
    rig.settle(2000)
    const fetches = rig.awayLog.calls.filter(call => call.startsWith('fetch'))
    expect(fetches.at(-1)).toBe(`fetch ${afar?.offset} committed`)
    for (const sink of ['away', 'afar']) expect(rig.visible(sink)).toEqual(rig.expected(sink))
  })

  it.each(['away', 'afar'])('that says less of %s than was known lets nothing more out', sink => {
    const rig = Rig.leading({ hasAway: true })
    for (const away of [1, 2]) {
      rig.commit({ away, afar: 1 })
      rig.settle(2000)
    }
    const cursors = [
      { sink: 'afar', upTo: 2 },
      { sink: 'away', upTo: 3 },
    ].filter(one => one.sink !== sink)
    const head = { kind: 'published', group: GROUP, ...CLAIM, fromSeq: 1, toSeq: 0 } as const
    const value = encodeRecord({ ...head, schedules: [], published: cursors })
    const at = rig.awayLog.decided(MARKERS).at(-1)?.offset ?? 0
    rig.awayLog.write(MARKERS, [value])
    rig.awayLog.trim(MARKERS, at + 1)
    rig.commit({ away: 1 })
    rig.elect(0)
    rig.settle()
    expect(rig.one.told).not.toContain('published away 4')
    rig.settle(30_000)
    expect(rig.one.told.at(-1)).toBe('stalled journal-behind')
    expect(rig.visible('away')).not.toEqual(rig.expected('away'))
  })
})

/** The journal of a group as its machine sees it: releases, Progress, images, lanes, its end. */

import { describe, expect, it } from 'vitest'
import { defaultJournalBounds } from './bounds.ts'
import { Budget } from './budget.ts'
import { Ledger } from './ledger.ts'
import { Outbox } from './outbox.ts'
import { Proposer } from './proposer.ts'
import { HOME, Rig } from './testing/rig.ts'

const progressOf = (rig: Rig) =>
  rig.committed.flatMap(one => (one.kind === 'progress' ? one.progress : []))

describe('what other sinks have', () => {
  it('is released once its schedule is durable, and not before', () => {
    const rig = Rig.leading()
    rig.commit({ files: 3 })
    rig.one.apply(rig.committed.length)
    for (let turn = 0; turn < 5 && rig.log.pending.length === 0; turn++) rig.clock.pass(1)
    const at = () => rig.log.pending[0]?.what.split(' ')[0]
    for (let turn = 0; turn < 10 && at() !== 'commit'; turn++) {
      for (const one of [...rig.log.pending]) rig.log.finish(one)
      rig.clock.pass(1)
    }
    expect([at(), rig.one.told, rig.one.journal.released]).toEqual(['commit', [], 0])
    rig.settle(20)
    expect([rig.one.told, rig.one.journal.released]).toEqual([['released 1'], 1])
  })

  it('goes into the next marker, and into Progress', () => {
    const rig = Rig.leading()
    rig.commit({ files: 3 })
    rig.settle(20)
    rig.one.journal.onSinkPublished('files', 2)
    rig.commit({ home: 1 })
    rig.settle(3000)
    expect(rig.records.at(-1)).toMatchObject({
      published: [
        { sink: 'files', upTo: 2 },
        { sink: 'home', upTo: 1 },
      ],
    })
    expect(rig.one.outbox.progress.published).toMatchObject([
      { sink: 'files', upTo: 2 },
      { sink: 'home', upTo: 1 },
    ])
    // What is not out stays.
    expect(rig.one.outbox.runs('files')?.items).toHaveLength(1)
  })

  it('beside its own sink in the same log is shown together with that', () => {
    const rig = Rig.leading()
    rig.commit({ home: 2, side: 3 })
    rig.settle(100)
    expect(rig.log.calls.filter(call => call.startsWith('commit'))).toHaveLength(1)
    for (const sink of ['home', 'side']) expect(rig.visible(sink)).toEqual(rig.expected(sink))
    expect(rig.one.told).toEqual(['published home 2', 'published side 3', 'released 1'])
    rig.commit({ side: 1 })
    rig.settle(3000)
    expect(rig.one.told.slice(3)).toEqual(['published side 4', 'released 2'])
    expect(rig.one.outbox.progress.published).toMatchObject([
      { sink: 'home', upTo: 2 },
      { sink: 'side', upTo: 4 },
    ])
  })

  it('in a log of its own follows what is released, in transactions of its own', () => {
    const rig = Rig.leading({ hasAway: true })
    rig.log.refusal = what => (what.startsWith('commit') ? 'unavailable' : undefined)
    rig.commit({ home: 2, away: 2 })
    rig.settle(1000)
    expect([rig.visible('home').flat(), rig.visible('away').flat()]).toEqual([[], []])
    rig.log.refusal = () => undefined
    rig.settle(3000)
    expect(rig.visible('away')).toEqual(rig.expected('away'))
    expect(rig.one.told).toContain('published away 2')
    expect(rig.one.outbox.progress.published).toMatchObject([
      { sink: 'away', upTo: 2 },
      { sink: 'home', upTo: 2 },
    ])
  })

  it('in a log that is away holds up nobody else', () => {
    const rig = Rig.leading({ hasAway: true })
    rig.awayLog.refusal = () => 'unavailable'
    rig.commit({ home: 2, away: 2 })
    rig.settle(3000)
    expect(rig.visible('home')).toEqual(rig.expected('home'))
    expect(rig.visible('away').flat()).toEqual([])
    rig.awayLog.refusal = () => undefined
    rig.settle(6000)
    expect(rig.visible('away')).toEqual(rig.expected('away'))
  })
})

describe('progress', () => {
  it('is proposed lazily, and not again where nothing is new', () => {
    const rig = Rig.leading()
    for (let turn = 0; turn < 30; turn++) {
      rig.commit()
      rig.settle(100)
    }
    rig.settle(10_000)
    const seen = progressOf(rig)
    expect(seen.length).toBeGreaterThanOrEqual(3)
    expect(seen.length).toBeLessThanOrEqual(5)
    expect(seen.at(-1)).toMatchObject({ journaled: 30, published: [{ sink: 'home', upTo: 30 }] })
    expect(rig.one.outbox.bytes).toBe(0)
  })

  it('names an offset from which the newest marker is found', () => {
    const rig = Rig.leading()
    for (let turn = 0; turn < 5; turn++) {
      rig.commit({ home: 3 })
      rig.settle(1100)
      const { offset, journaled } = rig.one.outbox.progress
      const found = rig.log.decided({ topic: 'journal', partition: 0 })
      expect(found.filter(record => record.offset >= offset)).toHaveLength(1)
      expect(journaled).toBe(turn + 1)
    }
  })

  it('is proposed before an image, and whoever waits is told', () => {
    const rig = Rig.leading()
    rig.commit()
    rig.settle(30)
    rig.commit()
    rig.settle(30)
    const before = progressOf(rig).length
    let isDone = false
    rig.one.journal.flush(() => {
      isDone = true
    })
    expect(isDone).toBe(false)
    rig.settle(50)
    expect([isDone, progressOf(rig).length]).toEqual([true, before + 1])
    expect(rig.one.outbox.progress.journaled).toBe(2)
  })

  it('has nothing to add where nothing is new, or nobody leads', () => {
    const rig = new Rig({ replicas: 2 })
    let done = 0
    rig.replicas[1]?.journal.flush(() => done++)
    rig.clock.pass(0)
    expect(done).toBe(1)
    rig.elect(0)
    rig.settle()
    rig.one.journal.flush(() => done++)
    rig.clock.pass(0)
    expect([done, progressOf(rig)]).toEqual([2, []])
  })

  it('that is refused is proposed again, and not in a circle', () => {
    const outbox = new Outbox()
    const ledger = new Ledger()
    const bounds = { ...defaultJournalBounds, progressBytes: 0 }
    const proposer = new Proposer({ outbox, ledger, bounds })
    outbox.apply({ seq: 1, generation: 1, schedule: new Uint8Array(9), digest: 0, runs: [] })
    ledger.journal(1, 4)
    expect(proposer.takeProposal(0)).toBeUndefined()
    proposer.onTerm(3)
    expect(proposer.takeProposal(10)).toEqual({
      term: 3,
      progress: { journaled: 1, offset: 4, published: [] },
    })
    expect(proposer.takeProposal(500)).toBeUndefined()
    proposer.onAnswer()
    expect(proposer.takeProposal(10)).toBeUndefined()
    expect(proposer.dueMs(10)).toBe(10 + bounds.retryMinMs)
    expect(proposer.takeProposal(10 + bounds.retryMinMs)?.term).toBe(3)
    proposer.onAnswer()
    outbox.advance({ journaled: 1, offset: 4, published: [] })
    expect([proposer.dueMs(9000), proposer.isCurrent]).toEqual([undefined, true])
  })
})

describe('groups of one node', () => {
  it('have so many transactions at once and no more, and all get their turn', () => {
    const budget = new Budget(2)
    const rigs = Array.from({ length: 6 }, () => {
      const rig = new Rig()
      // They share nothing else, so that each can be looked at alone.
      Object.assign(rig.lanes[0] as object, { budget })
      return rig
    })
    const shared = rigs.map(rig => new Rig({}, rig.log))
    for (const rig of shared) Object.assign(rig.lanes[0] as object, { budget })
    for (const rig of shared) {
      rig.elect(0)
      rig.commit()
      rig.settle(1)
    }
    for (let turn = 0; turn < 20; turn++) {
      for (const rig of shared) rig.settle(5)
      expect(budget.held).toBeLessThanOrEqual(2)
    }
    for (const rig of shared) expect(rig.visible('home').flat()).toEqual(['1'])
    expect([budget.held, budget.waiting]).toEqual([0, 0])
  })

  it('give back what they had when they are deposed in the middle', () => {
    const rig = Rig.leading()
    const { budget } = rig.lanes[0] as (typeof rig.lanes)[0]
    rig.commit()
    rig.one.apply(rig.committed.length)
    rig.clock.pass(1)
    expect([budget.held, rig.one.journal.stages]).toEqual([1, ['sending']])
    rig.depose(0)
    expect([budget.held, rig.one.journal.stages]).toEqual([0, ['retired']])
    rig.log.settle()
    expect(rig.visible('home').flat()).toEqual([])
  })
})

describe('a replica that follows', () => {
  const preparations = (rig: Rig) => rig.log.calls.filter(what => what.startsWith('prepare')).length

  it('has its log get ready, now and again, and who leads does not', () => {
    const rig = new Rig({ replicas: 3 })
    rig.elect(0)
    rig.settle(1000)
    expect(preparations(rig)).toBe(2)
    rig.settle(2 * rig.bounds.readyMs)
    expect(preparations(rig)).toBeGreaterThanOrEqual(4)
    expect(preparations(rig)).toBeLessThanOrEqual(10)
  })

  it('takes over though that is not answered, or came to nothing', () => {
    const rig = new Rig({ replicas: 3 })
    rig.log.refusal = what => (what.startsWith('prepare') ? 'unavailable' : undefined)
    rig.elect(0)
    rig.commit()
    rig.settle()
    rig.depose(0)
    rig.elect(1)
    rig.commit()
    rig.settle()
    expect(rig.replicas[1]?.told.filter(line => line.startsWith('stalled'))).toEqual([])
    expect(rig.visible('home')).toEqual(rig.expected('home'))
  })

  it('and will let nothing out any more has nothing got ready', () => {
    const rig = new Rig()
    rig.commit({ home: 1 }, 8, { digest: 99, place: { topic: 'journal', partition: 0, offset: 1 } })
    rig.elect(0)
    rig.settle(1000)
    expect(rig.one.told).toEqual(['halted replay-differs'])
    rig.depose(0)
    const before = preparations(rig)
    rig.settle(3 * rig.bounds.readyMs)
    expect(preparations(rig)).toBe(before)
  })
})

describe('a journal that is closed', () => {
  it('tells nobody and asks for nothing', () => {
    const rig = Rig.leading()
    rig.commit()
    rig.one.apply(rig.committed.length)
    rig.clock.pass(1)
    rig.one.journal.close()
    const { length } = rig.log.calls
    rig.one.journal.onLead(9)
    rig.one.journal.onApplied(9)
    rig.settle(1000)
    expect([rig.one.told, rig.log.calls.length, rig.clock.nextMs]).toEqual([[], length, undefined])
    expect(rig.lanes[0]?.seat).toBe(HOME)
  })
})

describe('an entry that was taken again, after a restore', () => {
  const place = { topic: 'journal', partition: 0, offset: 44 }

  it('is published where it did what is recorded', () => {
    const rig = Rig.leading()
    rig.commit({ home: 2 }, 8, { digest: 1, place })
    rig.settle()
    expect(rig.visible('home')).toEqual(rig.expected('home'))
    expect([rig.one.journal.released, rig.one.journal.takesFrames]).toEqual([1, true])
  })

  it('and did something else lets nothing out, and takes nothing in', () => {
    const rig = new Rig({ hasAway: true })
    rig.commit({ home: 1, away: 1 })
    rig.commit({ home: 1, away: 1 }, 8, { digest: 99, place })
    rig.elect(0)
    rig.settle(1000)
    expect(rig.one.told).toEqual(['halted replay-differs', 'halted replay-differs'])
    expect([rig.visible('home').flat(), rig.visible('away').flat()]).toEqual([[], []])
    expect([rig.one.journal.released, rig.one.journal.takesFrames]).toEqual([0, false])
    expect(rig.sentences[0]).toContain('offset 44 of journal/0')
  })

  it('stops a group that is publishing, before what it made', () => {
    const rig = Rig.leading({ hasAway: true })
    rig.commit({ home: 1, away: 1 }, 8, { digest: 1, place })
    rig.settle()
    rig.commit({ home: 1, away: 1 }, 8, { digest: 99, place })
    rig.commit({ home: 1 })
    rig.settle(3000)
    expect(rig.one.told.filter(line => line.startsWith('halted'))).toHaveLength(2)
    expect([rig.visible('home').flat(), rig.visible('away').flat()]).toEqual([['1'], ['1']])
    expect(rig.one.journal.released).toBe(1)
  })
})

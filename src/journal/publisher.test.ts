/** Publishers at work over a model log: what leaves, when, and what is done when it goes wrong. */

import { describe, expect, it, test } from 'vitest'
import type { LogErrorCode } from '../base/stream-log.ts'
import { defaultJournalBounds } from './bounds.ts'
import { JOURNAL, Rig } from './testing/rig.ts'

const stagesOf = (rig: Rig) => rig.one.journal.stages
const calls = (rig: Rig, since = 0) => rig.log.calls.slice(since).map(line => line.split(' ')[0])
const said = (rig: Rig, word: string) => rig.one.told.filter(line => line.startsWith(word))

/** Fails the call of this kind as often as it is said, then lets all pass. */
function refuse(
  rig: Rig,
  kind: string,
  code: LogErrorCode,
  times = Number.POSITIVE_INFINITY,
): void {
  let left = times
  rig.log.refusal = what => {
    if (!what.startsWith(kind) || left === 0) return undefined
    left--
    return code
  }
}

describe('a publisher', () => {
  it('lets out what is committed, once and in order', () => {
    const rig = Rig.leading()
    for (let turn = 0; turn < 5; turn++) {
      rig.commit({ home: 3 })
      rig.settle(20)
    }
    expect(rig.visible('home')).toEqual([
      ['2', '4', '6', '8', '10', '12', '14'],
      ['1', '3', '5', '7', '9', '11', '13', '15'],
    ])
    expect(said(rig, 'published').at(-1)).toBe('published home 15')
    expect(said(rig, 'released').at(-1)).toBe('released 5')
  })

  it('asks for nothing before the entry of its own term is applied', () => {
    const rig = new Rig()
    rig.committed.push({ kind: 'term', term: 1 })
    rig.commit()
    rig.one.journal.onLead(2)
    rig.one.apply(2)
    rig.clock.pass(1000)
    expect([rig.questions.length, rig.log.calls, stagesOf(rig)]).toEqual([0, [], ['retired']])
    rig.leader = 0
    rig.term = 2
    rig.committed.push({ kind: 'term', term: 2 })
    rig.settle()
    expect(rig.visible('home').flat()).toEqual(['1'])
  })

  it('asks its group before the log, and the log only then', () => {
    const rig = new Rig()
    rig.elect(0)
    rig.clock.pass(50)
    expect([rig.questions.length, rig.log.calls]).toEqual([1, []])
    rig.settle()
    expect(calls(rig)).toEqual(['init', 'end'])
    expect(rig.log.calls[1]).toBe('end uncommitted')
  })

  it('asks its group again before each init', () => {
    const rig = new Rig()
    rig.elect(0)
    let asked = 0
    refuse(rig, 'init', 'busy', 5)
    for (let turn = 0; turn < 200; turn++) {
      asked += rig.questions.length
      for (const question of [...rig.questions]) rig.answerQuestion(question)
      rig.log.settle()
      rig.clock.pass(5)
    }
    expect(calls(rig).filter(kind => kind === 'init')).toHaveLength(6)
    expect(asked).toBe(6)
  })

  it('is quiet where nothing is to be journaled', () => {
    const rig = Rig.leading()
    const before = rig.log.calls.length
    rig.settle(5000)
    rig.one.journal.onSinkPublished('files', 0)
    rig.settle(5000)
    expect(rig.log.calls.slice(before)).toEqual([])
  })

  it('lets schedules wait that nobody waits for, and no others', () => {
    const rig = Rig.leading()
    const { journalMs } = rig.bounds
    rig.commit({})
    rig.settle(journalMs - 10)
    expect(rig.journaled).toBe(0)
    rig.settle(20)
    expect(rig.journaled).toBe(1)
    rig.commit({ files: 1 })
    rig.settle(10)
    expect([rig.journaled, said(rig, 'released').at(-1)]).toEqual([2, 'released 2'])
  })

  it('puts one entry into a transaction when idle, and many under load', () => {
    const rig = Rig.leading()
    const commits = () => calls(rig).filter(kind => kind === 'commit').length
    for (let turn = 0; turn < 10; turn++) {
      rig.commit()
      rig.settle(30)
    }
    expect(commits()).toBe(10)
    for (let turn = 0; turn < 100; turn++) {
      rig.commit()
      rig.one.apply(rig.committed.length)
    }
    rig.settle(50)
    expect(rig.visible('home').flat()).toHaveLength(110)
    expect(commits()).toBeLessThanOrEqual(13)
  })

  it('lets out at once what is left when its log ends, and says when that is so', () => {
    const rig = Rig.leading()
    rig.commit({ home: 1, files: 2 })
    rig.commit({})
    rig.end(1)
    rig.one.apply(rig.committed.length)
    expect(rig.one.journal.isDrained).toBe(false)
    rig.settle(20)
    expect([rig.journaled, rig.one.journal.isDrained]).toEqual([2, false])
    rig.one.journal.onSinkPublished('files', 2)
    expect(rig.one.journal.isDrained).toBe(true)
  })
})

describe('a new leader', () => {
  it('publishes the rest, from where the journal says that the last one came to', () => {
    const rig = new Rig({ replicas: 2 })
    rig.elect(0)
    rig.settle()
    rig.commit({ home: 4 })
    rig.settle(20)
    rig.commit({ home: 2 })
    rig.elect(1)
    rig.settle()
    expect(rig.visible('home')).toEqual(rig.expected('home'))
    expect(rig.replicas[1]?.told.filter(line => line.startsWith('published'))).toEqual([
      'published home 4',
      'published home 6',
    ])
  })

  it('reads from where Progress says, though records were trimmed before it', () => {
    const rig = Rig.leading()
    for (let turn = 0; turn < 4; turn++) {
      rig.commit()
      rig.settle(20)
    }
    rig.settle(2000)
    const { offset } = rig.one.outbox.progress
    expect(offset).toBeGreaterThan(0)
    rig.log.trim(JOURNAL, offset)
    const before = rig.log.calls.length
    rig.elect(0)
    rig.settle()
    expect(rig.log.calls.slice(before)).toContain(`fetch ${offset} committed`)
    rig.commit()
    rig.settle()
    expect(rig.visible('home')).toEqual(rig.expected('home'))
  })

  it('that finds more than it knows asks whether it leads, and retires where it does not', () => {
    const rig = new Rig({ replicas: 2 })
    rig.elect(0)
    rig.answerQuestion(rig.questions[0] as (typeof rig.questions)[0])
    // Its init is on its way while another leads, commits and publishes.
    const late = [...rig.log.pending]
    rig.log.pending.length = 0
    rig.elect(1)
    rig.commit({ home: 3 })
    rig.replicas[1]?.apply(rig.committed.length)
    for (let turn = 0; turn < 50; turn++) {
      for (const question of [...rig.questions]) rig.answerQuestion(question)
      rig.log.settle()
      rig.clock.pass(5)
    }
    expect(rig.visible('home').flat()).toHaveLength(3)
    rig.log.pending.push(...late)
    for (let turn = 0; turn < 50; turn++) {
      for (const question of [...rig.questions]) rig.answerQuestion(question)
      rig.log.settle()
      rig.clock.pass(5)
    }
    expect([stagesOf(rig), rig.one.told]).toEqual([['retired'], []])
    rig.commit({ home: 2 })
    rig.settle(3000)
    expect(rig.visible('home')).toEqual(rig.expected('home'))
  })

  it('of another term begins anew', () => {
    const rig = Rig.leading()
    const before = rig.log.calls.length
    rig.elect(0)
    rig.settle()
    expect(calls(rig, before)).toEqual(['init', 'end'])
    rig.one.journal.onLead(rig.term)
    rig.settle()
    expect(rig.log.calls).toHaveLength(before + 2)
  })
})

describe('a transaction that goes wrong', () => {
  test.each<['send' | 'commit', LogErrorCode]>([
    ['send', 'fenced'],
    ['commit', 'fenced'],
    ['send', 'unavailable'],
    ['commit', 'unavailable'],
    ['send', 'busy'],
  ])('in %s by %s is read back, and gone on from', (kind, code) => {
    const rig = Rig.leading()
    rig.commit({ home: 3 })
    refuse(rig, kind, code, 3)
    const before = rig.log.calls.length
    rig.settle(2000)
    const again = calls(rig, before)
    expect(again.filter(one => one === 'end')).toHaveLength(3)
    expect(again.join(' ')).toContain(`${kind} init`)
    expect(again.join(' ')).not.toContain(`${kind} ${kind}`)
    expect(rig.visible('home')).toEqual(rig.expected('home'))
    expect(said(rig, 'stalled')).toEqual([])
  })

  it('though it was committed, is not sent again', () => {
    const rig = Rig.leading()
    rig.commit({ home: 3 })
    rig.one.apply(rig.committed.length)
    for (let turn = 0; turn < 20; turn++) {
      rig.clock.pass(1)
      for (const one of [...rig.log.pending]) {
        if (!one.what.startsWith('commit')) rig.log.finish(one)
        else {
          rig.log.take(one)
          rig.log.lose(one)
        }
      }
    }
    rig.settle()
    expect(calls(rig).filter(kind => kind === 'send')).toHaveLength(1)
    expect(rig.visible('home')).toEqual(rig.expected('home'))
  })

  it.each([
    ['unavailable' as const, defaultJournalBounds.retryMaxMs],
    ['fenced' as const, 2 * defaultJournalBounds.transactionMs],
  ])('time and again (%s) is begun ever more slowly', (code, waitMsMax) => {
    const rig = Rig.leading()
    rig.commit()
    refuse(rig, 'commit', code)
    const counts: number[] = []
    for (let turn = 0; turn < 4; turn++) {
      const before = rig.log.calls.length
      rig.settle(2 * waitMsMax)
      counts.push(calls(rig, before).filter(kind => kind === 'end').length)
    }
    const slowest = Math.ceil((2 * waitMsMax) / (waitMsMax / 2))
    expect(counts[0]).toBeGreaterThan(slowest)
    expect(counts.at(-1)).toBeLessThanOrEqual(slowest)
  })

  it('after it was deposed is nobody’s: it retires', () => {
    const rig = Rig.leading()
    rig.commit()
    refuse(rig, 'commit', 'fenced', 1)
    rig.one.apply(rig.committed.length)
    rig.leader = 1
    rig.settle()
    expect(stagesOf(rig)).toEqual(['retired'])
  })

  test.each<[string, LogErrorCode]>([
    ['init', 'not-authorized'],
    ['end', 'no-such-topic'],
    ['send', 'record-too-large'],
    ['send', 'no-such-topic'],
    ['send', 'not-authorized'],
    ['commit', 'other-cluster'],
    ['init', 'unsupported'],
    ['send', 'bad-settings'],
  ])('for good, by %s: %s, is told once, and tried again slowly', (kind, code) => {
    const rig = new Rig()
    rig.elect(0)
    rig.commit({ home: 2 })
    refuse(rig, kind, code)
    rig.settle(4 * rig.bounds.stallMs)
    expect(said(rig, 'stalled')).toEqual([`stalled ${code}`])
    expect(rig.sentences).toEqual([`the model says ${code}`])
    expect(calls(rig).filter(one => one === kind).length).toBeLessThanOrEqual(5)
    expect(rig.visible('home').flat()).toEqual([])
    rig.log.refusal = () => undefined
    rig.settle(2 * rig.bounds.stallMs)
    expect(rig.visible('home')).toEqual(rig.expected('home'))
    expect(said(rig, 'resumed')).toEqual(['resumed'])
  })

  it('in two ways is told of both', () => {
    const rig = Rig.leading()
    rig.commit()
    refuse(rig, 'send', 'not-authorized')
    rig.settle(12_000)
    refuse(rig, 'send', 'no-such-topic')
    rig.settle(12_000)
    expect(said(rig, 'stalled')).toEqual(['stalled not-authorized', 'stalled no-such-topic'])
  })
})

describe('its bounds', () => {
  it('end the taking of frames, while all is kept, until something is out', () => {
    const rig = new Rig({ bounds: { outboxBytesMax: 4000, progressBytes: 1000 } })
    rig.elect(0)
    refuse(rig, 'init', 'unavailable')
    let taken = 0
    while (rig.one.journal.takesFrames && taken < 1000) {
      rig.commit({ home: 10 })
      rig.one.apply(rig.committed.length)
      taken++
    }
    expect(taken).toBeLessThan(100)
    rig.settle(10_000)
    expect(rig.one.journal.takesFrames).toBe(false)
    rig.log.refusal = () => undefined
    rig.settle(3000)
    expect([rig.one.journal.takesFrames, rig.one.outbox.bytes]).toEqual([true, 0])
    expect(rig.visible('home')).toEqual(rig.expected('home'))
  })

  it('are told to the group at once where it takes nothing meanwhile', () => {
    const rig = new Rig({ bounds: { outboxBytesMax: 500, progressMs: 3_600_000 } })
    rig.elect(0)
    for (let round = 0; round < 3; round++) {
      while (rig.one.journal.takesFrames) {
        rig.commit({ home: 10 })
        rig.one.apply(rig.committed.length)
      }
      rig.settle(3000)
      expect(rig.one.journal.takesFrames, `round ${round}`).toBe(true)
    }
  })

  it('have an order that holds', () => {
    const { recordBytesMax, sendBytesMax, journalBytes, outputBytesMax } = defaultJournalBounds
    expect(recordBytesMax).toBeLessThan(sendBytesMax)
    expect(journalBytes).toBeLessThanOrEqual(recordBytesMax)
    expect(sendBytesMax).toBeLessThanOrEqual(outputBytesMax)
  })
})

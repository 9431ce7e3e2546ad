/** What people are told, and how often. */

import { describe, expect, it, test } from 'vitest'
import { Newsroom } from './news.ts'
import { JOURNAL, Rig } from './testing/rig.ts'

const trouble = (code: string, message = code) => ({ code, message })
const told = (room: Newsroom) =>
  room.take().map(one => (one.kind === 'resumed' ? one.kind : `${one.kind} ${one.code}`))

describe('what people are told', () => {
  it('is each trouble once, until it is over', () => {
    const room = new Newsroom(100)
    room.stall(trouble('full'), false)
    room.stall(trouble('full'), false)
    room.stall(trouble('denied'), false)
    expect(told(room)).toEqual(['stalled full', 'stalled denied'])
    room.read(false)
    room.read(false)
    expect(told(room)).toEqual(['resumed'])
    room.stall(trouble('full'), false)
    expect(told(room)).toEqual(['stalled full'])
  })

  it('is not over by reading back, where writing was the trouble', () => {
    const room = new Newsroom(100)
    room.stall(trouble('large'), true)
    room.read(false)
    expect(told(room)).toEqual(['stalled large'])
    room.commit()
    expect(told(room)).toEqual(['resumed'])
  })

  it('is not what passes by itself, before it has gone on for long', () => {
    const room = new Newsroom(100)
    const pass = (code: string, nowMs: number) => room.pass(trouble(code), nowMs, false)
    pass('unavailable', 1000)
    pass('unavailable', 1099)
    room.read(false)
    pass('unavailable', 1150)
    pass('unavailable', 1249)
    expect(told(room)).toEqual([])
    pass('unavailable', 1250)
    pass('busy', 2000)
    expect(told(room)).toEqual(['stalled unavailable'])
    room.read(false)
    expect(told(room)).toEqual(['resumed'])
  })

  it('is what passes and comes again, where only writing meets it', () => {
    const room = new Newsroom(100)
    for (let nowMs = 0; nowMs <= 100; nowMs += 10) {
      room.pass(trouble('fenced'), nowMs, true)
      room.read(false)
    }
    expect(told(room)).toEqual(['stalled fenced'])
    room.commit()
    expect(told(room)).toEqual(['resumed'])
  })

  it('is not what ended in a transaction that was found committed', () => {
    const room = new Newsroom(100)
    room.pass(trouble('unavailable'), 0, true)
    room.read(true)
    room.pass(trouble('unavailable'), 1000, true)
    expect(told(room)).toEqual([])
    room.pass(trouble('unavailable'), 1100, true)
    room.read(true)
    expect(told(room)).toEqual(['stalled unavailable', 'resumed'])
  })

  it('is not what passed in an earlier term', () => {
    const room = new Newsroom(100)
    room.pass(trouble('unavailable'), 1000, true)
    room.lead()
    room.pass(trouble('unavailable'), 2000, true)
    room.pass(trouble('unavailable'), 2099, true)
    expect(told(room)).toEqual([])
    room.pass(trouble('unavailable'), 2100, true)
    expect(told(room)).toEqual(['stalled unavailable'])
  })

  it('is over in a new term, once the journal is read back', () => {
    const room = new Newsroom(100)
    room.stall(trouble('denied'), true)
    room.lead()
    expect(told(room)).toEqual(['stalled denied'])
    room.read(false)
    expect(told(room)).toEqual(['resumed'])
  })

  it('is what goes on for long, when another trouble was mended before it', () => {
    const room = new Newsroom(100)
    room.stall(trouble('denied'), false)
    room.pass(trouble('unavailable'), 1000, false)
    room.stall(trouble('denied'), false)
    room.pass(trouble('unavailable'), 1050, false)
    room.pass(trouble('unavailable'), 1149, false)
    expect(told(room)).toEqual(['stalled denied'])
    room.pass(trouble('unavailable'), 1150, false)
    room.pass(trouble('unavailable'), 1300, false)
    expect(told(room)).toEqual(['stalled unavailable'])
    room.stall(trouble('denied'), false)
    expect(told(room)).toEqual(['stalled denied'])
  })

  it('is what is for good', () => {
    const room = new Newsroom(100)
    room.halt(trouble('superseded'))
    expect(told(room)).toEqual(['halted superseded'])
  })
})

describe('a log that is away', () => {
  it.each(['init', 'end', 'commit'])('while it is asked for %s: is told, and its end', kind => {
    const rig = new Rig()
    rig.log.refusal = what => (what.startsWith(kind) ? 'unavailable' : undefined)
    rig.elect(0)
    rig.commit({ home: 2 })
    rig.settle(2000)
    expect(rig.one.told).toEqual([])
    rig.settle(120_000)
    expect(rig.one.told).toEqual(['stalled unavailable'])
    expect(rig.sentences.every(sentence => sentence !== '')).toBe(true)
    rig.log.refusal = () => undefined
    rig.settle(10_000)
    expect(rig.one.told).toEqual(expect.arrayContaining(['resumed', 'published home 2']))
    expect(rig.visible('home')).toEqual(rig.expected('home'))
  })
})

test('whoever leads again tells of the silence in this term only', () => {
  const rig = new Rig()
  rig.log.refusal = what => (what.startsWith('commit') ? 'unavailable' : undefined)
  rig.elect(0)
  rig.commit({ home: 2 })
  rig.settle(2000)
  rig.depose(0)
  rig.settle(120_000)
  rig.elect(0)
  rig.settle(2000)
  expect(rig.one.told).toEqual([])
})

/** Everything is answered up to the next commit, which has its effect, and whose answer is lost. */
function loseNextCommit(rig: Rig): void {
  for (let turns = 0; turns < 1000; turns++) {
    rig.clock.pass(1)
    for (const question of [...rig.questions]) rig.answerQuestion(question)
    for (const replica of rig.replicas) replica.apply(rig.committed.length)
    for (const one of [...rig.log.pending]) {
      if (!one.what.startsWith('commit')) rig.log.finish(one)
      else {
        rig.log.take(one)
        rig.log.lose(one)
        return
      }
    }
    rig.log.land()
  }
  throw new Error('nothing was committed')
}

test('a commit whose answer was lost ends its silence when it is read back', () => {
  const rig = new Rig()
  rig.elect(0)
  for (let i = 0; i < 2; i++) {
    rig.commit({ home: 2 })
    loseNextCommit(rig)
    rig.settle(60_000)
    expect(rig.visible('home')).toEqual(rig.expected('home'))
  }
  expect(rig.one.told.filter(one => one.startsWith('stalled'))).toEqual([])
})

test('a stall that another leader ended is over for whoever leads again', () => {
  const rig = new Rig({ replicas: 2 })
  rig.elect(0)
  rig.log.refusal = what => (what.startsWith('send') ? 'not-authorized' : undefined)
  rig.commit()
  rig.settle(8000)
  rig.depose(0)
  rig.log.refusal = () => undefined
  rig.elect(1)
  rig.settle(10_000)
  rig.depose(1)
  rig.elect(0)
  rig.settle(10_000)
  expect(rig.one.told.filter(one => /^(stalled|resumed)/.test(one))).toEqual([
    'stalled not-authorized',
    'resumed',
  ])
})

test('a stranger whose open transaction holds the journal up is told of', () => {
  const rig = new Rig()
  const stranger = rig.log.producer({ transactionalId: 'stranger', timeoutMs: 900_000 })
  stranger.init(() => {})
  rig.log.settle()
  const record = { key: null, value: new Uint8Array(1), headers: [], timestampMs: 0 }
  stranger.send([{ ...JOURNAL, records: [record] }], () => {})
  rig.log.settle()
  rig.elect(0)
  rig.commit()
  rig.settle(5000)
  expect(rig.one.told).toEqual([])
  rig.settle(60_000)
  expect(rig.one.told).toEqual(['stalled busy'])
  expect(rig.sentences.join()).toContain('abort it')
  stranger.end('abort', () => {})
  rig.settle(5000)
  expect(rig.one.told).toEqual(expect.arrayContaining(['resumed', 'published home 1']))
})

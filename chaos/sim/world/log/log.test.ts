/** The simulated log: the contract of its door, and what its faults do. */

import { expect, test } from 'vitest'
import { Prng } from '../../../../src/base/prng.ts'
import type {
  Fetched,
  Isolation,
  LogAnswer,
  LogDone,
  LogErrorCode,
  Partition,
  TopicDescription,
  TransactionalProducer,
} from '../../../../src/base/stream-log.ts'
import { said, words } from '../../contract/log/caller.ts'
import { type StreamLogRig, streamLogContract } from '../../contract/stream-log.ts'
import { EventQueue, US_PER_MS } from '../clock.ts'
import { Tally } from '../tally.ts'
import { calmLog, type LogProfile, logFaultKinds } from './faults.ts'
import { SimLog } from './log.ts'

/** No test of the contract takes so long in simulated time. */
const LONG_MS = 400_000

function rig(seed: number): StreamLogRig {
  const queue = new EventQueue()
  const tally = new Tally(logFaultKinds)
  const log = new SimLog({ queue, tally, prng: new Prng(seed), profile: calmLog })
  let names = 0
  return {
    client: () => log.client(),
    name: () => `n${names++}`,
    until: holds => {
      while (!holds()) {
        if (!queue.step() || queue.nowMs > LONG_MS) throw new Error('it never comes true')
      }
      return Promise.resolve()
    },
    close: () => Promise.resolve(),
  }
}

streamLogContract('the simulated log', () => rig(1))

const journal: Partition = { topic: 'journal', partition: 0 }
const other: Partition = { topic: 'journal', partition: 1 }
const LIFE = { transactionalId: 'id', timeoutMs: 10_000 }

function world(seed = 1, profile: LogProfile = calmLog) {
  const queue = new EventQueue()
  const tally = new Tally(logFaultKinds)
  const log = new SimLog({ queue, tally, prng: new Prng(seed), profile })
  const settle = () => {
    while (queue.step());
  }
  const told = <T>(ask: (done: LogDone<T>) => void): T | LogErrorCode => {
    const answers: LogAnswer<T>[] = []
    ask(answer => answers.push(answer))
    while (answers.length === 0) if (!queue.step()) throw new Error('nobody answers')
    const [answer] = answers as [LogAnswer<T>]
    return answer.error === undefined ? answer.value : answer.error.code
  }
  const client = log.client()
  const topic = { topic: 'journal', partitions: 2, replication: 3, settings: {} }
  told<void>(done => client.create(topic, done))
  const begin = (from = client) => {
    const producer = from.producer(LIFE)
    while (told<void>(done => producer.init(done)) !== undefined);
    return producer
  }
  const send = (producer: TransactionalProducer, text: string) => {
    const parts = [journal, other].map(at => words(at, text))
    return told<readonly number[]>(done => producer.send(parts, done))
  }
  const end = (producer: TransactionalProducer, how: 'commit' | 'abort' = 'commit') => {
    return told<void>(done => producer.end(how, done)) ?? 'ok'
  }
  const append = (text: string, from = client) => {
    return told<readonly number[]>(done => from.append([words(journal, text)], done))
  }
  const ask = (isolation: Isolation, from = client) => {
    return told<number>(done => from.end(journal, isolation, done))
  }
  const seen = () => [said(log.committed(journal)), said(log.committed(other))]
  return { queue, tally, log, client, settle, told, begin, send, end, append, ask, seen }
}

test.each([
  ['lost-call', ''],
  ['lost-answer', 'a'],
] as const)('an end with a %s is unknown until the id is taken anew', (fate, text) => {
  const { log, begin, send, end, seen, ask } = world()
  const producer = begin()
  send(producer, 'a')
  log.plan('end-transaction', fate)
  expect(end(producer)).toBe('unavailable')
  begin()
  expect(seen()).toEqual([text, text])
  expect(ask('committed')).toBe(ask('uncommitted'))
})

test('an answer that is planned to be late comes so late', () => {
  const { log, queue, ask } = world()
  const sinceMs = queue.nowMs
  log.plan('list-offsets', { fate: 'late-answer', lateMs: 700 })
  expect(ask('committed')).toBe(0)
  expect(queue.nowMs - sinceMs).toBeGreaterThanOrEqual(700)
})

test('what was sent without an answer stands there, and is aborted with the rest', () => {
  const { log, begin, send, seen, client, told } = world()
  log.plan('produce', 'lost-answer')
  expect(send(begin(), 'a')).toBe('unavailable')
  const how = { isolation: 'uncommitted', maxBytes: 100, waitMs: 0 } as const
  begin()
  expect(told<Fetched>(done => void client.fetch(journal, 0, how, done))).toMatchObject({
    records: [{ offset: 0 }],
    position: 2,
  })
  expect(seen()).toEqual(['', ''])
})

test('an init whose answer was lost may be asked again, and fences whoever was before', () => {
  const { log, begin, send, client, told } = world()
  const zombie = begin()
  log.plan('init-producer', 'lost-answer')
  const producer = client.producer(LIFE)
  expect(told<void>(done => producer.init(done))).toBe('unavailable')
  expect(send(zombie, 'a')).toBe('fenced')
  expect(told<void>(done => producer.init(done))).toBeUndefined()
  expect(send(producer, 'b')).toEqual([0, 0])
})

test('an end that comes late, behind the next life, changes nothing', () => {
  let late = 0
  for (let seed = 0; seed < 40; seed++) {
    const { log, begin, send, end, seen, settle, tally } = world(seed)
    const producer = begin()
    send(producer, 'a')
    log.plan('end-transaction', 'late-call')
    if (end(producer) === 'ok') continue
    const next = begin()
    const decided = seen()
    send(next, 'b')
    const fenced = tally.of('fenced')
    settle()
    late += tally.of('fenced') - fenced
    expect(seen()).toEqual(decided)
  }
  expect(late).toBeGreaterThan(3)
})

test('who begins while markers are still to land is told to wait; readers wait, too', () => {
  const { begin, send, end, client, told, ask, tally } = world(1, {
    ...calmLog,
    markerMeanUs: 1_000_000,
    patienceMs: 0,
  })
  const producer = begin()
  send(producer, 'a')
  expect(end(producer)).toBe('ok')
  expect([ask('committed'), ask('uncommitted')]).toEqual([0, 1])
  expect(told<void>(done => client.producer(LIFE).init(done))).toBe('busy')
  expect(send(producer, 'b')).toBe('busy')
  expect(tally.of('concurrent')).toBe(2)
  begin()
  expect([ask('committed'), ask('uncommitted')]).toEqual([2, 2])
})

test('a new leader may show an old end, and is never taken at its word for the end', () => {
  let lagging = 0
  const totals = new Tally(logFaultKinds)
  for (let seed = 0; seed < 30; seed++) {
    const { log, append, ask, client, told, tally } = world(seed)
    const reader = log.client()
    for (let i = 0; i < 10; i++) append('a b')
    ask('uncommitted', reader)
    if (seed % 3 === 0) log.moveLeader(journal)
    else log.loseLeader(journal)
    const how = { isolation: 'committed', maxBytes: 1000, waitMs: 0 } as const
    for (const one of [seed % 2 === 0 ? reader : log.client(), client]) {
      const fetched = told<Fetched>(done => void one.fetch(journal, 0, how, done))
      expect(fetched).toHaveProperty('seenEnd')
      if (typeof fetched === 'object' && fetched.seenEnd < 20) lagging++
      expect(ask('uncommitted', one)).toBe(20)
      expect(ask('committed', one)).toBe(20)
    }
    for (const kind of logFaultKinds) totals.hit(kind, tally.of(kind))
  }
  expect(lagging).toBeGreaterThan(5)
  expect(totals.of('end-unknown')).toBeGreaterThan(5)
  expect(totals.of('stale-leader')).toBeGreaterThan(3)
})

test('one that was replaced and does not know it says an old end, until it hears of it', () => {
  let stale = 0
  for (let seed = 0; seed < 30; seed++) {
    const { log, append, ask, told, settle, tally } = world(seed)
    const [reader, writer] = [log.client(), log.client()]
    append('a b', writer)
    expect(ask('uncommitted', reader)).toBe(2)
    log.moveLeader(journal)
    while (typeof append('c', writer) === 'string');
    const end = ask('uncommitted', reader)
    if (end !== 2) continue
    stale++
    expect(tally.of('stale-leader')).toBeGreaterThan(0)
    const how = { isolation: 'uncommitted', maxBytes: 1000, waitMs: 0 } as const
    const fetched = told<Fetched>(done => void reader.fetch(journal, 2, how, done))
    expect(fetched).toMatchObject({ records: [], position: 2 })
    // What is sent is not taken by it: whoever leads says where it lies.
    expect(append('d', reader)).toEqual([3])
    settle()
    expect(ask('uncommitted', reader)).toBe(4)
  }
  expect(stale).toBeGreaterThan(5)
})

test('one that is replaced when nothing is open tells what is whole, and too little', () => {
  const STALE_MS = 5000
  let stale = 0
  for (let seed = 0; seed < 20; seed++) {
    const { log, queue, begin, send, end, append, ask } = world(seed)
    const producer = begin()
    send(producer, 'a')
    let isReplaced = false
    log.replaceLeader(journal, STALE_MS, () => {
      isReplaced = true
    })
    expect(isReplaced).toBe(false)
    expect(end(producer)).toBe('ok')
    begin()
    expect(isReplaced).toBe(true)
    while (typeof append('b') === 'string');
    const reader = log.client()
    const told = ask('committed', reader)
    expect(ask('uncommitted', reader)).toBe(told)
    // Of a record, its marker, and another record.
    expect([2, 3]).toContain(told)
    if (told === 2) stale++
    queue.runUntil(queue.nowUs + STALE_MS * US_PER_MS)
    expect(ask('uncommitted', log.client())).toBe(3)
  }
  expect(stale).toBeGreaterThan(2)
})

test('what was acknowledged outlives every leader; what was not may be lost', () => {
  let lost = 0
  let kept = 0
  for (let seed = 0; seed < 40; seed++) {
    const { log, queue, client, settle } = world(seed, { ...calmLog, copyMeanUs: 5000 })
    const told = new Map<number, number>()
    for (let i = 0; i < 60; i++) {
      client.append([words(journal, `${i}`)], answer => {
        if (answer.error === undefined) told.set(i, answer.value[0] ?? -1)
        else expect(answer.error.code).toBe('unavailable')
      })
      queue.runUntil(queue.nowUs + 2000)
      if (i % 17 === 9) log.moveLeader(journal)
    }
    settle()
    const found = log.committed(journal)
    for (const [i, offset] of told)
      expect(said([found[offset]].flatMap(one => one ?? []))).toBe(`${i}`)
    const texts = new Set(said(found).split(' '))
    for (let i = 0; i < 60; i++) {
      if (told.has(i)) continue
      if (texts.has(`${i}`)) kept++
      else lost++
    }
  }
  expect(lost).toBeGreaterThan(20)
  expect(kept).toBeGreaterThan(5)
})

test('whatever moves while a transaction is ended, it is ended alike everywhere', () => {
  const ends = new Set<string>()
  for (let seed = 0; seed < 60; seed++) {
    const { log, begin, send, queue, seen, settle } = world(seed, { ...calmLog, copyMeanUs: 2000 })
    const producer = begin()
    send(producer, 'a')
    const codes: string[] = []
    producer.end('commit', ({ error }) => codes.push(error?.code ?? 'ok'))
    const prng = new Prng(seed)
    for (let moves = 0; moves < 3; moves++) {
      queue.runUntil(queue.nowUs + prng.below(6000))
      log.moveCoordinator(LIFE.transactionalId)
      if (prng.chance(0.5)) log.moveLeader(journal)
    }
    settle()
    const [one, two] = seen()
    expect(one).toBe(two)
    if (codes[0] === 'ok') expect(one).toBe('a')
    ends.add(`${codes[0]} ${one}`)
    expect(log.unfinished()).toEqual([])
  }
  expect([...ends].sort()).toEqual(['ok a', 'unavailable ', 'unavailable a'])
})

test('a client that is cut off hears nothing; a log that is down says nothing', () => {
  const { log, append, client, tally } = world()
  const reached = log.client()
  client.isCutOff = true
  expect([append('a'), append('b', reached)]).toEqual(['unavailable', [0]])
  client.isCutOff = false
  log.isDown = true
  expect([append('c'), append('d', reached)]).toEqual(['unavailable', 'unavailable'])
  log.isDown = false
  expect([append('e'), said(log.committed(journal))]).toEqual([[1], 'b e'])
  expect(tally.of('cut-off')).toBe(3)
})

test('nothing is told to the dead, and what they asked for is done', () => {
  const { log, settle } = world()
  let isDead = false
  const mortal = log.client(happen => {
    if (!isDead) happen()
  })
  let answers = 0
  mortal.append([words(journal, 'a')], () => answers++)
  isDead = true
  settle()
  expect([answers, said(log.committed(journal))]).toEqual([0, 'a'])
})

test('what is denied is told so, until it is allowed', () => {
  const { log, append, client, told, begin, send } = world()
  const producer = begin()
  log.deny('journal')
  const codes = [append('a'), send(producer, 'a')]
  expect(codes).toEqual(['not-authorized', 'not-authorized'])
  log.deny('journal', false)
  log.deny(LIFE.transactionalId)
  expect(append('a')).toEqual([0])
  expect(told<void>(done => client.producer(LIFE).init(done))).toBe('not-authorized')
})

test('another log at the address is told from the one before, by those who knew it', () => {
  const { log, append, client, told, ask } = world()
  const first = told<string>(done => client.cluster(done))
  log.cluster = 'another'
  expect([append('a'), ask('committed')]).toEqual(['other-cluster', 'other-cluster'])
  const newcomer = log.client()
  expect([first, told<string>(done => newcomer.cluster(done))]).toEqual([
    'simulated-log',
    'another',
  ])
})

test('settings change behind our back', () => {
  const { log, client, told } = world()
  const settings = { 'unclean.leader.election.enable': 'true' }
  log.changeSettings('journal', settings)
  const described = told<TopicDescription>(done => client.describe('journal', done))
  expect(described).toMatchObject({ settings, partitions: 2 })
})

test('checkers see what nobody else sees: aborted records and markers', () => {
  const { log, begin, send, end, settle } = world()
  const producer = begin()
  send(producer, 'a')
  end(producer, 'abort')
  settle()
  expect(log.entries(journal).map(({ kind }) => kind)).toEqual(['record', 'marker'])
  expect(log.topics()).toEqual(['journal'])
})

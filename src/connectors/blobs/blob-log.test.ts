/** A log on a blob store: what stays, what goes, and what is said of objects that are not ours. */

import { expect, test } from 'vitest'
import { utf8Of } from '../../base/bytes.ts'
import { LogClient } from '../log/client.ts'
import { BlobLog } from './blob-log.ts'
import { defaultBlobLogLimits } from './limits.ts'
import { at, Caller } from './testing/caller.ts'
import { PREFIX, SimRig, smallLimits } from './testing/sim-rig.ts'

const ENTRIES = `${PREFIX}/topics/t/entries/`
const keyOf = (number: number) => `${ENTRIES}${String(number).padStart(20, '0')}`

function rig(limits = smallLimits) {
  const sim = new SimRig(1, limits)
  const one = new Caller(sim)
  one.create('t')
  const entries = () => sim.keys.filter(key => key.startsWith('topics/t/entries/'))
  return { sim, one, entries, client: () => new Caller(sim) }
}

const objectOf = (sim: SimRig, key: string) =>
  sim.blobs.objects().find(([name]) => name === key)?.[1] ?? new Uint8Array(0)

test('one object for each change, and a name that stays', () => {
  const { sim, one, client } = rig()
  one.append('a b')
  expect(sim.keys).toEqual([
    'log',
    'topics/t/entries/00000000000000000001',
    'topics/t/entries/00000000000000000002',
  ])
  const name = one.told<string>(done => one.log.cluster(done))
  const other = client()
  expect(other.told<string>(done => other.log.cluster(done))).toBe(name)
  expect(other.seen()).toBe('a b')
})

/** The calls that the store has had since. */
function callsOf(sim: SimRig, what: () => void): string {
  const calls: string[] = []
  const ask = sim.blobs.ask.bind(sim.blobs)
  Object.assign(sim.blobs, {
    ask: (...[call, answer, done]: Parameters<typeof ask>) => {
      calls.push(call)
      ask(call, answer, done)
    },
  })
  what()
  return calls.join(' ')
}

test('a transaction is two objects and one look, a takeover a few calls', () => {
  const limits = { ...defaultBlobLogLimits, trustMs: Number.POSITIVE_INFINITY }
  const { sim, one } = rig(limits)
  const producer = one.begun('p')
  one.send(producer, 'a')
  one.finish(producer)
  const publish = () => {
    one.send(producer, 'a')
    one.finish(producer)
  }
  expect(callsOf(sim, publish)).toBe('put put list get')
  const takeover = callsOf(sim, () => new Caller(sim).begun('p')).split(' ')
  expect(takeover.filter(call => call === 'put')).toHaveLength(2)
  expect(takeover.filter(call => call === 'list')).toHaveLength(7)
})

test('a dropped topic leaves two objects behind', () => {
  const { sim, one } = rig(defaultBlobLogLimits)
  for (let i = 0; i < 20; i++) one.append('x')
  one.told<void>(done => one.log.drop('t', done))
  sim.queue.runUntil(sim.queue.nowUs + 10_000_000)
  expect(sim.keys).toEqual([
    'log',
    'topics/t/entries/00000000000000000022',
    'topics/t/images/00000000000000000022',
  ])
})

test('two who come to a new prefix at once agree on its name', () => {
  const sim = new SimRig(1)
  const names: string[] = []
  for (const log of [sim.client(), sim.client(), sim.client()]) {
    log.cluster(answer => names.push(answer.error === undefined ? answer.value : 'error'))
  }
  sim.until(() => names.length === 3)
  expect(new Set(names).size).toBe(1)
  expect(names[0]).toMatch(/^\w+-\w+-\w+$/)
})

test('a prefix of which no key can be made is refused with a sentence', () => {
  const sim = new SimRig(1)
  for (const prefix of ['', '/a', 'a/', 'a b', '..']) {
    const { clock } = sim
    const parts = { store: sim.blobs.client(), clock, random: { uint32: () => 1 }, prefix }
    const log = new LogClient(new BlobLog(parts))
    const told: string[] = []
    log.describe('t', ({ error }) => told.push(`${error?.code}: ${error?.message}`))
    sim.until(() => told.length > 0)
    expect(told[0]).toMatch(/^bad-settings: .*; take words/)
  }
})

test('a topic whose name makes no key is refused, and is nowhere', () => {
  const { one } = rig()
  expect(one.create('x'.repeat(230))).toBe('bad-settings')
  expect(one.sentence).toMatch(/too long.*take another/)
  expect(one.create('..')).toBe('bad-settings')
  expect(one.append('a', { topic: 'x/y', partition: 0 })).toBe('no-such-topic')
  expect(one.end({ topic: 'x'.repeat(230), partition: 0 })).toBe('no-such-topic')
})

test('what is deleted goes, object by object; the newest entry stays', () => {
  const { sim, one, entries, client } = rig()
  for (let i = 0; i < 60; i++) one.append(`${i}`)
  expect(entries().length).toBeGreaterThanOrEqual(60)
  expect(one.forget(58)).toBeUndefined()
  for (let i = 60; i < 68; i++) one.append(`${i}`)
  sim.queue.runUntil(sim.queue.nowUs + 10_000_000)
  expect(entries().length).toBeLessThan(20)
  expect(sim.keys.filter(key => key.includes('/images/'))).toHaveLength(1)
  const other = client()
  expect([other.start(), other.end()]).toEqual([58, 68])
  expect(other.seen(58)).toBe('58 59 60 61 62 63 64 65 66 67')
  expect(one.forget(-1)).toBeUndefined()
  for (let i = 0; i < 8; i++) one.forget(-1)
  sim.queue.runUntil(sim.queue.nowUs + 10_000_000)
  expect(entries().length).toBeLessThan(smallLimits.imageEvery + 1)
  expect([other.start(), client().end()]).toEqual([68, 68])
  expect(other.append('next')).toEqual([68])
})

test('a topic that is never trimmed keeps its records, and is opened by few calls', () => {
  const { sim, one, entries, client } = rig()
  for (let i = 0; i < 50; i++) one.append(`${i}`)
  sim.queue.runUntil(sim.queue.nowUs + 10_000_000)
  expect(entries().length).toBeGreaterThanOrEqual(50)
  const other = client()
  const before = sim.queue.nowMs
  expect(other.end()).toBe(50)
  // Every call takes 2 to 22 ms there and back: few were made.
  expect(sim.queue.nowMs - before).toBeLessThan(200)
  expect(other.seen().split(' ')).toHaveLength(50)
})

test('whoever opens it from an image knows who was fenced, and what is open', () => {
  const { one, client } = rig()
  const zombie = one.begun('p')
  one.send(zombie, 'a')
  one.finish(zombie)
  const next = client()
  const producer = next.begun('p')
  expect(next.send(producer, 'open')).toEqual([2])
  for (let i = 0; i < 12; i++) one.append(`${i}`)
  const other = client()
  expect(other.seen()).toBe('a')
  expect(other.end()).toBe(15)
  expect(one.finish(zombie)).toBeUndefined()
  expect(one.send(zombie, 'b')).toBe('fenced')
  expect(next.finish(producer)).toBeUndefined()
  expect(other.seen()).toBe('a open 0 1 2 3 4 5 6 7 8 9 10 11')
})

test('who reads what others delete meanwhile is told where it begins', () => {
  const limits = { ...smallLimits, cacheBytes: 0 }
  const { sim, one, client } = rig(limits)
  for (let i = 0; i < 20; i++) one.append('x')
  const reader = client()
  reader.end()
  const told: string[] = []
  const how = { isolation: 'committed', maxBytes: 100_000, waitMs: 0 } as const
  for (let i = 0; i < 40; i++) {
    reader.log.fetch(at, 0, how, ({ error, ...rest }) => {
      const { value } = rest as { value?: { records: readonly unknown[] } }
      told.push(error?.code ?? `${value?.records.length}`)
    })
    if (i === 5) one.forget(15)
    if (i > 5 && i < 20) one.append('y')
  }
  sim.until(() => told.length === 40)
  for (const code of told) {
    expect(code === 'offset-out-of-range' || Number(code) >= 20).toBe(true)
  }
  expect(told.at(-1)).toBe('offset-out-of-range')
})

const bad: readonly (readonly [string, (sim: SimRig) => Uint8Array, string])[] = [
  ['that is torn', sim => objectOf(sim, keyOf(2)).slice(0, 40), 'unavailable'],
  ['of somebody else', () => utf8Of('hello'), 'unavailable'],
  ['of another place', sim => objectOf(sim, keyOf(2)), 'other-cluster'],
]
test.each(bad)('an object %s stops its topic, and is told by key', (_what, bytes, code) => {
  const { sim, one, client } = rig()
  one.create('u')
  one.append('a')
  sim.blobs.put(keyOf(3), bytes(sim), 'any')
  for (const caller of [one, client()]) {
    expect(caller.append('b')).toBe(code)
    expect(caller.sentence).toContain(keyOf(3))
    expect(caller.end()).toBe(code)
    expect(caller.append('b', { topic: 'u', partition: 0 })).toHaveLength(1)
  }
  sim.blobs.remove(keyOf(3))
  expect(one.append('c')).toEqual([1])
  expect(client().seen()).toBe('a c')
})

test('a record that was changed where it lies is not served', () => {
  const { sim, one, client } = rig()
  one.append('good')
  one.append('evil')
  for (let i = 0; i < 30; i++) one.append('x')
  sim.queue.runUntil(sim.queue.nowUs + 10_000_000)
  const changed = objectOf(sim, keyOf(3)).slice()
  changed.set(utf8Of('fine'), Buffer.from(changed).indexOf('evil'))
  sim.blobs.put(keyOf(3), changed, 'any')
  const other = client()
  expect(other.seen()).toBe('unavailable')
  expect(other.sentence).toMatch(/t\/0 from 0 cannot be read.*restore/)
  expect(other.seen(2).split(' ')).toHaveLength(30)
})

test('an entry that is missing is said to be', () => {
  const { sim, one, client } = rig({ ...smallLimits, imageEvery: 100 })
  for (let i = 0; i < 3; i++) one.append('x')
  sim.blobs.remove(keyOf(2))
  const other = client()
  expect(other.end()).toBe('unavailable')
  expect(other.sentence).toMatch(/topics\/t are missing.*restore/)
})

test('a store that is down, full or closed to us says so, and nothing is half done', () => {
  const { sim, one, client } = rig()
  one.append('a')
  sim.blobs.isDenied = true
  expect(one.append('b')).toBe('not-authorized')
  expect(client().end()).toBe('not-authorized')
  sim.blobs.isDenied = false
  sim.blobs.isFull = true
  expect(one.append('b')).toBe('unavailable')
  expect(one.sentence).toMatch(/no room/)
  expect(one.end()).toBe(1)
  sim.blobs.isFull = false
  sim.blobs.isDown = true
  expect(one.append('b')).toBe('unavailable')
  expect(one.sentence).toMatch(/not known.*read what is there/)
  expect(one.end()).toBe('unavailable')
  sim.blobs.isDown = false
  expect(one.append('c')).toEqual([1])
  expect(client().seen()).toBe('a c')
})

test('who waits while it cannot be seen what counts is told so when his time is over', () => {
  const { sim, one } = rig()
  const producer = one.begun('p')
  one.send(producer, 'a')
  const told: unknown[] = []
  const how = { isolation: 'committed', maxBytes: 100, waitMs: 4000 } as const
  one.log.fetch(at, 0, how, answer => told.push(answer.error?.code))
  sim.queue.runUntil(sim.queue.nowUs + 1_000_000)
  one.send(producer, 'b')
  sim.blobs.isDown = true
  sim.queue.runUntil(sim.queue.nowUs + 60_000_000)
  expect(told).toEqual(['unavailable'])
})

test.each(['lost-call', 'lost-answer', 'late-call'] as const)('%s: it is done once', fate => {
  const { sim, one, client } = rig()
  for (let i = 0; i < 10; i++) {
    sim.blobs.plan('put', fate)
    expect(one.append(`${i}`)).toEqual([i])
  }
  expect(client().seen()).toBe('0 1 2 3 4 5 6 7 8 9')
})

test('many writers of one topic are all served, each once', () => {
  const { sim, client } = rig()
  const callers = Array.from({ length: 6 }, client)
  const told: (readonly number[] | undefined)[] = []
  for (const [i, { log }] of callers.entries()) {
    for (let n = 0; n < 5; n++) {
      const value = utf8Of(`${i}-${n}`)
      const records = [{ key: null, value, headers: [], timestampMs: 1 }]
      log.append([{ ...at, records }], answer => {
        told.push(answer.error === undefined ? answer.value : undefined)
      })
    }
  }
  sim.until(() => told.length === 30)
  const offsets = told.flatMap(one => one ?? []).sort((a, b) => a - b)
  expect(offsets).toEqual(Array.from({ length: 30 }, (_, i) => i))
  expect(new Set(client().seen().split(' ')).size).toBe(30)
})

test('who loses too often is told so, and nothing of his is done', () => {
  const { sim, one, client } = rig({ ...smallLimits, lossesMax: 1 })
  const other = client()
  other.append('a')
  one.end()
  one.append('b')
  expect(other.append('c')).toBe('unavailable')
  expect(other.sentence).toMatch(/others were faster.*ask again/)
  sim.queue.runUntil(sim.queue.nowUs + 10_000_000)
  expect(client().seen()).toBe('a b')
})

test('more topics than are kept in memory are all served', () => {
  const { one } = rig({ ...smallLimits, sequencesMax: 2 })
  const topics = ['v', 'w', 'x', 'y', 'z']
  for (const topic of topics) one.create(topic)
  for (let round = 0; round < 3; round++) {
    for (const topic of topics) expect(one.append('a', { topic, partition: 0 })).toEqual([round])
  }
  for (const topic of topics) expect(one.seen(0, { topic, partition: 0 })).toBe('a a a')
})

test('who looks again and again holds up no writer', () => {
  const { sim, one } = rig()
  let looks = 0
  const look = (): void => {
    looks++
    if (looks < 5000) one.log.end(at, 'committed', look)
  }
  look()
  look()
  expect(one.append('a')).toEqual([0])
  expect(looks).toBeLessThan(50)
  sim.until(() => looks > 100)
  expect(one.append('b')).toEqual([1])
})

test('too many calls at once are refused, the others are served', () => {
  const { sim, one } = rig({ ...smallLimits, queueMax: 3 })
  const codes: string[] = []
  for (let i = 0; i < 10; i++)
    one.log.end(at, 'committed', ({ error }) => codes.push(error?.code ?? 'ok'))
  sim.until(() => codes.length === 10)
  expect(codes.filter(code => code === 'unavailable').length).toBeGreaterThan(3)
  expect(codes).toContain('ok')
})

test('records that are too old go, where their topic says so', () => {
  const { sim, client } = rig({ ...smallLimits, retentionMs: 100 })
  const one = client()
  const settings = { 'retention.ms': '5000' }
  const wanted = { topic: 'young', partitions: 1, replication: 1, settings }
  one.told<void>(done => one.log.create(wanted, done))
  const young = { topic: 'young', partition: 0 }
  one.append('a b', young)
  sim.queue.runUntil(sim.queue.nowUs + 6_000_000)
  expect(one.end(young)).toBe(2)
  expect(one.start(young)).toBe(2)
})

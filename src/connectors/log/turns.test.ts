/** What the suite of the door does not ask: turns, retention, time, sequences, blocks, damage. */

import { expect, test } from 'vitest'
import type { LogAnswer } from '../../base/stream-log.ts'
import type { CrashDisk } from '../../base/testing/crash-disk.ts'
import type { CallName } from './calls.ts'
import { openAnswer, StillLog, smallLimits } from './testing/still-log.ts'
import { append, at, begun, large, record, seen, start, told, words } from './testing/words.ts'

test('all that comes while one is written is written together, and synced once', () => {
  const still = begun()
  const before = still.log.stats().syncs
  const answers: LogAnswer<readonly number[]>[] = []
  for (let i = 0; i < 100; i++) {
    still.client.append([words(`a${i}`)], answer => answers.push(answer))
  }
  still.settle()
  expect(answers.map(told)).toEqual(Array.from({ length: 100 }, (_, i) => [i]))
  expect(still.log.stats().syncs).toBe(before + 1)
})

test('a turn takes no more than its bound, and at least one call', () => {
  const still = begun({}, { ...large, frameBytesMax: 100 })
  const before = still.log.stats().syncs
  let answered = 0
  for (let i = 0; i < 10; i++) {
    still.client.append([words('x'.repeat(200))], () => answered++)
  }
  still.settle()
  expect([answered, still.log.stats().syncs]).toEqual([10, before + 10])
})

test('nobody reads what is not durable', () => {
  const still = begun()
  let isWritten = false
  let end: number | string | undefined
  still.client.append([words('a')], () => {
    isWritten = true
  })
  while (still.clock.step());
  still.client.end(at, 'uncommitted', answer => {
    end = told(answer)
    expect(isWritten).toBe(true)
  })
  while (still.clock.step());
  expect([isWritten, end]).toEqual([false, undefined])
  still.settle()
  expect([isWritten, end]).toEqual([true, 1])
})

test.each(['committed', 'uncommitted'] as const)(
  'a fetch (%s) whose time is over while a turn is written is shown nothing before the sync',
  isolation => {
    const still = begun()
    const how = { isolation, maxBytes: 100, waitMs: 100 }
    const order: unknown[] = []
    still.client.fetch(at, 0, how, answer => order.push(told(answer)))
    still.settle()
    still.client.append([words('a')], () => order.push('written'))
    while (still.clock.step());
    still.clock.goOn(100)
    while (still.clock.step());
    expect(order).toEqual([])
    still.settle()
    expect(order).toMatchObject(['written', { position: 1, seenEnd: 1 }])
  },
)

test('a fetch whose time is over in a turn that changes something else is answered next', () => {
  const still = begun()
  const how = { isolation: 'committed', maxBytes: 100, waitMs: 100 } as const
  const order: unknown[] = []
  still.client.fetch(at, 0, how, answer => order.push(told(answer)))
  still.settle()
  const elsewhere = [{ topic: 't', partition: 1, records: [record('b')] }]
  still.client.append(elsewhere, () => order.push('written'))
  while (still.clock.step());
  still.clock.goOn(100)
  still.settle()
  expect(order).toMatchObject(['written', { records: [], position: 0, seenEnd: 0 }])
})

test('what is too old goes, and what is young stays', () => {
  const still = begun({ 'retention.ms': '60000' })
  append(still, 'a b', still.clock.wallMs())
  still.clock.goOn(50_000)
  append(still, 'c', still.clock.wallMs())
  still.settle()
  expect(start(still)).toBe(0)
  still.clock.goOn(20_000)
  still.settle()
  expect([start(still), seen(still)]).toEqual([2, 'c'])
  still.clock.goOn(100_000)
  still.settle()
  expect([start(still), seen(still)]).toEqual([3, ''])
})

test('what is too much goes, the oldest first', () => {
  const still = begun({ 'retention.bytes': '1000' })
  for (let i = 0; i < 20; i++) append(still, 'x'.repeat(100))
  still.clock.goOn(10_000)
  still.settle()
  expect(start(still)).toBeGreaterThan(10)
  expect(start(still)).toBeLessThan(16)
})

test('what is not decided is kept, however old', () => {
  const still = begun({ 'retention.ms': '1000' })
  const producer = still.client.producer({ transactionalId: 'p', timeoutMs: 600_000 })
  still.value<void>(done => producer.init(done))
  append(still, 'a')
  still.value<unknown>(done => producer.send([words('b')], done))
  append(still, 'c')
  still.clock.goOn(20_000)
  still.settle()
  expect(start(still)).toBe(1)
  still.value<void>(done => producer.end('commit', done))
  still.clock.goOn(20_000)
  still.settle()
  expect(start(still)).toBe(4)
})

test('a transaction that is found open has its time anew, and then is aborted', () => {
  const still = begun()
  const producer = still.client.producer({ transactionalId: 'p', timeoutMs: 5000 })
  still.value<void>(done => producer.init(done))
  still.value<unknown>(done => producer.send([words('a')], done))
  expect([...still.read(at, 'uncommitted').values()]).toEqual(['a'])
  still.disk.kill()
  const again = new StillLog(still.disk, large)
  append(again, 'b')
  again.clock.goOn(3000)
  again.settle()
  expect(seen(again)).toBe('')
  again.clock.goOn(3000)
  again.settle()
  expect(seen(again)).toBe('b')
})

test('a send that is sent again is answered again and done once, one out of turn is not', () => {
  const still = begun()
  const ask = (name: CallName, asked: object) =>
    still.answer<unknown>(done => still.log.ask(name, asked as never, done))
  const life = told(ask('begin', { transactionalId: 'p', timeoutMs: 1000 })) as object
  const send = (sequence: number) =>
    ask('send', { ...life, sequence, parts: [words(`s${sequence}`)] })
  expect(send(1)).toEqual({ value: [0] })
  expect(send(1)).toEqual({ value: [0] })
  expect(send(2)).toEqual({ value: [1] })
  expect(send(2)).toEqual({ value: [1] })
  expect([send(4), send(1), send(0)].map(({ error }) => error?.code)).toEqual(
    Array(3).fill('unavailable'),
  )
  expect(ask('finish', { ...life, sequence: 2, verdict: 'commit' })).toEqual({ value: undefined })
  expect(seen(still)).toBe('s1 s2')
  still.disk.kill()
  const again = new StillLog(still.disk, large)
  const late = again.answer<unknown>(done =>
    again.log.ask('send', { ...life, sequence: 2, parts: [words('x')] } as never, done),
  )
  expect(late).toEqual({ value: [1] })
})

test('what stands in another segment is read from there', () => {
  const still = begun({}, smallLimits)
  const texts = Array.from({ length: 60 }, (_, i) => `${i}${'x'.repeat(150)}`)
  for (const text of texts) append(still, text)
  expect(still.log.stats().segments).toBeGreaterThan(3)
  expect([...still.read(at, 'committed').values()]).toEqual(texts)
})

test('old segments go when most of what is in them was deleted, and the rest is moved', () => {
  const still = begun({}, smallLimits)
  const kept = { topic: 't', partition: 1 }
  const rare = [{ ...kept, records: [record('kept')] }]
  still.value<unknown>(done => still.client.append(rare, done))
  for (let i = 0; i < 200; i++) {
    append(still, 'x'.repeat(200))
    still.value<void>(done => still.client.deleteRecords(at, -1, done))
  }
  still.settle()
  expect(still.log.stats().segments).toBeLessThan(8)
  expect([...still.read(kept, 'committed')]).toEqual([[0, 'kept']])
  still.disk.kill()
  const again = new StillLog(still.disk)
  expect([...again.read(kept, 'committed')]).toEqual([[0, 'kept']])
  expect(start(again)).toBe(200)
})

test('a record that changed on the disk is not shown, and others are', () => {
  const still = begun({}, { ...large, cacheBytes: 0 })
  append(still, 'first')
  append(still, 'second')
  const name = still.disk.names.find(one => one === 'log-0000000002') ?? ''
  const bytes = Buffer.from(still.disk.bytesOf(name))
  still.disk.flip(name, bytes.indexOf('first'), 1)
  const how = { isolation: 'committed', maxBytes: 1, waitMs: 0 } as const
  const fetched = still.answer(done => void still.client.fetch(at, 0, how, done))
  expect(fetched.error).toMatchObject({ code: 'unavailable' })
  expect(fetched.error?.message).toContain('restore')
  const other = still.answer(done => void still.client.fetch(at, 1, how, done))
  expect(told(other)).toMatchObject({ records: [{ offset: 1 }] })
})

test.each(['closed', 'failed'])(
  'a log that is %s says so to whoever waits, and to all later',
  why => {
    const still = begun()
    const codes: (string | undefined)[] = []
    const how = { isolation: 'committed', maxBytes: 1, waitMs: 1000 } as const
    still.client.fetch(at, 0, how, ({ error }) => codes.push(error?.code))
    still.settle()
    if (why === 'failed') still.disk.isFull = true
    still.client.append([words('a')], ({ error }) => codes.push(error?.code))
    let isClosed = false
    if (why === 'failed') still.settle()
    still.log.close(() => {
      isClosed = true
    })
    still.settle()
    expect([isClosed, codes]).toEqual([true, ['unavailable', 'unavailable']])
    expect(still.code<string>(done => still.client.cluster(done))).toBe('unavailable')
    expect(still.failures).toEqual(why === 'failed' ? ['disk-full'] : [])
  },
)

const damages: readonly (readonly [string, (disk: CrashDisk) => void, string])[] = [
  ['no identity', disk => disk.drop('identity'), 'log-damaged'],
  ['a damaged identity', disk => disk.flip('identity', 6, 1), 'log-damaged'],
  ['no boot file', disk => disk.drop('boot'), 'log-damaged'],
  ['a damaged boot file', disk => disk.flip('boot', 5, 1), 'log-damaged'],
  ['no newest segment', disk => disk.drop(disk.names.findLast(isLog) ?? ''), 'log-lost'],
  ['no oldest segment', disk => disk.drop(disk.names.find(isLog) ?? ''), 'log-damaged'],
  ['a flipped bit', disk => disk.flip(disk.names.find(isLog) ?? '', 900, 4), 'log-damaged'],
  ['a bit of the head', disk => disk.flip(disk.names.findLast(isLog) ?? '', 30, 4), 'log-damaged'],
  [
    'no folder',
    disk => {
      disk.isMissing = true
    },
    'no-such-file',
  ],
]
const isLog = (name: string) => name.startsWith('log-')

test.each(damages)('%s is told with what to do, and nothing is made anew', (_, damage, code) => {
  const still = begun({}, smallLimits)
  for (let i = 0; i < 40; i++) append(still, 'x'.repeat(200))
  still.log.close(() => {})
  still.settle()
  const disk = still.disk.copy()
  damage(disk)
  const { refused } = openAnswer(disk)
  expect(refused?.code).toBe(code)
  expect(refused?.message).toContain('; ')
})

test.each([
  ['cleanup.policy', 'compact'],
  ['min.insync.replicas', '2'],
  ['max.message.bytes', '99999999999'],
  ['retention.ms', '-2'],
  ['segment.bytes', '1000'],
])('%s = %s is not kept, and said so', (name, value) => {
  const still = begun()
  const wanted = { topic: 'u', partitions: 1, replication: 1, settings: { [name]: value } }
  const { error } = still.answer<void>(done => still.client.create(wanted, done))
  expect(error?.code).toBe('bad-settings')
  expect(error?.message).toContain(name)
})

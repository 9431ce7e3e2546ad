/** What a log has no room for is refused with a code, and nothing else suffers from it. */

import { expect, test } from 'vitest'
import { StillLog } from './testing/still-log.ts'
import { append, at, begun, large, seen, words } from './testing/words.ts'

const limits: readonly (readonly [
  string,
  Partial<typeof large>,
  (still: StillLog) => string,
  string,
])[] = [
  [
    'blocks',
    { blocksMax: 1 },
    still => {
      append(still, 'a')
      return still.code<unknown>(done => still.client.append([words('b')], done))
    },
    'unavailable',
  ],
  [
    'transactional ids',
    { producersMax: 0 },
    still => {
      const producer = still.client.producer({ transactionalId: 'p', timeoutMs: 10 })
      return still.code<void>(done => producer.init(done))
    },
    'unavailable',
  ],
  [
    'time for a transaction',
    {},
    still => {
      const producer = still.client.producer({ transactionalId: 'p', timeoutMs: 1e9 })
      return still.code<void>(done => producer.init(done))
    },
    'bad-settings',
  ],
  [
    'partitions',
    { partitionsMax: 3 },
    still => {
      const wanted = { topic: 'u', partitions: 2, replication: 1, settings: {} }
      return still.code<void>(done => still.client.create(wanted, done))
    },
    'bad-settings',
  ],
  [
    'fetches that wait',
    { waitingMax: 0 },
    still => {
      const how = { isolation: 'committed', maxBytes: 1, waitMs: 1000 } as const
      return still.code(done => void still.client.fetch(at, 0, how, done))
    },
    'unavailable',
  ],
]

test.each(limits)('%s are bounded', (_, changed, act, code) => {
  expect(act(begun({}, { ...large, ...changed }))).toBe(code)
})

test('at the bound of blocks what is open is decided, and with room it goes on', () => {
  const limits = { ...large, blocksMax: 3 }
  const still = begun({}, limits)
  append(still, 'a')
  append(still, 'b')
  const options = { transactionalId: 'p', timeoutMs: 600_000 }
  const producer = still.client.producer(options)
  still.value<void>(done => producer.init(done))
  still.value<unknown>(done => producer.send([words('c')], done))
  const full = still.answer<unknown>(done => still.client.append([words('d')], done))
  expect(full.error?.code).toBe('unavailable')
  expect(full.error?.message).toMatch(/^the log has 3 blocks, .*; delete old records/)
  still.value<void>(done => producer.end('commit', done))
  expect(still.code<unknown>(done => producer.send([words('d')], done))).toBe('unavailable')
  expect(seen(still)).toBe('a b c')
  still.disk.kill()
  const again = new StillLog(still.disk, limits)
  const next = again.client.producer(options)
  again.value<void>(done => next.init(done))
  expect(again.code<unknown>(done => again.client.append([words('d')], done))).toBe('unavailable')
  again.value<void>(done => again.client.deleteRecords(at, 1, done))
  again.value<unknown>(done => next.send([words('d')], done))
  again.value<void>(done => next.end('commit', done))
  expect([seen(again), again.failures]).toEqual(['b c d', []])
})

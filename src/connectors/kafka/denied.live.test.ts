/** Brokers that do not let us in, or let us do nothing: each is said, with what to do. */

import { beforeAll, expect, test } from 'vitest'
import { kafka3 } from '../../../scripts/services/kafka/kafka.ts'
import { brokersOf, GUEST } from '../../../scripts/services/kafka/settings.ts'
import { lastState } from '../../../scripts/services/state.ts'
import type { Partition } from '../../base/stream-log.ts'
import type { KafkaLog } from './kafka.ts'
import { useBrokers } from './testing/brokers.ts'
import { answer, topic, words } from './testing/caller.ts'

const brokers = useBrokers()
let at: Partition
beforeAll(async () => {
  const [first] = await topic(brokers.open(), brokers.name())
  if (first === undefined) throw new Error('no partition')
  at = first
})

function guest(password = GUEST.password): KafkaLog {
  const ports = lastState(kafka3)?.ports ?? []
  const list = brokersOf(ports).map(({ guarded }) => `127.0.0.1:${guarded}`)
  const { username } = GUEST
  return brokers.open({ brokers: list, sasl: { mechanism: 'plain', username, password } })
}

test('a wrong password', async () => {
  const { error } = await answer<string>(done => guest('wrong').cluster(done))
  expect(error?.code).toBe('not-authorized')
  expect(error?.message).toMatch(/correct user and password/)
})

test('a right one lets us in', async () => {
  const named = await answer<string>(done => guest().cluster(done))
  expect(named.error).toBe(undefined)
})

const how = { isolation: 'committed', maxBytes: 100, waitMs: 0 } as const
type Ask = (log: KafkaLog, done: (said: { error?: { code: string } }) => void) => void

test.each<readonly [string, Ask]>([
  ['the end', (log, done) => log.end(at, 'committed', done)],
  ['a description', (log, done) => log.describe(at.topic, done)],
  ['a fetch', (log, done) => void log.fetch(at, 0, how, done)],
  ['an append', (log, done) => log.append([words(at, 'a')], done)],
  ['a deletion of records', (log, done) => log.deleteRecords(at, -1, done)],
  [
    'a topic',
    (log, done) => {
      log.create({ topic: brokers.name(), partitions: 1, replication: 1, settings: {} }, done)
    },
  ],
  [
    'a transactional id',
    (log, done) => log.producer({ transactionalId: 'id', timeoutMs: 1000 }).init(done),
  ],
])('%s is denied to a user without rights', async (_say, ask) => {
  const said = await new Promise<{ error?: { code: string; message?: string } }>(resolve =>
    ask(guest(), resolve),
  )
  expect(said.error?.code).toBe('not-authorized')
  expect(said.error?.message).toMatch(/ACL/)
})

/**
 * A leader is replaced while it waits for its replicas: it says that it leads no more, though its
 * successor has the records. They are there once all the same. kcat is the judge.
 */

import { beforeAll, expect, test } from 'vitest'
import { KafkaFates, type KafkaProxy } from '../../../chaos/live/faults/kafka-proxy.ts'
import { kafka3 } from '../../../scripts/services/kafka/kafka.ts'
import { pauseOne, startAll, stopOne } from '../../../scripts/services/one.ts'
import { Cluster } from './cluster.ts'
import { useBrokers } from './testing/brokers.ts'
import { code, topic, value, words } from './testing/caller.ts'

const MINUTES = 60_000
/** A connection may break before the leader says anything: nothing is sent again then. */
const ROUNDS = 4
const brokers = useBrokers()
let proxies: readonly KafkaProxy[] = []
beforeAll(async () => {
  proxies = await brokers.proxies(new KafkaFates())
})

const passed = () => proxies.reduce((sum, proxy) => sum + proxy.passed('Produce'), 0)

/** Whether it was sent again. */
async function round(): Promise<boolean> {
  const [at] = await topic(brokers.open(), brokers.name())
  if (at === undefined) throw new Error('no partition')
  const cluster = new Cluster({ brokers: brokers.list, clientId: 'weir-test' })
  const { host, port } = await cluster.leaderOf(at)
  cluster.close()
  const leader = 1 + brokers.list.indexOf(`${host}:${port}`)
  const list = proxies.map(proxy => `127.0.0.1:${proxy.port}`)
  const log = brokers.open({ brokers: list, limits: { patienceMs: 2 * MINUTES } })
  await value<unknown>(done => log.append([words(at, 'before')], done))
  const before = passed()
  const [follower = 0] = [1, 2, 3].filter(one => one !== leader)
  await pauseOne(kafka3, follower)
  const appended = code<unknown>(done => log.append([words(at, 'once')], done))
  await brokers.until(() => passed() > before)
  await stopOne(kafka3, leader)
  await startAll(kafka3)
  const said = await appended
  const seen = brokers.judged(at.topic)
  if (said === 'ok') expect(seen).toEqual(['before', 'once'])
  else expect([['before'], ['before', 'once']]).toContainEqual(seen)
  return passed() > before + 1
}

test(
  'an append whose leader ends while a replica stands still is there once',
  async () => {
    let isAgain = false
    for (let at = 0; at < ROUNDS && !isAgain; at++) isAgain = await round()
    expect(isAgain).toBe(true)
  },
  5 * MINUTES,
)

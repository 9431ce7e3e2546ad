/**
 * Who creates a topic and is told that it exists: whether it was there before, nobody can say. We
 * ask once and leave the rest to whoever wants it; brokers, though, hand a creation on to the
 * controller, and do so again when its answer was lost on the way back to them.
 */

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type KafkaFate, KafkaFates, KafkaProxy } from '../../../chaos/live/faults/kafka-proxy.ts'
import { kafka } from '../../../scripts/services/kafka/kafka.ts'
import { brokersOf } from '../../../scripts/services/kafka/settings.ts'
import { down } from '../../../scripts/services/running.ts'
import type { Place, Service } from '../../../scripts/services/service.ts'
import { type Turn, turnWith } from '../../../scripts/services/turn.ts'
import type { StreamLog, TopicDescription } from '../../base/stream-log.ts'
import { KafkaLog } from './kafka.ts'
import { useBrokers } from './testing/brokers.ts'
import { code, value } from './testing/caller.ts'

const MINUTES = 60_000
const PARTITIONS = 2
const quiet = () => {}
const fates = new KafkaFates()

const created = (log: StreamLog, topic: string) => {
  const wanted = { topic, partitions: PARTITIONS, replication: 3, settings: {} }
  return code<void>(done => log.create(wanted, done))
}

describe('between us and three brokers', () => {
  const brokers = useBrokers()
  let list: readonly string[] = []
  beforeAll(async () => {
    list = (await brokers.proxies(fates)).map(({ port }) => `127.0.0.1:${port}`)
  })

  test.each<[KafkaFate, string]>([
    ['lost-call', 'ok'],
    ['lost-answer', 'topic-exists'],
    ['hang-up', 'topic-exists'],
  ])('%s: we do not ask again, and who does is told %s', async (fate, second) => {
    // Long enough for answers that do come, on a busy machine too.
    const log = brokers.open({ brokers: list, limits: { answerMs: 5000 } })
    const topic = brokers.name()
    const before = fates.hits.length
    fates.plan('CreateTopics', fate)
    expect(await created(log, topic)).toBe('unavailable')
    expect(fates.hits.slice(before)).toEqual([{ api: 'CreateTopics', fate }])
    expect(await created(brokers.open({ brokers: list }), topic)).toBe(second)
  })
})

describe('between a broker and its controller', () => {
  let turn: Turn
  let proxy: Promise<KafkaProxy>
  /** One broker, which is its own controller, and finds it behind the proxy. */
  const behind: Service = {
    ...kafka,
    name: 'kafka-behind',
    variable: '',
    run(place: Place) {
      const run = kafka.run(place)
      const [{ controller, proxied } = { controller: 0, proxied: 0 }] = brokersOf(place.ports)
      const file = join(place.data, '1', 'server.properties')
      const voters = 'controller.quorum.voters=1@127.0.0.1:'
      const text = readFileSync(file, 'utf8')
      writeFileSync(file, text.replace(`${voters}${controller}`, `${voters}${proxied}`))
      proxy = KafkaProxy.open(proxied, controller, fates)
      return run
    },
  }
  beforeAll(async () => {
    turn = await turnWith(behind, quiet)
  }, 5 * MINUTES)
  afterAll(async () => {
    turn.end()
    await down(behind, quiet)
    await (await proxy).close()
  }, MINUTES)

  test(
    'who asked once is told that the topic exists, and it is the one that was wanted',
    async () => {
      const log = new KafkaLog({ brokers: [turn.address], clientId: 'weir-test' })
      try {
        const topic = `t${process.pid}`
        fates.plan('Envelope', 'hang-up')
        expect(await created(log, topic)).toBe('topic-exists')
        expect(fates.isOpen).toBe(false)
        const told = await value<TopicDescription>(done => log.describe(topic, done))
        expect(told.partitions).toBe(PARTITIONS)
      } finally {
        log.close()
      }
    },
    MINUTES,
  )
})

/**
 * One call of a publisher, or its answer, is lost between it and real brokers: whichever it is, and
 * whatever came of it, everything is out once and in order. kcat is the judge.
 */

import { beforeAll, expect, test } from 'vitest'
import {
  type KafkaApi,
  type KafkaFate,
  KafkaFates,
  publisherApiKeys,
} from '../../../chaos/live/faults/kafka-proxy.ts'
import type { StreamLog } from '../../base/stream-log.ts'
import { journalTopic } from '../../journal/settings.ts'
import { useBrokers } from './testing/brokers.ts'
import { decided, value } from './testing/caller.ts'
import { LoneGroup, PARTITIONS } from './testing/lone-group.ts'

const MINUTES = 60_000
/** Outputs before, under and behind each fault. */
const OUTPUTS = 3
const brokers = useBrokers()
const fates = new KafkaFates()
let list: readonly string[] = []
beforeAll(async () => {
  list = (await brokers.proxies(fates)).map(({ port }) => `127.0.0.1:${port}`)
})

/** Brokers may take their time to make topics: only who publishes is impatient. */
async function make(log: StreamLog): Promise<LoneGroup & { readonly output: string }> {
  const patient = brokers.open()
  const journal = journalTopic(brokers.name(), 1, 3)
  const output = brokers.name()
  const wanted = { topic: output, partitions: PARTITIONS, replication: 3, settings: {} }
  for (const topic of [journal, wanted]) await value<void>(done => patient.create(topic, done))
  const transactionalId = brokers.name()
  const group = new LoneGroup({ log, journal: journal.topic, output, transactionalId })
  return Object.assign(group, { output })
}

const apis = Object.keys(publisherApiKeys) as readonly KafkaApi[]

test.each<KafkaFate>(['lost-call', 'lost-answer', 'hang-up'])(
  '%s of each call of a publisher: lost 0, repeated 0',
  async fate => {
    const log = brokers.open({ brokers: list, limits: { answerMs: 1000 } })
    const group = await make(log)
    group.lead()
    group.commit(OUTPUTS)
    await group.settled()
    const before = fates.hits.length
    for (const api of apis) {
      fates.plan(api, fate)
      group.lead()
      group.commit(OUTPUTS)
      await group.until(() => !fates.isOpen)
      group.commit(OUTPUTS)
      await group.settled()
    }
    group.close()
    expect(fates.hits.slice(before)).toEqual(apis.map(api => ({ api, fate })))
    for (let partition = 0; partition < PARTITIONS; partition++) {
      await decided(log, { topic: group.output, partition })
      expect(brokers.judged(group.output, partition)).toEqual(group.expected(partition))
    }
  },
  3 * MINUTES,
)

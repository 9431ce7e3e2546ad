/**
 * Transactions that reach three leaders at once, one after the other without a pause: the broker
 * still writes the marks of one when the next begins, and says so. Nothing is lost, nothing is
 * repeated, judged by kcat; kafkajs's own producer, which sends again what is on its way, repeats.
 */

import { CompressionTypes, Kafka, logLevel } from 'kafkajs'
import defaults from 'kafkajs/src/retry/defaults.js'
import { expect, test } from 'vitest'
import type { Partition } from '../../base/stream-log.ts'
import { useBrokers } from './testing/brokers.ts'
import { began, topic, words } from './testing/caller.ts'

const MINUTES = 60_000
const TRANSACTIONS = 300
const brokers = useBrokers()

/** Three partitions with three leaders, and a journal. */
async function places() {
  const log = brokers.open()
  const data = await topic(log, brokers.name(), 3)
  const [journal] = await topic(log, brokers.name())
  if (journal === undefined) throw new Error('no journal')
  return { log, data, journal }
}

const numbers = (count: number) => Array.from({ length: count }, (_, i) => `${i}`)

test(
  '300 transactions of three partitions and a journal: 900 and 300, in order',
  async () => {
    const { log, data, journal } = await places()
    const id = brokers.name()
    const producer = await began(log, id)
    const all: readonly Partition[] = [...data, journal]
    for (const number of numbers(TRANSACTIONS)) {
      expect(await producer.send(...all.map(at => words(at, number)))).toBe('ok')
      expect(await producer.end('commit')).toBe('ok')
    }
    // Taking over decides all that was before, and so that everybody sees it.
    await began(log, id)
    for (const { topic: name, partition } of all) {
      expect(brokers.judged(name, partition)).toEqual(numbers(TRANSACTIONS))
    }
  },
  3 * MINUTES,
)

test(
  'kafkajs repeats records where a transaction reaches several brokers',
  async () => {
    const { data } = await places()
    const name = data[0]?.topic ?? ''
    // Its first retry takes long enough to hide most of it.
    Object.assign(defaults, {
      initialRetryTime: 5,
      multiplier: 1.3,
      maxRetryTime: 200,
      retries: 50,
    })
    const client = new Kafka({
      brokers: [...brokers.list],
      logLevel: logLevel.NOTHING,
      retry: { initialRetryTime: 5, multiplier: 1.3, maxRetryTime: 200, retries: 50 },
    })
    const producer = client.producer({ transactionalId: brokers.name(), maxInFlightRequests: 1 })
    await producer.connect()
    let sent = 0
    const isRepeated = () => brokers.judged(name).length > sent
    for (let round = 0; round < 20 && !isRepeated(); round++) {
      for (let i = 0; i < 30; i++) {
        const transaction = await producer.transaction()
        const messages = data.map(({ partition }) => ({ value: `${sent++}`, partition }))
        await transaction.send({ topic: name, messages, compression: CompressionTypes.None })
        await transaction.commit()
      }
    }
    await producer.disconnect()
    expect(brokers.judged(name).length).toBeGreaterThan(sent)
  },
  3 * MINUTES,
)

/**
 * What a reader of committed records sees, on real brokers, in the cases where clients for
 * JavaScript were found wrong. kcat judges; kafkajs's own consumer, which reads the same topics,
 * shows what it should not: should it be mended one day, these tests will say so.
 */

import { Kafka, logLevel } from 'kafkajs'
import { expect, test } from 'vitest'
import type { Partition } from '../../base/stream-log.ts'
import { record, text } from './testing/batches.ts'
import { useBrokers } from './testing/brokers.ts'
import { began, type Life, read, topic, value, words } from './testing/caller.ts'

const brokers = useBrokers()
/** Behind everything, so that every reader knows that it has come to the end. */
const END = 'the end'

interface Scene {
  readonly at: Partition
  readonly producers: readonly Life[]
}

async function scene(producers: number): Promise<Scene> {
  const log = brokers.open()
  const [at] = await topic(log, brokers.name())
  if (at === undefined) throw new Error('no partition')
  const ids = Array.from({ length: producers }, () => brokers.name())
  return { at, producers: await Promise.all(ids.map(id => began(log, id))) }
}

async function ended({ at }: Scene): Promise<void> {
  const parts = [{ ...at, records: [record(END)] }]
  await value<unknown>(done => brokers.open().append(parts, done))
}

const oursOf = async ({ at }: Scene, offset = 0) =>
  (await read(brokers.open(), at, 'committed', offset)).map(one => text(one.value))

/** Values that kafkajs's consumer shows from an offset on, at which its group stands. */
async function theirsOf({ at }: Scene, offset = 0): Promise<readonly string[]> {
  const client = new Kafka({ brokers: [...brokers.list], logLevel: logLevel.NOTHING })
  const groupId = brokers.name()
  const admin = client.admin()
  await admin.connect()
  const partitions = [{ partition: at.partition, offset: `${offset}` }]
  await admin.setOffsets({ groupId, topic: at.topic, partitions })
  await admin.disconnect()
  const consumer = client.consumer({ groupId, maxWaitTimeInMs: 50 })
  await consumer.connect()
  await consumer.subscribe({ topic: at.topic })
  const shown: string[] = []
  await new Promise<void>((resolve, reject) => {
    const eachMessage = ({ message }: { message: { value: Buffer | null } }) => {
      shown.push(text(message.value))
      if (shown.at(-1) === END) resolve()
      return Promise.resolve()
    }
    consumer.run({ eachMessage }).catch(reject)
  })
  await consumer.disconnect()
  return shown
}

const [a, b] = [0, 1]
type Step = readonly [producer: number, what: string]
const steps = async ({ at, producers }: Scene, all: readonly Step[]): Promise<void> => {
  for (const [who, what] of all) {
    const producer = producers[who]
    const isEnd = what === 'commit' || what === 'abort'
    const said = isEnd ? producer?.end(what) : producer?.send(words(at, what))
    expect(await said).toBe('ok')
  }
}

test('a record whose key is that of an abort marker, in an aborted transaction', async () => {
  const one = await scene(1)
  const [producer] = one.producers
  const records = [record('x'), record('y', Buffer.alloc(4)), record('z')]
  expect(await producer?.sendRecords(one.at, records)).toBe('ok')
  expect(await producer?.end('abort')).toBe('ok')
  await ended(one)
  expect(brokers.judged(one.at.topic)).toEqual([END])
  expect(await oursOf(one)).toEqual([END])
  expect(await theirsOf(one)).not.toEqual([END])
})

test('A begins, B begins, B aborts, A aborts', async () => {
  const one = await scene(2)
  await steps(one, [
    [a, 'a1'],
    [b, 'b1'],
    [b, 'abort'],
    [a, 'a2'],
    [a, 'abort'],
  ])
  await ended(one)
  expect(brokers.judged(one.at.topic)).toEqual([END])
  expect(await oursOf(one)).toEqual([END])
  expect(await theirsOf(one)).not.toEqual([END])
})

test('reading begins inside of two transactions that are aborted later', async () => {
  const one = await scene(2)
  await steps(one, [
    [a, 'a1'],
    [b, 'b1'],
    [b, 'b2'],
    [a, 'a2'],
    [a, 'abort'],
    [b, 'abort'],
  ])
  await ended(one)
  expect(brokers.judged(one.at.topic)).toEqual([END])
  for (const offset of [0, 1, 2, 3]) expect(await oursOf(one, offset)).toEqual([END])
  expect(await theirsOf(one, 2)).not.toEqual([END])
})

test('one producer aborts several transactions in one fetch', async () => {
  const one = await scene(1)
  await steps(one, [
    [a, 'x'],
    [a, 'abort'],
    [a, 'kept'],
    [a, 'commit'],
    [a, 'y'],
    [a, 'abort'],
    [a, 'z'],
    [a, 'abort'],
  ])
  await ended(one)
  expect(brokers.judged(one.at.topic)).toEqual(['kept', END])
  expect(await oursOf(one)).toEqual(['kept', END])
})

test('the end is that of the partition, behind control records too', async () => {
  const one = await scene(2)
  const log = brokers.open()
  const end = (isolation: 'committed' | 'uncommitted') =>
    value<number>(done => log.end(one.at, isolation, done))
  await steps(one, [
    [a, 'open'],
    [b, 'done'],
    [b, 'commit'],
  ])
  expect(await end('committed')).toBe(0)
  // Two records, and the mark of the one that is decided: markers land when they land.
  await expect.poll(() => end('uncommitted')).toBe(3)
  await steps(one, [[a, 'commit']])
  await expect.poll(() => end('committed')).toBe(4)
  expect(await oursOf(one)).toEqual(['open', 'done'])
})

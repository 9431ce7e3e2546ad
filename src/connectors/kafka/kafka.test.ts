/**
 * The door on a broker that does as it is told: what is asked again and what never is, how long
 * anything takes at most, and what is said then.
 */

import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Fetched, Partition, TransactionalProducer } from '../../base/stream-log.ts'
import { KafkaLog } from './kafka.ts'
import type { Limits } from './options.ts'
import { record } from './testing/batches.ts'
import { answer, code, value, words } from './testing/caller.ts'
import { type ApiName, type Mood, ScriptedBroker, TOPIC } from './testing/scripted.ts'

const at: Partition = { topic: TOPIC, partition: 0 }
const other: Partition = { topic: TOPIC, partition: 1 }
/** Short where something is to be silent; nothing else comes near it. */
const SOON_MS = 60

let broker: ScriptedBroker
const logs: KafkaLog[] = []

beforeEach(async () => {
  broker = await ScriptedBroker.open()
})
afterEach(async () => {
  for (const log of logs.splice(0)) log.close()
  await broker.close()
})

function open(limits: Partial<Limits> = {}, cluster?: string): KafkaLog {
  const expected = cluster === undefined ? {} : { cluster }
  const log = new KafkaLog({ brokers: [broker.address], clientId: 'weir', limits, ...expected })
  logs.push(log)
  return log
}

const endOf = (log: KafkaLog, of = at) => answer<number>(done => log.end(of, 'committed', done))

async function begun(log: KafkaLog): Promise<TransactionalProducer> {
  const producer = log.producer({ transactionalId: 'id', timeoutMs: 1000 })
  await value<void>(done => producer.init(done))
  return producer
}

const sent = (producer: TransactionalProducer, ...parts: Parameters<typeof words>[]) =>
  answer<readonly number[]>(done =>
    producer.send(
      parts.map(part => words(...part)),
      done,
    ),
  )
const ended = (producer: TransactionalProducer) => code<void>(done => producer.end('commit', done))

describe('questions', () => {
  test.each<readonly [string, ApiName, readonly Mood[]]>([
    ['no leader yet', 'ListOffsets', [5, 6, 5]],
    ['an end that a fresh leader does not know', 'ListOffsets', [78, 78]],
    ['a leader that knows nothing of the topic yet', 'ListOffsets', [3]],
    ['a connection that breaks', 'ListOffsets', ['hangs-up', 'hangs-up']],
    ['metadata that do not come', 'Metadata', [0, 'hangs-up']],
    ['a first question that is not answered', 'ApiVersions', ['hangs-up', 'hangs-up']],
  ])('are asked again: %s', async (_say, api, moods) => {
    broker.will(api, ...moods)
    expect(await endOf(open())).toEqual({ value: 0 })
    expect(broker.count(api)).toBeGreaterThan(moods.length)
  })

  test.each<readonly [string, number, string]>([
    ['offset-out-of-range', 1, 'start and end'],
    ['not-authorized', 29, 'ACL'],
    ['unsupported', 35, 'Kafka 2.3'],
  ])('are answered with %s at once', async (wanted, number, advice) => {
    broker.will('ListOffsets', number)
    const { error } = await endOf(open())
    expect(error?.code).toBe(wanted)
    expect(error?.message).toContain(`end of ${TOPIC}/0`)
    expect(error?.message).toContain(advice)
    expect(broker.count('ListOffsets')).toBe(1)
  })

  test('of a topic or partition that is not there are not asked of a leader', async () => {
    const log = open()
    expect((await endOf(log, { topic: 'no', partition: 0 })).error?.code).toBe('no-such-topic')
    expect((await endOf(log, { topic: TOPIC, partition: 2 })).error?.code).toBe('no-such-topic')
    expect(broker.count('ListOffsets')).toBe(0)
  })

  test('end with the patience of the call', async () => {
    broker.will('ListOffsets', ...Array<Mood>(1000).fill(6))
    const { error } = await endOf(open({ patienceMs: SOON_MS }))
    expect(error).toMatchObject({ code: 'unavailable' })
    expect(error?.message).toMatch(/NOT_LEADER_OR_FOLLOWER.*ask again/)
    expect(broker.count('ListOffsets')).toBeLessThan(1000)
  })

  test('that stay unanswered end, and their connection is not used again', async () => {
    broker.will('ListOffsets', 'silent', 'silent')
    const log = open({ answerMs: SOON_MS })
    expect(await endOf(log)).toEqual({ value: 0 })
    expect(broker.count('ListOffsets')).toBe(3)
  })

  test('where nobody listens say what to look at', async () => {
    const { address } = broker
    await broker.close()
    const log = new KafkaLog({
      brokers: [address],
      clientId: 'weir',
      limits: { patienceMs: SOON_MS },
    })
    const { error } = await endOf(log)
    expect(error?.code).toBe('unavailable')
    expect(error?.message).toMatch(/ECONNREFUSED.*brokers run/)
    broker = await ScriptedBroker.open()
  })

  test('need a broker to ask', async () => {
    const log = new KafkaLog({ brokers: [], clientId: 'weir' })
    expect((await endOf(log)).error?.code).toBe('bad-settings')
  })

  test('after the end of the log are answered, too', async () => {
    const log = open({ patienceMs: SOON_MS })
    await endOf(log)
    log.close()
    const { error } = await endOf(log)
    expect(error?.message).toContain('the client was closed')
  })
})

describe('the other side', () => {
  test('is another cluster than the one that was meant', async () => {
    const { error } = await endOf(open({}, 'theirs'))
    expect(error?.code).toBe('other-cluster')
    expect(error?.message).toMatch(/cluster ours, and theirs is meant/)
    expect(broker.count('ListOffsets')).toBe(0)
  })

  test('became another cluster behind the same address', async () => {
    const log = open()
    expect(await value<string>(done => log.cluster(done))).toBe('ours')
    const { port } = broker
    await broker.close()
    broker = await ScriptedBroker.open(port)
    broker.cluster = 'another'
    expect((await endOf(log)).error?.code).toBe('other-cluster')
    const produced = await code<unknown>(done => log.append([words(at, 'a')], done))
    expect(produced).toBe('other-cluster')
    expect(broker.count('Produce')).toBe(0)
  })

  test('is too old', async () => {
    broker.versionMax = 6
    const log = open()
    const how = { isolation: 'committed', maxBytes: 100, waitMs: 0 } as const
    const fetched = await answer<Fetched>(done => log.fetch(at, 0, how, done))
    expect(fetched.error).toMatchObject({ code: 'unsupported' })
    expect(fetched.error?.message).toMatch(/version 11 of Fetch.*2\.3/)
    expect(await code<unknown>(done => log.append([words(at, 'a')], done))).toBe('unsupported')
  })
})

describe('fetches', () => {
  const how = { isolation: 'committed', maxBytes: 100, waitMs: 5000 } as const

  test('that wait hold up nobody, and as many are open as wait', async () => {
    const log = open()
    broker.will('Fetch', 'silent', 'silent', 'silent')
    const asked = [1, 2, 3].map(() => log.fetch(at, 0, how, () => {}))
    await expect.poll(() => broker.count('Fetch')).toBe(3)
    expect(await endOf(log)).toEqual({ value: 0 })
    for (const one of asked) one.cancel()
    // One for questions is left.
    await expect.poll(() => broker.connections).toBe(1)
  })

  test('that begin together ask once who leads', async () => {
    const log = open()
    const all = Array.from({ length: 10 }, () =>
      value<Fetched>(done => log.fetch(at, 0, { ...how, waitMs: 0 }, done)),
    )
    for (const fetched of await Promise.all(all)) {
      expect(fetched).toEqual({ records: [], position: 0, seenEnd: 0 })
    }
    // And each connection once, whose it is.
    expect(broker.count('Metadata')).toBe(1 + broker.count('ApiVersions'))
  })

  test('that are cancelled are not answered, and not asked again', async () => {
    const log = open()
    broker.will('Fetch', 'silent')
    let answers = 0
    const asked = log.fetch(at, 0, how, () => answers++)
    await expect.poll(() => broker.count('Fetch')).toBe(1)
    asked.cancel()
    asked.cancel()
    await value<Fetched>(done => log.fetch(at, 0, { ...how, waitMs: 0 }, done))
    expect(answers).toBe(0)
    expect(broker.count('Fetch')).toBe(2)
  })

  test('beyond the bound wait for their turn, and beyond that are refused', async () => {
    const log = open({ connectionsMax: 2, waitingMax: 1, patienceMs: SOON_MS })
    await endOf(log)
    broker.will('Fetch', 'silent', 'silent')
    const first = [1, 2].map(() => log.fetch(at, 0, how, () => {}))
    await expect.poll(() => broker.count('Fetch')).toBe(2)
    const third = answer<Fetched>(done => log.fetch(at, 0, how, done))
    const fourth = await answer<Fetched>(done => log.fetch(at, 0, how, done))
    expect(fourth.error?.message).toMatch(/1 questions wait.*again later/)
    first[0]?.cancel()
    expect((await third).error).toBe(undefined)
    expect(broker.connections).toBeLessThanOrEqual(3)
  })
})

describe('appends', () => {
  const append = (log: KafkaLog, ...parts: Parameters<typeof words>[]) =>
    answer<readonly number[]>(done =>
      log.append(
        parts.map(part => words(...part)),
        done,
      ),
    )

  test('are sent again when they were refused', async () => {
    broker.will('Produce', 6, 19, 3)
    expect(await append(open(), [at, 'a b'])).toEqual({ value: [0] })
    expect(broker.batches).toEqual([{ count: 2, sequence: -1 }])
    expect(broker.count('Produce')).toBe(4)
  })

  test.each<readonly [string, Mood]>([
    ['the connection broke', 'hangs-up'],
    ['nobody answered', 'silent'],
    ['the replicas were slow', 7],
    ['the replicas were too few in the end', 20],
    ['something else went wrong', -1],
  ])('are never sent again when %s', async (_say, mood) => {
    broker.will('Produce', mood)
    const { error } = await append(open({ answerMs: SOON_MS }), [at, 'a'])
    expect(error?.code).toBe('unavailable')
    expect(broker.count('Produce')).toBe(1)
  })

  test('that are refused for long end with the patience of the call', async () => {
    broker.will('Produce', ...Array<Mood>(1000).fill(6))
    const { error } = await append(open({ patienceMs: SOON_MS }), [at, 'a'])
    expect(error?.code).toBe('unavailable')
    expect(broker.batches).toEqual([])
  })

  test('are cut into batches, and told the offset of each part', async () => {
    const log = open({ batchBytesMax: 200 })
    const many = Array.from({ length: 30 }, (_, i) => `${i}`).join(' ')
    expect(await append(log, [at, 'a'], [at, many], [at, 'z'])).toEqual({ value: [0, 1, 31] })
    expect(broker.batches.reduce((sum, { count }) => sum + count, 0)).toBe(32)
    expect(broker.count('Produce')).toBeGreaterThan(5)
  })

  test('go in smaller batches where the topic takes no larger ones', async () => {
    broker.will('Produce', 10, 10)
    const log = open()
    expect(await append(log, [at, 'a b c d e'])).toEqual({ value: [0] })
    expect(broker.batches.map(({ count }) => count)).toEqual([1, 1, 3])
  })

  test('of one record that is too large are refused', async () => {
    broker.will('Produce', 10)
    expect((await append(open(), [at, 'a'])).error?.code).toBe('record-too-large')
    expect(broker.count('Produce')).toBe(1)
  })

  test('do not say that nothing was done when something was', async () => {
    broker.will('Produce', 0, 10)
    const log = open({ batchBytesMax: 1 })
    const { error } = await append(log, [at, 'a'], [at, 'b'])
    expect(error?.code).toBe('unavailable')
    expect(error?.message).toMatch(/MESSAGE_TOO_LARGE.*other records of the same call are kept/)
  })

  test('do nothing where one of the partitions is not there', async () => {
    const nowhere = { topic: TOPIC, partition: 9 }
    expect((await append(open(), [at, 'a'], [nowhere, 'b'])).error?.code).toBe('no-such-topic')
    expect(broker.count('Produce')).toBe(0)
  })

  test('of nothing ask nothing', async () => {
    expect(await append(open())).toEqual({ value: [] })
    expect(broker.asked).toEqual([])
  })
})

describe('transactions', () => {
  test('ask once for each step, and number the records of each partition', async () => {
    const producer = await begun(open())
    expect(await sent(producer, [at, 'a b'])).toEqual({ value: [0] })
    expect(await sent(producer, [at, 'c'])).toEqual({ value: [2] })
    expect(await ended(producer)).toBe('ok')
    expect(await sent(producer, [at, 'd e f'])).toEqual({ value: [3] })
    expect(broker.batches.map(({ sequence }) => sequence)).toEqual([0, 2, 3])
    expect(broker.count('FindCoordinator')).toBe(1)
    expect(broker.count('InitProducerId')).toBe(1)
    expect(broker.count('AddPartitionsToTxn')).toBe(2)
    expect(broker.count('EndTxn')).toBe(1)
  })

  test('that hold nothing are not ended', async () => {
    const producer = await begun(open())
    expect(await ended(producer)).toBe('ok')
    expect(broker.count('EndTxn')).toBe(0)
  })

  test.each<readonly [string, ApiName, readonly Mood[]]>([
    ['an earlier one is being finished', 'AddPartitionsToTxn', [51, 51, 51]],
    ['the coordinator has moved', 'AddPartitionsToTxn', [16, 14, 15]],
    ['the coordinator does not know the topic yet', 'AddPartitionsToTxn', [3]],
    ['the leader has moved', 'Produce', [6]],
  ])('go on when %s', async (_say, api, moods) => {
    const producer = await begun(open())
    broker.will(api, ...moods)
    expect(await sent(producer, [at, 'a'])).toEqual({ value: [0] })
    expect(broker.batches).toEqual([{ count: 1, sequence: 0 }])
    expect(broker.count(api)).toBe(1 + moods.length)
  })

  test('keep their sequence numbers when a batch is cut', async () => {
    const producer = await begun(open())
    broker.will('Produce', 10)
    expect(await sent(producer, [at, 'a b c d e'])).toEqual({ value: [0] })
    expect(broker.batches).toEqual([
      { count: 2, sequence: 0 },
      { count: 3, sequence: 2 },
    ])
    await sent(producer, [at, 'f'])
    expect(broker.batches.at(-1)).toEqual({ count: 1, sequence: 5 })
  })

  test.each<readonly [string, ApiName, Mood, string]>([
    ['a lost answer', 'AddPartitionsToTxn', 'hangs-up', 'unavailable'],
    ['silence', 'AddPartitionsToTxn', 'silent', 'unavailable'],
    ['a successor', 'AddPartitionsToTxn', 47, 'fenced'],
    ['another mapping', 'AddPartitionsToTxn', 49, 'fenced'],
    ['no right to it', 'AddPartitionsToTxn', 53, 'not-authorized'],
    ['a lost answer', 'Produce', 'hangs-up', 'unavailable'],
    ['silence', 'Produce', 'silent', 'unavailable'],
    ['a successor', 'Produce', 47, 'fenced'],
    ['a newer word for it', 'Produce', 90, 'fenced'],
    ['a gap in the numbers', 'Produce', 45, 'unavailable'],
    ['no transaction', 'Produce', 48, 'unavailable'],
  ])('end at %s of %s, which is never asked again', async (_say, api, mood, wanted) => {
    const producer = await begun(open({ answerMs: SOON_MS }))
    broker.will(api, mood)
    expect((await sent(producer, [at, 'a'])).error?.code).toBe(wanted)
    expect(broker.count(api)).toBe(1)
    expect(() => producer.end('commit', () => {})).toThrow('producer-is-asked-one-by-one')
  })

  test.each<readonly [string, Mood, string]>([
    ['a lost answer', 'hangs-up', 'unavailable'],
    ['silence', 'silent', 'unavailable'],
    ['a coordinator that moved', 16, 'unavailable'],
    ['one that goes on', 51, 'unavailable'],
    ['a successor', 47, 'fenced'],
  ])('are never ended twice: %s', async (_say, mood, wanted) => {
    const producer = await begun(open({ answerMs: SOON_MS }))
    await sent(producer, [at, 'a'])
    broker.will('EndTxn', mood)
    expect(await ended(producer)).toBe(wanted)
    expect(broker.count('EndTxn')).toBe(1)
  })

  test('of several leaders and partitions are added at once', async () => {
    const producer = await begun(open())
    expect(await sent(producer, [at, 'a'], [other, 'b'], [at, 'c'])).toEqual({ value: [0, 1, 2] })
    expect(broker.count('AddPartitionsToTxn')).toBe(1)
    await sent(producer, [other, 'd'])
    expect(broker.batches.map(({ sequence }) => sequence)).toEqual([0, 0, 1, 1])
  })

  test('do nothing where a partition is not there', async () => {
    const producer = await begun(open())
    const nowhere = { topic: TOPIC, partition: 9 }
    expect((await sent(producer, [at, 'a'], [nowhere, 'b'])).error?.code).toBe('no-such-topic')
    expect(broker.count('AddPartitionsToTxn')).toBe(0)
  })
})

describe('beginnings', () => {
  const producerOf = (log: KafkaLog) => log.producer({ transactionalId: 'id', timeoutMs: 1000 })

  test.each<readonly [string, Mood, string]>([
    ['an earlier transaction is being finished', 51, 'busy'],
    ['its answer is lost', 'hangs-up', 'unavailable'],
    ['nobody answers', 'silent', 'unavailable'],
  ])('are asked once when %s; then the caller may ask again', async (_say, mood, wanted) => {
    const producer = producerOf(open({ answerMs: SOON_MS }))
    broker.will('InitProducerId', mood)
    expect(await code<void>(done => producer.init(done))).toBe(wanted)
    expect(broker.count('InitProducerId')).toBe(1)
    expect(await code<void>(done => producer.init(done))).toBe('ok')
  })

  test('go to whoever coordinates, as soon as somebody does', async () => {
    broker.will('FindCoordinator', 15, 'hangs-up', 15)
    broker.will('InitProducerId', 16, 14)
    expect(await code<void>(done => producerOf(open()).init(done))).toBe('ok')
    expect(broker.count('FindCoordinator')).toBe(6)
    expect(broker.count('InitProducerId')).toBe(3)
  })

  test.each<readonly [Mood, string]>([
    [53, 'not-authorized'],
    [50, 'bad-settings'],
  ])('that get error %s close the producer with %s', async (mood, wanted) => {
    broker.will('InitProducerId', mood)
    const producer = producerOf(open())
    expect(await code<void>(done => producer.init(done))).toBe(wanted)
    expect(() => producer.init(() => {})).toThrow('producer-begins-once')
  })

  test('come before anything else, and one call at a time', async () => {
    const producer = producerOf(open())
    expect(() => producer.end('abort', () => {})).toThrow('producer-is-asked-one-by-one')
    const first = code<void>(done => producer.init(done))
    expect(() => producer.init(() => {})).toThrow('producer-begins-once')
    expect(await first).toBe('ok')
  })

  test('are not answered when the producer was closed', async () => {
    const producer = producerOf(open())
    let answers = 0
    producer.init(() => answers++)
    producer.close()
    await expect.poll(() => broker.count('InitProducerId')).toBe(1)
    await endOf(open())
    expect(answers).toBe(0)
  })
})

describe('topics', () => {
  const wanted = { topic: TOPIC, partitions: 2, replication: 3, settings: {} }

  test('are created by whoever may, and are there for all when it is answered', async () => {
    broker.will('CreateTopics', 41)
    broker.will('Metadata', 0, 0, 0, 0, 5)
    expect(await code<void>(done => open().create(wanted, done))).toBe('ok')
    expect(broker.count('CreateTopics')).toBe(2)
  })

  test.each<readonly [Mood, string]>([
    [36, 'topic-exists'],
    [40, 'bad-settings'],
    [44, 'bad-settings'],
    [29, 'not-authorized'],
    ['hangs-up', 'unavailable'],
    [7, 'unavailable'],
  ])('that get %s are answered with %s, and not asked for twice', async (mood, what) => {
    broker.will('CreateTopics', mood)
    const { error } = await answer<void>(done => open().create(wanted, done))
    expect(error?.code).toBe(what)
    expect(broker.count('CreateTopics')).toBe(1)
    if (typeof mood === 'number') expect(error?.message).toContain('(so it is)')
  })

  test('say what they have, but for what is secret', async () => {
    expect(await value(done => open().describe(TOPIC, done))).toEqual({
      partitions: 2,
      replication: 1,
      settings: { 'retention.ms': '-1' },
    })
    expect(await code(done => open().describe('no', done))).toBe('no-such-topic')
  })

  test('are dropped, and gone for all when it is answered', async () => {
    expect(await code<void>(done => open().drop(TOPIC, done))).toBe('ok')
    expect(broker.count('DeleteTopics')).toBe(1)
    broker.will('DeleteTopics', 3)
    expect(await code<void>(done => open().drop(TOPIC, done))).toBe('no-such-topic')
  })

  test('forget records, and say when there are none to forget', async () => {
    const log = open()
    expect(await code<void>(done => log.deleteRecords(at, 0, done))).toBe('ok')
    broker.will('DeleteRecords', 1)
    expect(await code<void>(done => log.deleteRecords(at, 7, done))).toBe('offset-out-of-range')
    expect(await value<number>(done => log.start(at, done))).toBe(0)
  })

  test('take records with odd times and sizes', async () => {
    const records = [record(null), record('', null, 0), record('a', Buffer.alloc(0), 2 ** 41)]
    expect(await value(done => open().append([{ ...at, records }], done))).toEqual([0])
    expect(broker.batches).toEqual([{ count: 3, sequence: -1 }])
  })
})

/**
 * What is asked of Kafka: what is asked again and what never is, how long anything takes at most,
 * and what is said then. The broker does as it is told.
 */

import { describe, expect, test } from 'vitest'
import type { Fetched } from '../../base/stream-log.ts'
import { KafkaLog } from './kafka.ts'
import { record } from './testing/batches.ts'
import { answer, code, value, words } from './testing/caller.ts'
import { at, endOf, SILENT, SOON_MS, useScene } from './testing/scene.ts'
import { type ApiName, type Mood, TOPIC } from './testing/scripted.ts'

const scene = useScene()
const open: typeof scene.open = (...how) => scene.open(...how)

describe('questions', () => {
  test.each<readonly [string, ApiName, readonly Mood[]]>([
    ['no leader yet', 'ListOffsets', [5, 6, 5]],
    ['an end that a fresh leader does not know', 'ListOffsets', [78, 78]],
    ['a leader that knows nothing of the topic yet', 'ListOffsets', [3]],
    ['a connection that breaks', 'ListOffsets', ['hangs-up', 'hangs-up']],
    ['metadata that do not come', 'Metadata', [0, 'hangs-up']],
    ['a first question that is not answered', 'ApiVersions', ['hangs-up', 'hangs-up']],
  ])('are asked again: %s', async (_say, api, moods) => {
    scene.broker.will(api, ...moods)
    expect(await endOf(open())).toEqual({ value: 0 })
    expect(scene.broker.count(api)).toBeGreaterThan(moods.length)
  })

  test.each<readonly [string, number, string]>([
    ['offset-out-of-range', 1, 'start and end'],
    ['not-authorized', 29, 'ACL'],
    ['unsupported', 35, 'Kafka 2.3'],
  ])('are answered with %s at once', async (wanted, number, advice) => {
    scene.broker.will('ListOffsets', number)
    const { error } = await endOf(open())
    expect(error?.code).toBe(wanted)
    expect(error?.message).toContain(`end of ${TOPIC}/0`)
    expect(error?.message).toContain(advice)
    expect(scene.broker.count('ListOffsets')).toBe(1)
  })

  test('of a partition that was added are asked as soon as it is there', async () => {
    const log = open()
    const added = { topic: TOPIC, partition: 2 }
    expect((await endOf(log, added)).error?.code).toBe('no-such-topic')
    expect(await endOf(log)).toEqual({ value: 0 })
    scene.broker.partitions = 3
    expect(await endOf(log, added)).toEqual({ value: 0 })
  })

  test('of a topic or partition that is not there are not asked of a leader', async () => {
    const log = open()
    expect((await endOf(log, { topic: 'no', partition: 0 })).error?.code).toBe('no-such-topic')
    expect((await endOf(log, { topic: TOPIC, partition: 2 })).error?.code).toBe('no-such-topic')
    expect(scene.broker.count('ListOffsets')).toBe(0)
  })

  test('end with the patience of the call', async () => {
    scene.broker.will('ListOffsets', ...Array<Mood>(1000).fill(6))
    const { error } = await endOf(open({ patienceMs: SOON_MS }))
    expect(error).toMatchObject({ code: 'unavailable' })
    expect(error?.message).toMatch(/NOT_LEADER_OR_FOLLOWER.*ask again/)
    expect(scene.broker.count('ListOffsets')).toBeLessThan(1000)
  })

  test('that stay unanswered end, and their connection is not used again', async () => {
    scene.broker.will('ListOffsets', 'silent', 'silent')
    const log = open(SILENT)
    expect(await endOf(log)).toEqual({ value: 0 })
    expect(scene.broker.count('ListOffsets')).toBe(3)
  })

  test('where nobody listens say what to look at', async () => {
    const { address } = scene.broker
    await scene.broker.close()
    const log = new KafkaLog({
      brokers: [address],
      clientId: 'weir',
      limits: { patienceMs: SOON_MS },
    })
    const { error } = await endOf(log)
    expect(error?.code).toBe('unavailable')
    expect(error?.message).toMatch(/ECONNREFUSED.*brokers run/)
    await scene.begin()
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
    expect(scene.broker.count('ListOffsets')).toBe(0)
  })

  test('became another cluster behind the same address', async () => {
    const log = open()
    expect(await value<string>(done => log.cluster(done))).toBe('ours')
    await scene.replaceBroker()
    scene.broker.cluster = 'another'
    expect((await endOf(log)).error?.code).toBe('other-cluster')
    const produced = await code<unknown>(done => log.append([words(at, 'a')], done))
    expect(produced).toBe('other-cluster')
    expect(scene.broker.count('Produce')).toBe(0)
  })

  test('is too old', async () => {
    scene.broker.versionMax = 6
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
    scene.broker.will('Fetch', 'silent', 'silent', 'silent')
    const asked = [1, 2, 3].map(() => log.fetch(at, 0, how, () => {}))
    await expect.poll(() => scene.broker.count('Fetch')).toBe(3)
    expect(await endOf(log)).toEqual({ value: 0 })
    for (const one of asked) one.cancel()
    // One for questions is left.
    await expect.poll(() => scene.broker.connections).toBe(1)
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
    expect(scene.broker.count('Metadata')).toBe(1 + scene.broker.count('ApiVersions'))
  })

  test('that are cancelled are not answered, and not asked again', async () => {
    const log = open()
    scene.broker.will('Fetch', 'silent')
    let answers = 0
    const asked = log.fetch(at, 0, how, () => answers++)
    await expect.poll(() => scene.broker.count('Fetch')).toBe(1)
    asked.cancel()
    asked.cancel()
    await value<Fetched>(done => log.fetch(at, 0, { ...how, waitMs: 0 }, done))
    expect(answers).toBe(0)
    expect(scene.broker.count('Fetch')).toBe(2)
  })

  test('beyond the bound wait for their turn, and beyond that are refused', async () => {
    const log = open({ connectionsMax: 2, waitingMax: 1, patienceMs: SOON_MS })
    await endOf(log)
    scene.broker.will('Fetch', 'silent', 'silent')
    const first = [1, 2].map(() => log.fetch(at, 0, how, () => {}))
    await expect.poll(() => scene.broker.count('Fetch')).toBe(2)
    const third = answer<Fetched>(done => log.fetch(at, 0, how, done))
    const fourth = await answer<Fetched>(done => log.fetch(at, 0, how, done))
    expect(fourth.error?.message).toMatch(/1 questions wait.*again later/)
    first[0]?.cancel()
    expect((await third).error).toBe(undefined)
    expect(scene.broker.connections).toBeLessThanOrEqual(3)
  })
})

describe('topics', () => {
  const wanted = { topic: TOPIC, partitions: 2, replication: 3, settings: {} }

  test('are created by whoever may, and are there for all when it is answered', async () => {
    scene.broker.will('CreateTopics', 41)
    scene.broker.will('Metadata', 0, 0, 0, 0, 5)
    expect(await code<void>(done => open().create(wanted, done))).toBe('ok')
    expect(scene.broker.count('CreateTopics')).toBe(2)
  })

  test.each<readonly [Mood, string]>([
    [36, 'topic-exists'],
    [40, 'bad-settings'],
    [44, 'bad-settings'],
    [29, 'not-authorized'],
    ['hangs-up', 'unavailable'],
    [7, 'unavailable'],
  ])('that get %s are answered with %s, and not asked for twice', async (mood, what) => {
    scene.broker.will('CreateTopics', mood)
    const { error } = await answer<void>(done => open().create(wanted, done))
    expect(error?.code).toBe(what)
    expect(scene.broker.count('CreateTopics')).toBe(1)
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

  test('are looked at once for all who ask at the same time', async () => {
    const log = open()
    const asked = [1, 2, 3].map(() => code(done => log.describe(TOPIC, done)))
    expect(await Promise.all(asked)).toEqual(['ok', 'ok', 'ok'])
    expect(scene.broker.count('DescribeConfigs')).toBe(1)
    expect(await code(done => log.describe(TOPIC, done))).toBe('ok')
    expect(scene.broker.count('DescribeConfigs')).toBe(2)
  })

  test('are dropped, and gone for all when it is answered', async () => {
    expect(await code<void>(done => open().drop(TOPIC, done))).toBe('ok')
    expect(scene.broker.count('DeleteTopics')).toBe(1)
    scene.broker.will('DeleteTopics', 3)
    expect(await code<void>(done => open().drop(TOPIC, done))).toBe('no-such-topic')
  })

  test('forget records, and say when there are none to forget', async () => {
    const log = open()
    expect(await code<void>(done => log.deleteRecords(at, 0, done))).toBe('ok')
    scene.broker.will('DeleteRecords', 1)
    expect(await code<void>(done => log.deleteRecords(at, 7, done))).toBe('offset-out-of-range')
    expect(await value<number>(done => log.start(at, done))).toBe(0)
  })

  test('take records with odd times and sizes', async () => {
    const records = [record(null), record('', null, 0), record('a', Buffer.alloc(0), 2 ** 41)]
    expect(await value(done => open().append([{ ...at, records }], done))).toEqual([0])
    expect(scene.broker.batches).toMatchObject([{ count: 3, sequence: 0 }])
  })
})

/**
 * What is published to Kafka: what is sent again since it was refused, and what never is since
 * nobody knows; how records are cut and numbered. The broker does as it is told.
 */

import { describe, expect, test } from 'vitest'
import type { KafkaLog } from './kafka.ts'
import { code, value } from './testing/caller.ts'
import {
  append,
  at,
  begun,
  ended,
  endOf,
  other,
  SILENT,
  SOON_MS,
  sent,
  useScene,
} from './testing/scene.ts'
import { type ApiName, type Mood, TOPIC } from './testing/scripted.ts'

const scene = useScene()
const open: typeof scene.open = (...how) => scene.open(...how)

describe('appends', () => {
  test('are sent again when they were refused', async () => {
    scene.broker.will('Produce', 6, 19, 3)
    expect(await append(open(), [at, 'a b'])).toEqual({ value: [0] })
    expect(scene.broker.batches).toMatchObject([{ count: 2, sequence: 0 }])
    expect(scene.broker.count('Produce')).toBe(4)
  })

  test.each<readonly [string, Mood]>([
    ['the connection broke', 'hangs-up'],
    ['nobody answered', 'silent'],
    ['the replicas were slow', 7],
    ['the replicas were too few in the end', 20],
    ['something else went wrong', -1],
  ])('are never sent again when %s', async (_say, mood) => {
    scene.broker.will('Produce', mood)
    const { error } = await append(open(SILENT), [at, 'a'])
    expect(error?.code).toBe('unavailable')
    expect(scene.broker.count('Produce')).toBe(1)
  })

  test('that could not be sent wait for whoever comes', async () => {
    const log = open()
    await endOf(log)
    // Publishing has connections of its own, the first of which is opened now.
    scene.broker.will('ApiVersions', 'hangs-up', 'hangs-up')
    expect(await append(log, [at, 'a'])).toEqual({ value: [0] })
    expect(scene.broker.count('Produce')).toBe(1)
  })

  test('that are refused for long end with the patience of the call', async () => {
    scene.broker.will('Produce', ...Array<Mood>(1000).fill(6))
    const { error } = await append(open({ patienceMs: SOON_MS }), [at, 'a'])
    expect(error?.code).toBe('unavailable')
    expect(scene.broker.batches).toEqual([])
  })

  test('are cut into batches, and told the offset of each part', async () => {
    const log = open({ batchBytesMax: 200 })
    const many = Array.from({ length: 30 }, (_, i) => `${i}`).join(' ')
    expect(await append(log, [at, 'a'], [at, many], [at, 'z'])).toEqual({ value: [0, 1, 31] })
    expect(scene.broker.batches.reduce((sum, { count }) => sum + count, 0)).toBe(32)
    expect(scene.broker.count('Produce')).toBeGreaterThan(5)
  })

  test('go in smaller batches where the topic takes no larger ones', async () => {
    scene.broker.will('Produce', 10, 10)
    const log = open()
    expect(await append(log, [at, 'a b c d e'])).toEqual({ value: [0] })
    expect(scene.broker.batches.map(({ count }) => count)).toEqual([1, 1, 3])
  })

  test('of one record that is too large are refused', async () => {
    scene.broker.will('Produce', 10)
    expect((await append(open(), [at, 'a'])).error?.code).toBe('record-too-large')
    expect(scene.broker.count('Produce')).toBe(1)
  })

  test('do not say that nothing was done when something was', async () => {
    scene.broker.will('Produce', 0, 10)
    const log = open({ batchBytesMax: 1 })
    const { error } = await append(log, [at, 'a'], [at, 'b'])
    expect(error?.code).toBe('unavailable')
    expect(error?.message).toMatch(/MESSAGE_TOO_LARGE.*other records of the same call are kept/)
  })

  test('go to a partition that was added since others were written to', async () => {
    const log = open()
    expect(await append(log, [at, 'a'])).toEqual({ value: [0] })
    scene.broker.partitions = 3
    expect(await append(log, [{ topic: TOPIC, partition: 2 }, 'b'])).toEqual({ value: [1] })
  })

  test('do nothing where one of the partitions is not there', async () => {
    const nowhere = { topic: TOPIC, partition: 9 }
    expect((await append(open(), [at, 'a'], [nowhere, 'b'])).error?.code).toBe('no-such-topic')
    expect(scene.broker.count('Produce')).toBe(0)
  })

  test('are numbered: what is sent again can be known by whoever has it', async () => {
    const log = open()
    scene.broker.will('Produce', 6)
    expect(await append(log, [at, 'a b'])).toEqual({ value: [0] })
    expect(await append(log, [at, 'c'], [other, 'd'])).toEqual({ value: [2, 3] })
    expect(scene.broker.batches.map(({ sequence }) => sequence)).toEqual([0, 2, 0])
    expect(scene.broker.count('InitProducerId')).toBe(1)
  })

  test('at the same time have numbers of their own, as have those behind a trouble', async () => {
    const log = open()
    await Promise.all([append(log, [at, 'a']), append(log, [at, 'b'])])
    expect(scene.broker.batches.map(({ sequence }) => sequence)).toEqual([0, 0])
    expect(scene.broker.count('InitProducerId')).toBe(2)
    scene.broker.will('Produce', 'hangs-up', 'hangs-up')
    for (const text of ['c', 'd']) expect(await append(log, [at, text])).toHaveProperty('error')
    expect(await append(log, [at, 'e'])).toHaveProperty('value')
    expect(scene.broker.batches.at(-1)).toMatchObject({ sequence: 0, values: ['e'] })
    expect(scene.broker.count('InitProducerId')).toBe(3)
  })

  test('wait for a broker that fetches ids to give', async () => {
    scene.broker.will('InitProducerId', 14, 'hangs-up', 14)
    expect(await append(open(), [at, 'a'])).toEqual({ value: [0] })
    expect(scene.broker.count('InitProducerId')).toBe(4)
  })

  test('of nothing ask nothing', async () => {
    expect(await append(open())).toEqual({ value: [] })
    expect(scene.broker.asked).toEqual([])
  })
})

describe('transactions', () => {
  test('ask once for each step, and number the records of each partition', async () => {
    const producer = await begun(open())
    expect(await sent(producer, [at, 'a b'])).toEqual({ value: [0] })
    expect(await sent(producer, [at, 'c'])).toEqual({ value: [2] })
    expect(await ended(producer)).toBe('ok')
    expect(await sent(producer, [at, 'd e f'])).toEqual({ value: [3] })
    expect(scene.broker.batches.map(({ sequence }) => sequence)).toEqual([0, 2, 3])
    expect(scene.broker.count('FindCoordinator')).toBe(1)
    expect(scene.broker.count('InitProducerId')).toBe(1)
    expect(scene.broker.count('AddPartitionsToTxn')).toBe(2)
    expect(scene.broker.count('EndTxn')).toBe(1)
  })

  test('that hold nothing are not ended', async () => {
    const producer = await begun(open())
    expect(await ended(producer)).toBe('ok')
    expect(scene.broker.count('EndTxn')).toBe(0)
  })

  test.each<readonly [string, ApiName, readonly Mood[]]>([
    ['an earlier one is being finished', 'AddPartitionsToTxn', [51, 51, 51]],
    ['the coordinator has moved', 'AddPartitionsToTxn', [16, 14, 15]],
    ['the coordinator does not know the topic yet', 'AddPartitionsToTxn', [3]],
    ['the leader has moved', 'Produce', [6]],
  ])('go on when %s', async (_say, api, moods) => {
    const producer = await begun(open())
    scene.broker.will(api, ...moods)
    expect(await sent(producer, [at, 'a'])).toEqual({ value: [0] })
    expect(scene.broker.batches).toMatchObject([{ count: 1, sequence: 0 }])
    expect(scene.broker.count(api)).toBe(1 + moods.length)
  })

  test('keep their sequence numbers when a batch is cut', async () => {
    const producer = await begun(open())
    scene.broker.will('Produce', 10)
    expect(await sent(producer, [at, 'a b c d e'])).toEqual({ value: [0] })
    expect(scene.broker.batches).toMatchObject([
      { count: 2, sequence: 0 },
      { count: 3, sequence: 2 },
    ])
    await sent(producer, [at, 'f'])
    expect(scene.broker.batches.at(-1)).toMatchObject({ count: 1, sequence: 5 })
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
    const producer = await begun(open(SILENT))
    scene.broker.will(api, mood)
    expect((await sent(producer, [at, 'a'])).error?.code).toBe(wanted)
    expect(scene.broker.count(api)).toBe(1)
    expect(() => producer.end('commit', () => {})).toThrow('producer-is-asked-one-by-one')
  })

  test.each<readonly [string, Mood, string]>([
    ['a lost answer', 'hangs-up', 'unavailable'],
    ['silence', 'silent', 'unavailable'],
    ['a coordinator that moved', 16, 'unavailable'],
    ['one that goes on', 51, 'unavailable'],
    ['a successor', 47, 'fenced'],
  ])('are never ended twice: %s', async (_say, mood, wanted) => {
    const producer = await begun(open(SILENT))
    await sent(producer, [at, 'a'])
    scene.broker.will('EndTxn', mood)
    expect(await ended(producer)).toBe(wanted)
    expect(scene.broker.count('EndTxn')).toBe(1)
  })

  test('of several leaders and partitions are added at once', async () => {
    const producer = await begun(open())
    expect(await sent(producer, [at, 'a'], [other, 'b'], [at, 'c'])).toEqual({ value: [0, 1, 2] })
    expect(scene.broker.count('AddPartitionsToTxn')).toBe(1)
    await sent(producer, [other, 'd'])
    expect(scene.broker.batches.map(({ sequence }) => sequence)).toEqual([0, 0, 1, 1])
  })

  test('do nothing where a partition is not there', async () => {
    const producer = await begun(open())
    const nowhere = { topic: TOPIC, partition: 9 }
    expect((await sent(producer, [at, 'a'], [nowhere, 'b'])).error?.code).toBe('no-such-topic')
    expect(scene.broker.count('AddPartitionsToTxn')).toBe(0)
  })
})

describe('beginnings', () => {
  const producerOf = (log: KafkaLog) => log.producer({ transactionalId: 'id', timeoutMs: 1000 })

  test.each<readonly [string, Mood, string]>([
    ['an earlier transaction is being finished', 51, 'busy'],
    ['its answer is lost', 'hangs-up', 'unavailable'],
    ['nobody answers', 'silent', 'unavailable'],
  ])('are asked once when %s; then the caller may ask again', async (_say, mood, wanted) => {
    const producer = producerOf(open(SILENT))
    scene.broker.will('InitProducerId', mood)
    expect(await code<void>(done => producer.init(done))).toBe(wanted)
    expect(scene.broker.count('InitProducerId')).toBe(1)
    expect(await code<void>(done => producer.init(done))).toBe('ok')
  })

  test('go to whoever coordinates, as soon as somebody does', async () => {
    scene.broker.will('FindCoordinator', 15, 'hangs-up', 15)
    scene.broker.will('InitProducerId', 16, 14)
    expect(await code<void>(done => producerOf(open()).init(done))).toBe('ok')
    expect(scene.broker.count('FindCoordinator')).toBe(6)
    expect(scene.broker.count('InitProducerId')).toBe(3)
  })

  test.each<readonly [Mood, string]>([
    [53, 'not-authorized'],
    [50, 'bad-settings'],
  ])('that get error %s close the producer with %s', async (mood, wanted) => {
    scene.broker.will('InitProducerId', mood)
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

  test('behind a producer that was closed ask anew who leads', async () => {
    const log = open()
    const producer = producerOf(log)
    await value<void>(done => producer.init(done))
    const asked = async () => {
      const before = scene.broker.count('Metadata')
      await endOf(log)
      return scene.broker.count('Metadata') - before
    }
    await asked()
    expect(await asked()).toBe(0)
    producer.close()
    expect(await asked()).toBe(1)
  })

  test('are not answered when the producer was closed', async () => {
    const producer = producerOf(open())
    let answers = 0
    producer.init(() => answers++)
    producer.close()
    await expect.poll(() => scene.broker.count('InitProducerId')).toBe(1)
    await endOf(open())
    expect(answers).toBe(0)
  })
})

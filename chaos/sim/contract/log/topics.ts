/** Topics: what they are told, what they say of themselves, and what is said where none is. */

import { expect, test } from 'vitest'
import type { LogErrorCode, NewTopic, TopicDescription } from '../../../../src/base/stream-log.ts'
import { Caller } from './caller.ts'

/** What a job looks at before it trusts a topic: every log has them, as Kafka calls them. */
const LOOKED_AT = [
  'cleanup.policy',
  'max.message.bytes',
  'min.insync.replicas',
  'retention.bytes',
  'retention.ms',
  'unclean.leader.election.enable',
]

const describeTopic = ({ log }: Caller, topic: string) => {
  return (done: Parameters<typeof log.describe>[1]) => log.describe(topic, done)
}

export function topicRules(theCaller: () => Caller): void {
  descriptionRules(theCaller)
  badRules(theCaller)
  absenceRules(theCaller)
}

function descriptionRules(theCaller: () => Caller): void {
  test('a log has one name for itself, whoever asks', async () => {
    const caller = theCaller()
    const other = new Caller(caller.rig)
    const name = await caller.value<string>(done => caller.log.cluster(done))
    expect(name).not.toBe('')
    expect(await other.value<string>(done => other.log.cluster(done))).toBe(name)
  })

  test('a topic says what it was told, and what it was not told', async () => {
    const caller = theCaller()
    const settings = { 'retention.bytes': '-1', 'max.message.bytes': '54321' }
    const [first] = await caller.topic(3, settings)
    const told = await caller.value<TopicDescription>(describeTopic(caller, first?.topic ?? ''))
    expect(told.partitions).toBe(3)
    expect(told.settings).toMatchObject({ ...settings, 'retention.ms': '-1' })
    expect(told.settings['cleanup.policy']).toBe('delete')
    expect(Object.keys(told.settings)).toEqual(expect.arrayContaining(LOOKED_AT))
  })

  test('there are as many copies as wanted, or as the log can make', async () => {
    const caller = theCaller()
    const topic = caller.rig.name()
    const wanted = { topic, partitions: 1, replication: 99, settings: {} }
    await caller.value<void>(done => caller.log.create(wanted, done))
    const told = await caller.value<TopicDescription>(describeTopic(caller, topic))
    expect(told.replication).toBeGreaterThanOrEqual(1)
    expect(told.replication).toBeLessThan(99)
  })

  test('a topic is created once, and keeps what it was told', async () => {
    const caller = theCaller()
    const [first] = await caller.topic(2)
    const topic = first?.topic ?? ''
    const other = { topic, partitions: 5, replication: 1, settings: {} }
    expect(await caller.code<void>(done => caller.log.create(other, done))).toBe('topic-exists')
    const told = await caller.value<TopicDescription>(describeTopic(caller, topic))
    expect(told.partitions).toBe(2)
  })
}

function badRules(theCaller: () => Caller): void {
  const bad: readonly (readonly [string, Partial<NewTopic>])[] = [
    ['a setting that there is not', { settings: { 'no.such.setting': '1' } }],
    ['a setting without sense', { settings: { 'retention.ms': 'soon' } }],
    ['no partition', { partitions: 0 }],
    ['no name', { topic: '' }],
    ['a name with a slash', { topic: 'a/b' }],
  ]
  test.each(bad)('%s makes no topic', async (_what, change) => {
    const caller = theCaller()
    const { rig, log } = caller
    const wanted = { topic: rig.name(), partitions: 1, replication: 1, settings: {}, ...change }
    expect(await caller.code<void>(done => log.create(wanted, done))).toBe('bad-settings')
  })
}

function absenceRules(theCaller: () => Caller): void {
  test('there is no partition beyond those of a topic', async () => {
    const caller = theCaller()
    const [first] = await caller.topic(2)
    const at = { topic: first?.topic ?? '', partition: 2 }
    const { log } = caller
    const none: LogErrorCode = 'no-such-topic'
    const how = { isolation: 'committed', maxBytes: 1, waitMs: 0 } as const
    expect(await caller.code<number>(done => log.start(at, done))).toBe(none)
    expect(await caller.code<number>(done => log.end(at, 'uncommitted', done))).toBe(none)
    expect(await caller.code(done => void log.fetch(at, 0, how, done))).toBe(none)
    expect(await caller.code<void>(done => log.deleteRecords(at, -1, done))).toBe(none)
  })

  test('a dropped topic is gone with its records; one of its name is another', async () => {
    const caller = theCaller()
    const at = await caller.onlyPartition()
    await caller.append(at, 'a b c')
    await caller.value<void>(done => caller.log.drop(at.topic, done))
    await caller.eventually(async () => {
      return (await caller.code(describeTopic(caller, at.topic))) === 'no-such-topic'
    })
    const again = { topic: at.topic, partitions: 1, replication: 3, settings: {} }
    await caller.eventually(async () => {
      const code = await caller.code<void>(done => caller.log.create(again, done))
      expect(['ok', 'topic-exists']).toContain(code)
      return code === 'ok'
    })
    await caller.eventually(async () => {
      const end = await caller.answer<number>(done => caller.log.end(at, 'uncommitted', done))
      return end.error === undefined && end.value === 0
    })
    await caller.append(at, 'd')
    expect(await caller.seen(at)).toBe('d')
  })
}

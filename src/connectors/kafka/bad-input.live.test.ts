/**
 * What people do wrong to a publisher, and brokers do to it, on real brokers: each is told by a
 * code and a sentence that says what to do, nothing is written before it is mended, and when it is,
 * every output is visible once and in order. kcat is the judge.
 */

import {
  AclOperationTypes,
  AclPermissionTypes,
  AclResourceTypes,
  ConfigResourceTypes,
  Kafka,
  logLevel,
  ResourcePatternTypes,
} from 'kafkajs'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { kafka, kafka3 } from '../../../scripts/services/kafka/kafka.ts'
import { brokersOf, GUEST } from '../../../scripts/services/kafka/settings.ts'
import { killOne, startAll } from '../../../scripts/services/one.ts'
import { lastState } from '../../../scripts/services/state.ts'
import { type Turn, turnWith } from '../../../scripts/services/turn.ts'
import { utf8Of } from '../../base/bytes.ts'
import type { StreamLog } from '../../base/stream-log.ts'
import { journalTopic } from '../../journal/settings.ts'
import { useBrokers } from './testing/brokers.ts'
import { decided, value } from './testing/caller.ts'
import { LoneGroup, type LoneParts, PARTITIONS } from './testing/lone-group.ts'

const MINUTES = 60_000
/** Brokers that are away are so for as long as it takes to be told, or for so many minutes more. */
const AWAY_MS = Number(process.env['WEIR_AWAY_MINUTES'] ?? 0) * MINUTES
const brokers = useBrokers()
let log: StreamLog
let admin: ReturnType<Kafka['admin']>
beforeAll(async () => {
  log = brokers.open()
  const client = { brokers: [...brokers.list], logLevel: logLevel.NOTHING }
  admin = new Kafka(client).admin()
  await admin.connect()
})
afterAll(() => admin.disconnect())

const groups: LoneGroup[] = []
afterEach(() => {
  for (const group of groups.splice(0)) group.close()
})

async function makeJournal(settings: Readonly<Record<string, string>> = {}): Promise<string> {
  const good = journalTopic(brokers.name(), 1, 3)
  const wanted = { ...good, settings: { ...good.settings, ...settings } }
  await value<void>(done => log.create(wanted, done))
  return good.topic
}

async function makeOutput(settings: Readonly<Record<string, string>> = {}): Promise<string> {
  const topic = brokers.name()
  const wanted = { topic, partitions: PARTITIONS, replication: 3, settings }
  await value<void>(done => log.create(wanted, done))
  return topic
}

function begin(parts: Pick<LoneParts, 'journal' | 'output'> & Partial<LoneParts>): LoneGroup {
  const group = new LoneGroup({ log, transactionalId: brokers.name(), ...parts })
  groups.push(group)
  group.lead()
  return group
}

/** Told once, and nothing that readers could see was written. */
async function stalls(group: LoneGroup, code: string, advice: RegExp): Promise<void> {
  await group.until(() => group.told.length > 0)
  expect(group.told).toEqual([`stalled ${code}`])
  expect(group.sentences[0]).toMatch(advice)
  expect(group.published).toBe(0)
}

/** Topics, and the id that is taken beside, may both be refused: two troubles, each told once. */
async function stallsUnauthorized(group: LoneGroup): Promise<void> {
  await group.until(() => group.told.length > 0)
  expect([...new Set(group.told)]).toEqual(['stalled not-authorized'])
  expect([...new Set(group.sentences)]).toEqual(group.sentences)
  for (const sentence of group.sentences) expect(sentence).toMatch(/ACL/)
  expect(group.published).toBe(0)
}

/** Everything is out, once and in order. */
async function isOut(group: LoneGroup, topic: string): Promise<void> {
  await group.settled()
  for (let partition = 0; partition < PARTITIONS; partition++) {
    await decided(log, { topic, partition })
    expect(brokers.judged(topic, partition)).toEqual(group.expected(partition))
  }
}

async function recovers(group: LoneGroup, output: string): Promise<void> {
  await group.settled()
  expect(group.told.filter(one => one === 'resumed')).toHaveLength(1)
  expect(group.told.at(-1)).toBe('resumed')
  await isOut(group, output)
}

/** Those that are not named would be as usual again. */
async function change(topic: string, name: string, value: string): Promise<void> {
  const all = { ...journalTopic(topic, 1, 3).settings, [name]: value }
  const configEntries = Object.entries(all).map(([key, to]) => ({ name: key, value: to }))
  const resources = [{ type: ConfigResourceTypes.TOPIC, name: topic, configEntries }]
  await admin.alterConfigs({ validateOnly: false, resources })
}

test.each([
  ['retention.ms', '1000', '-1'],
  ['cleanup.policy', 'compact', 'delete'],
  ['compression.type', 'zstd', 'producer'],
  ['min.insync.replicas', '1', '2'],
  ['unclean.leader.election.enable', 'true', 'false'],
])('a journal topic with %s = %s', async (name, wrong, right) => {
  const [journal, output] = [await makeJournal({ [name]: wrong }), await makeOutput()]
  const group = begin({ journal, output })
  group.commit(5)
  await stalls(group, 'bad-settings', new RegExp(`set ${name}=${right} and start again`))
  expect(brokers.judged(journal)).toEqual([])
  await change(journal, name, right)
  await recovers(group, output)
})

test('an output topic whose acknowledged records may be lost', async () => {
  const [journal, output] = [await makeJournal(), await makeOutput({ 'min.insync.replicas': '1' })]
  const group = begin({ journal, output })
  group.commit(5)
  await stalls(group, 'bad-settings', /set min.insync.replicas=2/)
  await change(output, 'min.insync.replicas', '2')
  await recovers(group, output)
})

test('a foreign record in the journal', async () => {
  const [journal, output] = [await makeJournal(), await makeOutput()]
  const foreign = { key: null, value: utf8Of('not ours'), headers: [], timestampMs: Date.now() }
  const at = { topic: journal, partition: 0 }
  await value<unknown>(done => log.append([{ ...at, records: [foreign] }], done))
  const group = begin({ journal, output })
  group.commit(5)
  await group.until(() => group.told.length > 0)
  expect(group.told).toEqual([expect.stringMatching(/^stalled journal-/)])
  expect(group.sentences[0]).toMatch(/offset 0/)
  expect(brokers.judged(output)).toEqual([])
  await value<void>(done => log.deleteRecords(at, -1, done))
  await recovers(group, output)
})

test.each(['journal', 'output'] as const)('a missing %s topic', async which => {
  const missing = brokers.name()
  const there = which === 'journal' ? await makeOutput() : await makeJournal()
  const [journal, output] = which === 'journal' ? [missing, there] : [there, missing]
  const group = begin({ journal, output })
  group.commit(5)
  await stalls(group, 'no-such-topic', /create/)
  const good = journalTopic(missing, PARTITIONS, 3)
  await value<void>(done => log.create(good, done))
  await recovers(group, output)
})

test('an output topic that goes while it is written to', async () => {
  const [journal, output] = [await makeJournal(), await makeOutput()]
  const group = begin({ journal, output })
  group.commit(5)
  await group.settled()
  await value<void>(done => log.drop(output, done))
  group.commit(5)
  await group.until(() => group.told.length > 0)
  expect(group.told).toEqual(['stalled no-such-topic'])
  const wanted = { topic: output, partitions: PARTITIONS, replication: 3, settings: {} }
  await value<void>(done => log.create(wanted, done))
  await group.settled()
  expect(group.told.at(-1)).toBe('resumed')
  // Those from before went with the topic; none of them comes again, and none behind is missing.
  for (const [partition, values] of [
    [0, ['6', '8', '10']],
    [1, ['7', '9']],
  ] as const) {
    await decided(log, { topic: output, partition })
    expect(brokers.judged(output, partition)).toEqual(values)
  }
})

test('a record over the limit of the broker', async () => {
  const [journal, output] = [await makeJournal(), await makeOutput({ 'max.message.bytes': '2000' })]
  const group = begin({ journal, output, sizeBytes: 5000 })
  group.commit(3)
  await stalls(group, 'record-too-large', /max.message.bytes/)
  expect(brokers.judged(output)).toEqual([])
  await change(output, 'max.message.bytes', '100000')
  await recovers(group, output)
})

test('a user who may not, until what docs/guarantees.md names is granted', async () => {
  const [journal, output] = [await makeJournal(), await makeOutput()]
  const list = brokersOf(lastState(kafka3)?.ports ?? []).map(one => `127.0.0.1:${one.guarded}`)
  const sasl = { mechanism: 'plain', ...GUEST } as const
  const guest = brokers.open({ brokers: list, sasl })
  const transactionalId = brokers.name()
  const group = begin({ log: guest, journal, output, transactionalId })
  group.commit(5)
  await stallsUnauthorized(group)
  const { TOPIC, TRANSACTIONAL_ID } = AclResourceTypes
  const { DESCRIBE_CONFIGS, READ, WRITE } = AclOperationTypes
  const grant = (
    resourceType: AclResourceTypes,
    resourceName: string,
    operation: AclOperationTypes,
  ) => ({
    ...{ resourceType, resourceName, operation, host: '*', principal: `User:${GUEST.username}` },
    permissionType: AclPermissionTypes.ALLOW,
    resourcePatternType: ResourcePatternTypes.LITERAL,
  })
  await admin.createAcls({
    acl: [
      ...[DESCRIBE_CONFIGS, READ, WRITE].map(one => grant(TOPIC, journal, one)),
      ...[DESCRIBE_CONFIGS, WRITE].map(one => grant(TOPIC, output, one)),
      grant(TRANSACTIONAL_ID, transactionalId, WRITE),
    ],
  })
  await group.settled()
  expect(group.told.at(-1)).toBe('resumed')
  await isOut(group, output)
})

let single: Turn | undefined
afterAll(() => single?.end())

test(
  'another cluster where ours was',
  async () => {
    single = await turnWith(kafka, () => {})
    const [journal, output] = [await makeJournal(), await makeOutput()]
    const cluster = await value<string>(done => log.cluster(done))
    const other = brokers.open({ brokers: [single.address], cluster })
    const group = begin({ log: other, journal, output })
    group.commit(5)
    await stalls(group, 'other-cluster', new RegExp(`${cluster} is meant: correct the address`))
    const ours = begin({ journal, output })
    ours.commit(5)
    await isOut(ours, output)
  },
  3 * MINUTES,
)

test(
  'brokers that are away for long: told, bounded, and nothing is lost',
  async () => {
    const [journal, output] = [await makeJournal(), await makeOutput()]
    const patient = brokers.open({ limits: { patienceMs: 1000, connectMs: 500 } })
    const bounds = { silenceMs: 3000, outboxBytesMax: 100_000, retryMaxMs: 500 }
    const group = begin({ log: patient, journal, output, bounds, sizeBytes: 1000 })
    group.commit(5)
    await group.settled()
    for (const number of [1, 2, 3]) await killOne(kafka3, number)
    while (group.journal.takesFrames) group.commit(5)
    expect(group.committed).toBeLessThan(150)
    await group.until(() => group.told.at(-1) === 'stalled unavailable')
    expect(group.sentences.at(-1)).toMatch(/see that the brokers? runs?|ask again/)
    const [toldByThen, backAtMs] = [group.told.length, Date.now() + AWAY_MS]
    await group.until(() => Date.now() >= backAtMs)
    expect(group.told).toHaveLength(toldByThen)
    await startAll(kafka3)
    await isOut(group, output)
    // Again for brokers that come back one by one, or a machine that is slow.
    expect(group.told.join(', ')).toMatch(/^(stalled unavailable, resumed(, |$))+$/)
    expect(group.journal.takesFrames).toBe(true)
  },
  4 * MINUTES + AWAY_MS,
)

/**
 * The broker that leads the journals of several groups stands still, is replaced, and wakes with
 * the questions of a read-back before it: it answers them by what it knew. Real journals over real
 * brokers; kcat is the judge.
 */

import { beforeAll, expect, test } from 'vitest'
import { KafkaFates, type KafkaProxy } from '../../../chaos/live/faults/kafka-proxy.ts'
import { kafka3 } from '../../../scripts/services/kafka/kafka.ts'
import { pauseOne, startOne } from '../../../scripts/services/one.ts'
import type { LogDone, StreamLog } from '../../base/stream-log.ts'
import { journalTopic } from '../../journal/settings.ts'
import { Cluster } from './cluster.ts'
import { useBrokers } from './testing/brokers.ts'
import { began, value } from './testing/caller.ts'
import { coordinatorOf } from './testing/coordinators.ts'
import { LoneGroup, PARTITIONS } from './testing/lone-group.ts'

const MINUTES = 60_000
/** Led by one broker: of so many journals some read-back meets it before it knows better. */
const GROUPS = 4
const ROUNDS = 5
/** None of them is stalled: a machine that is slow is not to be taken for a log that is silent. */
const bounds = { silenceMs: 2 * MINUTES }
const brokers = useBrokers()
let proxies: readonly KafkaProxy[] = []
beforeAll(async () => {
  proxies = await brokers.proxies(new KafkaFates())
})

/** Numbered from 1, as the service has them. */
async function leaderOf(topic: string): Promise<number> {
  const cluster = new Cluster({ brokers: brokers.list, clientId: 'weir-test' })
  try {
    const { host, port } = await cluster.leaderOf({ topic, partition: 0 })
    return 1 + brokers.list.indexOf(`${host}:${port}`)
  } finally {
    cluster.close()
  }
}

interface Several {
  readonly broker: number
  readonly names: readonly string[]
}

/** Drawn until one broker has as many of them as there are groups; `not` is not to be that one. */
async function ofOneBroker(
  draw: () => Promise<{ readonly name: string; readonly broker: number }>,
  not?: number,
): Promise<Several> {
  const drawn = new Map<number, string[]>()
  for (;;) {
    const { name, broker } = await draw()
    const names = [...(drawn.get(broker) ?? []), name]
    drawn.set(broker, names)
    if (names.length === GROUPS && broker !== not) return { broker, names }
  }
}

interface Place {
  readonly journal: string
  readonly output: string
  readonly transactionalId: string
}

interface Places {
  /** Of all journals; another coordinates all transactions. */
  readonly leader: number
  readonly all: readonly Place[]
}

/**
 * One broker may coordinate all ids that there are, after others were away: so it is the journals
 * that keep out of its way, for new topics are led by anybody.
 */
async function furnished(log: StreamLog): Promise<Places> {
  const ids = await ofOneBroker(async () => {
    const name = brokers.name()
    await began(log, name)
    return { name, broker: await coordinatorOf(brokers.list, name) }
  })
  const journals = await ofOneBroker(async () => {
    const { topic: name, ...wanted } = journalTopic(brokers.name(), 1, 3)
    await value<void>(done => log.create({ topic: name, ...wanted }, done))
    return { name, broker: await leaderOf(name) }
  }, ids.broker)
  const all: Place[] = []
  for (const [at, journal] of journals.names.entries()) {
    const wanted = { ...journalTopic(brokers.name(), 1, 3), partitions: PARTITIONS }
    await value<void>(done => log.create(wanted, done))
    all.push({ journal, output: wanted.topic, transactionalId: ids.names[at] ?? '' })
  }
  return { leader: journals.broker, all }
}

/** Partitions are asked about at one log, whose ends are noted; all else is the other's. */
function door(asked: StreamLog, other: StreamLog, ends: Map<string, number[]>): StreamLog {
  const end = (...[of, isolation, done]: Parameters<StreamLog['end']>) =>
    asked.end(of, isolation, answer => {
      if (answer.error === undefined) {
        ends.set(of.topic, [...(ends.get(of.topic) ?? []), answer.value])
      }
      done(answer)
    })
  return new Proxy(other, {
    get(_, key) {
      if (key === 'end') return end
      const of = key === 'start' || key === 'fetch' ? asked : other
      const own: unknown = Reflect.get(of, key)
      return typeof own === 'function' ? own.bind(of) : own
    },
  })
}

const endOf = (log: StreamLog, topic: string) =>
  value<number>((done: LogDone<number>) => log.end({ topic, partition: 0 }, 'uncommitted', done))

/** How many read-backs were told an end that was none. */
async function round(): Promise<number> {
  const { leader, all } = await furnished(brokers.open())
  const proxy = proxies[leader - 1]
  if (proxy === undefined) throw new Error(`no proxy before broker ${leader}`)
  const others = brokers.list.filter((_, at) => at !== leader - 1)
  const ends = new Map<string, number[]>()
  const later = brokers.open({ brokers: proxies.map(({ port }) => `127.0.0.1:${port}`) })
  const now = brokers.open({ brokers: others, limits: { answerMs: 1000, connectMs: 500 } })
  const olds = all.map(at => new LoneGroup({ log: now, ...at }))
  const news = all.map(at => new LoneGroup({ log: door(later, now, ends), bounds, ...at }))
  try {
    for (const one of [...olds, ...news]) one.commit(1)
    for (const one of olds) {
      one.lead()
      await one.settled()
    }
    // Who leads is known to the next ones, from before; and a connection is there for each.
    for (const { journal } of all) await endOf(later, journal)
    await Promise.all(all.map(({ journal }) => endOf(later, journal)))
    await pauseOne(kafka3, leader)
    for (const one of [...olds, ...news]) one.commit(4)
    for (const one of olds) await one.settled()
    for (const one of olds) one.close()
    const truth = new Map<string, number>()
    for (const { journal } of all) truth.set(journal, await endOf(now, journal))
    const before = proxy.passed('ListOffsets')
    for (const one of news) one.lead()
    await brokers.until(() => proxy.passed('ListOffsets') >= before + GROUPS)
    await startOne(kafka3, leader)
    for (const one of news) one.commit(1)
    for (const one of news) await one.settled()
    for (const [at, { output }] of all.entries()) {
      for (let partition = 0; partition < PARTITIONS; partition++) {
        expect(brokers.judged(output, partition)).toEqual(news[at]?.expected(partition))
      }
      expect(news[at]?.told).toEqual([])
    }
    return all.filter(({ journal }) => {
      return (ends.get(journal) ?? []).some(end => end < (truth.get(journal) ?? 0))
    }).length
  } finally {
    await startOne(kafka3, leader)
    for (const one of [...olds, ...news]) one.close()
  }
}

test(
  'a leader that stood still and was replaced answers a read-back: lost 0, repeated 0',
  async () => {
    let stale = 0
    for (let at = 0; at < ROUNDS && stale === 0; at++) stale += await round()
    // Otherwise nobody was told anything wrong.
    expect(stale).toBeGreaterThan(0)
  },
  5 * MINUTES,
)

/**
 * The broker that leads the journals of several groups stands still, is replaced, and wakes with
 * the questions of a read-back before it: it answers them by what it knew. Real journals over real
 * brokers; kcat is the judge.
 */

import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { kafka3 } from '../../../scripts/services/kafka/kafka.ts'
import { lastState } from '../../../scripts/services/state.ts'
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
/** Until the questions lie before the broker that stands still. */
const ASKED_MS = 200
const brokers = useBrokers()

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

interface Place {
  readonly journal: string
  readonly output: string
  readonly transactionalId: string
}

/** Its journal led, and its transactions not coordinated, by this broker; any, if none is said. */
async function place(
  log: StreamLog,
  broker?: number,
): Promise<Place & { readonly leader: number }> {
  for (;;) {
    const wanted = journalTopic(brokers.name(), 1, 3)
    await value<void>(done => log.create(wanted, done))
    const leader = await leaderOf(wanted.topic)
    if (leader !== (broker ?? leader)) continue
    const output = { ...wanted, topic: brokers.name(), partitions: PARTITIONS }
    await value<void>(done => log.create(output, done))
    let transactionalId = ''
    do {
      transactionalId = brokers.name()
      await began(log, transactionalId)
    } while ((await coordinatorOf(brokers.list, transactionalId)) === leader)
    return { journal: wanted.topic, output: output.topic, transactionalId, leader }
  }
}

/** The same door; what it says of ends is noted. */
function noting(log: StreamLog, ends: Map<string, number[]>): StreamLog {
  return new Proxy(log, {
    get(target, key) {
      if (key === 'end') {
        return (...[of, isolation, done]: Parameters<StreamLog['end']>) =>
          target.end(of, isolation, answer => {
            if (answer.error === undefined) {
              ends.set(of.topic, [...(ends.get(of.topic) ?? []), answer.value])
            }
            done(answer)
          })
      }
      const own: unknown = Reflect.get(target, key)
      return typeof own === 'function' ? own.bind(target) : own
    },
  })
}

const endOf = (log: StreamLog, topic: string) =>
  value<number>((done: LogDone<number>) => log.end({ topic, partition: 0 }, 'uncommitted', done))

/** How many read-backs were told an end that was none. */
async function round(): Promise<number> {
  const setup = brokers.open()
  const first = await place(setup)
  const { leader } = first
  const places: Place[] = [first]
  while (places.length < GROUPS) places.push(await place(setup, leader))
  const others = brokers.list.filter((_, at) => at !== leader - 1)
  const ends = new Map<string, number[]>()
  const later = brokers.open()
  const now = brokers.open({ brokers: others, limits: { answerMs: 1000, connectMs: 500 } })
  const olds = places.map(at => new LoneGroup({ log: now, ...at }))
  const news = places.map(at => new LoneGroup({ log: noting(later, ends), ...at }))
  const pid = lastState(kafka3)?.processes[leader - 1]?.pid
  if (pid === undefined) throw new Error('the broker does not run')
  try {
    for (const [at, one] of [...olds, ...news].entries()) {
      one.commit(1)
      if (at >= olds.length) continue
      one.lead()
      await one.settled()
    }
    // Who leads is known to the next ones, from before.
    for (const { journal } of places) await endOf(later, journal)
    process.kill(pid, 'SIGSTOP')
    for (const one of [...olds, ...news]) one.commit(4)
    for (const one of olds) await one.settled()
    for (const one of olds) one.close()
    const truth = new Map<string, number>()
    for (const { journal } of places) truth.set(journal, await endOf(now, journal))
    for (const one of news) one.lead()
    await sleep(ASKED_MS)
    process.kill(pid, 'SIGCONT')
    for (const one of news) one.commit(1)
    for (const one of news) await one.settled()
    for (const [at, { output }] of places.entries()) {
      for (let partition = 0; partition < PARTITIONS; partition++) {
        expect(brokers.judged(output, partition)).toEqual(news[at]?.expected(partition))
      }
      expect(news[at]?.told).toEqual([])
    }
    return places.filter(({ journal }) => {
      return (ends.get(journal) ?? []).some(end => end < (truth.get(journal) ?? 0))
    }).length
  } finally {
    process.kill(pid, 'SIGCONT')
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
  10 * MINUTES,
)

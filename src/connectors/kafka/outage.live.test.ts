/**
 * Brokers end, are killed, or stand still while we publish: what came of a call is often not known
 * then. Whoever takes over, reads back and publishes the rest loses nothing and repeats nothing,
 * judged by kcat; a journal says what is the matter, and when it is over.
 */

import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { kafka3 } from '../../../scripts/services/kafka/kafka.ts'
import { killOne, pauseOne, startAll, startOne, stopOne } from '../../../scripts/services/one.ts'
import type { Partition, StreamLog } from '../../base/stream-log.ts'
import { journalTopic } from '../../journal/settings.ts'
import { text } from './testing/batches.ts'
import { useBrokers } from './testing/brokers.ts'
import { answer, began, decided, type Life, read, topic, value, words } from './testing/caller.ts'
import { coordinatorOf } from './testing/coordinators.ts'
import { LoneGroup, PARTITIONS } from './testing/lone-group.ts'

const MINUTES = 60_000
/** At least, before the broker goes and after it went. */
const TRANSACTIONS = 30
const POLL_MS = 20
const brokers = useBrokers()

/** Publishes 0, 1, 2 .. to all partitions at once; a journal says how far it came. */
class Publisher {
  readonly #log: StreamLog
  readonly #id: string
  readonly #data: readonly Partition[]
  readonly #journal: Partition
  #life: Life | undefined
  /** How many are published. */
  next = 0

  constructor(log: StreamLog, id: string, data: readonly Partition[], journal: Partition) {
    this.#log = log
    this.#id = id
    this.#data = data
    this.#journal = journal
  }

  /** Fences, then reads back what was decided: it may be more than was answered. */
  async #begin(): Promise<Life> {
    const life = await began(this.#log, this.#id)
    const markers = await read(this.#log, this.#journal, 'committed')
    const last = markers.at(-1)
    this.next = last === undefined ? 0 : Number(text(last.value)) + 1
    return life
  }

  async while(isWanted: () => boolean): Promise<void> {
    while (isWanted()) {
      this.#life ??= await this.#begin()
      const parts = [...this.#data, this.#journal].map(at => words(at, `${this.next}`))
      const isSent = (await this.#life.send(...parts)) === 'ok'
      if (isSent && (await this.#life.end('commit')) === 'ok') this.next++
      else this.#life = undefined
    }
  }

  upTo(end: number): Promise<void> {
    return this.while(() => this.next < end)
  }
}

test.each([
  ['ends', stopOne],
  ['is killed', killOne],
] as const)(
  'the broker that coordinates %s: lost 0, repeated 0',
  async (_what, end) => {
    const log = brokers.open({ limits: { answerMs: 3000, connectMs: 1000 } })
    const data = await topic(log, brokers.name(), 3)
    const [journal] = await topic(log, brokers.name())
    if (journal === undefined) throw new Error('no journal')
    const id = brokers.name()
    const publisher = new Publisher(log, id, data, journal)
    await publisher.upTo(TRANSACTIONS)
    const number = await coordinatorOf(brokers.list, id)
    let isGone = false
    const going = end(kafka3, number).then(() => {
      isGone = true
    })
    await publisher.while(() => !isGone)
    await going
    await publisher.upTo(publisher.next + TRANSACTIONS)
    expect(await coordinatorOf(brokers.list, id)).not.toBe(number)
    await startOne(kafka3, number)
    await began(log, id)
    const all = Array.from({ length: publisher.next }, (_, i) => `${i}`)
    for (const { topic: name, partition } of [...data, journal]) {
      expect(brokers.judged(name, partition)).toEqual(all)
    }
  },
  4 * MINUTES,
)

test(
  'while brokers are away a question waits for them; a new one is answered after',
  async () => {
    const log = brokers.open({ limits: { answerMs: 2000, connectMs: 500, patienceMs: 1500 } })
    const [at] = await topic(brokers.open(), brokers.name())
    if (at === undefined) throw new Error('no partition')
    for (const number of [1, 2, 3]) await killOne(kafka3, number)
    const said = await answer<number>(done => log.end(at, 'committed', done))
    expect(said.error).toMatchObject({ code: 'unavailable' })
    expect(said.error?.message).toMatch(/ask again/)
    await startAll(kafka3)
    const patient = brokers.open({ limits: { patienceMs: MINUTES } })
    expect(await value<number>(done => patient.end(at, 'committed', done))).toBe(0)
  },
  4 * MINUTES,
)

/** Of a transaction of which brokers hear nothing more; they look for such every half second. */
const TRANSACTION_MS = 2000
/** Outputs of one entry. */
const OUTPUTS = 3
/** A test does not wait for as long as people do, until it is told what is the matter. */
const SOON_MS = 300
const impatient = { answerMs: 1000, connectMs: 500, patienceMs: 1000 }

interface Scene {
  readonly group: LoneGroup
  readonly journal: Partition
  readonly output: string
  readonly id: string
}

async function publishing(): Promise<Scene> {
  const patient = brokers.open()
  const log = brokers.open({ limits: impatient })
  const { topic: journal, ...settings } = journalTopic(brokers.name(), 1, 3)
  const output = brokers.name()
  for (const wanted of [
    { topic: journal, ...settings },
    { ...settings, topic: output, partitions: PARTITIONS },
  ]) {
    await value<void>(done => patient.create(wanted, done))
  }
  const id = brokers.name()
  const bounds = { silenceMs: SOON_MS, transactionMs: TRANSACTION_MS, paceMaxMs: 1 }
  const group = new LoneGroup({ log, journal, output, transactionalId: id, bounds })
  group.lead()
  group.commit(OUTPUTS)
  await group.settled()
  return { group, journal: { topic: journal, partition: 0 }, output, id }
}

/** Publishes on until somebody who looks on sees a transaction that is open. */
async function untilOpen({ group, journal }: Scene): Promise<void> {
  const log = brokers.open()
  for (let isOpen = false; !isOpen; ) {
    if (group.published === group.committed) group.commit(OUTPUTS)
    const ends = (['committed', 'uncommitted'] as const).map(isolation => {
      return value<number>(done => log.end(journal, isolation, done))
    })
    const [committed = 0, all = 0] = await Promise.all(ends)
    isOpen = committed < all
  }
}

/** All that was committed is out, once and in order. */
async function mustBeOut({ group, output }: Scene): Promise<void> {
  await group.settled()
  group.close()
  const log = brokers.open()
  for (let partition = 0; partition < PARTITIONS; partition++) {
    await decided(log, { topic: output, partition })
    expect(brokers.judged(output, partition)).toEqual(group.expected(partition))
  }
}

/**
 * What is the matter, and that it is over: as often as it began anew while brokers came back, be it
 * that a transaction of before was being ended, or had taken too long.
 */
function mustHaveTold({ told }: LoneGroup): void {
  expect(told.join(', ')).toMatch(/^(stalled (unavailable|busy|fenced), resumed(, |$))+$/)
}

test(
  'all brokers stand still for longer than anybody waits for them: told, nothing lost',
  async () => {
    const scene = await publishing()
    const { group } = scene
    await untilOpen(scene)
    for (const number of [1, 2, 3]) await pauseOne(kafka3, number)
    group.commit(OUTPUTS)
    const isSaid = () => group.sentences.some(one => /see that the brokers? runs?/.test(one))
    await group.until(() => isSaid() && group.told.at(-1) !== 'resumed')
    await startAll(kafka3)
    await mustBeOut(scene)
    mustHaveTold(group)
  },
  4 * MINUTES,
)

test(
  'the broker that coordinates stands still until another does, and wakes: lost 0, repeated 0',
  async () => {
    const scene = await publishing()
    const { group, id } = scene
    const number = await coordinatorOf(brokers.list, id)
    await untilOpen(scene)
    const toldBefore = group.told.length
    await pauseOne(kafka3, number)
    // What was open may have ended just before.
    group.commit(OUTPUTS)
    await group.until(() => group.told.length > toldBefore)
    while ((await coordinatorOf(brokers.list, id)) === number) await sleep(POLL_MS)
    group.commit(OUTPUTS)
    await group.settled()
    mustHaveTold(group)
    group.commit(OUTPUTS)
    await startOne(kafka3, number)
    group.commit(OUTPUTS)
    await mustBeOut(scene)
  },
  4 * MINUTES,
)

/**
 * The broker that coordinates our transactions ends, or is killed, while we publish: what came of a
 * call is often not known then. Whoever takes over, reads back and publishes the rest loses nothing
 * and repeats nothing, judged by kcat.
 */

import { expect, test } from 'vitest'
import { kafka3 } from '../../../scripts/services/kafka/kafka.ts'
import { killOne, startAll, startOne, stopOne } from '../../../scripts/services/one.ts'
import type { Partition, StreamLog } from '../../base/stream-log.ts'
import { text } from './testing/batches.ts'
import { useBrokers } from './testing/brokers.ts'
import { answer, began, type Life, read, topic, value, words } from './testing/caller.ts'
import { coordinatorOf } from './testing/coordinators.ts'

const MINUTES = 60_000
/** At least, before the broker goes and after it went. */
const TRANSACTIONS = 30
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
    const [at] = await topic(log, brokers.name())
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

/**
 * A client of a log as the contract uses it: each question becomes a promise, and what only comes
 * true in a while is asked again and again. An answer that was not wanted fails the test.
 */

import { expect } from 'vitest'
import { utf8Of } from '../../../../src/base/bytes.ts'
import type {
  Fetched,
  FetchOptions,
  Isolation,
  LogAnswer,
  LogDone,
  LogErrorCode,
  NewRecord,
  Partition,
  PartitionRecords,
  StoredRecord,
  StreamLog,
  TransactionalProducer,
} from '../../../../src/base/stream-log.ts'

export interface StreamLogRig {
  /** One more client of the same log, with its own view of it. */
  client(): StreamLog
  /**
   * A transaction may hold records of several topics; missing: yes. A log that decides each topic
   * by itself cannot do that at once: it refuses, and says so.
   */
  readonly spansTopics?: boolean
  /** For topics and transactional ids: letters and digits that nobody has used. */
  name(): string
  /** Lets time pass until this holds; fails if it never will. */
  until(holds: () => boolean): Promise<void>
  close(): Promise<void>
}

/** Far more than a healthy log needs, the slowest of which aborts after some seconds. */
const TRIES_MAX = 50_000
const ALL_BYTES = 10_000_000
const WAIT_MS = 100
/** In no test does a transaction take so long, but where it is meant to. */
const TIMEOUT_MS = 60_000
/** Of records of which it does not matter; no log takes them for old or early. */
const TIMESTAMP_MS = 1_700_000_000_000

const decoder = new TextDecoder()

export function record(text: string): NewRecord {
  return { key: null, value: utf8Of(text), headers: [], timestampMs: TIMESTAMP_MS }
}

/** One record for each word. */
export function words(to: Partition, text: string): PartitionRecords {
  return { ...to, records: text.split(' ').map(record) }
}

export function said(records: readonly StoredRecord[]): string {
  return records.map(({ value }) => decoder.decode(value ?? undefined)).join(' ')
}

export class Caller {
  readonly rig: StreamLogRig
  readonly log: StreamLog

  constructor(rig: StreamLogRig) {
    this.rig = rig
    this.log = rig.client()
  }

  async answer<T>(ask: (done: LogDone<T>) => void): Promise<LogAnswer<T>> {
    let answer: LogAnswer<T> | undefined
    let answers = 0
    ask(given => {
      answer = given
      answers++
    })
    await this.rig.until(() => answers > 0)
    expect(answers).toBe(1)
    if (answer === undefined) throw new Error('nobody answers')
    return answer
  }

  async value<T>(ask: (done: LogDone<T>) => void): Promise<T> {
    const answer = await this.answer(ask)
    if (answer.error !== undefined) {
      throw new Error(`${answer.error.code}: ${answer.error.message}`)
    }
    return answer.value
  }

  async code<T>(ask: (done: LogDone<T>) => void): Promise<LogErrorCode | 'ok'> {
    const { error } = await this.answer(ask)
    if (error !== undefined) expect(error.message).toMatch(/\w+ \w+/)
    return error?.code ?? 'ok'
  }

  /** Asks until it is so. */
  async eventually(holds: () => Promise<boolean>): Promise<void> {
    for (let tries = 0; tries < TRIES_MAX; tries++) {
      if (await holds()) return
      let turns = 0
      await this.rig.until(() => turns++ > 0)
    }
    throw new Error('it never came true')
  }

  /** A new topic, of which nothing is forgotten by and by; its partitions. */
  async topic(
    partitions = 1,
    settings: Readonly<Record<string, string>> = {},
  ): Promise<readonly Partition[]> {
    const topic = this.rig.name()
    const kept = { 'retention.ms': '-1', ...settings }
    const wanted = { topic, partitions, replication: 3, settings: kept }
    await this.value<void>(done => this.log.create(wanted, done))
    return Array.from({ length: partitions }, (_, partition) => ({ topic, partition }))
  }

  async onlyPartition(settings: Readonly<Record<string, string>> = {}): Promise<Partition> {
    const [partition] = await this.topic(1, settings)
    if (partition === undefined) throw new Error('a topic without partitions')
    return partition
  }

  /** The offset of the first word. */
  async append(to: Partition, text: string): Promise<number> {
    const offsets = await this.value<readonly number[]>(done =>
      this.log.append([words(to, text)], done),
    )
    expect(offsets).toHaveLength(1)
    return offsets[0] ?? Number.NaN
  }

  end(of: Partition, isolation: Isolation): Promise<number> {
    return this.value(done => this.log.end(of, isolation, done))
  }

  fetch(from: Partition, offset: number, how: Partial<FetchOptions> = {}): Promise<Fetched> {
    const options = {
      isolation: 'committed',
      maxBytes: ALL_BYTES,
      waitMs: WAIT_MS,
      ...how,
    } as const
    return this.value(done => this.log.fetch(from, offset, options, done))
  }

  /** All from an offset up to the end as it is now, by position. */
  async read(
    from: Partition,
    isolation: Isolation,
    { offset = 0, maxBytes = ALL_BYTES } = {},
  ): Promise<readonly StoredRecord[]> {
    const end = await this.end(from, isolation)
    const records: StoredRecord[] = []
    let position = offset
    for (let tries = 0; position < end; tries++) {
      expect(tries).toBeLessThan(TRIES_MAX)
      const fetched = await this.fetch(from, position, { isolation, maxBytes })
      expectSound(fetched, position)
      records.push(...fetched.records)
      position = fetched.position
    }
    return records
  }

  /** What a reader sees who trusts the log's decisions alone. */
  async seen(from: Partition): Promise<string> {
    return said(await this.read(from, 'committed'))
  }

  seenOfAll(from: readonly Partition[]): Promise<readonly string[]> {
    return Promise.all(from.map(partition => this.seen(partition)))
  }

  /** Until all that a reader would see is decided. */
  async decided(of: Partition): Promise<void> {
    await this.eventually(async () => {
      const end = await this.end(of, 'uncommitted')
      return (await this.end(of, 'committed')) === end
    })
  }

  /** For a takeover of the id, and of the partition. */
  prepared(transactionalId: string, journal: Partition): Promise<void> {
    const coming = { transactionalId, journal, topics: [journal.topic] }
    return this.value(done => this.log.prepare(coming, done))
  }

  /** A producer that has the id for itself. */
  async producer(transactionalId: string, timeoutMs = TIMEOUT_MS): Promise<Publisher> {
    const publisher = new Publisher(this, this.log.producer({ transactionalId, timeoutMs }))
    await publisher.begin()
    return publisher
  }
}

function expectSound({ records, position, seenEnd }: Fetched, from: number): void {
  const offsets = records.map(({ offset }) => offset)
  expect(offsets).toEqual([...new Set(offsets)].sort((a, b) => a - b))
  expect(offsets[0] ?? from).toBeGreaterThanOrEqual(from)
  expect(position).toBeGreaterThan(offsets.at(-1) ?? from - 1)
  expect(seenEnd).toBeGreaterThanOrEqual(0)
}

/** A producer whose calls are promises. */
export class Publisher {
  readonly producer: TransactionalProducer
  readonly #caller: Caller

  constructor(caller: Caller, producer: TransactionalProducer) {
    this.#caller = caller
    this.producer = producer
  }

  /** As often as it takes while an earlier transaction is being finished. */
  begin(): Promise<void> {
    return this.#caller.eventually(async () => {
      const code = await this.#caller.code<void>(done => this.producer.init(done))
      expect(['ok', 'busy']).toContain(code)
      return code === 'ok'
    })
  }

  /** The offsets of the first records. */
  send(...records: readonly PartitionRecords[]): Promise<readonly number[]> {
    return this.#caller.value(done => this.producer.send(records, done))
  }

  end(how: 'commit' | 'abort'): Promise<void> {
    return this.#caller.value(done => this.producer.end(how, done))
  }

  sendCode(...records: readonly PartitionRecords[]): Promise<LogErrorCode | 'ok'> {
    return this.#caller.code<unknown>(done => this.producer.send(records, done))
  }

  endCode(how: 'commit' | 'abort'): Promise<LogErrorCode | 'ok'> {
    return this.#caller.code<void>(done => this.producer.end(how, done))
  }
}

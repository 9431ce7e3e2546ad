/**
 * Test support: a model log as seen by a client that asks a broker which once led: it answers with
 * what there was when it was replaced, until a `send` shows the client who leads now.
 */

import type {
  Asked,
  Fetched,
  FetchOptions,
  Isolation,
  LogDone,
  NewTopic,
  Partition,
  PartitionRecords,
  ProducerOptions,
  StreamLog,
  TopicDescription,
  TransactionalProducer,
} from '../../base/stream-log.ts'
import type { ModelLog } from './model-log.ts'

const nameOf = ({ topic, partition }: Partition) => `${topic}/${partition}`

export class StaleLog implements StreamLog {
  readonly #log: ModelLog
  /** What whoever is asked knows of: by partition. */
  readonly #ends = new Map<string, number>()

  constructor(log: ModelLog) {
    this.#log = log
  }

  /** Whoever is asked for this partition learns of nothing from here on. */
  replace(of: Partition, end = this.#log.lengthOf(of)): void {
    if (!this.#ends.has(nameOf(of))) this.#ends.set(nameOf(of), end)
  }

  cluster(done: LogDone<string>): void {
    this.#log.cluster(done)
  }

  describe(topic: string, done: LogDone<TopicDescription>): void {
    this.#log.describe(topic, done)
  }

  create(topic: NewTopic, done: LogDone<void>): void {
    this.#log.create(topic, done)
  }

  drop(topic: string, done: LogDone<void>): void {
    this.#log.drop(topic, done)
  }

  start(of: Partition, done: LogDone<number>): void {
    this.#log.start(of, done)
  }

  end(of: Partition, isolation: Isolation, done: LogDone<number>): void {
    this.#log.end(of, isolation, answer => {
      done(answer.error === undefined ? { value: Math.min(answer.value, this.#known(of)) } : answer)
    })
  }

  fetch(from: Partition, offset: number, how: FetchOptions, done: LogDone<Fetched>): Asked {
    return this.#log.fetch(from, offset, how, answer => {
      if (answer.error !== undefined) return done(answer)
      const known = this.#known(from)
      const { records, position } = answer.value
      const some = records.filter(record => record.offset < known)
      const shown = Math.max(offset, Math.min(position, known))
      return done({ value: { records: some, position: shown, seenEnd: shown } })
    })
  }

  deleteRecords(of: Partition, before: number, done: LogDone<void>): void {
    this.#log.deleteRecords(of, before, done)
  }

  append(records: readonly PartitionRecords[], done: LogDone<readonly number[]>): void {
    this.#log.append(records, done)
  }

  producer(options: ProducerOptions): TransactionalProducer {
    const made = this.#log.producer(options)
    return {
      init: done => made.init(done),
      send: (records, done) => {
        for (const one of records) this.#ends.delete(nameOf(one))
        made.send(records, done)
      },
      end: (how, done) => made.end(how, done),
      close: () => made.close(),
    }
  }

  #known(of: Partition): number {
    return this.#ends.get(nameOf(of)) ?? Number.POSITIVE_INFINITY
  }
}

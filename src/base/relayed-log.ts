/** A log that passes every call on to another: whoever wants to see or change one overrides it. */

import type {
  Asked,
  Fetched,
  FetchOptions,
  Isolation,
  LogDone,
  NewTopic,
  Partition,
  PartitionRecords,
  Preparation,
  ProducerOptions,
  StreamLog,
  TopicDescription,
  TransactionalProducer,
} from './stream-log.ts'

export class RelayedLog implements StreamLog {
  readonly isOneProcess: boolean
  readonly #log: StreamLog

  constructor(log: StreamLog) {
    this.isOneProcess = log.isOneProcess
    this.#log = log
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
    this.#log.end(of, isolation, done)
  }

  fetch(from: Partition, offset: number, how: FetchOptions, done: LogDone<Fetched>): Asked {
    return this.#log.fetch(from, offset, how, done)
  }

  deleteRecords(of: Partition, before: number, done: LogDone<void>): void {
    this.#log.deleteRecords(of, before, done)
  }

  append(records: readonly PartitionRecords[], done: LogDone<readonly number[]>): void {
    this.#log.append(records, done)
  }

  prepare(what: Preparation, done: LogDone<void>): void {
    this.#log.prepare(what, done)
  }

  producer(options: ProducerOptions): TransactionalProducer {
    return this.#log.producer(options)
  }
}

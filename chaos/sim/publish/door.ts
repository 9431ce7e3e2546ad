/**
 * The door of a log as one publisher has it, with an onlooker: what is asked under the
 * transactional id is told before it is done, and what was decided when it is answered.
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
} from '../../../src/base/stream-log.ts'

export interface Onlooker {
  taking(): void
  /** It was told where a partition ends. */
  ended(): void
  sending(records: readonly PartitionRecords[]): void
  committing(): void
  committed(): void
  /** What was open is whoever's comes next. */
  left(): void
}

const nothing = (): void => {}

export const unwatched: Onlooker = {
  ...{ taking: nothing, ended: nothing, sending: nothing },
  ...{ committing: nothing, committed: nothing, left: nothing },
}

export class WatchedLog implements StreamLog {
  readonly #log: StreamLog
  readonly #onlooker: Onlooker

  constructor(log: StreamLog, onlooker: Onlooker) {
    this.#log = log
    this.#onlooker = onlooker
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
      if (answer.error === undefined) this.#onlooker.ended()
      done(answer)
    })
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

  producer(options: ProducerOptions): TransactionalProducer {
    const producer = this.#log.producer(options)
    const onlooker = this.#onlooker
    return {
      init: done => {
        onlooker.taking()
        producer.init(done)
      },
      send: (records, done) => {
        onlooker.sending(records)
        producer.send(records, done)
      },
      end: (how, done) => {
        if (how === 'commit') onlooker.committing()
        producer.end(how, answer => {
          if (how === 'commit' && answer.error === undefined) onlooker.committed()
          done(answer)
        })
      },
      close: () => {
        onlooker.left()
        producer.close()
      },
    }
  }
}

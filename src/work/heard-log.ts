/** A log whose errors are kept in mind, for whoever asks why something takes so long. */

import { RelayedLog } from '../base/relayed-log.ts'
import type {
  Asked,
  Fetched,
  FetchOptions,
  Isolation,
  LogDone,
  LogError,
  Partition,
  ProducerOptions,
  StreamLog,
  TopicDescription,
  TransactionalProducer,
} from '../base/stream-log.ts'

/** The last error of one or more logs. */
export interface Heard {
  error: LogError | undefined
}

export class HeardLog extends RelayedLog {
  readonly #heard: Heard

  constructor(log: StreamLog, heard: Heard) {
    super(log)
    this.#heard = heard
  }

  override describe(topic: string, done: LogDone<TopicDescription>): void {
    super.describe(topic, this.#hears(done))
  }

  override start(of: Partition, done: LogDone<number>): void {
    super.start(of, this.#hears(done))
  }

  override end(of: Partition, isolation: Isolation, done: LogDone<number>): void {
    super.end(of, isolation, this.#hears(done))
  }

  override fetch(
    from: Partition,
    offset: number,
    how: FetchOptions,
    done: LogDone<Fetched>,
  ): Asked {
    return super.fetch(from, offset, how, this.#hears(done))
  }

  override producer(options: ProducerOptions): TransactionalProducer {
    const producer = super.producer(options)
    return {
      init: done => producer.init(this.#hears(done)),
      send: (records, done) => producer.send(records, this.#hears(done)),
      end: (how, done) => producer.end(how, this.#hears(done)),
      close: () => producer.close(),
    }
  }

  #hears<T>(done: LogDone<T>): LogDone<T> {
    return answer => {
      if (answer.error !== undefined) this.#heard.error = answer.error
      done(answer)
    }
  }
}

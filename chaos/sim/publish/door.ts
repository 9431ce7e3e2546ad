/**
 * The door of a log as one publisher has it, with an onlooker: what is asked under the
 * transactional id is told before it is done, and what was decided when it is answered.
 */

import { RelayedLog } from '../../../src/base/relayed-log.ts'
import type {
  Isolation,
  LogDone,
  Partition,
  PartitionRecords,
  ProducerOptions,
  StreamLog,
  TopicDescription,
  TransactionalProducer,
} from '../../../src/base/stream-log.ts'

export interface Onlooker {
  /** It asks how the topic is set; what is returned is told that it was answered. */
  looking(topic: string): () => void
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
  looking: () => nothing,
  ...{ taking: nothing, ended: nothing, sending: nothing },
  ...{ committing: nothing, committed: nothing, left: nothing },
}

export class WatchedLog extends RelayedLog {
  readonly #onlooker: Onlooker

  constructor(log: StreamLog, onlooker: Onlooker) {
    super(log)
    this.#onlooker = onlooker
  }

  override describe(topic: string, done: LogDone<TopicDescription>): void {
    const looked = this.#onlooker.looking(topic)
    super.describe(topic, answer => {
      if (answer.error === undefined) looked()
      done(answer)
    })
  }

  override end(of: Partition, isolation: Isolation, done: LogDone<number>): void {
    super.end(of, isolation, answer => {
      if (answer.error === undefined) this.#onlooker.ended()
      done(answer)
    })
  }

  override producer(options: ProducerOptions): TransactionalProducer {
    const producer = super.producer(options)
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

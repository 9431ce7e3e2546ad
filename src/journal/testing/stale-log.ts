/**
 * Test support: a log as seen by a client that asks brokers which once led: they answer with what
 * there was when they were replaced, until a `send` shows the client who leads now.
 */

import { RelayedLog } from '../../base/relayed-log.ts'
import type {
  Asked,
  Fetched,
  FetchOptions,
  Isolation,
  LogAnswer,
  LogDone,
  Partition,
  ProducerOptions,
  TransactionalProducer,
} from '../../base/stream-log.ts'
import type { ModelLog } from './model-log.ts'

const nameOf = ({ topic, partition }: Partition) => `${topic}/${partition}`

export class StaleLog extends RelayedLog {
  readonly #log: ModelLog
  /** What whoever is asked knows of: by partition. */
  #ends = new Map<string, number>()

  constructor(log: ModelLog) {
    super(log)
    this.#log = log
  }

  /** Whoever is asked for this partition learns of nothing from here on. */
  replace(of: Partition, end = this.#log.lengthOf(of)): void {
    if (!this.#ends.has(nameOf(of))) this.#ends.set(nameOf(of), end)
  }

  /** All are asked that led when it ended there; by name of the partition. */
  replaceAll(ends: ReadonlyMap<string, number>): void {
    this.#ends = new Map(ends)
  }

  /** Whoever asks is sent on to those that lead now. */
  meetLeaders(): void {
    this.#ends.clear()
  }

  override end(of: Partition, isolation: Isolation, done: LogDone<number>): void {
    super.end(of, isolation, answer => {
      done(answer.error === undefined ? { value: Math.min(answer.value, this.#known(of)) } : answer)
    })
  }

  override fetch(
    from: Partition,
    offset: number,
    how: FetchOptions,
    done: LogDone<Fetched>,
  ): Asked {
    return super.fetch(from, offset, how, answer => {
      done(answer.error === undefined ? shown(answer.value, offset, this.#known(from)) : answer)
    })
  }

  override producer(options: ProducerOptions): TransactionalProducer {
    const made = super.producer(options)
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

function shown({ records, position }: Fetched, offset: number, known: number): LogAnswer<Fetched> {
  if (offset > known) {
    return { error: { code: 'offset-out-of-range', message: `it ends at ${known}` } }
  }
  const end = Math.max(offset, Math.min(position, known))
  const some = records.filter(record => record.offset < known)
  return { value: { records: some, position: end, seenEnd: end } }
}

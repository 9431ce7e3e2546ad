/**
 * The StreamLog door on Kafka. kafkajs connects and speaks the small questions; records are read
 * and published by our own requests, since its consumer shows aborted records and its transactional
 * producer repeats records over several brokers (both shown by tests beside this file).
 */

import { invariant } from '../../base/errors.ts'
import type {
  Asked,
  Fetched,
  FetchOptions,
  Isolation,
  LogAnswer,
  LogDone,
  NewTopic,
  Partition,
  PartitionRecords,
  Preparation,
  ProducerOptions,
  StreamLog,
  TopicDescription,
  TransactionalProducer,
} from '../../base/stream-log.ts'
import { Appends } from './appends.ts'
import { Cluster } from './cluster.ts'
import type { KafkaOptions } from './options.ts'
import { prepare } from './preparation.ts'
import { fetched } from './reader.ts'
import { Shared } from './shared.ts'
import { create, deleteBefore, describe, drop, offsetOf } from './topics.ts'
import { Transaction } from './transaction.ts'
import { errorOf, troubleOf } from './trouble.ts'

/** What comes of work; a mistake of our own is nobody's answer, and ends the process. */
async function answerOf<T>(what: string, work: () => Promise<T>): Promise<LogAnswer<T>> {
  try {
    return { value: await work() }
  } catch (error) {
    return { error: errorOf(troubleOf(error, what)) }
  }
}

async function tell<T>(what: string, work: () => Promise<T>, done: LogDone<T>): Promise<void> {
  done(await answerOf(what, work))
}

export class KafkaLog implements StreamLog {
  readonly isOneProcess = false
  readonly #cluster: Cluster
  readonly #appends: Appends
  readonly #describing = new Shared<TopicDescription>()
  /** One at a time: hundreds of groups may want to be ready at once. */
  #preparing: Promise<unknown> = Promise.resolve()

  constructor(options: KafkaOptions) {
    this.#cluster = new Cluster(options)
    this.#appends = new Appends(this.#cluster)
  }

  cluster(done: LogDone<string>): void {
    const work = async () => (await this.#cluster.brokers()).clusterId
    void tell('name of the cluster', work, done)
  }

  describe(topic: string, done: LogDone<TopicDescription>): void {
    const work = () => this.#describing.ask(topic, () => describe(this.#cluster, topic))
    void tell('description of a topic', work, done)
  }

  create(topic: NewTopic, done: LogDone<void>): void {
    void tell('creation of a topic', () => create(this.#cluster, topic), done)
  }

  drop(topic: string, done: LogDone<void>): void {
    void tell('deletion of a topic', () => drop(this.#cluster, topic), done)
  }

  start(of: Partition, done: LogDone<number>): void {
    void tell('start', () => offsetOf(this.#cluster, of, 'start', 'uncommitted'), done)
  }

  end(of: Partition, isolation: Isolation, done: LogDone<number>): void {
    void tell('end', () => offsetOf(this.#cluster, of, 'end', isolation), done)
  }

  fetch(from: Partition, offset: number, how: FetchOptions, done: LogDone<Fetched>): Asked {
    const cancelling = new AbortController()
    const { signal } = cancelling
    const work = () => fetched(this.#cluster, from, offset, how, signal)
    const maybeDone = (answer: LogAnswer<Fetched>) => {
      if (!signal.aborted) done(answer)
    }
    void tell('fetch', work, maybeDone)
    return { cancel: () => cancelling.abort() }
  }

  deleteRecords(of: Partition, before: number, done: LogDone<void>): void {
    void tell('deletion of records', () => deleteBefore(this.#cluster, of, before), done)
  }

  append(records: readonly PartitionRecords[], done: LogDone<readonly number[]>): void {
    void tell('append', () => this.#appends.run(records), done)
  }

  prepare(what: Preparation, done: LogDone<void>): void {
    const before = this.#preparing
    const work = () => before.then(() => prepare(this.#cluster, what))
    this.#preparing = tell('preparation of a takeover', work, done)
  }

  producer(options: ProducerOptions): TransactionalProducer {
    return new KafkaProducer(new Transaction(this.#cluster, options))
  }

  /** What is still asked is answered as `unavailable`. */
  close(): void {
    this.#cluster.close()
  }
}

type ProducerState = 'new' | 'ready' | 'asking' | 'closed'

class KafkaProducer implements TransactionalProducer {
  readonly #transaction: Transaction
  #state: ProducerState = 'new'

  constructor(transaction: Transaction) {
    this.#transaction = transaction
  }

  init(done: LogDone<void>): void {
    invariant(this.#state === 'new', 'producer-begins-once', this.#state)
    this.#ask('beginning of a transactional id', () => this.#transaction.init(), done)
  }

  send(records: readonly PartitionRecords[], done: LogDone<readonly number[]>): void {
    invariant(this.#state === 'ready', 'producer-is-asked-one-by-one', this.#state)
    this.#ask('records of a transaction', () => this.#transaction.send(records), done)
  }

  end(how: 'commit' | 'abort', done: LogDone<void>): void {
    invariant(this.#state === 'ready', 'producer-is-asked-one-by-one', this.#state)
    this.#ask('end of a transaction', () => this.#transaction.end(how === 'commit'), done)
  }

  #ask<T>(what: string, work: () => Promise<T>, done: LogDone<T>): void {
    const before = this.#state
    this.#state = 'asking'
    void tell(what, work, answer => {
      if (this.#state === 'closed') return
      this.#state = stateAfter(before, answer)
      done(before === 'new' ? answer : decided(answer))
    })
  }

  close(): void {
    this.#state = 'closed'
    this.#transaction.close()
  }
}

/** Only a beginning may be tried again. */
function stateAfter(before: ProducerState, { error }: LogAnswer<unknown>): ProducerState {
  if (error === undefined) return 'ready'
  const isAgain = before === 'new' && (error.code === 'busy' || error.code === 'unavailable')
  return isAgain ? 'new' : 'closed'
}

/** Whoever had begun is closed now: there is nobody who could ask again. */
function decided<T>(answer: LogAnswer<T>): LogAnswer<T> {
  if (answer.error?.code !== 'busy') return answer
  return { error: { ...answer.error, code: 'unavailable' } }
}

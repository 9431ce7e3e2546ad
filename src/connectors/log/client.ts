/** The StreamLog door on an embedded log, wherever that is: its face is the line to it. */

import { invariant } from '../../base/errors.ts'
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
} from '../../base/stream-log.ts'
import type { Line } from './line.ts'
import type { Life } from './state/producers.ts'

export class LogClient implements StreamLog {
  readonly isOneProcess: boolean
  readonly #line: Line

  constructor(line: Line) {
    this.isOneProcess = line.isOneProcess
    this.#line = line
  }

  cluster(done: LogDone<string>): void {
    this.#line.ask('cluster', {}, done)
  }

  describe(topic: string, done: LogDone<TopicDescription>): void {
    this.#line.ask('describe', { topic }, done)
  }

  create(topic: NewTopic, done: LogDone<void>): void {
    this.#line.ask('create', topic, done)
  }

  drop(topic: string, done: LogDone<void>): void {
    this.#line.ask('drop', { topic }, done)
  }

  start({ topic, partition }: Partition, done: LogDone<number>): void {
    this.#line.ask('start', { topic, partition }, done)
  }

  end({ topic, partition }: Partition, isolation: Isolation, done: LogDone<number>): void {
    this.#line.ask('end', { topic, partition, isolation }, done)
  }

  fetch(from: Partition, offset: number, how: FetchOptions, done: LogDone<Fetched>): Asked {
    const { topic, partition } = from
    return this.#line.ask('fetch', { topic, partition, offset, ...how }, done)
  }

  deleteRecords({ topic, partition }: Partition, before: number, done: LogDone<void>): void {
    this.#line.ask('forget', { topic, partition, before }, done)
  }

  append(parts: readonly PartitionRecords[], done: LogDone<readonly number[]>): void {
    this.#line.ask('append', { parts }, done)
  }

  /** One line serves everything: it is there when it has answered. */
  prepare(_: Preparation, done: LogDone<void>): void {
    this.#line.ask('cluster', {}, answer => {
      done(answer.error === undefined ? { value: undefined } : answer)
    })
  }

  producer(options: ProducerOptions): TransactionalProducer {
    return new LogProducer(this.#line, options)
  }
}

class LogProducer implements TransactionalProducer {
  readonly #line: Line
  readonly #options: ProducerOptions
  #life: Life | undefined
  #sequence = 0
  #isAsking = false
  #isClosed = false

  constructor(line: Line, options: ProducerOptions) {
    this.#line = line
    this.#options = options
  }

  init(done: LogDone<void>): void {
    invariant(this.#life === undefined, 'init-is-asked-once')
    const finish = this.#oneCall<Life>(answer => {
      if (answer.error === undefined) this.#life = answer.value
      const { error } = answer
      this.#isClosed = error !== undefined && !['busy', 'unavailable'].includes(error.code)
      done(error === undefined ? { value: undefined } : { error })
    })
    this.#line.ask('begin', this.#options, finish)
  }

  send(parts: readonly PartitionRecords[], done: LogDone<readonly number[]>): void {
    const life = this.#mustLive()
    const sequence = ++this.#sequence
    this.#line.ask('send', { ...life, sequence, parts }, this.#oneCall(this.#closing(done)))
  }

  end(verdict: 'commit' | 'abort', done: LogDone<void>): void {
    const life = this.#mustLive()
    const sequence = this.#sequence
    this.#line.ask('finish', { ...life, sequence, verdict }, this.#oneCall(this.#closing(done)))
  }

  close(): void {
    this.#isClosed = true
  }

  #mustLive(): Life {
    invariant(!this.#isClosed, 'a-closed-producer-is-asked-nothing')
    invariant(this.#life !== undefined, 'init-comes-first')
    return this.#life
  }

  /** Its answer comes if the producer is not closed meanwhile. */
  #oneCall<T>(done: LogDone<T>): LogDone<T> {
    invariant(!this.#isClosed, 'a-closed-producer-is-asked-nothing')
    invariant(!this.#isAsking, 'one-call-at-a-time')
    this.#isAsking = true
    return answer => {
      if (this.#isClosed) return
      this.#isAsking = false
      done(answer)
    }
  }

  /** An error is the last that one hears of it. */
  #closing<T>(done: LogDone<T>): LogDone<T> {
    return answer => {
      this.#isClosed = answer.error !== undefined
      done(answer)
    }
  }
}

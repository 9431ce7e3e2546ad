/**
 * The simulated body of the StreamLog door: a client with its own view of who leads what. It asks
 * again only where it was told that nothing was done; all else is for whoever asked to find out.
 */

import { invariant } from '../../../../src/base/errors.ts'
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
} from '../../../../src/base/stream-log.ts'
import { US_PER_MS } from '../clock.ts'
import type { Brokers, Place } from './brokers.ts'
import type { Claim } from './coordinator.ts'
import type { LogCall } from './faults.ts'
import { AHEAD_MS_MAX, type LogParts, type SimPartition } from './partition.ts'
import { SimProducer } from './producer.ts'
import { errorOf, isForLater, type Replied, type Reply, type ReplyCode, tell } from './replies.ts'
import type { Asking, Caller, Wire } from './wire.ts'

export interface ClientParts {
  readonly name: number
  readonly log: LogParts
  readonly wire: Wire
  readonly brokers: Brokers
  /** Lets the process that asked take part: it may stand still, or be dead. */
  admit(happen: () => void): void
}

/** How to ask, from the beginning. */
type Ask<T> = (replied: Replied<T>) => void

/** Up to twice so long until something is asked again. */
const RETRY_MEAN_US = 3000

export class SimLogClient implements StreamLog, Caller {
  readonly isOneProcess = false
  isCutOff = false
  readonly name: number
  readonly #parts: ClientParts
  /** Who leads what, as far as this client has heard. */
  readonly #heard = new Map<SimPartition, number>()
  /** The name of the log that answered first. */
  #cluster: string | undefined

  constructor(parts: ClientParts) {
    this.#parts = parts
    this.name = parts.name
  }

  admit(happen: () => void): void {
    this.#parts.admit(happen)
  }

  cluster(done: LogDone<string>): void {
    this.#question('cluster', brokers => ({ value: brokers.cluster }), done)
  }

  describe(topic: string, done: LogDone<TopicDescription>): void {
    this.#question('describe', ({ topics }) => topics.describe(topic), done, topic)
  }

  create(topic: NewTopic, done: LogDone<void>): void {
    this.#question('create', ({ topics }) => topics.create(topic), done, topic.topic)
  }

  drop(topic: string, done: LogDone<void>): void {
    this.#question('drop', brokers => brokers.drop(topic), done, topic)
  }

  start(of: Partition, done: LogDone<number>): void {
    this.#listOffset(of, 'start', done)
  }

  end(of: Partition, isolation: Isolation, done: LogDone<number>): void {
    this.#listOffset(of, isolation, done)
  }

  fetch(from: Partition, offset: number, how: FetchOptions, done: LogDone<Fetched>): Asked {
    const { brokers } = this.#parts
    const waitMs = Math.min(how.waitMs, AHEAD_MS_MAX)
    let isWanted = true
    let stop = (): void => {}
    const ask: Ask<Fetched> = replied => {
      if (!isWanted) return
      const deed = (answered: Replied<Fetched>): void => {
        if (isWanted)
          stop = brokers.fetch({ ...how, waitMs, place: this.place(from), offset }, answered)
      }
      this.ask({ call: 'fetch', waitMs, deed }, replied)
    }
    this.patiently(ask, reply => {
      if (isWanted) tell(reply, done)
    })
    const cancel = (): void => {
      isWanted = false
      stop()
    }
    return { cancel }
  }

  deleteRecords(of: Partition, before: number, done: LogDone<void>): void {
    const deed = (brokers: Brokers) => brokers.deleteRecords(this.place(of), before)
    this.#question('delete-records', deed, done)
  }

  append(records: readonly PartitionRecords[], done: LogDone<readonly number[]>): void {
    this.produce(records, undefined, reply => tell(reply, done))
  }

  prepare(_: Preparation, done: LogDone<void>): void {
    this.#question('cluster', () => ({ value: undefined }), done)
  }

  producer(options: ProducerOptions): TransactionalProducer {
    return new SimProducer({ options, client: this, brokers: this.#parts.brokers })
  }

  /** One request; a log that is another one than before is not believed. */
  ask<T>(asking: Asking<T>, replied: Replied<T>): void {
    const { wire, brokers } = this.#parts
    const deed = (answered: Replied<T>): void => {
      this.#cluster ??= brokers.cluster
      if (this.#cluster === brokers.cluster) asking.deed(answered)
      else answered({ code: 'other-cluster' })
    }
    wire.ask(this, { ...asking, deed }, replied)
  }

  /** Again and again, while nothing was done and there is patience. */
  patiently<T>(ask: Ask<T>, replied: Replied<T>): void {
    const { queue, prng, profile } = this.#parts.log
    const giveUpUs = queue.nowUs + profile.patienceMs * US_PER_MS
    const again = (): void => {
      ask(reply => {
        const isOver = reply.code === undefined || !isForLater(reply.code)
        if (isOver || queue.nowUs >= giveUpUs) {
          replied(reply)
          return
        }
        this.#heard.clear()
        queue.after(1 + prng.below(2 * RETRY_MEAN_US), { fire: () => this.admit(again) })
      })
    }
    again()
  }

  forgetLeaders(): void {
    this.#heard.clear()
  }

  /** To the leaders of all at once: answered when all have answered, with the worst there was. */
  produce(
    records: readonly PartitionRecords[],
    claim: Claim | undefined,
    replied: Replied<readonly number[]>,
  ): void {
    invariant(records.length > 0, 'parts-to-produce')
    const parts = records.map(copied)
    const offsets: number[] = []
    const codes: ReplyCode[] = []
    let left = parts.length
    for (const [i, part] of parts.entries()) {
      this.#deliver(part, claim, reply => {
        if (reply.code === undefined) offsets[i] = reply.value
        else codes.push(reply.code)
        // Whether it was done is for whoever asked to find out; the next one goes elsewhere.
        if (reply.code === 'not-leader') this.#heard.clear()
        if (--left === 0) replied(summed(offsets, codes))
      })
    }
  }

  /** Whoever leads no more wrote nothing: it goes to the next one, as often as it takes. */
  #deliver(part: PartitionRecords, claim: Claim | undefined, replied: Replied<number>): void {
    const { queue, prng } = this.#parts.log
    const { leaderEpoch } = this.place(part)
    const deed: Ask<number> = answered => {
      this.#parts.brokers.produce(leaderEpoch, part, claim, answered)
    }
    const again = (): void => this.#deliver(part, claim, replied)
    this.ask<number>({ call: 'produce', deed }, reply => {
      if (reply.code !== 'led-by-another') {
        replied(reply)
        return
      }
      this.#heard.clear()
      queue.after(1 + prng.below(2 * RETRY_MEAN_US), { fire: () => this.admit(again) })
    })
  }

  /** With the leader that this client takes for it. */
  place(at: Partition): Place {
    const partition = this.#parts.brokers.topics.find(at)
    if (partition === undefined) return { ...at, leaderEpoch: 0 }
    const leaderEpoch = this.#heard.get(partition) ?? partition.toldEpoch
    this.#heard.set(partition, leaderEpoch)
    return { ...at, leaderEpoch }
  }

  #listOffset(of: Partition, which: 'start' | Isolation, done: LogDone<number>): void {
    this.#question('list-offsets', brokers => brokers.listOffset(this.place(of), which), done)
  }

  #question<T>(
    call: LogCall,
    answer: (brokers: Brokers) => Reply<T>,
    done: LogDone<T>,
    topic = '',
  ): void {
    const { brokers } = this.#parts
    const deed: Ask<T> = answered => {
      answered(brokers.denied.has(topic) ? { code: 'denied' } : answer(brokers))
    }
    this.patiently<T>(
      replied => this.ask({ call, deed }, replied),
      reply => tell(reply, done),
    )
  }
}

/** What may have been done counts for more than what surely was not. */
function summed(offsets: readonly number[], codes: readonly ReplyCode[]): Reply<readonly number[]> {
  const unsure = codes.find(code => errorOf(code).code === 'unavailable')
  const code = codes.find(one => one === 'fenced') ?? unsure ?? codes[0]
  return code === undefined ? { value: offsets } : { code }
}

/** The records are the caller's to use again only when they are answered for; the list at once. */
function copied({ topic, partition, records }: PartitionRecords): PartitionRecords {
  return { topic, partition, records: [...records] }
}

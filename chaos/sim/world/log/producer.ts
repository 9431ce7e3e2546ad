/**
 * The simulated publisher: the requests that Kafka's protocol makes of each call, one after the
 * other, and none of them a second time but where it was told that nothing was done.
 */

import { invariant } from '../../../../src/base/errors.ts'
import type {
  LogDone,
  Partition,
  PartitionRecords,
  ProducerOptions,
  TransactionalProducer,
} from '../../../../src/base/stream-log.ts'
import type { Brokers } from './brokers.ts'
import type { SimLogClient } from './client.ts'
import type { Claim } from './coordinator.ts'
import type { Life } from './entries.ts'
import { type Replied, type Reply, tell } from './replies.ts'

export interface ProducerParts {
  readonly options: ProducerOptions
  readonly client: SimLogClient
  readonly brokers: Brokers
}

export class SimProducer implements TransactionalProducer {
  readonly #parts: ProducerParts
  #claim: Claim | undefined
  /** Of the open transaction, by name. */
  readonly #known = new Set<string>()
  #isClosed = false
  #isAsking = false

  constructor(parts: ProducerParts) {
    this.#parts = parts
  }

  init(done: LogDone<void>): void {
    invariant(this.#claim === undefined, 'init-is-asked-once')
    const { options, client, brokers } = this.#parts
    const { transactionalId, timeoutMs } = options
    const deed = (answered: Replied<Life>): void => {
      brokers.begin(transactionalId, timeoutMs, answered)
    }
    const finish = this.#oneCall(done)
    client.patiently<Life>(
      replied => client.ask({ call: 'init-producer', deed }, replied),
      reply => {
        if (reply.code !== undefined) {
          finish(reply)
          return
        }
        this.#claim = { transactionalId, ...reply.value }
        finish({ value: undefined })
      },
    )
  }

  send(records: readonly PartitionRecords[], done: LogDone<readonly number[]>): void {
    const claim = this.#mustClaim()
    const finish = this.#closing(this.#oneCall(done))
    this.#add(claim, records, added => {
      if (added.code !== undefined) {
        finish(added)
        return
      }
      this.#parts.client.produce(records, claim, finish)
    })
  }

  end(how: 'commit' | 'abort', done: LogDone<void>): void {
    const claim = this.#mustClaim()
    const finish = this.#closing(this.#oneCall(done))
    const { client, brokers } = this.#parts
    // There is nothing to decide: any request will do that takes its time.
    if (this.#known.size === 0) {
      client.ask({ call: 'cluster', deed: answered => answered({ value: undefined }) }, finish)
      return
    }
    this.#known.clear()
    const deed = (answered: Replied<void>): void => brokers.end(claim, how, answered)
    client.ask({ call: 'end-transaction', deed }, finish)
  }

  /** Whoever begins anew is to read back from those who lead now. */
  close(): void {
    this.#isClosed = true
    this.#parts.client.forgetLeaders()
  }

  #mustClaim(): Claim {
    invariant(!this.#isClosed, 'a-closed-producer-is-asked-nothing')
    invariant(this.#claim !== undefined, 'init-comes-first')
    return this.#claim
  }

  #add(claim: Claim, records: readonly PartitionRecords[], replied: Replied<void>): void {
    const { client, brokers } = this.#parts
    const all: readonly Partition[] = records
    const added = all.filter(one => !this.#known.has(nameOf(one)))
    const deed = (answered: Replied<void>): void => brokers.addPartitions(claim, added, answered)
    const finish: Replied<void> = reply => {
      if (reply.code === undefined) for (const one of added) this.#known.add(nameOf(one))
      replied(reply)
    }
    if (added.length === 0) {
      finish({ value: undefined })
      return
    }
    client.patiently<void>(again => client.ask({ call: 'add-partitions', deed }, again), finish)
  }

  /** Its answer comes if the producer is not closed meanwhile. */
  #oneCall<T>(done: LogDone<T>): Replied<T> {
    invariant(!this.#isClosed, 'a-closed-producer-is-asked-nothing')
    invariant(!this.#isAsking, 'one-call-at-a-time')
    this.#isAsking = true
    return reply => {
      if (this.#isClosed) return
      this.#isAsking = false
      tell(reply, done)
    }
  }

  /** An error is the last that one hears of it. */
  #closing<T>(finish: Replied<T>): Replied<T> {
    return (reply: Reply<T>) => {
      finish(reply)
      if (reply.code !== undefined) this.#isClosed = true
    }
  }
}

function nameOf({ topic, partition }: Partition): string {
  return `${topic}/${partition}`
}

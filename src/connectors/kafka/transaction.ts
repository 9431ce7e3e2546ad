/**
 * Transactions of one id: five requests, none of which is ever repeated where it could have been
 * carried out. Whoever coordinates is found once and asked again only when it says that it does not
 * coordinate. After the first error the producer is closed.
 */

import { invariant } from '../../base/errors.ts'
import type { Partition, PartitionRecords, ProducerOptions } from '../../base/stream-log.ts'
import type { Author } from './batch/records.ts'
import { type Cluster, NOT_KNOWN_THERE } from './cluster.ts'
import { Delivery, keyOf, SEQUENCES } from './delivery.ts'
import type { Address } from './line.ts'
import { type Patience, patiently } from './patience.ts'
import type { Question } from './protocol/message.ts'
import { addition, coordinator, ending, type Identity, initialisation } from './protocol/small.ts'
import { mustBeGood, type Trouble } from './trouble.ts'

/** What a broker says of a partition because it refused another one. */
const NOT_ATTEMPTED = 55

export class Transaction {
  readonly #cluster: Cluster
  readonly #options: ProducerOptions
  #coordinator: Address | undefined
  #identity: Identity | undefined
  /** Of the transaction that is open, by key; empty: none is. */
  readonly #partitions = new Set<string>()
  /** The next of each partition. */
  readonly #sequences = new Map<string, number>()

  constructor(cluster: Cluster, options: ProducerOptions) {
    this.#cluster = cluster
    this.#options = options
  }

  /** InitProducerId, once: when its answer is lost, only the caller may ask again. */
  async init(): Promise<void> {
    const { transactionalId, timeoutMs } = this.#options
    const what = `beginning of transactional id '${transactionalId}'`
    const { producerId, producerEpoch } = await this.#coordinated(what, isElsewhere, async ask => {
      const answer = await ask(initialisation(transactionalId, timeoutMs))
      mustBeGood(answer.errorCode, what)
      return answer
    })
    this.#identity = { transactionalId, producerId, producerEpoch }
    this.#sequences.clear()
  }

  async send(parts: readonly PartitionRecords[]): Promise<readonly number[]> {
    const identity = this.#mustHaveBegun()
    const added = await this.#add(identity, parts)
    const delivery = new Delivery(this.#cluster, this.#cluster.patience(), {
      transactionalId: identity.transactionalId,
      authorOf: partition => this.#authorOf(identity, partition),
    })
    const offsets = await delivery.run(parts)
    for (const part of parts) this.#advance(part)
    invariant(added <= this.#partitions.size, 'partitions-are-kept', added)
    return offsets
  }

  async end(isCommit: boolean): Promise<void> {
    const identity = this.#mustHaveBegun()
    if (this.#partitions.size === 0) return
    const verb = isCommit ? 'commit' : 'abort'
    const what = `${verb} of a transaction of '${identity.transactionalId}'`
    await this.#coordinated(
      what,
      () => false,
      async ask => {
        mustBeGood((await ask(ending(identity, isCommit))).errorCode, what)
      },
    )
    this.#partitions.clear()
  }

  /** Whoever begins anew is to read back from those who lead now. */
  close(): void {
    this.#cluster.forgetAll()
  }

  #mustHaveBegun(): Identity {
    invariant(this.#identity !== undefined, 'producer-has-begun', this.#options.transactionalId)
    return this.#identity
  }

  #authorOf({ producerId, producerEpoch }: Identity, partition: Partition): Author {
    return {
      producerId: Number(producerId),
      epoch: producerEpoch,
      firstSequence: this.#sequences.get(keyOf(partition)) ?? 0,
    }
  }

  #advance({ records, ...partition }: PartitionRecords): void {
    const key = keyOf(partition)
    const next = (this.#sequences.get(key) ?? 0) + records.length
    this.#sequences.set(key, next % SEQUENCES)
  }

  /** To the open transaction, which the first ones open. */
  async #add(identity: Identity, parts: readonly PartitionRecords[]): Promise<number> {
    const missing = new Map<string, Partition>()
    for (const { topic, partition } of parts) {
      const key = keyOf({ topic, partition })
      if (!this.#partitions.has(key)) missing.set(key, { topic, partition })
    }
    if (missing.size === 0) return 0
    // A partition that is not there is named by its leader, or rather by who should know it.
    for (const one of missing.values()) await this.#mustBeThere(one)
    const what = `transaction of '${identity.transactionalId}'`
    await this.#coordinated(what, isRefused, async ask => {
      const { errors } = await ask(addition(identity, byTopic([...missing.values()])))
      const codes = errors.flatMap(one => one.partitionErrors.map(({ errorCode }) => errorCode))
      const bad = codes.filter(code => code !== 0)
      mustBeGood(bad.find(code => code !== NOT_ATTEMPTED) ?? bad[0] ?? 0, what)
    })
    for (const key of missing.keys()) this.#partitions.add(key)
    return missing.size
  }

  #mustBeThere(partition: Partition): Promise<unknown> {
    const what = `leader of ${partition.topic}/${partition.partition}`
    return this.#cluster.askLeader(what, partition, leader => Promise.resolve(leader))
  }

  /** `attempt` asks the coordinator, found before; `isWorthIt` says what may be asked again. */
  #coordinated<T>(
    what: string,
    isWorthIt: (trouble: Trouble) => boolean,
    attempt: (ask: <A>(question: Question<A>) => Promise<A>) => Promise<T>,
  ): Promise<T> {
    const patience = this.#cluster.patience()
    const judge = (trouble: Trouble) => {
      if (trouble.stale !== 'soon') this.#coordinator = undefined
      return isWorthIt(trouble)
    }
    return patiently(patience, what, judge, async () => {
      this.#coordinator ??= await this.#found(patience)
      const at = this.#coordinator
      const { answerMs: timeoutMs } = this.#cluster.limits
      return attempt(question => this.#cluster.publishing.ask(at, question, { timeoutMs }))
    })
  }

  /** A question that may be asked as often as one likes. */
  #found(patience: Patience): Promise<Address> {
    const { transactionalId } = this.#options
    const what = `coordinator of '${transactionalId}'`
    const isWorthIt = ({ code }: Trouble) => code === 'unavailable'
    return patiently(patience, what, isWorthIt, async () => {
      const answer = await this.#cluster.anyone(what, coordinator(transactionalId))
      mustBeGood(answer.errorCode, what)
      const { host, port } = answer.coordinator
      return { host, port }
    })
  }
}

/** Whoever was asked did nothing, since it does not coordinate. */
const isElsewhere = ({ stale }: Trouble) => stale === 'coordinator'

/** The same, and what passes: an earlier transaction, a partition that is new. */
const isRefused = ({ stale, number }: Trouble) => stale !== undefined || number === NOT_KNOWN_THERE

function byTopic(partitions: readonly Partition[]) {
  const topics = new Map<string, number[]>()
  for (const { topic, partition } of partitions) {
    topics.set(topic, [...(topics.get(topic) ?? []), partition])
  }
  return [...topics].map(([topic, own]) => ({ topic, partitions: own }))
}

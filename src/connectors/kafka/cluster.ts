/**
 * Who leads which partition, and where the brokers are: asked of any broker that answers, kept
 * until somebody says that it is old.
 */

import type { Partition } from '../../base/stream-log.ts'
import type { Address } from './line.ts'
import { ClusterName, Lines } from './lines.ts'
import { type KafkaOptions, type Limits, limitsOf } from './options.ts'
import { Patience, patiently } from './patience.ts'
import type { Question } from './protocol/message.ts'
import { type Brokers, brokers, metadata } from './protocol/small.ts'
import { Shared } from './shared.ts'
import { mustBeGood, Trouble, troubleOf } from './trouble.ts'

/** Kafka's number for a topic or partition that whoever was asked does not know. */
export const NOT_KNOWN_THERE = 3

function addressOf(text: string): Address {
  const at = text.lastIndexOf(':')
  return { host: text.slice(0, at), port: Number(text.slice(at + 1)) }
}

/** Leaders by partition; -1 for none. */
type Leaders = readonly number[]

export class Cluster {
  readonly limits: Limits
  readonly #bootstrap: readonly Address[]
  readonly #lines: Lines
  /** For fetches, which may wait long, and for what is published, which may not. */
  readonly fetching: Lines
  readonly publishing: Lines
  readonly #addresses = new Map<number, Address>()
  readonly #topics = new Map<string, Leaders>()
  readonly #learning = new Shared<Leaders>()
  #next = 0

  constructor(options: KafkaOptions) {
    this.limits = limitsOf(options)
    this.#bootstrap = options.brokers.map(addressOf)
    const name = new ClusterName(options.cluster)
    this.#lines = new Lines(options, name)
    this.fetching = new Lines(options, name)
    this.publishing = new Lines(options, name)
  }

  patience(): Patience {
    return new Patience(this.limits)
  }

  close(): void {
    for (const lines of [this.#lines, this.fetching, this.publishing]) lines.close()
  }

  /** Whoever leads the partition, as far as is known. */
  async leaderOf({ topic, partition }: Partition): Promise<Address> {
    const known = this.#topics.get(topic)
    // One that we do not know may have been added since.
    const leaders =
      known?.[partition] === undefined
        ? await this.#learning.ask(topic, () => this.#learn(topic))
        : known
    const leader = leaders[partition]
    if (leader === undefined) {
      throw new Trouble(
        'no-such-topic',
        `${topic}/${partition} is not there, the topic has ${leaders.length} partitions`,
      )
    }
    const address = this.#addresses.get(leader)
    if (address !== undefined) return address
    this.forget(topic)
    const what = `${topic}/${partition} has no leader now`
    throw new Trouble('unavailable', `${what}: ask again; if it goes on, look at the brokers`, {
      number: 5,
      stale: 'leader',
    })
  }

  /** Of all topics. */
  forgetAll(): void {
    this.#topics.clear()
  }

  /** Its leaders are asked for again. */
  forget(topic: string): void {
    this.#topics.delete(topic)
  }

  /** All who lead it, anew; what was known until now serves meanwhile. */
  async leadersOf(topic: string): Promise<readonly Address[]> {
    const leaders = await this.#learning.ask(topic, () => this.#learn(topic))
    return [...new Set(leaders)].flatMap(leader => this.#addresses.get(leader) ?? [])
  }

  /** Of all connections those for questions, which are asked of anybody. */
  warm(address: Address, questions: readonly Question<unknown>[]): Promise<void> {
    return this.#lines.warm(address, questions)
  }

  async #learn(topic: string): Promise<Leaders> {
    const { topicMetadata, ...answer } = await this.askAny(metadata(topic))
    this.#note(answer)
    const [told] = topicMetadata
    mustBeGood(told?.topicErrorCode ?? NOT_KNOWN_THERE, `metadata of topic '${topic}'`)
    const leaders: number[] = []
    for (const one of told?.partitionMetadata ?? []) leaders[one.partitionId] = one.leader
    if (this.#topics.size >= this.limits.topicsMax) this.#topics.clear()
    this.#topics.set(topic, leaders)
    return leaders
  }

  #note({ brokers: all }: Pick<Brokers, 'brokers'>): void {
    this.#addresses.clear()
    for (const { nodeId, host, port } of all) this.#addresses.set(nodeId, { host, port })
  }

  /** All brokers that are there, and the one that creates topics. */
  async brokers(): Promise<Brokers> {
    const answer = await this.askAny(brokers())
    this.#note(answer)
    return answer
  }

  /** The first that answers, each time beginning with another. */
  async askAny<T>(question: Question<T>): Promise<T> {
    const known = [...this.#addresses.values(), ...this.#bootstrap]
    let last: unknown
    for (let i = 0; i < known.length; i++) {
      const address = known[this.#next++ % known.length]
      if (address === undefined) break
      try {
        return await this.askAt(address, question)
      } catch (error) {
        if (troubleOf(error, 'metadata').code !== 'unavailable') throw error
        last = error
      }
    }
    throw last ?? new Trouble('bad-settings', 'no broker is named: name one as host:port')
  }

  askAt<T>(address: Address, question: Question<T>): Promise<T> {
    return this.#lines.ask(address, question, { timeoutMs: this.limits.answerMs })
  }

  /** Any broker, again and again. */
  anyone<T>(what: string, question: Question<T>): Promise<T> {
    const isWorthIt = ({ code }: Trouble) => code === 'unavailable'
    return patiently(this.patience(), what, isWorthIt, () => this.askAny(question))
  }

  /**
   * A question to whoever leads the partition, which may be asked again: `ask` throws what the
   * broker said was wrong.
   */
  askLeader<T>(
    what: string,
    of: Partition,
    ask: (leader: Address) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T> {
    let wasAsked = false
    const isWorthIt = ({ code, number }: Trouble) => {
      this.forget(of.topic)
      if (signal?.aborted === true) return false
      // Whoever leads a partition that is new, or has moved, may not know it yet.
      return code === 'unavailable' || (wasAsked && number === NOT_KNOWN_THERE)
    }
    return patiently(this.patience(), what, isWorthIt, async () => {
      wasAsked = false
      const leader = await this.leaderOf(of)
      wasAsked = true
      return ask(leader)
    })
  }
}

/**
 * Who coordinates which transactional ids, and how to make it another broker. Ids are spread over
 * the partitions of a topic of Kafka's own, and whoever leads a partition coordinates its ids: a
 * partition is moved by giving it to other brokers, while the one that had it lives on.
 */

import { setTimeout as sleep } from 'node:timers/promises'
import { Kafka, logLevel } from 'kafkajs'
import { Cluster } from '../cluster.ts'
import type { Address } from '../line.ts'
import { patiently } from '../patience.ts'
import { coordinator } from '../protocol/small.ts'
import type { Trouble } from '../trouble.ts'
import { unended } from './unended.ts'

const TOPIC = '__transaction_state'
const POLL_MS = 20

/** As Java has it for a string. */
function hashOf(text: string): number {
  let hash = 0
  for (const char of text) hash = (Math.imul(31, hash) + char.charCodeAt(0)) | 0
  return hash
}

const client = (brokers: readonly string[]) =>
  new Kafka({ brokers: [...brokers], clientId: 'weir-test', logLevel: logLevel.NOTHING })

/** As long as a broker may be silent: another is asked then. */
const SILENT_MS = 500

/** Its number among those of the service: they are numbered as their addresses are listed. */
export async function coordinatorOf(brokers: readonly string[], id: string): Promise<number> {
  const limits = { answerMs: SILENT_MS, connectMs: SILENT_MS }
  const cluster = new Cluster({ brokers, clientId: 'weir-test', limits })
  try {
    return await numberOf(cluster, brokers, id)
  } finally {
    cluster.close()
  }
}

async function numberOf(cluster: Cluster, brokers: readonly string[], id: string): Promise<number> {
  const { host, port } = await addressOf(cluster, id)
  return 1 + brokers.indexOf(`${host}:${port}`)
}

async function addressOf(cluster: Cluster, id: string): Promise<Address> {
  return (await cluster.anyone('coordinator', coordinator(id))).coordinator
}

export class Coordinators {
  readonly #brokers: readonly string[]
  readonly #admin: ReturnType<Kafka['admin']>
  readonly #cluster: Cluster
  readonly partitions: number

  private constructor(
    brokers: readonly string[],
    admin: ReturnType<Kafka['admin']>,
    partitions: number,
  ) {
    this.#brokers = brokers
    this.#admin = admin
    this.#cluster = new Cluster({ brokers, clientId: 'weir-test' })
    this.partitions = partitions
  }

  /** Somebody must have begun a transactional id before: until then there is no such topic. */
  static async open(brokers: readonly string[]): Promise<Coordinators> {
    const admin = client(brokers).admin()
    await admin.connect()
    const { topics } = await admin.fetchTopicMetadata({ topics: [TOPIC] })
    return new Coordinators(brokers, admin, topics[0]?.partitions.length ?? 0)
  }

  close(): Promise<void> {
    this.#cluster.close()
    return this.#admin.disconnect()
  }

  /** Ids of one partition have one coordinator, and move together. */
  partitionOf(id: string): number {
    return Math.abs(hashOf(id)) % this.partitions
  }

  /**
   * Until nothing is being ended where this id is coordinated. A marker lies in its partition
   * before its coordinator has written down that it does: whoever took over between the two would
   * write it again, as Kafka has it (KAFKA-19999), and all offsets behind it were one more.
   */
  async allEnded(id: string): Promise<void> {
    while ((await this.#unended(id)) !== 0) await sleep(POLL_MS)
  }

  /** Whoever has just become a coordinator reads first what there is, and says so. */
  #unended(id: string): Promise<number> {
    const isWorthIt = ({ code }: Trouble) => code === 'unavailable'
    return patiently(this.#cluster.patience(), 'what is being ended', isWorthIt, async () => {
      return this.#cluster.askAt(await addressOf(this.#cluster, id), unended)
    })
  }

  /** To the next broker; all have a copy again when it is answered. */
  async move(id: string): Promise<void> {
    await this.allEnded(id)
    const before = await this.#coordinatorOf(id)
    const all = this.#brokers.map((_, at) => 1 + ((before + at) % this.#brokers.length))
    await this.#place(id, all.slice(0, -1))
    while ((await this.#coordinatorOf(id)) === before) await sleep(POLL_MS)
    await this.#place(id, all)
  }

  #coordinatorOf(id: string): Promise<number> {
    return numberOf(this.#cluster, this.#brokers, id)
  }

  async #place(id: string, replicas: number[]): Promise<void> {
    const partition = this.partitionOf(id)
    const partitionAssignment = [{ partition, replicas }]
    await this.#admin.alterPartitionReassignments({
      topics: [{ topic: TOPIC, partitionAssignment }],
    })
    while (await this.#isMoving(partition)) await sleep(POLL_MS)
  }

  async #isMoving(partition: number): Promise<boolean> {
    const topics = [{ topic: TOPIC, partitions: [partition] }]
    const answer = await this.#admin.listPartitionReassignments({ topics })
    return answer.topics.some(({ partitions }) => partitions.length > 0)
  }
}

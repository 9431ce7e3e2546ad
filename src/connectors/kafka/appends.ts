/**
 * Records outside of transactions, each written once: a leader that is replaced while it waits for
 * its replicas says no more than that it leads no more, though its successor may have what it was
 * sent. So records are numbered, and go to the next leader under the same numbers.
 */

import type { Partition, PartitionRecords } from '../../base/stream-log.ts'
import type { Author } from './batch/records.ts'
import type { Cluster } from './cluster.ts'
import { Delivery, keyOf, SEQUENCES } from './delivery.ts'
import { patiently } from './patience.ts'
import { numbering } from './protocol/small.ts'
import { mustBeGood, type Trouble } from './trouble.ts'

/** A producer id, for one append at a time, and how far it has counted in each partition. */
class Numbers {
  readonly #producerId: number
  readonly #epoch: number
  readonly #next = new Map<string, number>()

  constructor(producerId: number, epoch: number) {
    this.#producerId = producerId
    this.#epoch = epoch
  }

  authorOf(partition: Partition): Author {
    const firstSequence = this.#next.get(keyOf(partition)) ?? 0
    return { producerId: this.#producerId, epoch: this.#epoch, firstSequence, isOutside: true }
  }

  advance({ records, ...partition }: PartitionRecords): void {
    const key = keyOf(partition)
    this.#next.set(key, ((this.#next.get(key) ?? 0) + records.length) % SEQUENCES)
  }
}

export class Appends {
  readonly #cluster: Cluster
  /** As many as there ever were appends at the same time. */
  readonly #idle: Numbers[] = []

  constructor(cluster: Cluster) {
    this.#cluster = cluster
  }

  async run(parts: readonly PartitionRecords[]): Promise<readonly number[]> {
    if (parts.length === 0) return []
    const numbers = this.#idle.pop() ?? (await this.#begun())
    const authorOf = (partition: Partition) => numbers.authorOf(partition)
    const sender = { transactionalId: null, authorOf }
    // After trouble they are not used again: nobody knows how far the brokers have counted.
    const offsets = await new Delivery(this.#cluster, this.#cluster.patience(), sender).run(parts)
    for (const part of parts) numbers.advance(part)
    this.#idle.push(numbers)
    return offsets
  }

  /** Asked again at will; a broker that has no ids left fetches some first. */
  #begun(): Promise<Numbers> {
    const what = 'producer id for an append'
    const isWorthIt = ({ code }: Trouble) => code === 'unavailable'
    return patiently(this.#cluster.patience(), what, isWorthIt, async () => {
      const { errorCode, producerId, producerEpoch } = await this.#cluster.askAny(numbering())
      mustBeGood(errorCode, what)
      return new Numbers(Number(producerId), producerEpoch)
    })
  }
}

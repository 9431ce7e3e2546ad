/** The topics of a simulated log, by name. */

import type {
  NewTopic,
  Partition,
  PartitionRecords,
  TopicDescription,
} from '../../../../src/base/stream-log.ts'
import { type LogParts, SimPartition } from './partition.ts'
import type { Reply } from './replies.ts'
import { inForce, type Settings } from './settings.ts'

const NAME = /^[A-Za-z0-9._-]{1,249}$/
const NO_NAME = /^\.\.?$/
const PARTITIONS_MAX = 1000

interface Topic {
  readonly settings: Settings
  readonly replication: number
  readonly partitions: readonly SimPartition[]
}

export class SimTopics {
  readonly #topics = new Map<string, Topic>()
  readonly #parts: LogParts
  readonly #brokers: number

  constructor(parts: LogParts, brokers: number) {
    this.#parts = parts
    this.#brokers = brokers
  }

  names(): readonly string[] {
    return [...this.#topics.keys()]
  }

  create({ topic, partitions, replication, settings }: NewTopic): Reply<void> {
    if (this.#topics.has(topic)) return { code: 'topic-exists' }
    const isName = NAME.test(topic) && !NO_NAME.test(topic)
    const isCount = Number.isSafeInteger(partitions) && partitions > 0
    const all = inForce(settings)
    const isSound = isName && isCount && partitions <= PARTITIONS_MAX && replication > 0
    if (!isSound || all === undefined) return { code: 'bad-settings' }
    this.#topics.set(topic, {
      settings: all,
      replication: Math.min(replication, this.#brokers),
      partitions: Array.from({ length: partitions }, () => new SimPartition(this.#parts)),
    })
    return { value: undefined }
  }

  describe(topic: string): Reply<TopicDescription> {
    const found = this.#topics.get(topic)
    if (found === undefined) return { code: 'unknown-topic' }
    const { partitions, replication, settings } = found
    return { value: { partitions: partitions.length, replication, settings } }
  }

  /** What there was. */
  drop(topic: string): Reply<readonly SimPartition[]> {
    const found = this.#topics.get(topic)
    if (found === undefined) return { code: 'unknown-topic' }
    this.#topics.delete(topic)
    return { value: found.partitions }
  }

  /** Other settings, behind everybody's back. */
  set(topic: string, settings: Settings): void {
    const found = this.#topics.get(topic)
    if (found === undefined) return
    this.#topics.set(topic, { ...found, settings: { ...found.settings, ...settings } })
  }

  find({ topic, partition }: Partition): SimPartition | undefined {
    return this.#topics.get(topic)?.partitions[partition]
  }

  all(): readonly SimPartition[] {
    return [...this.#topics.values()].flatMap(({ partitions }) => partitions)
  }

  /** By Kafka's arithmetic: a record and its batch need some bytes, too. */
  isTooLarge({ topic, records }: PartitionRecords): boolean {
    const limit = Number(this.#topics.get(topic)?.settings['max.message.bytes'])
    return records.some(record => sizeOf(record) + BATCH_BYTES > limit)
  }
}

const BATCH_BYTES = 61

interface Sized {
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly headers: readonly { readonly name: string; readonly value: Uint8Array }[]
}

export function sizeOf({ key, value, headers }: Sized): number {
  const own = (key?.length ?? 0) + (value?.length ?? 0)
  return headers.reduce((sum, header) => sum + header.name.length + header.value.length, own)
}

/** The small questions, in kafkajs's codecs: their fields, and what is used of their answers. */

import { WireReader, WireWriter } from '../batch/wire.ts'
import { own, type Question, theirs } from './message.ts'

interface Metadata {
  readonly brokers: readonly {
    readonly nodeId: number
    readonly host: string
    readonly port: number
  }[]
  readonly clusterId: string
  readonly controllerId: number
  readonly topicMetadata: readonly {
    readonly topicErrorCode: number
    readonly topic: string
    readonly partitionMetadata: readonly {
      readonly partitionId: number
      /** -1: none. */
      readonly leader: number
      readonly replicas: readonly number[]
    }[]
  }[]
}

export const metadata = (topic: string): Question<Metadata> =>
  theirs('Metadata', { topics: [topic], allowAutoTopicCreation: false })

const NO_TOPICS = { apiKey: 3, apiVersion: 5, apiName: 'Metadata', heldAt: 'start' } as const

export interface Brokers {
  readonly brokers: readonly {
    readonly nodeId: number
    readonly host: string
    readonly port: number
  }[]
  readonly clusterId: string
  readonly controllerId: number
}

/** Of no topic: kafkajs takes none for all. */
export const brokers = (): Question<Brokers> =>
  own(
    NO_TOPICS,
    () => new WireWriter().int32(0).int8(0).view(),
    answer => {
      const reader = new WireReader(answer)
      reader.int32()
      const found: { nodeId: number; host: string; port: number }[] = []
      for (let left = reader.int32(); left > 0; left--) {
        found.push({ nodeId: reader.int32(), host: reader.text(), port: reader.int32() })
        reader.maybeBytes(reader.int16())
      }
      return { brokers: found, clusterId: reader.text(), controllerId: reader.int32() }
    },
  )

const EARLIEST = -2
const LATEST = -1

interface Offsets {
  readonly responses: readonly {
    readonly partitions: readonly { readonly errorCode: number; readonly offset: string }[]
  }[]
}

export function offsets(
  { topic, partition }: { readonly topic: string; readonly partition: number },
  of: 'start' | 'end',
  isCommitted: boolean,
): Question<Offsets> {
  const timestamp = of === 'start' ? EARLIEST : LATEST
  const topics = [{ topic, partitions: [{ partition, timestamp }] }]
  return theirs('ListOffsets', { isolationLevel: isCommitted ? 1 : 0, topics })
}

interface Deleted {
  readonly topics: readonly {
    readonly partitions: readonly { readonly errorCode: number }[]
  }[]
}

export const deletion = (
  { topic, partition }: { readonly topic: string; readonly partition: number },
  before: number,
  timeout: number,
): Question<Deleted> => {
  const topics = [{ topic, partitions: [{ partition, offset: `${before}` }] }]
  return theirs('DeleteRecords', { topics, timeout })
}

interface TopicErrors {
  readonly topicErrors: readonly {
    readonly errorCode: number
    readonly errorMessage?: string | null
  }[]
}

export const topicCreation = (fields: {
  readonly topic: string
  readonly numPartitions: number
  readonly replicationFactor: number
  readonly configEntries: readonly { readonly name: string; readonly value: string }[]
  readonly timeout: number
}): Question<TopicErrors> => {
  const { timeout, ...topic } = fields
  return theirs('CreateTopics', { topics: [topic], validateOnly: false, timeout })
}

export const topicDeletion = (topic: string, timeout: number): Question<TopicErrors> =>
  theirs('DeleteTopics', { topics: [topic], timeout })

const TOPIC_RESOURCE = 2

interface Configs {
  readonly resources: readonly {
    readonly errorCode: number
    readonly errorMessage: string | null
    readonly configEntries: readonly {
      readonly configName: string
      readonly configValue: string | null
    }[]
  }[]
}

export const configs = (topic: string): Question<Configs> =>
  theirs('DescribeConfigs', { resources: [{ type: TOPIC_RESOURCE, name: topic }] })

const TRANSACTIONS = 1

interface Coordinator {
  readonly errorCode: number
  readonly coordinator: { readonly nodeId: number; readonly host: string; readonly port: number }
}

export const coordinator = (transactionalId: string): Question<Coordinator> =>
  theirs('GroupCoordinator', {
    groupId: transactionalId,
    coordinatorType: TRANSACTIONS,
  })

interface Initialised {
  readonly errorCode: number
  readonly producerId: string
  readonly producerEpoch: number
}

export const initialisation = (
  transactionalId: string,
  transactionTimeout: number,
): Question<Initialised> => theirs('InitProducerId', { transactionalId, transactionTimeout })

/** Of no transactional id: for records that are to be known when they come again. */
export const numbering = (): Question<Initialised> =>
  theirs('InitProducerId', { transactionalId: null, transactionTimeout: 0 })

/** Who a producer is to the broker. */
export interface Identity {
  readonly transactionalId: string
  readonly producerId: string
  readonly producerEpoch: number
}

interface Added {
  readonly errors: readonly {
    readonly topic: string
    readonly partitionErrors: readonly {
      readonly partition: number
      readonly errorCode: number
    }[]
  }[]
}

export const addition = (
  who: Identity,
  topics: readonly { readonly topic: string; readonly partitions: readonly number[] }[],
): Question<Added> => theirs('AddPartitionsToTxn', { ...who, topics })

interface Ended {
  readonly errorCode: number
}

export const ending = (who: Identity, isCommit: boolean): Question<Ended> =>
  theirs('EndTxn', { ...who, transactionResult: isCommit })

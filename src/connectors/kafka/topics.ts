/** Topics: made, described, dropped; and what is asked of one partition by a small question. */

import type { Isolation, NewTopic, Partition, TopicDescription } from '../../base/stream-log.ts'
import { type Cluster, NOT_KNOWN_THERE } from './cluster.ts'
import type { Address } from './line.ts'
import { type Patience, patiently } from './patience.ts'
import {
  configs,
  deletion,
  metadata,
  offsets,
  topicCreation,
  topicDeletion,
} from './protocol/small.ts'
import { mustBeGood, Trouble } from './trouble.ts'

const isStale = ({ stale }: Trouble) => stale !== undefined

/** Brokers learn of it one after the other; the answer comes when all have that can be reached. */
async function untilAllSay(
  cluster: Cluster,
  topic: string,
  patience: Patience,
  isSo: (leaders: readonly number[]) => boolean,
): Promise<void> {
  const { brokers } = await cluster.brokers()
  const settle = async (broker: Address): Promise<void> => {
    while (!(await saysOf(cluster, broker, topic, isSo))) if (!(await patience.pause())) return
  }
  await Promise.all(brokers.map(({ host, port }) => settle({ host, port })))
  cluster.forget(topic)
}

/** Of a broker that does not answer nothing is asked. */
async function saysOf(
  cluster: Cluster,
  broker: Address,
  topic: string,
  isSo: (leaders: readonly number[]) => boolean,
): Promise<boolean> {
  try {
    const { topicMetadata } = await cluster.askAt(broker, metadata(topic))
    return isSo((topicMetadata[0]?.partitionMetadata ?? []).map(({ leader }) => leader))
  } catch {
    return true
  }
}

export async function create(cluster: Cluster, wanted: NewTopic): Promise<void> {
  const { topic, partitions, replication, settings } = wanted
  const patience = cluster.patience()
  const what = `creation of topic '${topic}'`
  const { brokers } = await cluster.brokers()
  const question = topicCreation({
    topic,
    numPartitions: partitions,
    replicationFactor: Math.min(replication, brokers.length),
    configEntries: Object.entries(settings).map(([name, value]) => ({ name, value })),
    timeout: cluster.limits.answerMs,
  })
  await patiently(patience, what, isStale, async () => {
    const { topicErrors } = await cluster.askAt(await controllerOf(cluster), question)
    mustBeGood(topicErrors[0]?.errorCode ?? NOT_KNOWN_THERE, what, topicErrors[0]?.errorMessage)
  })
  const isLed = (leaders: readonly number[]) =>
    leaders.length === partitions && leaders.every(leader => leader >= 0)
  await untilAllSay(cluster, topic, patience, isLed)
}

async function controllerOf(cluster: Cluster): Promise<Address> {
  const { brokers, controllerId } = await cluster.brokers()
  const found = brokers.find(({ nodeId }) => nodeId === controllerId) ?? brokers[0]
  if (found !== undefined) return { host: found.host, port: found.port }
  throw new Trouble('unavailable', 'no broker is there: see that the brokers run')
}

export async function drop(cluster: Cluster, topic: string): Promise<void> {
  const patience = cluster.patience()
  const what = `deletion of topic '${topic}'`
  const question = topicDeletion(topic, cluster.limits.answerMs)
  await patiently(patience, what, isStale, async () => {
    const { topicErrors } = await cluster.askAt(await controllerOf(cluster), question)
    mustBeGood(topicErrors[0]?.errorCode ?? NOT_KNOWN_THERE, what)
  })
  await untilAllSay(cluster, topic, patience, leaders => leaders.length === 0)
}

export async function describe(
  cluster: Pick<Cluster, 'anyone'>,
  topic: string,
): Promise<TopicDescription> {
  const what = `description of topic '${topic}'`
  const [{ topicMetadata }, { resources }] = await Promise.all([
    cluster.anyone(what, metadata(topic)),
    cluster.anyone(what, configs(topic)),
  ])
  const [told] = topicMetadata
  mustBeGood(told?.topicErrorCode ?? NOT_KNOWN_THERE, what)
  const [resource] = resources
  mustBeGood(resource?.errorCode ?? NOT_KNOWN_THERE, what, resource?.errorMessage)
  const entries = (resource?.configEntries ?? []).flatMap(({ configName, configValue }) =>
    configValue === null ? [] : [[configName, configValue] as const],
  )
  const copies = (told?.partitionMetadata ?? []).map(({ replicas }) => replicas.length)
  return { ...countOf(copies), settings: Object.fromEntries(entries) }
}

/** `copies`: of each partition. A topic that was given more partitions later may have others. */
function countOf(copies: readonly number[]): Omit<TopicDescription, 'settings'> {
  const most = Math.max(0, ...copies)
  const replication = Math.min(most, ...copies)
  const isEven = replication === most
  return { partitions: copies.length, replication, ...(!isEven && { replicationMax: most }) }
}

export function offsetOf(
  cluster: Cluster,
  of: Partition,
  which: 'start' | 'end',
  isolation: Isolation,
): Promise<number> {
  const what = `${which} of ${of.topic}/${of.partition}`
  const question = offsets(of, which, isolation === 'committed')
  return cluster.askLeader(what, of, async leader => {
    const { responses } = await cluster.askAt(leader, question)
    const told = responses[0]?.partitions[0]
    mustBeGood(told?.errorCode ?? NOT_KNOWN_THERE, what)
    return Number(told?.offset)
  })
}

/** Asked again at will: what was deleted may be deleted again. */
export function deleteBefore(cluster: Cluster, of: Partition, before: number): Promise<void> {
  const what = `deletion of ${of.topic}/${of.partition} before ${before}`
  const question = deletion(of, before, cluster.limits.answerMs)
  return cluster.askLeader(what, of, async leader => {
    const { topics } = await cluster.askAt(leader, question)
    mustBeGood(topics[0]?.partitions[0]?.errorCode ?? NOT_KNOWN_THERE, what)
  })
}

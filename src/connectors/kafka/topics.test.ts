/** What is said of a topic: of all its partitions, not of the first. */

import { expect, test } from 'vitest'
import { describe } from './topics.ts'

/** A cluster that says so many copies of each partition. */
function clusterOf(copies: readonly number[]): Parameters<typeof describe>[0] {
  const partitionMetadata = copies.map((count, partitionId) => {
    return { partitionId, leader: 1, replicas: Array.from({ length: count }, (_, at) => at + 1) }
  })
  const topicMetadata = [{ topicErrorCode: 0, topic: 't', partitionMetadata }]
  const configEntries = [{ configName: 'cleanup.policy', configValue: 'delete' }]
  const resources = [{ errorCode: 0, errorMessage: null, configEntries }]
  const brokers = { brokers: [], clusterId: 'c', controllerId: 1 }
  const answer: unknown = { ...brokers, topicMetadata, resources }
  return { anyone: <T>() => Promise.resolve(answer as T) }
}

test.each([
  [[3, 3, 3], { partitions: 3, replication: 3 }],
  [[3, 1, 2], { partitions: 3, replication: 1, replicationMax: 3 }],
  [[2, 3], { partitions: 2, replication: 2, replicationMax: 3 }],
  [[], { partitions: 0, replication: 0 }],
])('with %j copies of its partitions', async (copies, counts) => {
  const settings = { 'cleanup.policy': 'delete' }
  expect(await describe(clusterOf(copies), 't')).toEqual({ ...counts, settings })
})

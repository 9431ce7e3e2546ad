/**
 * What a takeover will need and what changes nothing: who coordinates the id and who leads the
 * partitions is asked for, where no connection to them is open yet one is, and what will be asked
 * is rehearsed. Asked once: whoever wants to be ready asks again.
 */

import type { Preparation } from '../../base/stream-log.ts'
import type { Cluster } from './cluster.ts'
import {
  addition,
  configs,
  coordinator,
  ending,
  initialisation,
  offsets,
} from './protocol/small.ts'
import { mustBeGood } from './trouble.ts'

export async function prepare(cluster: Cluster, coming: Preparation): Promise<void> {
  const { transactionalId, journal, topics } = coming
  const answer = await cluster.askAny(coordinator(transactionalId))
  mustBeGood(answer.errorCode, `coordinator of '${transactionalId}'`)
  await cluster.publishing.warm(answer.coordinator, transactionOf(transactionalId))
  for (const topic of topics) {
    const leaders = await cluster.leadersOf(topic)
    await Promise.all(leaders.map(leader => cluster.publishing.warm(leader, [])))
  }
  // Where the journal ends is asked of its leader, and so are its records.
  const leader = await cluster.leaderOf(journal)
  const questions = [configs(journal.topic), offsets(journal, 'end', false)]
  await Promise.all([cluster.warm(leader, questions), cluster.fetching.warm(leader, [])])
}

/** What its coordinator is asked. */
function transactionOf(transactionalId: string) {
  const nobody = { transactionalId, producerId: '0', producerEpoch: 0 }
  return [initialisation(transactionalId, 1), addition(nobody, []), ending(nobody, true)]
}

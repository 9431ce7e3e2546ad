/** Fetches: own requests to the leader, and what a reader sees of the answer. */

import type { Fetched, FetchOptions, Partition } from '../../base/stream-log.ts'
import { fetchedOf } from './batch/fetched.ts'
import type { Cluster } from './cluster.ts'
import type { Address } from './line.ts'
import { decodedFetch, encodedFetch, FETCH } from './protocol/fetch.ts'
import { own } from './protocol/message.ts'

export function fetched(
  cluster: Cluster,
  from: Partition,
  offset: number,
  { isolation, maxBytes, waitMs }: FetchOptions,
  signal: AbortSignal,
): Promise<Fetched> {
  const { answerMs, waitMsMax } = cluster.limits
  const wanted = {
    ...from,
    offset,
    maxBytes,
    isCommitted: isolation === 'committed',
    waitMs: Math.min(waitMs, waitMsMax),
  }
  const question = own(
    FETCH,
    () => encodedFetch(wanted),
    answer => decodedFetch(answer, wanted),
  )
  const timeoutMs = wanted.waitMs + answerMs
  const ask = async (leader: Address): Promise<Fetched> => {
    const answer = await cluster.fetching.ask(leader, question, { timeoutMs, signal })
    return fetchedOf(answer, { offset, maxBytes })
  }
  return cluster.askLeader(`fetch of ${from.topic}/${from.partition}`, from, ask, signal)
}

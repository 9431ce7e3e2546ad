/**
 * Fetch, version 11, of one partition: our own codec, since kafkajs's own loses batches without
 * records, the order of headers, and does not look at checksums.
 */

import type { Partition } from '../../../base/stream-log.ts'
import type { AbortedTransaction } from '../batch/aborted.ts'
import type { FetchedBytes } from '../batch/fetched.ts'
import { malformed, WireReader, WireWriter } from '../batch/wire.ts'
import { mustBeGood } from '../trouble.ts'

export const FETCH = { apiKey: 1, apiVersion: 11, apiName: 'Fetch', heldAt: 'start' } as const
const NO_REPLICA = -1
const NO_SESSION = 0
const NO_SESSION_EPOCH = -1
const ANY_LEADER_EPOCH = -1
const NOT_A_FOLLOWER = -1

export interface FetchQuestion extends Partition {
  readonly offset: number
  readonly isCommitted: boolean
  readonly maxBytes: number
  readonly waitMs: number
}

export function encodedFetch(question: FetchQuestion): Buffer {
  const { topic, partition, offset, isCommitted, maxBytes, waitMs } = question
  const writer = new WireWriter()
  writer
    .int32(NO_REPLICA)
    .int32(waitMs)
    .int32(1)
    .int32(maxBytes)
    .int8(isCommitted ? 1 : 0)
  writer.int32(NO_SESSION).int32(NO_SESSION_EPOCH)
  writer.int32(1).text(topic).int32(1)
  writer.int32(partition).int32(ANY_LEADER_EPOCH).int64(offset).int64(NOT_A_FOLLOWER)
  writer.int32(maxBytes)
  return writer.int32(0).text('').view()
}

function abortedOf(reader: WireReader): readonly AbortedTransaction[] {
  const aborted: AbortedTransaction[] = []
  for (let left = reader.int32(); left > 0; left--) {
    aborted.push({ producerId: reader.int64(), firstOffset: reader.int64() })
  }
  return aborted
}

export function decodedFetch(answer: Buffer, question: FetchQuestion): FetchedBytes {
  const { topic, partition, isCommitted, offset } = question
  const what = `fetch of ${topic}/${partition} from ${offset}`
  const reader = new WireReader(answer)
  const heldMs = reader.int32()
  mustBeGood(reader.int16(), what)
  reader.int32()
  const topics = reader.int32()
  // Whom a quota holds back is told of no topic at all.
  if (topics === 0 && heldMs > 0) return { bytes: Buffer.alloc(0), aborted: [], seenEnd: offset }
  if (topics !== 1 || reader.text() !== topic || reader.int32() !== 1) {
    throw malformed('an answer to a fetch is of another topic')
  }
  if (reader.int32() !== partition) throw malformed('an answer to a fetch is of another partition')
  mustBeGood(reader.int16(), what)
  const highWatermark = reader.int64()
  const lastStable = reader.int64()
  reader.int64()
  const aborted = abortedOf(reader)
  reader.int32()
  const bytes = reader.raw(Math.max(0, reader.int32()))
  return {
    bytes,
    aborted: isCommitted ? aborted : [],
    seenEnd: isCommitted ? lastStable : highWatermark,
  }
}

/**
 * Produce, version 7: one batch for each partition, all of one leader. Our own codec: kafkajs's own
 * takes headers without their order, and repeats what a leader refused for reasons of its own.
 */

import { malformed, WireReader, WireWriter } from '../batch/wire.ts'

export const PRODUCE = { apiKey: 0, apiVersion: 7, apiName: 'Produce', heldAt: 'end' } as const
/** Room for what stands before the batches, unless there are very many. */
const HEAD_BYTES = 1024
/** Acknowledged by all in-sync replicas: nothing less is durable. */
const ALL = -1

export interface EncodedBatch {
  readonly topic: string
  readonly partition: number
  readonly batch: Buffer
}

export interface ProduceQuestion {
  readonly transactionalId: string | null
  /** For the broker: how long the in-sync replicas may take. */
  readonly timeoutMs: number
  readonly batches: readonly EncodedBatch[]
}

export interface Produced {
  readonly topic: string
  readonly partition: number
  /** The broker's number for what went wrong; 0 is well. */
  readonly error: number
  readonly offset: number
}

function byTopic(batches: readonly EncodedBatch[]): ReadonlyMap<string, readonly EncodedBatch[]> {
  const topics = new Map<string, EncodedBatch[]>()
  for (const one of batches) {
    const own = topics.get(one.topic)
    if (own === undefined) topics.set(one.topic, [one])
    else own.push(one)
  }
  return topics
}

export function encodedProduce({ transactionalId, timeoutMs, batches }: ProduceQuestion): Buffer {
  // Batches are large: a writer that grew would copy them again.
  const writer = new WireWriter(batches.reduce((sum, { batch }) => sum + batch.length, HEAD_BYTES))
  writer.text(transactionalId).int16(ALL).int32(timeoutMs)
  const topics = byTopic(batches)
  writer.int32(topics.size)
  for (const [topic, own] of topics) {
    writer.text(topic).int32(own.length)
    for (const { partition, batch } of own) writer.int32(partition).int32(batch.length).raw(batch)
  }
  return writer.view()
}

export function decodedProduce(answer: Buffer): readonly Produced[] {
  const reader = new WireReader(answer)
  const produced: Produced[] = []
  for (let topics = reader.int32(); topics > 0; topics--) {
    const topic = reader.text()
    for (let partitions = reader.int32(); partitions > 0; partitions--) {
      const partition = reader.int32()
      const error = reader.int16()
      const offset = reader.int64()
      reader.int64()
      reader.int64()
      produced.push({ topic, partition, error, offset })
    }
  }
  reader.int32()
  if (reader.left > 0) throw malformed('an answer to a produce is longer than it says')
  return produced
}

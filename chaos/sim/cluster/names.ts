/** What the job calls its groups, ids and topics, and where each group reads and writes. */

import { ByteReader, ByteWriter } from '../../../src/base/bytes.ts'
import { invariant } from '../../../src/base/errors.ts'
import { type GroupId, groupId } from '../../../src/base/ids.ts'
import type { Partition } from '../../../src/base/stream-log.ts'
import { concat } from '../../../src/engine/columns/concat.ts'
import { gatherRecords } from '../../../src/engine/columns/gather.ts'
import type { Records } from '../../../src/engine/columns/records.ts'
import { readRecords, writeRecords } from '../../../src/engine/columns/records-codec.ts'
import type { Schema } from '../../../src/engine/schema/schema.ts'
import type { Decoding } from '../../../src/group/feed/shaping.ts'
import type { ClaimSeat } from '../../../src/journal/claims/seat.ts'
import type { Seat } from '../../../src/journal/plan.ts'
import type { TopicWanted } from '../../../src/journal/settings.ts'
import type { Output, SinkRun } from '../../../src/journal/types.ts'
import type { Job } from './job.ts'

export const CLUSTER = 'cluster'
export const JOB = 'job'
export const INPUT_TOPIC = 'input'
export const OUTPUT_TOPIC = 'outputs'
export const OUTPUT_PARTITIONS = 2
export const CLAIM = { generation: 1, owner: 'ann' } as const

type Raw = Parameters<Decoding['decode']>[0]

/** Of the group that owns the n-th part of the slots. */
export function idOf(group: number): GroupId {
  return groupId(group + 1)
}

export function partOf(group: GroupId): number {
  return group - 1
}

export function nameOf(group: number): string {
  return `job/stage/${group}`
}

export const JOURNAL_TOPIC = 'journal'

export function journalOf(group: number): Partition {
  return { topic: JOURNAL_TOPIC, partition: group }
}

export function transactionalIdOf(group: number): string {
  return `job-stage-${group}`
}

export function claimSeatOf(group: number): ClaimSeat {
  const names = { group: nameOf(group), transactionalId: transactionalIdOf(group) }
  return { ...names, journal: journalOf(group) }
}

/** There is one log, so that all sinks lie where the journal does. */
export function seatOf(group: number, sinks: readonly string[]): Seat {
  return { ...claimSeatOf(group), sinks, hasJournal: true }
}

export const topics: readonly TopicWanted[] = [
  { topic: JOURNAL_TOPIC, use: 'journal', partitions: 1 },
  { topic: OUTPUT_TOPIC, use: 'output', partitions: OUTPUT_PARTITIONS },
]

/** A partition of a source. */
export function inputOf(partition: number): Partition {
  return { topic: INPUT_TOPIC, partition }
}

/** Outputs of one group and sink lie in one partition: so their order is to be seen. */
export function outputOf(group: number, sink: number): Partition {
  return { topic: OUTPUT_TOPIC, partition: (group + sink) % OUTPUT_PARTITIONS }
}

/** Records of a source, one in each record of its log; what is none has no bytes. */
export function decoded(
  job: Job,
  source: string,
  { bytes, size, starts, ends }: Raw,
): ReturnType<Decoding['decode']> {
  const schema = job.schemas.of({ from: source })
  const failures: { row: number; code: string; reason: string }[] = []
  const records = Array.from({ length: size }, (_, row) => {
    const value = bytes.subarray(starts[row], ends[row])
    if (value.length > 0) return readRecords(new ByteReader(value), schema)
    failures.push({ row, code: 'malformed', reason: 'it is no record' })
    return job.voidOf(source)
  })
  return { vectors: concat(schema, records).vectors, failures }
}

/** One record for each row. */
export function rendered(job: Job, group: number, run: SinkRun): readonly Output[] {
  const input = new ByteReader(run.bytes)
  const records = readRecords(input, job.schemaOf(group, run.sink))
  const place = outputOf(group, job.sinksOf(group).indexOf(run.sink))
  return Array.from({ length: records.size }, (_, row) => {
    const out = new ByteWriter()
    writeRecords(out, gatherRecords(records, Int32Array.of(row)))
    const record = { key: null, value: out.finish(), headers: [], timestampMs: 0 }
    return { ...place, record }
  })
}

/** Outputs for another stage stay in the group until that has taken them. */
export function isForStage(sink: string): boolean {
  return sink.startsWith('>')
}

/** As a reader has it. */
export function unrendered(schema: Schema, value: Uint8Array | null): Records {
  invariant(value !== null, 'CLUSTER an output has a value')
  return readRecords(new ByteReader(value), schema)
}

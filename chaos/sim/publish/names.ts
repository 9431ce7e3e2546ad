/** What a job calls its groups, ids and topics, and where each group writes. */

import type { GroupId } from '../../../src/base/ids.ts'
import type { Partition } from '../../../src/base/stream-log.ts'
import type { Seat } from '../../../src/journal/plan.ts'
import type { TopicWanted } from '../../../src/journal/settings.ts'
import { AWAY, HOME, OUTPUT_PARTITIONS, type SinkName } from './output.ts'

export const JOURNAL_TOPIC = 'journal'
export const MARKERS_TOPIC = 'markers'

export function nameOf(group: GroupId): string {
  return `job/stage/${group}`
}

export function idOf(group: GroupId): string {
  return `job-stage-${group}`
}

/** One partition a group: nobody else writes there. */
export function journalOf(group: GroupId): Partition {
  return { topic: JOURNAL_TOPIC, partition: group - 1 }
}

/** In the other log. */
export function markersOf(group: GroupId): Partition {
  return { topic: MARKERS_TOPIC, partition: group - 1 }
}

export function seatOf(group: GroupId, sink: SinkName): Seat {
  const names = { group: nameOf(group), transactionalId: idOf(group), sinks: [sink] }
  if (sink === AWAY) return { ...names, journal: markersOf(group), hasJournal: false }
  return { ...names, journal: journalOf(group), hasJournal: true }
}

/** What a publisher writes to there. */
export function topicsOf(sink: SinkName): readonly TopicWanted[] {
  const journal = sink === AWAY ? MARKERS_TOPIC : JOURNAL_TOPIC
  return [
    { topic: journal, use: 'journal', partitions: 1 },
    { topic: sink, use: 'output', partitions: OUTPUT_PARTITIONS },
  ]
}

export const lanes: readonly SinkName[] = [HOME, AWAY]

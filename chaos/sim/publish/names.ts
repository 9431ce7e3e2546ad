/** What a job calls its groups, ids and topics, and where each group writes. */

import type { GroupId } from '../../../src/base/ids.ts'
import type { Partition } from '../../../src/base/stream-log.ts'
import type { Seat } from '../../../src/journal/plan.ts'
import type { TopicWanted } from '../../../src/journal/settings.ts'
import { AWAY, type LogName, OUTPUT_PARTITIONS, sinksOf } from './output.ts'

const JOURNAL_TOPIC = 'journal'
const MARKERS_TOPIC = 'markers'
export const journalTopicOf: Readonly<Record<LogName, string>> = {
  home: JOURNAL_TOPIC,
  away: MARKERS_TOPIC,
}

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

export function seatOf(group: GroupId, log: LogName): Seat {
  const names = { group: nameOf(group), transactionalId: idOf(group), sinks: sinksOf[log] }
  if (log === AWAY) return { ...names, journal: markersOf(group), hasJournal: false }
  return { ...names, journal: journalOf(group), hasJournal: true }
}

/** What a publisher writes to there. */
export function topicsOf(log: LogName): readonly TopicWanted[] {
  const outputs = sinksOf[log].map((topic): TopicWanted => {
    return { topic, use: 'output', partitions: OUTPUT_PARTITIONS }
  })
  return [{ topic: journalTopicOf[log], use: 'journal', partitions: 1 }, ...outputs]
}

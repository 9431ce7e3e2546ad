/** What a job calls its groups, ids and topics, and where each group writes. */

import type { GroupId } from '../../../src/base/ids.ts'
import type { Partition } from '../../../src/base/stream-log.ts'
import type { Seat } from '../../../src/journal/plan.ts'
import { AWAY, HOME, type SinkName } from './output.ts'

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
  const names = { group: nameOf(group), transactionalId: idOf(group), sink }
  if (sink === AWAY) return { ...names, journal: markersOf(group), hasJournal: false }
  return { ...names, journal: journalOf(group), hasJournal: true }
}

export const lanes: readonly SinkName[] = [HOME, AWAY]

/** What the nodes of a job are told, and how its topics, ids and groups are called. */

import type { GroupId } from '../../src/base/ids.ts'
import type { NewTopic } from '../../src/base/stream-log.ts'
import { defaultJournalBounds, type JournalBounds } from '../../src/journal/bounds.ts'
import type { Seat } from '../../src/journal/plan.ts'
import { journalTopic } from '../../src/journal/settings.ts'
import type { Claim } from '../../src/journal/types.ts'
import {
  HOME,
  LOGS,
  type LogName,
  OUTPUT_PARTITIONS,
  type SinkName,
  sinksOf,
} from '../sim/publish/output.ts'

export interface JobPlan {
  /** Letters and digits that no other job on these brokers has. */
  readonly name: string
  readonly brokers: readonly string[]
  readonly claim: Claim
  /** The brokers end a transaction that is older. */
  readonly transactionMs: number
}

const COPIES = 3
/** Small and many, so that faults find one open. */
const OUTPUT_BYTES_MAX = 2000
/** Little enough that back-pressure is felt while brokers are away. */
const OUTBOX_BYTES_MAX = 1024 * 1024
/** One broker has so long to answer: a node that hears nothing is to notice within the drill. */
export const brokerLimits = { answerMs: 2000, connectMs: 1000 } as const

export function boundsOf({ transactionMs }: Pick<JobPlan, 'transactionMs'>): JournalBounds {
  return {
    ...defaultJournalBounds,
    outputBytesMax: OUTPUT_BYTES_MAX,
    outboxBytesMax: OUTBOX_BYTES_MAX,
    eagerBytes: 1,
    transactionMs,
  }
}

type Named = Pick<JobPlan, 'name'>

/** Outputs of all groups for one sink. */
export const outputTopic = ({ name }: Named, sink: SinkName): string => `${name}-${sink}`

/** At home the journal, in the other log the markers; a group has a partition of its own. */
export const journalOf = ({ name }: Named, log: LogName): string =>
  `${name}-${log === HOME ? 'journal' : 'markers'}`

export function seatOf(plan: Named, group: GroupId, log: LogName): Seat {
  return {
    group: `${plan.name}/publish/${group}`,
    journal: { topic: journalOf(plan, log), partition: group - 1 },
    // Both logs lie on the same brokers, where one id has one transaction at a time.
    transactionalId: `${plan.name}-${group}-${log}`,
    sinks: sinksOf[log],
    hasJournal: log === HOME,
  }
}

export function topicsOf(plan: Named, groups: number): readonly NewTopic[] {
  return LOGS.flatMap(log => [
    journalTopic(journalOf(plan, log), groups, COPIES),
    ...sinksOf[log].map(sink => journalTopic(outputTopic(plan, sink), OUTPUT_PARTITIONS, COPIES)),
  ])
}

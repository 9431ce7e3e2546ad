/** What the nodes of a job are told, and how its topics, ids and groups are called. */

import type { GroupId } from '../../src/base/ids.ts'
import type { NewTopic } from '../../src/base/stream-log.ts'
import { defaultJournalBounds, type JournalBounds } from '../../src/journal/bounds.ts'
import type { Seat } from '../../src/journal/plan.ts'
import { journalTopic } from '../../src/journal/settings.ts'
import type { Claim } from '../../src/journal/types.ts'
import { HOME, OUTPUT_PARTITIONS, SINKS, type SinkName } from '../sim/publish/output.ts'

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

/** Of the home sink the journal, of the other the markers; a group has a partition of its own. */
export const journalOf = ({ name }: Named, sink: SinkName): string =>
  `${name}-${sink === HOME ? 'journal' : 'markers'}`

export function seatOf(plan: Named, group: GroupId, sink: SinkName): Seat {
  return {
    group: `${plan.name}/publish/${group}`,
    journal: { topic: journalOf(plan, sink), partition: group - 1 },
    // Both sinks lie on the same brokers, where one id has one transaction at a time.
    transactionalId: `${plan.name}-${group}-${sink}`,
    sinks: [sink],
    hasJournal: sink === HOME,
  }
}

export function topicsOf(plan: Named, groups: number): readonly NewTopic[] {
  return SINKS.flatMap(sink => [
    journalTopic(journalOf(plan, sink), groups, COPIES),
    journalTopic(outputTopic(plan, sink), OUTPUT_PARTITIONS, COPIES),
  ])
}

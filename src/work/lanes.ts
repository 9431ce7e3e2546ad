/**
 * Lanes of a job: where its groups write under transactional ids, and as whom. There is one for
 * each log, with all sinks that lie there: what an entry has for them is shown together. The first
 * is home and has the journal, any other markers of its own. Each has a partition for every group
 * of the job, in one order: so a claim spans the same groups in all of them.
 */

import type { StageRef } from '../group/wiring.ts'
import type { ClaimSeat } from '../journal/claims/seat.ts'
import { byName } from '../journal/outbox.ts'
import type { Seat } from '../journal/plan.ts'
import type { TopicWanted } from '../journal/settings.ts'
import type { Blueprint, SinkEnd } from './blueprint.ts'
import { type Connection, connectionId } from './connection.ts'
import { groupName, journalTopic, markersTopic, transactionalId } from './names.ts'

export interface LanePlan {
  /** '' is that of the journal, any other is called as its first sink. */
  readonly name: string
  readonly connection: Connection
  /** By name; none where only the journal lies in the home log. */
  readonly sinks: readonly string[]
  /** The journal, or markers. */
  readonly topic: string
  readonly outputs: readonly string[]
}

type NamedEnd = readonly [sink: string, end: SinkEnd]

export function lanesOf({ job, home, sinks }: Blueprint): readonly LanePlan[] {
  const ends = [...sinks].sort(([one], [other]) => byName(one, other))
  const idOf = ([, { connection }]: NamedEnd) => connectionId(connection)
  const isHome = (end: NamedEnd) => idOf(end) === connectionId(home)
  const journal = { name: '', connection: home, topic: journalTopic(job) }
  const elsewhere = ends.filter(end => !isHome(end))
  const first = elsewhere.filter((end, at) => {
    return elsewhere.findIndex(other => idOf(other) === idOf(end)) === at
  })
  const others = first.map((end): LanePlan => {
    const [name, { connection }] = end
    const some = elsewhere.filter(other => idOf(other) === idOf(end))
    return { name, connection, topic: markersTopic(job, name), ...writtenTo(some) }
  })
  return [{ ...journal, ...writtenTo(ends.filter(isHome)) }, ...others]
}

function writtenTo(ends: readonly NamedEnd[]): Pick<LanePlan, 'sinks' | 'outputs'> {
  const topics = new Set(ends.map(([, { topic }]) => topic))
  return { sinks: ends.map(([sink]) => sink), outputs: [...topics] }
}

/** `at`: of the group among all of the job. */
interface Sitting {
  readonly job: string
  readonly ref: StageRef
  readonly at: number
}

export function claimSeat({ name, topic }: LanePlan, { job, ref, at }: Sitting): ClaimSeat {
  return {
    group: groupName(job, ref),
    journal: { topic, partition: at },
    transactionalId: transactionalId(job, ref, name),
  }
}

export function seatOf(lane: LanePlan, sitting: Sitting): Seat {
  return { ...claimSeat(lane, sitting), sinks: lane.sinks, hasJournal: lane.name === '' }
}

/** What a lane's publisher looks at before it writes. */
export function topicsWanted({ topic, outputs }: LanePlan, groups: number): readonly TopicWanted[] {
  return [
    { topic, use: 'journal', partitions: groups },
    ...outputs.map(output => ({ topic: output, use: 'output', partitions: 1 }) as const),
  ]
}

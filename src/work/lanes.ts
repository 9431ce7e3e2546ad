/**
 * Lanes of a job: where its groups write under transactional ids, and as whom. The first is home
 * and has the journal, any other markers of its own. Each has a partition for every group of the
 * job, in one order: so a claim spans the same groups in all of them.
 */

import type { StageRef } from '../group/wiring.ts'
import type { ClaimSeat } from '../journal/claims/seat.ts'
import type { Seat } from '../journal/plan.ts'
import type { TopicWanted } from '../journal/settings.ts'
import type { Blueprint } from './blueprint.ts'
import { type Connection, connectionId } from './connection.ts'
import { groupName, journalTopic, markersTopic, transactionalId } from './names.ts'

export interface LanePlan {
  /** '' is that of the journal. */
  readonly name: string
  readonly connection: Connection
  readonly sink: string
  /** The journal, or markers. */
  readonly topic: string
  readonly outputs: readonly string[]
}

/** No sink is called so: a lane for the journal alone. */
const NOTHING = ''

/** One lane a sink; that of the journal has the first that lies in the home log. */
export function lanesOf({ job, home, sinks }: Blueprint): readonly LanePlan[] {
  const isHome = (connection: Connection) => connectionId(connection) === connectionId(home)
  const first = [...sinks].find(([, { connection }]) => isHome(connection))
  const [sink, end] = first ?? [NOTHING, undefined]
  const outputs = end === undefined ? [] : [end.topic]
  const rest = [...sinks].filter(([id]) => id !== sink)
  return [
    { name: '', connection: home, sink, topic: journalTopic(job), outputs },
    ...rest.map(([name, { connection, topic }]) => {
      return { name, connection, sink: name, topic: markersTopic(job, name), outputs: [topic] }
    }),
  ]
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
  return { ...claimSeat(lane, sitting), sink: lane.sink, hasJournal: lane.name === '' }
}

/** What a lane's publisher looks at before it writes. */
export function topicsWanted({ topic, outputs }: LanePlan, groups: number): readonly TopicWanted[] {
  return [
    { topic, use: 'journal', partitions: groups },
    ...outputs.map(output => ({ topic: output, use: 'output', partitions: 1 }) as const),
  ]
}

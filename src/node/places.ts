/**
 * Where the replicas of one group live, for the host that must send to them. The applied roster
 * knows, but it may lag: a newcomer has not applied anything, and after an unclean start of the
 * machine nothing may be applied before a leader is found, for which messages must go out. Then the
 * log tells: a leader proposes a member only when its enrolment is committed, so whoever holds the
 * members in his log holds the enrolments in front of them.
 */

import type { NodeId, ReplicaId } from '../base/ids.ts'
import type { RaftLog } from '../raft/log/log.ts'
import { decodeGroupCommand } from './roster/codec.ts'
import { type Enrolled, enrol, enrolledAs, type Roster } from './roster/roster.ts'

type Log = Pick<RaftLog, 'applied' | 'lastIndex' | 'entry'>

export class Places {
  /** What the seat was told with; replica ids are never used twice, so it cannot become wrong. */
  readonly #told = new Map<ReplicaId, NodeId>()
  /** The roster as it would be if the log were applied up to here. */
  #ahead: { readonly roster: Roster; readonly index: number } | undefined

  tell(places: readonly Pick<Enrolled, 'replica' | 'node'>[]): void {
    for (const { replica, node } of places) this.#told.set(replica, node)
  }

  nodeOf(replica: ReplicaId, applied: Roster, log: Log | undefined): NodeId | undefined {
    const known = enrolledAs(applied, replica)?.node ?? this.#told.get(replica)
    if (known !== undefined || log === undefined) return known
    return enrolledAs(this.#lookAhead(applied, log), replica)?.node
  }

  /** Each entry is looked at once, unless the log was cut off meanwhile. */
  #lookAhead(applied: Roster, log: Log): Roster {
    const { applied: appliedIndex, lastIndex } = log
    const isUsable = this.#ahead !== undefined && this.#ahead.index <= lastIndex
    let { roster, index } = (isUsable && this.#ahead) || { roster: applied, index: appliedIndex }
    for (; index < lastIndex; index++) {
      const entry = log.entry(index + 1)
      if (entry?.kind !== 'data') continue
      const command = decodeGroupCommand(entry.data)
      if (command.kind === 'enrol') roster = enrol(roster, command.who).roster
    }
    this.#ahead = { roster, index: lastIndex }
    return roster
  }
}

/**
 * What runs the groups of jobs on a node, as the node sees it: a body for each replica, made by
 * somebody who knows what jobs are. The node knows where groups live, who leads them, and how the
 * cluster's own wish is changed; nothing of what they compute.
 */

import type { Clock, Random, Transport } from '../../base/env.ts'
import type { GroupId, NodeId } from '../../base/ids.ts'
import type { Logger } from '../../base/log.ts'
import type { MetaCommand, Submission } from '../../meta/command.ts'
import type { MetaGroup, MetaJob, MetaState } from '../../meta/state.ts'
import type { GroupMachine } from '../../raft/host/machine.ts'

/** What a body asks of its replica in the log. */
export interface JobReplica {
  /** The term in which it leads; 0: in none. */
  leads(): number
  /** false: refused, nothing stands behind what was taken before. `done` in either case, later. */
  propose(term: number, data: Uint8Array, done: () => void): boolean
  /** false: nobody answered. `done` when all that was committed before is applied here. */
  read(done: (isReady: boolean) => void): void
}

export interface JobGroupFacts {
  readonly leads: boolean
  /** Of which entries are taken; 0: none was begun. */
  readonly generation: number
  /** The log of its generation has ended, and all of it is out. */
  readonly isDrained: boolean
  /** What holds it up, for people; `isFinal`: it does not go on before somebody acts. */
  readonly trouble?: Trouble & { readonly isFinal?: boolean }
}

/** One replica of a group of a job. */
export interface JobBody {
  readonly machine: GroupMachine
  /** It stands in the log: what it proposes goes there. */
  take(replica: JobReplica): void
  /** Leadership may have changed, or what is wished of the job. */
  onChanged(): void
  /** Nothing is done or told any more; the machine is closed by whoever applies to it. */
  close(): void
  facts(): JobGroupFacts
}

export interface Trouble {
  readonly code: string
  readonly message: string
  /** Each with its place in the file, where there is one. */
  readonly errors?: readonly unknown[]
}

export type Prepared = { readonly job: Submission } | { readonly refused: Trouble }

/** A job file as somebody sent it. */
export interface JobFile {
  /** Its ending tells its language; none: YAML, of which JSON is a part. */
  readonly name: string
  /** Instead of the name in the file. */
  readonly as?: string
  readonly bytes: Uint8Array
}

export interface JobBodies {
  make(hosting: { readonly job: MetaJob; readonly group: MetaGroup }): JobBody
  /** As often as leaders look at their groups: the wish as this node knows it by now. */
  onMeta(state: MetaState, isLead: boolean): void
  /** Another leads it, as far as is known here. */
  onLeader(group: GroupId): void
  /** What the job asks of its logs is looked at, and where its sources begin. */
  prepare(file: JobFile, nodes: number, done: (prepared: Prepared) => void): void
  /** Why the job is not claimed, as far as this node knows; who leads `meta` does. */
  troubleOf(job: string): Trouble | undefined
  close(): void
}

export type MetaAnswer = { readonly done: true } | { readonly refused: Trouble }

/** What the node gives to those who make bodies. */
export interface JobWorld {
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly node: NodeId
  readonly cluster: string
  /** Where others dial this node. */
  readonly address: string
  /** Carries streams between groups. */
  readonly exchange: Transport<string>
  /** Where whoever leads the group is dialled, as far as is known; it may be somebody else. */
  addressOf(group: GroupId): string | undefined
  /** Carried to whoever leads meta. Answered in any case, if only that nobody knows. */
  propose(command: MetaCommand, done: (answer: MetaAnswer) => void): void
}

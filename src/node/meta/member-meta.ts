/** What a node adds to a member so that it holds `meta`, and runs what is wished for there. */

import type { Clock } from '../../base/env.ts'
import type { GroupId, NodeId, ReplicaId } from '../../base/ids.ts'
import type { Logger } from '../../base/log.ts'
import type { StateSpace } from '../../base/state.ts'
import type { MetaCommand } from '../../meta/command.ts'
import { MetaMachine } from '../../meta/machine.ts'
import { META_GROUP, type MetaNode, nodeIn } from '../../meta/state.ts'
import type { GroupMachine } from '../../raft/host/machine.ts'
import type { JobBodies, JobWorld } from '../jobs/body.ts'
import { JobsHost } from '../jobs/host.ts'
import { Placing } from '../jobs/placing.ts'
import type { Member } from '../member.ts'
import type { Replica } from '../replica.ts'
import { MetaKeeper } from './keeper.ts'
import { type LineParts, MetaLine } from './line.ts'

type Make<M> = (space: StateSpace, done: (machine: M) => void, group: GroupId) => void

/** A group that people are served with. */
export function servedOf<M extends GroupMachine>(
  replica: Replica<GroupMachine> | undefined,
): Replica<M> | undefined {
  const isServed = replica !== undefined && replica.id < META_GROUP
  return isServed ? (replica as Replica<M>) : undefined
}

function metaOf(member: Member<GroupMachine> | undefined): Replica<MetaMachine> | undefined {
  const replica = member?.replicas.get(META_GROUP)
  return replica?.machine instanceof MetaMachine ? (replica as Replica<MetaMachine>) : undefined
}

export interface MemberMetaParts {
  readonly clock: Clock
  readonly logger: Logger
  readonly self: { readonly node: NodeId; readonly store: string; readonly address: string }
  readonly zone: string
  readonly line: Pick<LineParts, 'cluster' | 'client'>
  /** Missing: nothing runs groups of jobs here. */
  readonly bodies: ((world: JobWorld) => JobBodies) | undefined
  readonly world: Pick<JobWorld, 'random' | 'exchange'>
  member(): Member<GroupMachine> | undefined
  isLiving(node: NodeId): boolean
  /** Where a node is dialled from here. */
  addressOf(node: NodeId): string | undefined
}

export class MemberMeta {
  readonly placing = new Placing()
  readonly line: MetaLine
  readonly bodies: JobBodies | undefined
  readonly jobs: JobsHost | undefined
  readonly #parts: MemberMetaParts
  readonly #keeper: MetaKeeper
  /** Of groups without a replica here: how often it was asked who leads them. */
  readonly #turns = new Map<GroupId, number>()
  #isTelling = false

  constructor(parts: MemberMetaParts) {
    const { clock, logger, self, bodies, world, line, member, isLiving } = parts
    this.#parts = parts
    this.line = new MetaLine({
      ...{ ...line, clock },
      replica: () => this.replica,
      leaderAddress: () => {
        const node = this.replica?.leaderNode()
        return node === undefined ? undefined : parts.addressOf(node)
      },
    })
    this.bodies = bodies?.({
      ...{ clock, logger, ...world, cluster: line.cluster },
      ...{ node: self.node, address: self.address },
      addressOf: group => this.#addressOf(group),
      propose: (command, done) => this.line.say(command, done),
    })
    this.jobs = this.bodies && new JobsHost({ clock, bodies: this.bodies, logger, member })
    this.#keeper = new MetaKeeper({ clock, self, isLiving, jobs: this.jobs })
  }

  /** The one that is here; undefined: it is not open yet, or the cluster has none. */
  get replica(): Replica<MetaMachine> | undefined {
    return metaOf(this.#parts.member())
  }

  /** Machines for the groups of a member: `meta` is all in memory, groups of jobs have bodies. */
  makes<M extends GroupMachine>(make: Make<M>): Make<GroupMachine> {
    return (space, done, group) => {
      const body = this.jobs?.machineOf(group)
      if (group === META_GROUP) done(new MetaMachine())
      else if (body !== undefined) done(body)
      else make(space, done, group)
    }
  }

  leaderWish(group: GroupId): ReplicaId | undefined {
    return this.placing.wished(group)?.[0]
  }

  /** Nothing is done where `meta` has no replica: a cluster that was founded without it. */
  onLook(): void {
    const { replica } = this
    if (replica === undefined) return
    const { state } = replica.machine
    this.placing.look(state)
    this.#keeper.look(replica)
    this.jobs?.look(state, replica.isLeader)
    const founded = this.jobs?.founded(state) ?? []
    if (founded.length > 0) this.#tell({ kind: 'founded', groups: founded })
    const own = nodeIn(state, this.#parts.self.node)
    if (own !== undefined) this.#maybeTellZone(own)
  }

  close(): void {
    this.jobs?.close()
  }

  /** The zone no roster knows: a node says it itself. */
  #maybeTellZone({ goneSinceMs: _, ...own }: MetaNode): void {
    const { zone } = this.#parts
    if (own.zone !== zone) this.#tell({ kind: 'node', node: { ...own, zone } })
  }

  /** One word at a time. */
  #tell(command: MetaCommand): void {
    if (this.#isTelling) return
    this.#isTelling = true
    this.line.say(command, () => {
      // Whatever was answered: what is not so yet is told at the next look.
      this.#isTelling = false
    })
  }

  /** Who leads it, as its replica here knows; else whoever should, and the others in turn. */
  #addressOf(group: GroupId): string | undefined {
    const { member, addressOf } = this.#parts
    const known = member()?.replicas.get(group)
    const wished = known === undefined ? this.#next(group) : undefined
    const node = known?.leaderNode() ?? wished
    return node === undefined ? undefined : addressOf(node)
  }

  /** Each time another, beginning with the one that should lead. */
  #next(group: GroupId): NodeId | undefined {
    const replicas = this.placing.wished(group) ?? []
    const turn = this.#turns.get(group) ?? 0
    this.#turns.set(group, turn + 1)
    const replica = replicas[turn % Math.max(1, replicas.length)]
    return replica === undefined ? undefined : this.placing.nodeOf(replica)
  }
}

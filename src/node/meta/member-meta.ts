/** What a node adds to a member so that it holds `meta` beside the groups it is for. */

import type { Clock } from '../../base/env.ts'
import type { GroupId, NodeId, ReplicaId } from '../../base/ids.ts'
import type { StateSpace } from '../../base/state.ts'
import { MetaMachine } from '../../meta/machine.ts'
import { groupIn, META_GROUP, type MetaState } from '../../meta/state.ts'
import type { GroupMachine } from '../../raft/host/machine.ts'
import type { Member } from '../member.ts'
import type { Replica } from '../replica.ts'
import type { JobHost } from './job-host.ts'
import { MetaKeeper } from './keeper.ts'

type Make<M> = (space: StateSpace, done: (machine: M) => void, group: GroupId) => void

/** Machines for the groups of a member, of which one is `meta`: its state is all in memory. */
export function withMeta<M extends GroupMachine>(make: Make<M>): Make<M | MetaMachine> {
  return (space, done, group) => {
    if (group === META_GROUP) done(new MetaMachine())
    else make(space, done, group)
  }
}

/** A group that people are served with. */
export function servedOf<M extends GroupMachine>(
  replica: Replica<M | MetaMachine> | undefined,
): Replica<M> | undefined {
  return replica?.id === META_GROUP ? undefined : (replica as Replica<M> | undefined)
}

export function metaOf<M extends GroupMachine>(
  member: Member<M | MetaMachine> | undefined,
): Replica<MetaMachine> | undefined {
  const replica = member?.replicas.get(META_GROUP)
  return replica?.machine instanceof MetaMachine ? (replica as Replica<MetaMachine>) : undefined
}

const leaderIn = (state: MetaState | undefined, group: GroupId): ReplicaId | undefined =>
  state && groupIn(state, group)?.replicas[0]?.replica

export interface MemberMetaParts<M extends GroupMachine> {
  readonly clock: Clock
  readonly self: { readonly node: NodeId; readonly store: string }
  readonly jobs: JobHost | undefined
  member(): Member<M | MetaMachine> | undefined
  isLiving(node: NodeId): boolean
}

/** Nothing is done where `meta` has no replica: a cluster that was founded without it. */
export function memberMeta<M extends GroupMachine>({ member, ...parts }: MemberMetaParts<M>) {
  const keeper = new MetaKeeper(parts)
  return {
    leaderWish: (group: GroupId) => leaderIn(metaOf(member())?.machine.state, group),
    onLook: () => {
      const replica = metaOf(member())
      if (replica !== undefined) keeper.look(replica)
    },
  }
}

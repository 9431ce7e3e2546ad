/**
 * Which groups of jobs this node should host: the wish of `meta` and what is hosted in, duties out.
 * A wish that may be an old one begins and ends nothing: a replica that was retired must not be
 * begun again, as its id has voted already.
 */

import type { GroupId, NodeId, ReplicaId } from '../../base/ids.ts'
import { groupIn, type MetaGroup, type MetaState, nodeIn } from '../../meta/state.ts'

/** A replica of a job's group on this node. */
export interface Hosted {
  readonly replica: ReplicaId
  /** As its own log says, which alone knows: voter, outgoing or learner. */
  readonly isMember: boolean
}

export type HostingDuty =
  /** `voters`: the group is begun with these; none: whoever leads it will say. */
  | {
      readonly kind: 'create'
      readonly group: GroupId
      readonly replica: ReplicaId
      readonly voters: readonly ReplicaId[]
    }
  | { readonly kind: 'keep'; readonly group: GroupId }
  /** It counts nowhere any more: what it holds may go. */
  | { readonly kind: 'retire'; readonly group: GroupId; readonly replica: ReplicaId }

export interface HostingFacts {
  readonly state: MetaState
  readonly self: { readonly node: NodeId; readonly store: string }
  readonly hosted: ReadonlyMap<GroupId, Hosted>
  /** Since this start the state has been seen to hold all that was committed before. */
  readonly isCurrent: boolean
}

/** What is hosted in the order of the groups, then what is to be. */
export function hostingDuties(facts: HostingFacts): readonly HostingDuty[] {
  const hosted = [...facts.hosted].sort(([a], [b]) => a - b)
  const known = hosted.map(([group, one]) => fateOf(facts, group, one))
  return facts.isCurrent ? [...known, ...created(facts)] : known
}

function fateOf(facts: HostingFacts, group: GroupId, { replica, isMember }: Hosted): HostingDuty {
  const { state, self, isCurrent } = facts
  const wished = groupIn(state, group)
  const isWished = wished !== undefined && replicaOf(wished, self.node) === replica
  // A group that was dropped has nobody who could still count on it.
  const isNeeded = wished !== undefined && isMember
  if (isWished || isNeeded || !isCurrent) return { kind: 'keep', group }
  return { kind: 'retire', group, replica }
}

function created({ state, self, hosted }: HostingFacts): readonly HostingDuty[] {
  // A wish for the store that this node had before is for replicas that are gone.
  if (nodeIn(state, self.node)?.store !== self.store) return []
  return state.groups.flatMap(({ id: group, founding, ...rest }): readonly HostingDuty[] => {
    const replica = replicaOf(rest, self.node)
    if (replica === undefined || hosted.has(group)) return []
    const voters = founding.includes(replica) ? founding : []
    return [{ kind: 'create', group, replica, voters }]
  })
}

const replicaOf = ({ replicas }: Pick<MetaGroup, 'replicas'>, node: NodeId) =>
  replicas.find(one => one.node === node)?.replica

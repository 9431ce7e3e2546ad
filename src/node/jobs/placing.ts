/**
 * What the wish says of groups of jobs, for those who carry their replicas: how a group is called,
 * which replicas it should have, and where each lives. It remembers where replicas lived that are
 * wished for no more, since their group may count on them for a while; ids are never used twice.
 */

import { type GroupId, groupId, type NodeId, type ReplicaId } from '../../base/ids.ts'
import { groupIn, META_GROUP, type MetaState, nameOfGroup } from '../../meta/state.ts'
import { groupName, parseGroup } from '../names.ts'

/** Its members are wished for in meta; those of others are in their own rosters. */
export const isPlaced = (group: GroupId): boolean => group > META_GROUP

export class Placing {
  #state: MetaState | undefined
  readonly #nodes = new Map<ReplicaId, NodeId>()

  look(state: MetaState): void {
    if (state.groups !== this.#state?.groups) {
      for (const { replica, node } of state.groups.flatMap(({ replicas }) => replicas)) {
        this.#nodes.set(replica, node)
      }
    }
    this.#state = state
  }

  /** In the order in which they should lead; undefined: it is not wished for, or not known yet. */
  wished(group: GroupId): readonly ReplicaId[] | undefined {
    return this.#groupOf(group)?.replicas.map(({ replica }) => replica)
  }

  nodeOf(replica: ReplicaId): NodeId | undefined {
    return this.#nodes.get(replica)
  }

  replicaOn(group: GroupId, node: NodeId): ReplicaId | undefined {
    return this.#groupOf(group)?.replicas.find(one => one.node === node)?.replica
  }

  nameOf(group: GroupId): string {
    const known = this.#groupOf(group)
    if (known !== undefined) return nameOfGroup(known)
    return isPlaced(group) ? `group/${group}` : groupName(group)
  }

  /** By name or by number; undefined: neither. */
  idOf(text: string): GroupId | undefined {
    const named = this.#state?.groups.find(one => nameOfGroup(one) === text)?.id
    if (named !== undefined) return named
    const number = /^group\/([1-9]\d{0,8})$/.exec(text)?.[1]
    return number === undefined ? parseGroup(text) : groupId(Number(number))
  }

  #groupOf(group: GroupId) {
    return this.#state && groupIn(this.#state, group)
  }
}

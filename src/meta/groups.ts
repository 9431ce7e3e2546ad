/** Commands about groups of jobs, and the counter from which their replica ids come. */

import { type GroupId, type NodeId, replicaId } from '../base/ids.ts'
import { PLACED_MAX, REPLICAS_MAX } from './bounds.ts'
import type { MetaRefusal, Placed } from './command.ts'
import {
  groupIn,
  jobIn,
  type MetaGroup,
  type MetaReplica,
  type MetaState,
  nodeIn,
} from './state.ts'

type Changed = MetaState | MetaRefusal

/** A node that has a replica of the group keeps it; any other gets one that never was. */
export function place(state: MetaState, placed: readonly Placed[]): Changed {
  if (placed.length > PLACED_MAX) return 'nowhere'
  if (new Set(placed.map(one => one.group)).size < placed.length) return 'group-twice'
  for (const one of placed) {
    const trouble = placeTrouble(state, one)
    if (trouble !== undefined) return trouble
  }
  const nodesOf = new Map(placed.map(({ group, nodes }) => [group, nodes]))
  return eachGroup(state, (group, give) => {
    const nodes = nodesOf.get(group.id)
    if (nodes === undefined) return group
    const replicas = nodes.map(node => replicaOn(group, node) ?? give(node))
    const founding = group.replicas.length === 0 ? replicas.map(one => one.replica) : group.founding
    return { ...group, founding, replicas }
  })
}

function placeTrouble(state: MetaState, { group: id, nodes }: Placed): MetaRefusal | undefined {
  const group = groupIn(state, id)
  if (group === undefined) return 'unknown-group'
  if (jobIn(state, group.job)?.wish === 'deleted') return 'job-deleted'
  if (nodes.length === 0 || nodes.length > REPLICAS_MAX) return 'nowhere'
  if (new Set(nodes).size < nodes.length) return 'node-twice'
  if (nodes.some(node => nodeIn(state, node) === undefined)) return 'unknown-node'
  const stays = nodes.length === group.replicas.length && nodes.every(one => replicaOn(group, one))
  return group.founding.length > 0 && !stays ? 'group-founding' : undefined
}

export function found(state: MetaState, ids: readonly GroupId[]): Changed {
  const groups = ids.map(id => groupIn(state, id))
  if (groups.includes(undefined)) return 'unknown-group'
  if (groups.some(group => group?.replicas.length === 0)) return 'group-not-placed'
  const isNews = groups.some(group => group?.founding.length !== 0)
  if (!isNews) return state
  return eachGroup(state, group => (groups.includes(group) ? { ...group, founding: [] } : group))
}

/** The node lost what it had: whatever it holds from now on is another replica. */
export function withNewReplicas(state: MetaState, node: NodeId): MetaState {
  return eachGroup(state, (group, give) => {
    if (replicaOn(group, node) === undefined) return group
    return { ...group, replicas: group.replicas.map(one => (one.node === node ? give(node) : one)) }
  })
}

const replicaOn = ({ replicas }: MetaGroup, node: NodeId) => replicas.find(one => one.node === node)

/** All groups anew, in their order; `give` makes a replica whose id was never given before. */
function eachGroup(
  state: MetaState,
  change: (group: MetaGroup, give: (node: NodeId) => MetaReplica) => MetaGroup,
): MetaState {
  let { nextReplica } = state
  const give = (node: NodeId) => ({ replica: replicaId(nextReplica++), node })
  const groups = state.groups.map(group => change(group, give))
  return { ...state, nextReplica, groups }
}

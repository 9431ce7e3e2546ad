/**
 * What `meta` should wish next of the places of groups: the state in, a command out, or nothing
 * where all is as it should be. Its leader asks again and again. A wish may change in one step, as
 * each group comes to it in steps of its own.
 */

import { PLACED_MAX } from '../bounds.ts'
import type { MetaCommand, Placed } from '../command.ts'
import { jobIn, type MetaGroup, type MetaNode, type MetaState, nameOfGroup } from '../state.ts'
import { evenLeaders } from './leaders.ts'
import { sitesFor, weightOf } from './spread.ts'

/** Who stays away for longer is replaced. */
export const AWAY_MS_MAX = 10 * 60_000

/** Of a stage of which nobody says how many groups it has. */
export const partitionsOf = (nodes: number): number => 2 * Math.max(1, nodes)

export function nextPlace(state: MetaState, nowMs: number): MetaCommand | undefined {
  const sites = sitesOf(state, nowMs)
  if (sites.length === 0) return undefined
  const places = state.groups.flatMap(group => placeOf(state, group, sites))
  const leaders = evenLeaders(
    places.map(({ nodes, group }) => ({ nodes, leader: leaderOf(group) })),
  )
  const groups = places.flatMap(({ group, nodes }, at): readonly Placed[] => {
    const order = [...nodes].sort((a, b) => Number(b === leaders[at]) - Number(a === leaders[at]))
    const known = group.replicas.map(one => one.node)
    return order.join() === known.join() ? [] : [{ group: group.id, nodes: order }]
  })
  return groups.length === 0 ? undefined : { kind: 'place', groups: groups.slice(0, PLACED_MAX) }
}

const leaderOf = ({ replicas }: MetaGroup) => replicas[0]?.node

/** Nodes by weight; none where the group is to stay as it is. */
function placeOf(state: MetaState, group: MetaGroup, sites: readonly MetaNode[]) {
  const job = jobIn(state, group.job)
  if (job === undefined || job.wish === 'deleted') return []
  const name = nameOfGroup(group)
  if (group.founding.length === 0) {
    return { group, nodes: sitesFor(name, sites, job.replication).map(one => one.id) }
  }
  // Until it is founded its first replicas stay.
  const nodes = group.replicas.map(one => one.node)
  nodes.sort((a, b) => weightOf(name, { id: b }) - weightOf(name, { id: a }))
  return { group, nodes }
}

/**
 * Nodes that groups may be on. Of those that are away for good, one at a time is left; without most
 * nodes nobody can tell who is away, and nothing is moved.
 */
function sitesOf({ nodes, groups }: MetaState, nowMs: number): readonly MetaNode[] {
  const here = nodes.filter(one => one.goneSinceMs === undefined)
  if (2 * here.length <= nodes.length) return []
  const held = new Set(groups.flatMap(({ replicas }) => replicas.map(one => one.node)))
  const away = nodes.filter(({ goneSinceMs }) => nowMs - (goneSinceMs ?? nowMs) > AWAY_MS_MAX)
  away.sort((a, b) => (a.goneSinceMs ?? 0) - (b.goneSinceMs ?? 0))
  const leaving = away.find(one => held.has(one.id))
  return nodes.filter(one => one !== leaving && (held.has(one.id) || !away.includes(one)))
}

/**
 * On which nodes the replicas of a group should be, by rendezvous hashing: each node has a weight
 * for each group, of its own, so that a node that comes or goes moves what it gets or had, and
 * nothing else. Replicas are spread over zones first, then over hosts. A function of names alone:
 * every node of any release comes to the same.
 */

import { utf8Of } from '../../base/bytes.ts'
import { hash32 } from '../../base/hash.ts'
import { inOrder } from '../rows.ts'
import type { MetaNode } from '../state.ts'

/** A node as a place for replicas. */
export type Site = Pick<MetaNode, 'id' | 'zone' | 'host'>

/** How much a group is drawn to a node. */
export const weightOf = (group: string, { id }: Pick<Site, 'id'>): number =>
  hash32(utf8Of(`${id} ${group}`))

/** So many, or all where there are fewer; the one that weighs most comes first. */
export function sitesFor<T extends Site>(
  group: string,
  sites: readonly T[],
  count: number,
): readonly T[] {
  const weight = new Map(sites.map(site => [site, weightOf(group, site)]))
  const byWeight = [...sites].sort((a, b) => {
    return (weight.get(b) ?? 0) - (weight.get(a) ?? 0) || inOrder(a.id, b.id)
  })
  const taken: T[] = []
  while (taken.length < Math.min(count, sites.length)) {
    const free = byWeight.filter(site => !taken.includes(site))
    const next = free.reduce((best, one) => (crowd(one, taken) < crowd(best, taken) ? one : best))
    taken.push(next)
  }
  return taken
}

/** How many of those that were taken it stands beside: a zone counts more than any host. */
function crowd({ zone, host }: Site, taken: readonly Site[]): number {
  const inZone = taken.filter(one => one.zone === zone).length
  const onHost = taken.filter(one => one.zone === zone && one.host === host).length
  return inZone * (taken.length + 1) + onHost
}

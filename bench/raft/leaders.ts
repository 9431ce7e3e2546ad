/** Who leads which group: loads go straight there. */

import { setTimeout as sleep } from 'node:timers/promises'
import type { Cluster } from '../../chaos/live/cluster/cluster.ts'
import { groupsAt, transfer } from '../../chaos/live/cluster/raft-status.ts'

const POLL_MS = 20
const PATIENCE_MS = 30_000

/** By group the address of its leader, as soon as each has one. */
export async function leadersOf(cluster: Cluster): Promise<Readonly<Record<string, string>>> {
  const endMs = performance.now() + PATIENCE_MS
  for (;;) {
    const found: Record<string, string> = {}
    for (const [node, groups] of await cluster.leaderships()) {
      const own = groups.filter(group => cluster.groups.includes(group))
      for (const group of own) found[group] = cluster.node(node).plan.listen
    }
    if (Object.keys(found).length === cluster.groups.length) return found
    if (performance.now() > endMs) {
      throw new Error(`only ${Object.keys(found).length} of ${cluster.groups.length} have a leader`)
    }
    await sleep(POLL_MS)
  }
}

/** Hands all leaderships to one node, and waits until it has them. */
export async function gathered(cluster: Cluster, to: string): Promise<void> {
  const endMs = performance.now() + PATIENCE_MS
  const { http } = cluster.node(to).plan
  for (;;) {
    const all = await groupsAt(http)
    const groups = all.filter(({ id }) => cluster.groups.includes(id))
    const others = groups.filter(({ node, role }) => node !== to || role !== 'leader')
    if (groups.length === cluster.groups.length && others.length === 0) return
    if (performance.now() > endMs) throw new Error(`${to} leads all but ${others.length} groups`)
    await Promise.all(others.map(({ group }) => transfer(http, group, to)))
    await sleep(POLL_MS)
  }
}

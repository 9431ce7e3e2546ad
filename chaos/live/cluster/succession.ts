/** Who leads after whom: how long until others lead what a node led that was struck. */

import { setTimeout as sleep } from 'node:timers/promises'
import type { Cluster } from './cluster.ts'
import { ledBy, replicasOf } from './raft-status.ts'

const LOOK_MS = 20

/** What was lost, by whom, and for how long it is looked for elsewhere. */
export interface Lost {
  readonly victim: string
  readonly groups: readonly number[]
  readonly patienceMs: number
}

/** Of each group that another node leads in time: when that was first seen. */
export async function replacedMs(
  cluster: Pick<Cluster, 'nodes'>,
  { victim, groups, patienceMs }: Lost,
): Promise<readonly number[]> {
  const others = cluster.nodes.filter(({ id }) => id !== victim)
  const beganMs = performance.now()
  const seen = new Map<number, number>()
  while (seen.size < groups.length && performance.now() - beganMs < patienceMs) {
    const asked = await Promise.all(others.map(({ id, plan }) => replicasOf(id, plan.http)))
    const led = new Set(asked.flatMap(ledBy))
    const nowMs = performance.now() - beganMs
    for (const group of groups) if (led.has(group) && !seen.has(group)) seen.set(group, nowMs)
    await sleep(LOOK_MS)
  }
  return [...seen.values()]
}

/** Weir without clients: each node writes to the groups that it leads. */

import { setTimeout as sleep } from 'node:timers/promises'
import { KvClient } from '../../chaos/kv/service/client.ts'
import type { Figures, Load } from '../frame/contestant.ts'
import { cpuSecondsDuring } from '../frame/cpu.ts'
import { Weir } from './contestant.ts'
import { figuresOf } from './flown.ts'
import { leadersOf } from './leaders.ts'

/** By address of the leader the groups of the requests that are on their way. */
export function slotsOf(
  leaders: Readonly<Record<string, string>>,
  outstanding: number,
): ReadonlyMap<string, readonly number[]> {
  const groups = Object.keys(leaders)
  const slots = new Map<string, number[]>()
  for (let slot = 0; slot < outstanding; slot++) {
    const group = groups[slot % groups.length] ?? ''
    const address = leaders[group] ?? ''
    const there = slots.get(address) ?? []
    there.push(Number(group))
    slots.set(address, there)
  }
  return slots
}

export class WeirInside extends Weir {
  override readonly name = 'weir from inside'

  override async load({ outstanding, warmSeconds, seconds, sizeBytes }: Load): Promise<Figures> {
    const slots = slotsOf(await leadersOf(this.cluster), outstanding)
    const times = { warm_ms: warmSeconds * 1000, measured_ms: seconds * 1000 }
    const fills = Promise.all(
      [...slots].map(async ([address, groups]) => {
        const client = new KvClient(address)
        try {
          return await client.fill({ ...times, groups, size_bytes: sizeBytes })
        } finally {
          client.close()
        }
      }),
    )
    await sleep(warmSeconds * 1000)
    const pids = this.cluster.nodes.map(({ pid }) => pid ?? 0)
    const cpuSeconds = await cpuSecondsDuring(pids, seconds)
    return { ...figuresOf(await fills, seconds), cpuSeconds, clientCpuSeconds: 0 }
  }
}

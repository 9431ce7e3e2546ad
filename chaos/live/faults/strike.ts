/** Carries out a planned fault on a cluster, counts what it hit, and takes it back. */

import type { Random } from '../../../src/base/env.ts'
import type { Cluster } from '../cluster/cluster.ts'
import type { LiveNode } from '../cluster/node.ts'
import { type FaultPlan, type LogFaultPlan, type NodeFaultPlan, told, victimOf } from './plan.ts'

export interface Strike {
  readonly what: string
  readonly victim: string
  /** Groups that the victim led at that moment, or that need it. */
  readonly groups: readonly number[]
  /** A process that ran, a folder that was there, connections that stood; 0: it hit nothing. */
  readonly hits: number
  heal(): Promise<void>
}

/** The logs that nodes publish to, as far as faults go. */
export interface LogSide {
  strike(plan: LogFaultPlan, at: Aim, random: Random): Promise<Strike>
}

export interface Aim {
  readonly cluster: Cluster
  /** Of the groups, those that read the input. */
  readonly readers: readonly number[]
  /** Before somebody is hit whom these groups need: a good moment for it. */
  poised(groups: readonly number[]): Promise<void>
}

export interface Struckable extends Aim {
  readonly logs: LogSide | undefined
}

type Deed = Pick<Strike, 'hits' | 'heal'>

export function strike(plan: FaultPlan, struckable: Struckable, random: Random): Promise<Strike> {
  if (plan.kind !== 'broker' && plan.kind !== 'call') return strikeNode(plan, struckable, random)
  const { logs } = struckable
  if (logs === undefined) throw new Error(`${told(plan)}: this cluster publishes to no log`)
  return logs.strike(plan, struckable, random)
}

async function strikeNode(
  plan: NodeFaultPlan,
  { cluster, poised, readers }: Aim,
  random: Random,
): Promise<Strike> {
  const led = await cluster.leaderships()
  const isAimed = (id: number) => plan.kind !== 'kill' || !plan.whose || readers.includes(id)
  const leaderships = new Map([...led].map(([node, ids]) => [node, ids.filter(isAimed)]))
  const victim = victimOf(leaderships, random)
  if (victim === undefined) throw new Error('a cluster without nodes')
  const groups = leaderships.get(victim) ?? []
  await poised(groups)
  const deed = await carriedOut(plan, cluster, cluster.node(victim))
  return { what: told(plan), victim, groups, ...deed }
}

async function carriedOut(plan: NodeFaultPlan, cluster: Cluster, node: LiveNode): Promise<Deed> {
  switch (plan.kind) {
    case 'kill':
      return { hits: Number(await node.kill()), heal: () => node.start() }
    case 'kill-two': {
      const both = [node, ...cluster.nodes.filter(one => one !== node).slice(0, 1)]
      const killed = await Promise.all(both.map(one => one.kill()))
      const heal = async () => void (await Promise.all(both.map(one => one.start())))
      return { hits: killed.filter(Boolean).length, heal }
    }
    case 'stop': {
      const hits = Number(node.isAlive)
      await node.stop()
      return { hits, heal: () => node.start() }
    }
    case 'roll':
      return { hits: await rolled(cluster), heal: () => Promise.resolve() }
    case 'pause':
      return {
        hits: Number(node.pause()),
        heal: () => {
          node.resume()
          return Promise.resolve()
        },
      }
    case 'lose-disk': {
      const wasAlive = await node.kill()
      return { hits: Number(wasAlive && node.loseDisk()), heal: () => node.start() }
    }
    case 'ways': {
      const ways = cluster.waysOf(node.id)
      const hit = plan.which === 'both' ? [...ways.out, ...ways.in] : ways[plan.which]
      const hits = cluster.net.connections(hit)
      await cluster.net.trouble(hit, plan.trouble)
      return { hits, heal: () => cluster.net.heal() }
    }
  }
}

/** How many were started anew. */
async function rolled(cluster: Cluster): Promise<number> {
  let hits = 0
  for (const node of cluster.nodes) {
    hits += Number(node.isAlive)
    await node.stop()
    await node.start()
    await cluster.ready()
  }
  return hits
}

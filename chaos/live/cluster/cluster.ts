/** A cluster of real processes on loopback, with a proxy between each ordered pair of nodes. */

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePorts } from '../../../scripts/services/ports.ts'
import { ready } from '../../../scripts/services/ready.ts'
import { configOf, type NodePlan } from './config.ts'
import { Net, type Way } from './net.ts'
import { LiveNode, type NodeProgram } from './node.ts'
import { compareReplicas, groupsAt, lackOf, ledBy, replicasOf } from './raft-status.ts'

const READY_MS = 60_000
const LOOK_MS = 50
/** A hundred at once make each other wait for longer than anybody waits for one. */
const COMPARED_AT_ONCE = 8

export interface ClusterOptions {
  readonly program: NodeProgram
  readonly nodes: number
  readonly groups: number
  /** Empty: configurations, logs and data go there. */
  readonly folder: string
  /** Without proxies the nodes reach each other directly: figures are taken so. */
  readonly hasProxies: boolean
  readonly say: (text: string) => void
}

function plansOf(count: number, ports: readonly number[], folder: string): readonly NodePlan[] {
  return Array.from({ length: count }, (_, at) => ({
    id: `n${at + 1}`,
    listen: `127.0.0.1:${ports[2 * at]}`,
    http: `127.0.0.1:${ports[2 * at + 1]}`,
    data: join(folder, `n${at + 1}`, 'data'),
  }))
}

export class Cluster {
  readonly nodes: readonly LiveNode[]
  /** Those that must be there. */
  groups: readonly number[]
  readonly #net: Net | undefined

  private constructor(nodes: readonly LiveNode[], groups: number, net: Net | undefined) {
    this.nodes = nodes
    this.groups = Array.from({ length: groups }, (_, at) => at + 1)
    this.#net = net
  }

  static async start(options: ClusterOptions): Promise<Cluster> {
    const { folder, hasProxies, say } = options
    const net = hasProxies ? await Net.start(folder, say) : undefined
    const plans = plansOf(options.nodes, await freePorts(2 * options.nodes), folder)
    const nodes: LiveNode[] = []
    for (const plan of plans) nodes.push(await furnished(plan, plans, { options, net }))
    const cluster = new Cluster(nodes, options.groups, net)
    try {
      await Promise.all(nodes.map(node => node.start()))
      await cluster.ready()
    } catch (error) {
      await cluster.stop()
      throw error
    }
    return cluster
  }

  get net(): Net {
    if (this.#net === undefined) throw new Error('this cluster was started without proxies')
    return this.#net
  }

  node(id: string): LiveNode {
    const node = this.nodes.find(one => one.id === id)
    if (node === undefined) throw new Error(`no node ${id}`)
    return node
  }

  /** All nodes that should run say that they are ready. */
  async ready(): Promise<void> {
    const trouble = () => this.nodes.map(node => node.trouble()).find(why => why !== undefined)
    await ready(
      this.nodes.map(node => node.readyUrl),
      READY_MS,
      trouble,
    )
  }

  /** By node: the groups that it believes to lead. */
  async leaderships(): Promise<ReadonlyMap<string, readonly number[]>> {
    const asked = this.nodes.map(async ({ id, plan }) => {
      return [id, ledBy(await replicasOf(id, plan.http))] as const
    })
    return new Map(await Promise.all(asked))
  }

  /** What is not as it should be when nothing is wrong: groups, members, equal replicas. */
  async lacks(): Promise<readonly string[]> {
    const http = this.nodes.find(node => node.isAlive)?.plan.http ?? ''
    const found = await groupsAt(http)
    const known = new Set(found.map(({ id }) => id))
    const missing = this.groups.filter(id => !known.has(id))
    if (missing.length > 0) return [`groups ${missing.join(', ')} are not known`]
    const lacks = found.flatMap(group => lackOf(group, this.nodes.length) ?? [])
    if (lacks.length > 0) return lacks
    for (let from = 0; from < found.length; from += COMPARED_AT_ONCE) {
      const lot = found.slice(from, from + COMPARED_AT_ONCE)
      const unequal = await Promise.all(lot.map(({ group }) => inequality(http, group)))
      if (unequal.some(Boolean)) return unequal.flatMap(one => one ?? [])
    }
    return []
  }

  /** Waits until nothing lacks, so long at most; what lacks still. */
  async whole(patienceMs: number): Promise<readonly string[]> {
    const endMs = performance.now() + patienceMs
    for (;;) {
      const lacks = await this.lacks()
      if (lacks.length === 0 || performance.now() > endMs) return lacks
      await sleep(LOOK_MS)
    }
  }

  /** All ways between a node and the others. */
  waysOf(id: string): { readonly out: readonly Way[]; readonly in: readonly Way[] } {
    const others = this.nodes.filter(node => node.id !== id)
    return {
      out: others.map(other => ({ from: id, to: other.id })),
      in: others.map(other => ({ from: other.id, to: id })),
    }
  }

  async stop(): Promise<void> {
    await Promise.all(this.nodes.map(node => node.stop()))
    await this.#net?.stop()
  }
}

async function inequality(http: string, group: string): Promise<string | undefined> {
  const { equal, complete } = (await compareReplicas(http, group)) ?? {}
  if (equal === false) return `the replicas of ${group} differ`
  return complete === true ? undefined : `not all replicas of ${group} could be compared`
}

async function furnished(
  plan: NodePlan,
  all: readonly NodePlan[],
  { options, net }: { readonly options: ClusterOptions; readonly net: Net | undefined },
): Promise<LiveNode> {
  const { folder, groups, program } = options
  const place = join(folder, plan.id)
  mkdirSync(place, { recursive: true })
  const dial: Record<string, string> = {}
  if (net !== undefined) {
    for (const other of all.filter(one => one.id !== plan.id)) {
      dial[other.id] = await net.open({ from: plan.id, to: other.id }, other.listen)
    }
  }
  const files = { config: join(place, 'weir.yaml'), log: join(place, 'log') }
  writeFileSync(files.config, configOf(plan, all, { dial, groups }))
  return new LiveNode(plan, program, files)
}

/**
 * Runs a drill: a cluster, clients that record, fault after fault, each taken back before the next;
 * then a last look, and the facts from which the verdict is taken.
 */

import { setTimeout as sleep } from 'node:timers/promises'
import { Prng } from '../../src/base/prng.ts'
import { Cluster } from './cluster/cluster.ts'
import { replacedMs } from './cluster/succession.ts'
import { type Drill, type Facts, type Struck, sparedOf } from './drill.ts'
import { type Evidence, type Sabotage, unnoticed } from './evidence.ts'
import { drawn, type FaultPlan } from './faults/plan.ts'
import { strike } from './faults/strike.ts'
import { gapsMs, type Window } from './history/gaps.ts'
import type { Concluded, Load, Stage } from './stage.ts'

export interface RunOptions {
  readonly seed: number
  readonly rounds: number
  /** The verdict is then taken from evidence that was spoilt in this way. */
  readonly sabotage: Sabotage | undefined
  /** Configurations, logs and data of the nodes go there. */
  readonly folder: string
  readonly stage: Stage
  say(text: string): void
}

export interface Drilled {
  readonly facts: Facts
  readonly evidence: Evidence
}

const POLL_MS = 20
/** So many faults more at most, until they have hit what they are to hit. */
const MORE_ROUNDS = 12
/** After a fault was taken back every group must be served again within this time. */
const SERVED_AGAIN_MS = 30_000
/** In the beginning and in the end every group has all its replicas, equal, after so long. */
const WHOLE_MS = 30_000

export async function runDrill(drill: Drill, options: RunOptions): Promise<Drilled> {
  const { folder, stage, say, seed } = options
  const { nodes, groups } = drill
  const { program, hasProxies } = stage
  const own = stage.groups ?? groups
  const cluster = await Cluster.start({ program, nodes, groups: own, folder, hasProxies, say })
  try {
    // Who kills a node while others are still learners stops the cluster, and proves nothing.
    await mustBeWhole(cluster)
    const load = await stage.load(cluster, new Prng(seed).fork('load'))
    try {
      await mustBeWhole(cluster)
      return await new Run(drill, cluster, load, options).play()
    } finally {
      load.close()
    }
  } finally {
    await cluster.stop()
  }
}

async function mustBeWhole(cluster: Cluster): Promise<void> {
  const lacks = await cluster.whole(WHOLE_MS)
  if (lacks.length > 0) throw new Error(`the cluster is not whole: ${lacks.join('; ')}`)
}

class Run {
  readonly #drill: Drill
  readonly #cluster: Cluster
  readonly #load: Load
  readonly #options: RunOptions
  readonly #random: Prng
  readonly #struck: Struck[] = []
  readonly #strikesNs: number[] = []
  readonly #troubles: string[] = []

  constructor(drill: Drill, cluster: Cluster, load: Load, options: RunOptions) {
    this.#drill = drill
    this.#cluster = cluster
    this.#load = load
    this.#options = options
    this.#random = new Prng(options.seed)
  }

  async play(): Promise<Drilled> {
    const { quietMs, faults } = this.#drill
    const load = this.#load
    load.start()
    await this.#served(0, 'at the start')
    await load.settled()
    await sleep(quietMs)
    const { rounds } = this.#options
    const plans = drawn(faults, rounds + MORE_ROUNDS, this.#random.fork('faults'))
    for (const [at, plan] of plans.entries()) {
      if (at >= rounds && sparedOf(this.#drill.expects, load.toll).length === 0) break
      await this.#round(plan)
    }
    await load.stop()
    const endNs = load.nowNs()
    const concluded = await load.concluded()
    this.#troubles.push(...(await this.#cluster.whole(WHOLE_MS)))
    return this.#judged(concluded, endNs)
  }

  async #round(plan: FaultPlan): Promise<void> {
    const { faultMs, quietMs } = this.#drill
    const load = this.#load
    const [cluster, { logs }] = [this.#cluster, this.#options.stage]
    const poised = (hit: readonly number[]) => load.poised(hit)
    const struckable = { cluster, logs, poised, readers: load.readers ?? [] }
    const atNs = load.nowNs()
    const { what, victim, groups, hits, heal } = await strike(plan, struckable, this.#random)
    this.#strikesNs.push(atNs)
    this.#options.say(`${what}: ${victim}; ${groups.length} groups are hit`)
    const [replaced] = await Promise.all([
      this.#replaced(victim, groups),
      load.struck(groups),
      sleep(faultMs),
    ])
    this.#struck.push({ what, victim, led: groups.length, hits, ...replaced })
    const healedNs = load.nowNs()
    await heal()
    await cluster.ready()
    await this.#served(healedNs, `after ${what}`)
    await load.settled()
    await sleep(quietMs)
  }

  async #replaced(victim: string, groups: readonly number[]): Promise<Pick<Struck, 'replacedMs'>> {
    if (!this.#cluster.nodes.some(({ id }) => id === victim)) return {}
    const lost = { victim, groups, patienceMs: this.#drill.faultMs }
    return { replacedMs: await replacedMs(this.#cluster, lost) }
  }

  async #served(sinceNs: number, when: string): Promise<void> {
    const load = this.#load
    const endMs = performance.now() + SERVED_AGAIN_MS
    while (performance.now() < endMs) {
      if (load.unservedSince(sinceNs).length === 0) return
      await sleep(POLL_MS)
    }
    const groups = load.unservedSince(sinceNs).join(', ')
    this.#troubles.push(`not served ${when} for ${SERVED_AGAIN_MS / 1000} s: groups ${groups}`)
  }

  #judged({ calls, okNs, troubles, ...seen }: Concluded, endNs: number): Drilled {
    const evidence = this.#maybeSpoilt(seen.evidence)
    const windows: Window[] = this.#strikesNs.map((fromNs, i) => ({
      fromNs,
      toNs: this.#strikesNs[i + 1] ?? endNs,
    }))
    const facts: Facts = {
      judgement: evidence.judged(),
      struck: this.#struck,
      gapsMs: gapsMs(okNs, windows),
      calls,
      seconds: endNs / 1e9,
      toll: this.#load.toll,
      unnoticed: unnoticed(seen.evidence, this.#options.seed),
      troubles: [...this.#troubles, ...troubles],
    }
    return { facts, evidence }
  }

  #maybeSpoilt(evidence: Evidence): Evidence {
    const { sabotage, seed, say } = this.#options
    if (sabotage === undefined) return evidence
    const spoilt = evidence.spoilt(sabotage, new Prng(seed))
    say(spoilt?.deed ?? `${sabotage}: nothing to spoil`)
    return spoilt?.evidence ?? evidence
  }
}

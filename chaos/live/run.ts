/**
 * Runs a drill: a cluster, clients that record, fault after fault, each taken back before the next;
 * then last reads, and the facts from which the verdict is taken.
 */

import { setTimeout as sleep } from 'node:timers/promises'
import { Prng } from '../../src/base/prng.ts'
import { Cluster } from './cluster/cluster.ts'
import type { NodeProgram } from './cluster/node.ts'
import { replacedMs } from './cluster/succession.ts'
import type { Drill, Facts, Struck } from './drill.ts'
import { drawn, type FaultPlan } from './faults/plan.ts'
import { strike } from './faults/strike.ts'
import type { HistoryEvent } from './history/event.ts'
import { gapsMs, type Window } from './history/gaps.ts'
import { type Sabotage, sabotaged, sabotages } from './history/sabotage.ts'
import { isGood, judge } from './history/verdict.ts'
import { Crowd } from './load/crowd.ts'
import type { Port } from './load/port.ts'

export interface RunOptions {
  readonly seed: number
  readonly rounds: number
  /** The verdict is then taken from a history that was spoilt in this way. */
  readonly sabotage: Sabotage | undefined
  /** Empty. */
  readonly folder: string
  readonly program: NodeProgram
  portTo(cluster: Cluster): Port
  say(text: string): void
}

export interface Drilled {
  readonly facts: Facts
  readonly events: readonly HistoryEvent[]
}

const RETRY_MS = 5
const POLL_MS = 20
/** After a fault was taken back every group must be served again within this time. */
const SERVED_AGAIN_MS = 30_000
/** In the beginning and in the end every group has all its replicas, equal, after so long. */
const WHOLE_MS = 30_000

export async function runDrill(drill: Drill, options: RunOptions): Promise<Drilled> {
  const { folder, program, say } = options
  const { nodes, groups } = drill
  const cluster = await Cluster.start({ program, nodes, groups, folder, hasProxies: true, say })
  const port = options.portTo(cluster)
  try {
    return await new Run(drill, cluster, options).play(port)
  } finally {
    port.close()
    await cluster.stop()
  }
}

class Run {
  readonly #drill: Drill
  readonly #cluster: Cluster
  readonly #options: RunOptions
  readonly #random: Prng
  readonly #struck: Struck[] = []
  readonly #strikesNs: number[] = []
  readonly #troubles: string[] = []

  constructor(drill: Drill, cluster: Cluster, options: RunOptions) {
    this.#drill = drill
    this.#cluster = cluster
    this.#options = options
    this.#random = new Prng(options.seed)
  }

  async play(port: Port): Promise<Drilled> {
    const { clientsPerGroup, callMs, quietMs, faults } = this.#drill
    const { groups, nodes } = this.#cluster
    const crowd = new Crowd(port, this.#random.fork('load'), {
      groups,
      clientsPerGroup,
      callMs,
      retryMs: RETRY_MS,
      nodes: nodes.map(({ id }) => id),
    })
    // Who kills a node while others are still learners stops the cluster, and proves nothing.
    const lacks = await this.#cluster.whole(WHOLE_MS)
    if (lacks.length > 0) throw new Error(`the cluster is not whole: ${lacks.join('; ')}`)
    crowd.start()
    await this.#served(crowd, 0, 'at the start')
    await sleep(quietMs)
    const plans = drawn(faults, this.#options.rounds, this.#random.fork('faults'))
    for (const plan of plans) await this.#round(plan, crowd)
    await crowd.stop()
    const endNs = crowd.nowNs()
    const unread = await crowd.lastReads()
    this.#troubles.push(...(await this.#cluster.whole(WHOLE_MS)))
    return this.#concluded(crowd, endNs, unread)
  }

  async #round(plan: FaultPlan, crowd: Crowd): Promise<void> {
    const { faultMs, quietMs } = this.#drill
    const atNs = crowd.nowNs()
    const { what, victim, groups, hits, heal } = await strike(plan, this.#cluster, this.#random)
    this.#strikesNs.push(atNs)
    this.#options.say(`${what}: ${victim}, which led ${groups.length} groups`)
    const lost = { victim, groups, patienceMs: faultMs }
    const [replaced] = await Promise.all([replacedMs(this.#cluster, lost), sleep(faultMs)])
    this.#struck.push({ what, victim, led: groups.length, hits, replacedMs: replaced })
    const healedNs = crowd.nowNs()
    await heal()
    await this.#cluster.ready()
    await this.#served(crowd, healedNs, `after ${what}`)
    await sleep(quietMs)
  }

  async #served(crowd: Crowd, sinceNs: number, when: string): Promise<void> {
    const endMs = performance.now() + SERVED_AGAIN_MS
    while (performance.now() < endMs) {
      if (crowd.unservedSince(sinceNs).length === 0) return
      await sleep(POLL_MS)
    }
    const groups = crowd.unservedSince(sinceNs).join(', ')
    this.#troubles.push(`not served ${when} for ${SERVED_AGAIN_MS / 1000} s: groups ${groups}`)
  }

  #concluded(crowd: Crowd, endNs: number, unread: readonly string[]): Drilled {
    const recorded = crowd.recorder.events
    const events = this.#maybeSpoilt(recorded)
    const windows: Window[] = this.#strikesNs.map((fromNs, i) => ({
      fromNs,
      toNs: this.#strikesNs[i + 1] ?? endNs,
    }))
    const facts: Facts = {
      verdict: judge(events),
      struck: this.#struck,
      gapsMs: gapsMs(recorded, crowd.groupOf(), windows),
      ok: recorded.filter(({ type }) => type === 'ok').length,
      seconds: endNs / 1e9,
      unread,
      unnoticed: unnoticed(recorded, this.#options.seed),
      troubles: this.#troubles,
    }
    return { facts, events }
  }

  #maybeSpoilt(recorded: readonly HistoryEvent[]): readonly HistoryEvent[] {
    const { sabotage, seed, say } = this.#options
    if (sabotage === undefined) return recorded
    const spoilt = sabotaged(recorded, sabotage, new Prng(seed))
    say(spoilt?.deed ?? `${sabotage}: nothing to spoil`)
    return spoilt?.events ?? recorded
  }
}

/** Each way to spoil the history must turn its verdict: else a good one means nothing. */
function unnoticed(events: readonly HistoryEvent[], seed: number): readonly string[] {
  return sabotages.flatMap(how => {
    const spoilt = sabotaged(events, how, new Prng(seed))
    if (spoilt === undefined) return [`${how}: nothing to spoil`]
    const alike = spoilt.events.filter(({ key }) => key === spoilt.key)
    return isGood(judge(alike)) ? [spoilt.deed] : []
  })
}

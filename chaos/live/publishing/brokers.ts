/**
 * Three real brokers for one drill: its turn with them, and what befalls them. Nodes may be made to
 * reach them through proxies that know one call from another.
 */

import { setTimeout as sleep } from 'node:timers/promises'
import { kafka3 } from '../../../scripts/services/kafka/kafka.ts'
import { brokersOf } from '../../../scripts/services/kafka/settings.ts'
import { killOne, pauseOne, startOne, stopOne } from '../../../scripts/services/one.ts'
import { lastState } from '../../../scripts/services/state.ts'
import { type Turn, turnWith } from '../../../scripts/services/turn.ts'
import type { Random } from '../../../src/base/env.ts'
import { Cluster as KafkaCluster } from '../../../src/connectors/kafka/cluster.ts'
import { coordinator } from '../../../src/connectors/kafka/protocol/small.ts'
import type { Seat } from '../../../src/journal/plan.ts'
import type { Cluster } from '../cluster/cluster.ts'
import { groupsAt, transfer } from '../cluster/raft-status.ts'
import { KafkaFates, KafkaProxy } from '../faults/kafka-proxy.ts'
import { type BrokerRole, type LogFaultPlan, told } from '../faults/plan.ts'
import type { Aim, LogSide, Strike } from '../faults/strike.ts'
import { isInSync } from './kcat.ts'

/** Until all copies are whole again: a second broker is not to go before. */
const IN_SYNC_MS = 60_000
/** Somebody makes the call that is waited for; at last, and to begin with. */
const CALLED_MS = 20_000
const CALLED_SOON_MS = 1000
const POLL_MS = 20

type BrokerPlan = Extract<LogFaultPlan, { kind: 'broker' }>
type CallPlan = Extract<LogFaultPlan, { kind: 'call' }>

/** Which brokers a seat needs, by number. */
type Needs = Readonly<Record<BrokerRole, number>> & { readonly group: number }

const takes = { stop: stopOne, kill: killOne, pause: pauseOne } as const

export class Brokers implements LogSide {
  /** Of all of them, in the order of their numbers. */
  readonly list: readonly string[]
  /** Whom the drill publishes for; said before the first strike. */
  seats: readonly (readonly [group: number, seat: Seat])[] = []
  readonly #turn: Turn
  readonly #cluster: KafkaCluster
  readonly #fates = new KafkaFates()
  readonly #proxies: KafkaProxy[] = []

  private constructor(turn: Turn) {
    this.#turn = turn
    this.list = turn.address.split(',')
    this.#cluster = new KafkaCluster({ brokers: this.list, clientId: 'weir-drill' })
  }

  static async open(say: (text: string) => void): Promise<Brokers> {
    return new Brokers(await turnWith(kafka3, say))
  }

  /** The addresses at which clients reach them through proxies. */
  async proxied(): Promise<readonly string[]> {
    const brokers = brokersOf(lastState(kafka3)?.ports ?? [])
    for (const { proxied, behindProxy } of brokers) {
      this.#proxies.push(await KafkaProxy.open(proxied, behindProxy, this.#fates))
    }
    return brokers.map(({ proxied }) => `127.0.0.1:${proxied}`)
  }

  strike(plan: LogFaultPlan, at: Aim, random: Random): Promise<Strike> {
    return plan.kind === 'broker' ? this.#take(plan, at, random) : this.#spoil(plan, at.cluster)
  }

  async end(): Promise<void> {
    this.#cluster.close()
    await Promise.all(this.#proxies.map(proxy => proxy.close()))
    await this.#turn.putBack()
  }

  async #take(plan: BrokerPlan, { poised }: Aim, random: Random): Promise<Strike> {
    const needs = await Promise.all(this.seats.map(seat => this.#needs(...seat)))
    const number = needs[random.uint32() % Math.max(1, needs.length)]?.[plan.whose] ?? 0
    const hit = needs.filter(one => one.coordinator === number || one.leader === number)
    const groups = [...new Set(hit.map(({ group }) => group))]
    await poised(groups)
    await takes[plan.how](kafka3, number)
    const heal = async () => {
      await startOne(kafka3, number)
      await this.#inSync()
    }
    return { what: told(plan), victim: `broker ${number}`, groups, hits: hit.length, heal }
  }

  async #needs(group: number, { transactionalId, journal }: Seat): Promise<Needs> {
    const answer = await this.#cluster.anyone('coordinator', coordinator(transactionalId))
    this.#cluster.forget(journal.topic)
    const leader = await this.#cluster.leaderOf(journal)
    return {
      group,
      coordinator: this.#numberOf(answer.coordinator),
      leader: this.#numberOf(leader),
    }
  }

  #numberOf({ host, port }: { readonly host: string; readonly port: number }): number {
    return 1 + this.list.indexOf(`${host}:${port}`)
  }

  async #inSync(): Promise<void> {
    const endMs = performance.now() + IN_SYNC_MS
    while (!(await isInSync(this.list))) {
      if (performance.now() > endMs) throw new Error('copies lag behind their leaders for a minute')
      await sleep(POLL_MS)
    }
  }

  /**
   * Some calls are made all the time, and whoever loses an answer goes on by itself. Others only
   * new leaders make: if nobody has called soon, every group gets one.
   */
  async #spoil(plan: CallPlan, cluster: Cluster): Promise<Strike> {
    const before = this.#fates.hits.length
    this.#fates.plan(plan.api, plan.fate)
    const beganMs = performance.now()
    const called = async (byMs: number) => {
      while (this.#fates.isOpen && performance.now() < beganMs + byMs) await sleep(POLL_MS)
    }
    for (let byMs = CALLED_SOON_MS; byMs < CALLED_MS; byMs += CALLED_SOON_MS) {
      await called(byMs)
      if (this.#fates.isOpen) await moveLeads(cluster)
    }
    const hits = this.#fates.hits.length - before
    const heal = () => Promise.resolve()
    return { what: told(plan), victim: 'a broker', groups: cluster.groups, hits, heal }
  }
}

/** Of each group to the next node. */
async function moveLeads({ nodes }: Cluster): Promise<void> {
  const http = nodes[0]?.plan.http ?? ''
  for (const { group, node } of await groupsAt(http)) {
    const at = nodes.findIndex(({ id }) => id === node)
    const next = nodes[(at + 1) % nodes.length]
    if (next !== undefined) await transfer(http, group, next.id)
  }
}

/**
 * The clients of a drill of publishers: each puts one input in after the other, and is answered
 * when its outputs are out. In the end groups say what they committed, and kcat what came out.
 */

import { setTimeout as sleep } from 'node:timers/promises'
import type { Random } from '../../../src/base/env.ts'
import type { Partition } from '../../../src/base/stream-log.ts'
import type { KafkaLog } from '../../../src/connectors/kafka/kafka.ts'
import type { Seat } from '../../../src/journal/plan.ts'
import type { PublishingClient } from '../../publish/service/client.ts'
import { outcomes, type WireFed } from '../../publish/service/proto.ts'
import { Courier, type CourierOptions } from '../load/courier.ts'
import type { Concluded, Load, Toll } from '../stage.ts'
import { OutputRecord } from './evidence.ts'
import { readCommitted } from './kcat.ts'
import { isOpenAt } from './open.ts'
import type { Fed, Shown, Taken } from './record.ts'
import { Tolls } from './tolls.ts'

/** Each client pauses so long between two inputs: the machine is there for the nodes too. */
const THINK_MS = 2
/** Outputs of one input for a sink. */
const OUTPUTS_MAX = 3
/** All that is committed is out, and every transaction decided, after so long. */
const OUT_MS = 60_000
const ASK_MS = 2000
const POLL_MS = 50

export interface FeedersParts extends CourierOptions {
  readonly groups: readonly number[]
  readonly clientsPerGroup: number
  readonly random: Random
  readonly clients: ReadonlyMap<string, PublishingClient>
  readonly seats: readonly (readonly [group: number, seat: Seat])[]
  /** By sink: the partitions of its topic. */
  readonly outputs: readonly (Partition & { readonly sink: string })[]
  readonly brokers: readonly string[]
  readonly log: KafkaLog
}

type Told =
  | { readonly kind: 'ok'; readonly seq: number }
  | { readonly kind: 'refused'; readonly leader?: string }
  | { readonly kind: 'unknown' }

export class Feeders implements Load {
  readonly #parts: FeedersParts
  readonly #couriers: readonly Courier[]
  readonly #tolls: Tolls
  readonly #fed: Fed[] = []
  readonly #okNs = new Map<number, number[]>()
  readonly #troubles: string[] = []
  readonly #startedMs = performance.now()
  #isStopped = false
  #running: Promise<unknown> = Promise.resolve()
  #lastId = 0

  constructor(parts: FeedersParts) {
    const { groups, clientsPerGroup } = parts
    const leaders = new Map<number, string>()
    this.#parts = parts
    this.#tolls = new Tolls(parts.clients.values(), parts.seats, parts.log)
    this.#couriers = Array.from(
      { length: groups.length * clientsPerGroup },
      () => new Courier(leaders, parts),
    )
  }

  get toll(): Toll {
    return this.#tolls.toll
  }

  nowNs(): number {
    return Math.round((performance.now() - this.#startedMs) * 1e6)
  }

  start(): void {
    const { groups } = this.#parts
    const work = (courier: Courier, at: number) =>
      this.#work(courier, groups[at % groups.length] ?? 0)
    this.#running = Promise.all(this.#couriers.map(work))
  }

  unservedSince(ns: number): readonly number[] {
    return this.#parts.groups.filter(group => (this.#okNs.get(group)?.at(-1) ?? -1) < ns)
  }

  settled(): Promise<void> {
    return this.#tolls.settled()
  }

  poised(groups: readonly number[]): Promise<void> {
    return this.#tolls.poised(groups)
  }

  struck(groups: readonly number[]): Promise<void> {
    return this.#tolls.struck(groups)
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    await this.#running
  }

  async concluded(): Promise<Concluded> {
    const { taken, shown } = await this.#whole()
    const fed = this.#fed
    const count = (outcome: Fed['outcome']) => fed.filter(one => one.outcome === outcome).length
    const [ok, failed, unknown] = [count('ok'), count('fail'), count('info')]
    return {
      evidence: new OutputRecord([...fed, ...taken, ...shown]),
      calls: { called: fed.length, ok, failed, unknown },
      okNs: this.#okNs,
      troubles: this.#troubles,
    }
  }

  close(): void {
    for (const client of this.#parts.clients.values()) client.close()
  }

  async #work(courier: Courier, group: number): Promise<void> {
    while (!this.#isStopped) {
      const { random } = this.#parts
      const home = 1 + (random.uint32() % OUTPUTS_MAX)
      const side = random.uint32() % (1 + OUTPUTS_MAX)
      const away = random.uint32() % (1 + OUTPUTS_MAX)
      await this.#feed(courier, { group, id: ++this.#lastId, home, side, away })
      await sleep(THINK_MS)
    }
  }

  async #feed(courier: Courier, input: Omit<Fed, 'f' | 'outcome' | 'seq'>): Promise<void> {
    const { clients } = this.#parts
    const told = await courier.bring<Told>(input.group, async (node, timeoutMs) =>
      toldBy(await clients.get(node)?.feed(input, timeoutMs), clients),
    )
    const outcome = ({ ok: 'ok', refused: 'fail', unknown: 'info' } as const)[told.kind]
    this.#fed.push({ f: 'fed', ...input, outcome, seq: told.kind === 'ok' ? told.seq : 0 })
    if (told.kind !== 'ok') return
    const times = this.#okNs.get(input.group) ?? []
    this.#okNs.set(input.group, times)
    times.push(this.nowNs())
  }

  /** Whatever is still committed while outputs are read is none of it: all of it is read again. */
  async #whole(): Promise<{ taken: readonly Taken[]; shown: readonly Shown[] }> {
    for (;;) {
      const taken = await this.#taken()
      const shown = await this.#shown()
      if ((await this.#taken()).length === taken.length) return { taken, shown }
    }
  }

  async #taken(): Promise<readonly Taken[]> {
    return (await Promise.all(this.#parts.groups.map(group => this.#takenBy(group)))).flat()
  }

  /** As its leader says it, once all of it is out. */
  async #takenBy(group: number): Promise<readonly Taken[]> {
    const endMs = performance.now() + OUT_MS
    while (performance.now() < endMs) {
      for (const client of this.#parts.clients.values()) {
        const { is_out: isOut, inputs = [] } = (await client.look(group, ASK_MS)) ?? {}
        if (isOut) return inputs.map(input => ({ f: 'taken', group, ...input }))
      }
      await sleep(POLL_MS)
    }
    this.#troubles.push(`group ${group}: not all that is committed came out in ${OUT_MS / 1000} s`)
    return []
  }

  async #shown(): Promise<readonly Shown[]> {
    const { outputs, brokers } = this.#parts
    const all: Shown[] = []
    for (const { sink, topic, partition } of outputs) {
      await this.#decided({ topic, partition })
      const read = await readCommitted(brokers, { topic, partition })
      all.push(...read.map(one => ({ f: 'shown', sink, partition, ...one }) as const))
    }
    return all
  }

  /** No transaction holds readers back. */
  async #decided(of: Partition): Promise<void> {
    const endMs = performance.now() + OUT_MS
    while (performance.now() < endMs) {
      if ((await isOpenAt(this.#parts.log, of)) === false) return
      await sleep(POLL_MS)
    }
    this.#troubles.push(`${of.topic}/${of.partition}: a transaction stays open`)
  }
}

function toldBy(fed: WireFed | undefined, clients: ReadonlyMap<string, PublishingClient>): Told {
  if (fed === undefined || fed.outcome === outcomes.UNKNOWN) return { kind: 'unknown' }
  if (fed.outcome === outcomes.OK) return { kind: 'ok', seq: fed.seq ?? 0 }
  const leader = [...clients].find(([, { address }]) => address === fed.leader)?.[0]
  return { kind: 'refused', ...(leader === undefined ? {} : { leader }) }
}

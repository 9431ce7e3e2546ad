/** The groups, the nodes that lead them, the log, and all that befalls them. */

import { utf8Of } from '../../../src/base/bytes.ts'
import type { Transport } from '../../../src/base/env.ts'
import { Prng } from '../../../src/base/prng.ts'
import type { NewRecord, TransactionalProducer } from '../../../src/base/stream-log.ts'
import type { BarrierAt } from '../../../src/engine/exchange/mark.ts'
import { type EventQueue, SimClock } from '../world/clock.ts'
import { calmLog, logFaultKinds } from '../world/log/faults.ts'
import { SimLog } from '../world/log/log.ts'
import { Tally } from '../world/tally.ts'
import { SimWire } from '../world/transport.ts'
import { Group, Lead } from './group.ts'
import { channelsOf, TOPIC, textFrom } from './job.ts'
import { Judge } from './judge.ts'
import { type FeedScenario, feedKinds } from './kinds.ts'
import { Node, watched } from './node.ts'

export const NODES = 3
const HEARD_MS_MAX = 60
const PLACED_MS_MAX = 10
const REFUSED = 0.2
const ABORTED = 0.3
const TRANSACTION_MS = 500
const WIRE = { delayMinUs: 50, delayMeanUs: 300, bufferBytes: 4000 }

interface Placing {
  readonly group: Group
  readonly lead: Lead | undefined
  readonly partition: number
  readonly barrier: BarrierAt
  done(committed: BarrierAt | undefined): void
}

export class Feeding {
  readonly scenario: FeedScenario
  readonly queue: EventQueue
  readonly clock: SimClock
  readonly prng: Prng
  readonly wire: SimWire
  readonly log: SimLog
  readonly logTally = new Tally(logFaultKinds)
  readonly tally = new Tally(feedKinds)
  readonly judge: Judge
  readonly groups: readonly Group[]
  readonly nodes: Node[]
  readonly told: string[] = []
  readonly refusals: string[] = []
  /** No fault is left, and none that lasted ends any more. */
  isHealed = false
  /** The open one; 0: none. */
  epoch = 0
  /** The last that is over. */
  closed = 0
  #epochs = 0
  #records = 0
  #transactions = 0

  constructor(scenario: FeedScenario, queue: EventQueue) {
    const { seed, partitions, groups } = scenario
    this.scenario = scenario
    this.queue = queue
    this.clock = new SimClock(queue)
    this.prng = new Prng(seed).fork('feed world')
    const [wire, log] = [this.prng.fork('wire'), this.prng.fork('log')]
    this.wire = new SimWire(WIRE, { queue, prng: wire })
    this.log = new SimLog({ queue, prng: log, tally: this.logTally, profile: calmLog })
    this.judge = new Judge(this.log, partitions)
    this.judge.onFailure = epoch => {
      if (epoch === this.epoch) this.closeEpoch()
    }
    this.groups = Array.from({ length: groups }, (_, number) => new Group(number))
    this.nodes = Array.from({ length: NODES }, (_, number) => this.#node(number))
  }

  watched(node: Node, transport: Transport<string>): Transport<string> {
    return watched(transport, ({ channel, group, cursor }) => {
      const ahead = node.lead(group)?.channels.ahead.channels.get(channel)?.cursor
      const detail = () => `${cursor} of ${channel}, group ${group} is at ${ahead}`
      this.judge.must(cursor === ahead, 'FEED-9 a hello says where the group stands', detail)
    })
  }

  #node(number: number): Node {
    return new Node(number, this, this.wire.door(number, `n${number}`))
  }

  /** Its process ends and another begins; all that it led is led elsewhere, or in another term. */
  kill(number: number): void {
    const led = this.groups.filter(({ lead }) => lead && this.#nodeOf(lead)?.number === number)
    this.wire.kill(number)
    for (const group of this.groups) this.nodes[number]?.onLost(group.number)
    this.nodes[number] = this.#node(number)
    for (const group of this.groups) {
      const at = group.lead && this.#nodeOf(group.lead)?.address
      if (at !== undefined) this.#hear(number, group.number, at)
    }
    for (const group of led) this.elect(group.number)
  }

  #nodeOf(lead: Lead): Node | undefined {
    return this.nodes.find(node => this.groups.some(({ number }) => node.lead(number) === lead))
  }

  /** Another term; who led before hears of it later, if it is another node. */
  elect(number: number, at = this.prng.below(NODES)): void {
    const group = this.groups[number] as Group
    const before = group.lead && this.#nodeOf(group.lead)
    const node = this.nodes[at] as Node
    group.term++
    group.lead = undefined
    const { term } = group
    const hear = (): number => this.prng.below(HEARD_MS_MAX)
    if (before !== undefined && before !== node) {
      const lead = before.lead(number)
      this.clock.after(hear(), () => {
        if (before.lead(number) === lead) before.onLost(number)
      })
    } else node.onLost(number)
    this.clock.after(hear(), () => {
      if (group.term === term && this.nodes[at] === node) this.#begin(group, node)
      else if (group.term === term) this.elect(number)
    })
  }

  #begin(group: Group, node: Node): void {
    const { partitions, groups } = this.scenario
    const { number } = group
    const lead: Lead = new Lead({
      group,
      channels: channelsOf(number, partitions, groups),
      clock: this.clock,
      prng: this.prng.fork(`lead ${number} ${group.term}`),
      judge: this.judge,
      closed: this.closed,
      onDuties: duties => node.feed(number).onDuties(duties),
    })
    group.lead = lead
    node.onLead(number, lead)
    lead.begin()
    for (const at of this.nodes.keys()) this.#hear(at, number, node.address)
  }

  #hear(at: number, group: number, address: string): void {
    const node = this.nodes[at]
    this.clock.after(this.prng.below(HEARD_MS_MAX), () => {
      // What is older than what is true now would be put right a moment later.
      const lead = this.groups[group]?.lead
      const isTrue = lead !== undefined && this.#nodeOf(lead)?.address === address
      if (isTrue) node?.onMoved(group, address)
    })
  }

  /** A barrier that is to have its place in the group's state. */
  place({ group, lead, partition, barrier, done }: Placing): void {
    this.clock.after(this.prng.between(1, PLACED_MS_MAX), () => {
      if (lead === undefined || group.lead !== lead) return
      if (barrier.epoch !== this.epoch || this.prng.chance(REFUSED)) {
        done(undefined)
        return
      }
      // The first that is committed counts.
      const placed = group.barriers.get(partition) ?? barrier
      group.barriers.set(partition, placed)
      this.judge.onPlaced(partition, placed)
      done(placed)
    })
  }

  openEpoch(): void {
    if (this.epoch > 0) return
    this.epoch = ++this.#epochs
    this.tellEpoch(() => this.prng.chance(0.5))
  }

  tellEpoch(isTold: () => boolean): void {
    for (const node of this.nodes) {
      for (const { number } of this.groups) {
        if (this.epoch > 0 && isTold()) node.feed(number).onEpochOpened(this.epoch)
      }
    }
  }

  closeEpoch(): void {
    if (this.epoch === 0) return
    this.closed = this.epoch
    this.epoch = 0
    for (const { number, barriers, lead } of this.groups) {
      barriers.clear()
      lead?.channels.onEpochClosed(this.closed)
      for (const node of this.nodes) node.feed(number).onEpochClosed(this.closed)
    }
  }

  /** Some records, or some that are taken back. */
  write(): void {
    const partition = this.prng.below(this.scenario.partitions)
    const count = this.prng.between(1, this.scenario.burst)
    const records = Array.from({ length: count }, () => this.#record())
    const log = this.log.client()
    if (this.prng.chance(ABORTED)) this.#inTransaction(log.producer(this.#producer()), partition)
    log.append([{ topic: TOPIC, partition, records }], () => undefined)
  }

  #producer() {
    return { transactionalId: `t${this.#transactions++ % 3}`, timeoutMs: TRANSACTION_MS }
  }

  #inTransaction(producer: TransactionalProducer, partition: number): void {
    const how = this.prng.chance(0.5) ? 'commit' : 'abort'
    const records = [this.#record(), this.#record()]
    const openMs = this.prng.below(100)
    producer.init(({ error: no }) => {
      if (no !== undefined) return
      producer.send([{ topic: TOPIC, partition, records }], ({ error }) => {
        if (error !== undefined) return
        this.clock.after(openMs, () => producer.end(how, () => undefined))
      })
    })
  }

  #record(): NewRecord {
    const jitter = this.prng.below(10)
    const value = utf8Of(textFrom(this.prng, this.#records++))
    const timestampMs = 1_000_000 + Math.floor(this.queue.nowMs) - jitter
    return { key: null, value, headers: [], timestampMs }
  }
}

/**
 * Three nodes without proxies, a log beside them, a job under a steady load, and a
 * reader who notes when each output came, of which group, and how old its newest record was.
 */

import { setTimeout as sleep } from 'node:timers/promises'
import type { Cluster } from '../../chaos/live/cluster/cluster.ts'
import type { LiveNode } from '../../chaos/live/cluster/node.ts'
import { askedOf } from '../../chaos/live/jobs/backing.ts'
import { Reader } from '../../chaos/live/jobs/reader.ts'
import { submitted } from '../../chaos/live/jobs/stage.ts'
import type { StoredRecord } from '../../src/base/stream-log.ts'
import { identityIn } from '../../src/journal/identity.ts'
import type { Workshop } from '../frame/bench.ts'
import { mustBeWhole, type Nodes, startedNodes } from './nodes.ts'
import type { Load, Play } from './plays/play.ts'

const WHOLE_MS = 60_000
const POLL_MS = 20
const decoder = new TextDecoder()

export interface Seen {
  readonly atMs: number
  readonly group: string
  /** Since its newer record was handed to the log. */
  readonly ageMs: number
}

export interface SceneOptions {
  readonly play: Play
  readonly perSecond: number
}

export class JobScene {
  readonly cluster: Cluster
  readonly groups: ReadonlyMap<string, number>
  readonly seen: Seen[] = []
  readonly #play: Play
  readonly #nodes: Nodes
  #load: Load | undefined
  readonly #readers: readonly Reader[]
  readonly #putMs = new Map<string, number>()

  private constructor(nodes: Nodes, groups: ReadonlyMap<string, number>, play: Play) {
    const { cluster, backing } = nodes
    this.cluster = cluster
    this.groups = groups
    this.#nodes = nodes
    this.#play = play
    const { log } = backing
    const { topic, partitions } = play.outputs
    this.#readers = Array.from({ length: partitions }, (_, partition) => {
      return new Reader(log, { topic, partition }, all => this.#see(all))
    })
  }

  static async start(workshop: Workshop, of: SceneOptions): Promise<JobScene> {
    const nodes = await startedNodes(workshop)
    const { cluster, backing } = nodes
    const { name: job, groups: count } = of.play
    for (const topic of of.play.topics(backing.replication)) {
      await askedOf<void>(done => backing.log.create(topic, done))
    }
    const text = of.play.text(backing.home)
    const groups = await submitted(cluster, { job, text, groups: count })
    await mustBeWhole(cluster)
    const scene = new JobScene(nodes, groups, of.play)
    await scene.#begin(of.perSecond)
    await scene.flowing(performance.now())
    return scene
  }

  /** Groups that read, of which outputs are looked at. */
  get readers(): readonly string[] {
    return [...this.groups.keys()].filter(name => this.#play.says(name))
  }

  /** Every group that reads has said something since then. */
  async flowing(sinceMs: number): Promise<void> {
    const endMs = performance.now() + WHOLE_MS
    while (!this.readers.every(group => this.#hasSaid(group, sinceMs))) {
      if (performance.now() > endMs) throw new Error('not all groups say something')
      await sleep(POLL_MS)
    }
  }

  /** The node that leads most groups. */
  async most(): Promise<LiveNode> {
    const led = [...(await this.cluster.leaderships())]
    const [id] = led.reduce((a, b) => (b[1].length > a[1].length ? b : a))
    return this.cluster.node(id)
  }

  /** Every node runs, every group has all its replicas, and outputs flow. */
  async settled(): Promise<void> {
    await this.cluster.ready()
    await mustBeWhole(this.cluster)
    await this.flowing(performance.now())
  }

  /** Of each group that reads: its longest time without an output since then, in milliseconds. */
  gapsMs(sinceMs: number): readonly number[] {
    const endMs = performance.now()
    return this.readers.map(group => {
      const times = this.seen.filter(one => one.group === group && one.atMs > sinceMs)
      const all = [sinceMs, ...times.map(({ atMs }) => atMs), endMs]
      return Math.max(...all.slice(1).map((atMs, i) => atMs - (all[i] as number)))
    })
  }

  async stop(): Promise<void> {
    for (const reader of this.#readers) reader.end()
    await this.#load?.stop()
    await this.#nodes.end()
  }

  async #begin(perSecond: number): Promise<void> {
    const onPut = (name: string): void => void this.#putMs.set(name, performance.now())
    this.#load = await this.#play.load(this.#nodes.backing.log, perSecond, onPut)
    this.#load.start()
  }

  #hasSaid(group: string, sinceMs: number): boolean {
    return this.seen.some(one => one.group === group && one.atMs > sinceMs)
  }

  #see(records: readonly StoredRecord[]): void {
    const atMs = performance.now()
    for (const { value, headers } of records) {
      const name = this.#play.nameOf(JSON.parse(decoder.decode(value ?? new Uint8Array(0))))
      const putMs = this.#putMs.get(name)
      this.#putMs.delete(name)
      if (putMs === undefined) continue
      this.seen.push({ atMs, group: identityIn(headers)?.group ?? '', ageMs: atMs - putMs })
    }
  }
}

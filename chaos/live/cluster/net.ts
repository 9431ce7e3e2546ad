/**
 * The network between the nodes of a drill: one TCP proxy for each ordered pair, so that what one
 * node says to another can be cut, held or slowed without anybody else noticing. Toxiproxy runs as
 * a child of the drill, or is one that an environment variable names.
 */

import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Proxy as ProxyClient, type Toxic, Toxiproxy } from 'toxiproxy-node-client'
import { built } from '../../../scripts/services/build.ts'
import { freePorts } from '../../../scripts/services/ports.ts'
import { ready } from '../../../scripts/services/ready.ts'
import { toxiproxy } from '../../../scripts/services/toxiproxy.ts'
import { Child } from './child.ts'
import { establishedAt } from './sockets.ts'

const READY_MS = 20_000
const STOP_MS = 5000

/** What one node says to another. */
export interface Way {
  readonly from: string
  readonly to: string
}

export type Trouble =
  /** Connections break, and new ones are refused. */
  | { readonly kind: 'refuse' }
  /** Connections stand, and nothing comes through: in one direction, or in both. */
  | { readonly kind: 'silence'; readonly isBothWays: boolean }
  | { readonly kind: 'delay'; readonly ms: number; readonly jitterMs: number }
  | { readonly kind: 'bandwidth'; readonly kilobytesPerSecond: number }

interface Lane extends Way {
  readonly proxy: ProxyClient
  readonly port: number
  readonly toxics: Toxic<unknown>[]
}

const keyOf = ({ from, to }: Way) => `${from}>${to}`

export class Net {
  readonly #client: Toxiproxy
  readonly #child: Child | undefined
  readonly #lanes = new Map<string, Lane>()
  readonly #prefix = randomUUID().slice(0, 8)

  private constructor(client: Toxiproxy, child: Child | undefined) {
    this.#client = client
    this.#child = child
  }

  static async start(folder: string, say: (text: string) => void): Promise<Net> {
    const named = process.env[toxiproxy.variable]
    if (named !== undefined && named !== '') return new Net(new Toxiproxy(named), undefined)
    const programs = await built(toxiproxy, say)
    const run = toxiproxy.run({ programs, ports: await freePorts(1), data: folder })
    const [command] = run.processes
    if (command === undefined) throw new Error('toxiproxy is no process')
    const child = await Child.start({ ...command, log: join(folder, 'toxiproxy.log') })
    await ready(run.urls, READY_MS, () => child.trouble())
    return new Net(new Toxiproxy(run.address), child)
  }

  /** The address at which `from` reaches `to`, whose own is `upstream`. */
  async open(way: Way, upstream: string): Promise<string> {
    const name = `${this.#prefix}-${way.from}-${way.to}`
    const proxy = await this.#client.createProxy({ name, listen: '127.0.0.1:0', upstream })
    const port = Number(proxy.listen.slice(proxy.listen.lastIndexOf(':') + 1))
    this.#lanes.set(keyOf(way), { ...way, proxy, port, toxics: [] })
    return `127.0.0.1:${port}`
  }

  /** Connections that go this way now: what a trouble on it would hit. */
  connections(ways: readonly Way[]): number {
    const ports = new Set(ways.map(way => this.#lane(way).port))
    const read = (file: string) => readFileSync(file, 'utf8')
    return (
      establishedAt(read('/proc/net/tcp'), ports) + establishedAt(read('/proc/net/tcp6'), ports)
    )
  }

  async trouble(ways: readonly Way[], trouble: Trouble): Promise<void> {
    await Promise.all(ways.map(way => afflict(this.#lane(way), trouble)))
  }

  async heal(): Promise<void> {
    await Promise.all([...this.#lanes.values()].map(heal))
  }

  async stop(): Promise<void> {
    if (this.#child !== undefined) {
      await this.#child.stop(STOP_MS)
      return
    }
    await Promise.all([...this.#lanes.values()].map(({ proxy }) => proxy.remove()))
  }

  #lane(way: Way): Lane {
    const lane = this.#lanes.get(keyOf(way))
    if (lane === undefined) throw new Error(`nobody goes from ${way.from} to ${way.to}`)
    return lane
  }
}

const setEnabled = ({ proxy }: Lane, enabled: boolean, port: number) =>
  proxy.update({ enabled, listen: `127.0.0.1:${port}`, upstream: proxy.upstream })

async function afflict(lane: Lane, trouble: Trouble): Promise<void> {
  if (trouble.kind === 'refuse') {
    await setEnabled(lane, false, lane.port)
    return
  }
  for (const { stream, type, attributes } of toxicsOf(trouble)) {
    const name = `${type}-${stream}`
    const toxic = await lane.proxy.addToxic({ name, type, stream, toxicity: 1, attributes })
    lane.toxics.push(toxic)
  }
}

interface ToxicPlan {
  readonly stream: 'upstream' | 'downstream'
  readonly type: 'timeout' | 'latency' | 'bandwidth'
  readonly attributes: Readonly<Record<string, number>>
}

/** Upstream is what the one who connected says; that is what the way is named for. */
function toxicsOf(trouble: Exclude<Trouble, { kind: 'refuse' }>): readonly ToxicPlan[] {
  if (trouble.kind === 'silence') {
    // 0: nothing comes through until the toxic is removed; then the connection closes.
    const one = { type: 'timeout', attributes: { timeout: 0 } } as const
    const there: ToxicPlan = { stream: 'upstream', ...one }
    return trouble.isBothWays ? [there, { stream: 'downstream', ...one }] : [there]
  }
  if (trouble.kind === 'delay') {
    const attributes = { latency: trouble.ms, jitter: trouble.jitterMs }
    return [{ stream: 'upstream', type: 'latency', attributes }]
  }
  const attributes = { rate: trouble.kilobytesPerSecond }
  return [{ stream: 'upstream', type: 'bandwidth', attributes }]
}

async function heal(lane: Lane): Promise<void> {
  for (const toxic of lane.toxics.splice(0)) await toxic.remove()
  await setEnabled(lane, true, lane.port)
}

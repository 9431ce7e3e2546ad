/**
 * An hour of load on three nodes, one of which hears and says nothing: what may grow meanwhile, at
 * its highest, on those who serve and on the one that is cut off; and how soon that one has caught
 * up when it is back. Everything comes from one seed.
 */

import { type GroupId, groupId, replicaId } from '../../../src/base/ids.ts'
import { Prng } from '../../../src/base/prng.ts'
import type { Group } from '../../../src/raft/host/group.ts'
import { isImage } from '../../../src/raft/store/names.ts'
import { encodeCommand } from '../command.ts'
import { EventQueue, US_PER_MS } from '../world/clock.ts'
import { SimWire } from '../world/transport.ts'
import { type CutOffBounds, type Hoard, type Kept, mostOf } from './bounds.ts'
import { CutOffNode } from './node.ts'

export interface CutOffOptions {
  readonly seed: number
  readonly minutes: number
  readonly bounds: CutOffBounds
  /** Between two proposals of a group. */
  readonly paceMs: number
  readonly entryBytes: number
}

export interface CutOffFigures {
  /** Those who served, each at its highest. */
  readonly served: Hoard
  /** The one that was cut off. */
  readonly alone: Hoard
  readonly most: Hoard
  readonly applied: number
  readonly refused: number
  /** Committed when it was cut off, and when it came back. */
  readonly commitBefore: number
  readonly commitAfter: number
  /** Packets that found no room or no connection. */
  readonly dropped: number
  readonly imagesTaken: number
  readonly caughtUpMs: number
}

const NODES = 3
const GROUPS = 2
const ALONE = 2
const SAMPLE_MS = 200
const QUIET_MS = 60_000
const CATCH_UP_MS = 120_000
const WIRE = { delayMinUs: 100, delayMeanUs: 500, bufferBytes: 4096 } as const
const nothing: Hoard = {
  ...{ logEntries: 0, uncommittedBytes: 0, unappliedBytes: 0, proposalsOpen: 0 },
  ...{ inflightEntries: 0, inflightBytes: 0, queuedBytes: 0 },
  ...{ logBytes: 0, segments: 0, imageFiles: 0 },
}

export function runCutOff(options: CutOffOptions): CutOffFigures {
  return new CutOff(options).run()
}

class CutOff {
  readonly #options: CutOffOptions
  readonly #queue = new EventQueue()
  readonly #wire: SimWire
  readonly #nodes: readonly CutOffNode[]
  readonly #groups: readonly GroupId[]
  #served = nothing
  #alone = nothing
  #applied = 0
  #refused = 0
  #serial = 0
  #isLoaded = true

  constructor(options: CutOffOptions) {
    this.#options = options
    const prng = new Prng(options.seed)
    const queue = this.#queue
    this.#wire = new SimWire(WIRE, { queue, prng: prng.fork('wire') })
    this.#groups = Array.from({ length: GROUPS }, (_, i) => groupId(i + 1))
    const { bounds } = options
    const world = { queue, wire: this.#wire, prng, bounds, nodes: NODES, groups: this.#groups }
    this.#nodes = Array.from({ length: NODES }, (_, i) => new CutOffNode(world, i))
  }

  run(): CutOffFigures {
    for (const node of this.#nodes) node.start(fail)
    this.#every(SAMPLE_MS, () => this.#sample())
    this.#every(this.#options.paceMs, () => this.#load())
    this.#pass(QUIET_MS)
    this.#handOver()
    this.#pass(QUIET_MS)
    const commitBefore = this.#commit()
    this.#cut(1)
    this.#pass(this.#options.minutes * 60_000)
    const commitAfter = this.#commit()
    this.#cut(-1)
    const caughtUpMs = this.#catchUp(commitAfter)
    const { bounds, entryBytes } = this.#options
    return {
      served: this.#served,
      alone: this.#alone,
      most: mostOf(bounds, GROUPS, entryBytes),
      ...{ applied: this.#applied, refused: this.#refused, commitBefore, commitAfter },
      dropped: this.#sum(node => {
        const status = node.running?.links.status() ?? []
        return status.reduce((sum, { dropped }) => sum + dropped, 0)
      }),
      imagesTaken: this.#sum(node => {
        return [...node.groups.values()].reduce((sum, one) => sum + one.stats().imagesTaken, 0)
      }),
      caughtUpMs,
    }
  }

  /** One group is led by who stays, one by who will be cut off: it goes on being asked. */
  #handOver(): void {
    for (const [i, group] of this.#groups.entries()) {
      const to = i === 0 ? 0 : ALONE
      for (const { index, groups } of this.#nodes) {
        const led = groups.get(group)
        if (led?.raft.role === 'leader' && index !== to) led.transfer(replicaId(to + 1))
      }
    }
  }

  #every(periodMs: number, happen: () => void): void {
    const again = (): void => {
      happen()
      this.#queue.after(periodMs * US_PER_MS, { fire: again })
    }
    this.#queue.after(periodMs * US_PER_MS, { fire: again })
  }

  #pass(ms: number): void {
    this.#queue.runUntil(this.#queue.nowUs + ms * US_PER_MS)
  }

  #cut(by: 1 | -1): void {
    for (let other = 0; other < NODES; other++) {
      if (other === ALONE) continue
      this.#wire.cut(other, ALONE, by)
      this.#wire.cut(ALONE, other, by)
    }
  }

  /** Whoever believes to lead is asked, also one who is cut off. */
  #load(): void {
    if (!this.#isLoaded) return
    for (const node of this.#nodes) {
      for (const group of node.groups.values()) {
        if (group.raft.role === 'leader') this.#propose(group)
      }
    }
  }

  #propose(group: Group): void {
    const term = group.raft.term
    const command = { name: 'write', key: 0, expected: 0, expectedTerm: term } as const
    const serial = ++this.#serial
    const data = encodeCommand({
      ...{ ...command, serial, value: serial, paddingBytes: this.#options.entryBytes },
    })
    group.propose(term, data, ({ kind }) => {
      if (kind === 'applied') this.#applied++
      else this.#refused++
    })
  }

  #sample(): void {
    for (const node of this.#nodes) {
      if (node.index === ALONE) this.#alone = larger(this.#alone, hoardOf(node))
      else this.#served = larger(this.#served, hoardOf(node))
    }
  }

  #commit(): number {
    return this.#sum(node => (node.index === 0 ? commitOf(node) : 0))
  }

  #catchUp(from: number): number {
    const beganUs = this.#queue.nowUs
    const alone = this.#nodes[ALONE] as CutOffNode
    while (commitOf(alone) < from || !this.#isEven()) {
      if (this.#queue.nowUs - beganUs > CATCH_UP_MS * US_PER_MS) fail('it does not catch up')
      if (commitOf(alone) >= from) this.#isLoaded = false
      this.#pass(SAMPLE_MS)
    }
    return (this.#queue.nowUs - beganUs) / US_PER_MS
  }

  /** All replicas of each group hold and have applied the same. */
  #isEven(): boolean {
    return this.#groups.every(group => {
      const logs = this.#nodes.map(node => node.groups.get(group)?.raft.log)
      const last = Math.max(...logs.map(log => log?.lastIndex ?? 0))
      const states = this.#nodes.map(node => node.groups.get(group)?.machine.appliedIndex)
      return logs.every(log => log?.applied === last) && states.every(index => index === last)
    })
  }

  #sum(of: (node: CutOffNode) => number): number {
    return this.#nodes.reduce((sum, node) => sum + of(node), 0)
  }
}

function hoardOf(node: CutOffNode): Hoard {
  const { running } = node
  if (running === undefined) return nothing
  const groups = [...node.groups.values()]
  const most = (of: (group: Group) => number): number => Math.max(0, ...groups.map(of))
  const peers = groups.flatMap(({ raft }) => raft.status().peers)
  const stored = running.store.stats()
  return {
    logEntries: most(({ raft: { log } }) => log.lastIndex - log.firstIndex + 1),
    uncommittedBytes: most(({ raft }) => raft.status().uncommittedBytes),
    unappliedBytes: most(group => group.stats().unappliedBytes),
    proposalsOpen: most(group => group.stats().proposalsOpen),
    inflightEntries: Math.max(0, ...peers.map(peer => peer.inflightEntries)),
    inflightBytes: Math.max(0, ...peers.map(peer => peer.inflightBytes)),
    queuedBytes: Math.max(0, ...running.links.status().map(peer => peer.queuedBytes)),
    logBytes: stored.logBytes,
    segments: stored.segments,
    imageFiles: node.disk.names().filter(isImage).length,
  }
}

function larger(one: Hoard, other: Hoard): Hoard {
  const kept = Object.keys(one) as Kept[]
  return Object.fromEntries(
    kept.map(name => [name, Math.max(one[name], other[name])]),
  ) as unknown as Hoard
}

function commitOf(node: CutOffNode): number {
  return [...node.groups.values()].reduce((sum, { raft }) => sum + raft.log.commit, 0)
}

function fail(why: string): never {
  throw new Error(why)
}

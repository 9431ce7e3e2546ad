/**
 * Test support: nodes with links over the simulated wire. Each node notes what it is told; a test
 * moves time and faults.
 */

import { EventQueue, SimClock } from '../../../chaos/sim/world/clock.ts'
import { SimWire } from '../../../chaos/sim/world/transport.ts'
import type { Clock, Timer } from '../../base/env.ts'
import { type NodeId, nodeId } from '../../base/ids.ts'
import { Prng } from '../../base/prng.ts'
import { type HelloSelf, PROTOCOL } from '../links/hello.ts'
import { defaultLinkLimits, type LinkLimits } from '../links/limits.ts'
import { Links } from '../links/links.ts'
import type { PeerMemory, Remembered } from '../links/memory.ts'

export interface FleetOptions {
  readonly seed?: number
  readonly limits?: Partial<LinkLimits>
  readonly bufferBytes?: number
  /** What the system of each node takes at most. */
  readonly frameBytesMax?: number
}

/** Time of one process: it ends with the process, and stands still with it. */
class LifeClock implements Clock {
  isOver = false
  isFrozen = false
  readonly #clock: Clock
  #due: (() => void)[] = []

  constructor(clock: Clock) {
    this.#clock = clock
  }

  monotonicMs(): number {
    return this.#clock.monotonicMs()
  }

  wallMs(): number {
    return this.#clock.wallMs()
  }

  after(delayMs: number, fire: () => void): Timer {
    let isCancelled = false
    const maybeFire = () => {
      if (!this.isOver && !isCancelled) fire()
    }
    this.#clock.after(delayMs, () => {
      if (this.isFrozen) this.#due.push(maybeFire)
      else maybeFire()
    })
    return {
      cancel: () => {
        isCancelled = true
      },
    }
  }

  thaw(): void {
    this.isFrozen = false
    const due = this.#due
    this.#due = []
    for (const fire of due) fire()
  }
}

export const nameOf = (n: number): NodeId => nodeId(`n${n}`)
const addressOf = (n: number): string => `host${n}:1`

/** One process of a node. */
export class Member {
  readonly links: Links
  /** What the links told, in order; frames as `from: first byte`. */
  readonly told: string[] = []
  readonly clock: LifeClock
  onFrame: ((from: NodeId, frame: Uint8Array) => void) | undefined

  /** What peers refused this node for. */
  readonly believed: string[] = []

  constructor(fleet: Fleet, n: number, self: HelloSelf) {
    this.clock = new LifeClock(new SimClock(fleet.queue))
    const transport = fleet.wire.door(n, fleet.addressOf(n))
    const { limits } = fleet
    const random = new Prng(100 + n)
    const memory = fleet.memoryOf(n)
    this.links = new Links({ transport, clock: this.clock, random, self, memory, limits })
    this.links.listen({
      onFrame: (from, frame) => {
        this.told.push(`${from}: ${frame[0]}`)
        this.onFrame?.(from, frame)
      },
      onPeerLost: node => void this.told.push(`lost ${node}`),
      onPeerUp: (node, { boot }) => void this.told.push(`up ${node}/${boot}`),
      onRefused: (node, code, message, isTheirs) => {
        if (isTheirs) this.believed.push(`${node} ${code}`)
        this.told.push(`refused ${node ?? 'somebody'} ${code}`)
        if (message.length < 20) throw new Error('a refusal without a sentence')
      },
    })
  }
}

export class Fleet {
  readonly queue = new EventQueue()
  readonly wire: SimWire
  readonly limits: LinkLimits
  readonly members = new Map<number, Member>()
  readonly #memories = new Map<number, PeerMemory>()
  readonly #moved = new Map<number, string>()

  constructor({ seed = 1, limits = {}, bufferBytes = 500_000, ...most }: FleetOptions = {}) {
    const profile = { delayMinUs: 50, delayMeanUs: 200, bufferBytes }
    this.wire = new SimWire(profile, { queue: this.queue, prng: new Prng(seed), ...most })
    this.limits = { ...defaultLinkLimits, ...limits }
  }

  addressOf(n: number): string {
    return this.#moved.get(n) ?? addressOf(n)
  }

  memoryOf(n: number): PeerMemory {
    const known = this.#memories.get(n)
    if (known !== undefined) return known
    const memory = { peers: new Map<NodeId, Remembered>(), onLearned: () => {} }
    this.#memories.set(n, memory)
    return memory
  }

  self(n: number, over: Partial<HelloSelf> = {}): HelloSelf {
    const opened = { store: `s${n}`, boot: 1, opening: 'o' }
    return { protocol: PROTOCOL, cluster: 'c', node: nameOf(n), ...opened, ...over }
  }

  /** A process of node `n` that has these peers. */
  start(n: number, peers: readonly number[], over: Partial<HelloSelf> = {}): Member {
    const member = new Member(this, n, this.self(n, over))
    this.members.set(n, member)
    for (const peer of peers) member.links.setPeer(nameOf(peer), this.addressOf(peer))
    return member
  }

  /** The next process of this node listens elsewhere. */
  move(n: number, address: string): void {
    this.#moved.set(n, address)
  }

  kill(n: number): void {
    this.#over(n)
    this.wire.kill(n)
  }

  powerOff(n: number): void {
    this.#over(n)
    this.wire.powerOff(n)
  }

  /** The process stands still: it hears nothing, and its timers wait. */
  freeze(n: number): void {
    const member = this.members.get(n)
    if (member !== undefined) member.clock.isFrozen = true
    this.wire.freeze(n)
  }

  thaw(n: number): void {
    this.members.get(n)?.clock.thaw()
    this.wire.thaw(n)
  }

  /** Lets time pass; what was told before is forgotten. */
  pass(ms: number): void {
    for (const member of this.members.values()) member.told.length = 0
    this.queue.runUntil(this.queue.nowUs + ms * 1000)
  }

  #over(n: number): void {
    const member = this.members.get(n)
    if (member !== undefined) member.clock.isOver = true
    this.members.delete(n)
  }
}

/** Nodes 1 and 2, each other's peers, connected and settled. */
export function pair(options: FleetOptions = {}) {
  const fleet = new Fleet(options)
  const one = fleet.start(1, [2])
  const two = fleet.start(2, [1])
  fleet.pass(2500)
  return { fleet, one, two }
}

/**
 * One node of a small simulated cluster that is only looked at, not checked: the real store, links
 * and host over simulated disk, wire and clock. It never ends.
 */

import {
  type GroupId,
  type NodeId,
  nodeId,
  type ReplicaId,
  replicaId,
} from '../../../src/base/ids.ts'
import type { Prng } from '../../../src/base/prng.ts'
import type { Group } from '../../../src/raft/host/group.ts'
import { Host } from '../../../src/raft/host/host.ts'
import { PROTOCOL } from '../../../src/raft/links/hello.ts'
import { Links } from '../../../src/raft/links/links.ts'
import { openStore } from '../../../src/raft/store/opening.ts'
import type { LogStore } from '../../../src/raft/store/store.ts'
import type { Stored } from '../../../src/raft/types.ts'
import { FleetMachine } from '../fleet/machine.ts'
import { Life } from '../host/life.ts'
import { TestMachine } from '../machine.ts'
import { type EventQueue, SimClock } from '../world/clock.ts'
import { SimDisk } from '../world/disk.ts'
import type { SimWire } from '../world/transport.ts'
import type { CutOffBounds } from './bounds.ts'

const CLUSTER = 'cut-off'
const DISK = { syncMinUs: 100, syncMeanUs: 1000, readUs: 50, otherUs: 50 } as const
const MACHINE = { delayUs: 100, pieceBytesMax: 10_000, looks: 0 } as const

export interface NodeWorld {
  readonly queue: EventQueue
  readonly wire: SimWire
  readonly prng: Prng
  readonly bounds: CutOffBounds
  readonly nodes: number
  readonly groups: readonly GroupId[]
}

/** What runs once the store is open. */
export interface RunningNode {
  readonly host: Host
  readonly links: Links
  readonly store: LogStore
}

export class CutOffNode {
  readonly index: number
  readonly disk: SimDisk
  readonly groups = new Map<GroupId, Group>()
  running: RunningNode | undefined
  readonly #world: NodeWorld
  readonly #random: Prng

  constructor(world: NodeWorld, index: number) {
    const { queue, prng } = world
    this.#world = world
    this.index = index
    this.#random = prng.fork(`node ${index}`)
    const random = this.#random.fork('disk')
    this.disk = new SimDisk(DISK, { queue, prng: random, tally: { hit: () => {} } })
  }

  /** `fail` hears of whatever should not be: nothing here harms a node. */
  start(fail: (why: string) => void): void {
    const { store: limits } = this.#world.bounds
    const name = nameOf(this.index)
    const options = { cluster: CLUSTER, node: name, store: name, mayMake: true, limits }
    openStore(this.disk, options, answer => {
      if ('store' in answer) this.#run(answer.store, fail)
      else fail(answer.refused.message)
    })
  }

  #run(store: LogStore, fail: (why: string) => void): void {
    const { queue, wire, bounds, nodes } = this.#world
    const clock = new SimClock(queue)
    const node = nameOf(this.index)
    const named = { protocol: PROTOCOL, cluster: CLUSTER, node, store: node }
    const self = { ...named, boot: store.boot, opening: 'o' }
    const links = new Links({
      ...{ clock, self, random: this.#random },
      transport: wire.door(this.index, addressOf(this.index)),
      memory: { peers: new Map(), onLearned: () => {} },
      limits: bounds.links,
    })
    const host = new Host({
      ...{ clock, links, store, random: this.#random, times: bounds.times, limits: bounds.raft },
      bounds: bounds.host,
      listener: {
        onFatal: (code, message) => fail(`${code}: ${message}`),
        onUnknownGroup: () => {},
        onMalformed: (_, message) => fail(message),
      },
    })
    for (let other = 0; other < nodes; other++) {
      if (other !== this.index) links.setPeer(nameOf(other), addressOf(other))
    }
    this.running = { host, links, store }
    for (const group of this.#world.groups) this.#create(host, group)
  }

  #create(host: Host, group: GroupId): void {
    const { nodes, queue } = this.#world
    const voters = Array.from({ length: nodes }, (_, i) => replicaId(i + 1))
    const machine = new FleetMachine(MACHINE, {
      ...{ queue, prng: this.#random, life: new Life(), state: new TestMachine() },
      ...{ onApplied: () => {}, onBusy: () => {} },
    })
    const options = { machine, nodeOf: (replica: ReplicaId) => nameOf(replica - 1) }
    host.create(group, replicaId(this.index + 1), storedOf(voters), options, made => {
      this.groups.set(group, made)
    })
  }
}

function nameOf(index: number): NodeId {
  return nodeId(`n${index + 1}`)
}

function addressOf(index: number): string {
  return `${nameOf(index)}:7170`
}

function storedOf(voters: readonly ReplicaId[]): Stored {
  const members = { voters, outgoing: [], learners: [] }
  return {
    hardState: { term: 0, vote: 0, commit: 0 },
    image: { index: 0, term: 0, members, membersIndex: 0, chain: 0 },
    entries: [],
  }
}

/** Test support: three nodes with as many groups as a test likes, each with a replica on each. */

import type { GroupId, ReplicaId } from '../../../base/ids.ts'
import { replicaId } from '../../../base/ids.ts'
import { Prng } from '../../../base/prng.ts'
import { defaultLimits, defaultTimes, type RaftLimits } from '../../options.ts'
import type { Image, Members, Stored } from '../../types.ts'
import { defaultBounds, type HostBounds } from '../bounds.ts'
import type { Outcome } from '../calls.ts'
import type { Group, GroupOptions } from '../group.ts'
import { Host } from '../host.ts'
import type { GroupMachine } from '../machine.ts'
import { ListMachine } from './machine.ts'
import { MemoryStore, StoredState } from './store.ts'
import { asGroup, ManualClock, MortalClock, nodeName, Wires } from './world.ts'

export interface TrioOptions {
  readonly nodes?: number
  readonly seed?: number
  readonly bounds?: Partial<HostBounds>
  readonly limits?: Partial<RaftLimits>
  /** Of each group, whenever its process begins; missing: a list. */
  machineOn?(node: Node): GroupMachine
}

export function freshStored(voters: readonly number[]): Stored {
  const members: Members = { voters: voters.map(replicaId), outgoing: [], learners: [] }
  const image: Image = { index: 0, term: 0, members, membersIndex: 0, chain: 0 }
  return { hardState: { term: 0, vote: 0, commit: 0 }, image, entries: [] }
}

/** One process, and what outlives it. */
export class Node {
  readonly number: number
  readonly state = new StoredState()
  readonly machines = new Map<GroupId, ListMachine>()
  readonly fatal: string[] = []
  readonly malformed: string[] = []
  readonly unknown: GroupId[] = []
  clock: MortalClock
  host: Host
  store: MemoryStore
  readonly #trio: Trio

  constructor(number: number, trio: Trio) {
    this.number = number
    this.#trio = trio
    this.clock = new MortalClock(trio.clock)
    this.store = new MemoryStore(this.clock, this.state)
    this.host = this.#newHost()
  }

  get isUp(): boolean {
    return this.#trio.isUp(this.number)
  }

  mustGroup(n: number): Group {
    const group = this.host.groups.get(asGroup(n))
    if (group === undefined) throw new Error(`no group ${n} on node ${this.number}`)
    return group
  }

  mustMachine(n: number): ListMachine {
    const machine = this.machines.get(asGroup(n))
    if (machine === undefined) throw new Error(`no machine of group ${n} on node ${this.number}`)
    return machine
  }

  options(group: GroupId): GroupOptions {
    const own = this.#trio.options.machineOn?.(this)
    if (own !== undefined) return { machine: own, nodeOf: nodeOfReplica }
    const machine = new ListMachine(this.#trio.clock, this.clock)
    this.machines.set(group, machine)
    return { machine, nodeOf: nodeOfReplica }
  }

  create(n: number, voters: readonly number[], replica = this.number): void {
    const stored = freshStored(voters)
    const id = asGroup(n)
    this.host.create(id, replicaId(replica), stored, this.options(id), () => {})
  }

  /** A new process on the old disk; it opens what it finds. The state may outlive the old one. */
  start(keepsState: boolean): void {
    this.begin()
    this.openAll(keepsState)
  }

  begin(): void {
    this.clock = new MortalClock(this.#trio.clock)
    this.store = new MemoryStore(this.clock, this.state)
    this.host = this.#newHost()
  }

  openAll(keepsState: boolean): void {
    for (const id of [...this.store.groups.keys()]) {
      const machine = this.machines.get(id)
      const isKept = keepsState && machine !== undefined
      if (isKept) machine.outlive(this.clock)
      const options = isKept ? { machine, nodeOf: nodeOfReplica } : this.options(id)
      this.host.open(id, options)
    }
  }

  #newHost(): Host {
    const { wires, options } = this.#trio
    return new Host({
      clock: this.clock,
      random: new Prng(1000 * (options.seed ?? 1) + 10 * this.number + this.store.boot),
      links: wires.links(nodeName(this.number)),
      store: this.store,
      times: defaultTimes,
      limits: { ...defaultLimits, ...options.limits },
      bounds: { ...defaultBounds, ...options.bounds },
      listener: {
        onFatal: code => this.fatal.push(code),
        onUnknownGroup: group => this.unknown.push(group),
        onMalformed: (_from, message) => this.malformed.push(message),
      },
    })
  }
}

/** Replicas 1 to 9 live on the nodes of their number, 11 to 19 again, and so on. */
const nodeOfReplica = (id: ReplicaId) => nodeName(id % 10)

export class Trio {
  readonly clock = new ManualClock()
  readonly wires = new Wires(this.clock, 1)
  readonly options: TrioOptions
  readonly nodes: readonly Node[]
  readonly #down = new Set<number>()

  constructor(options: TrioOptions = {}) {
    this.options = options
    this.nodes = Array.from({ length: options.nodes ?? 3 }, (_, i) => new Node(i + 1, this))
  }

  /** Groups 1 to `count`, led by somebody. */
  static led(count: number, options: TrioOptions = {}): Trio {
    const trio = new Trio(options)
    for (let n = 1; n <= count; n++) {
      for (const node of trio.nodes) node.create(n, [1, 2, 3])
    }
    for (let n = 1; n <= count; n++) trio.mustLead(n)
    return trio
  }

  get up(): readonly Node[] {
    return this.nodes.filter(node => !this.#down.has(node.number))
  }

  isUp(number: number): boolean {
    return !this.#down.has(number)
  }

  mustNode(number: number): Node {
    const node = this.nodes[number - 1]
    if (node === undefined) throw new Error(`no node ${number}`)
    return node
  }

  pass(ms: number): void {
    this.clock.pass(ms)
  }

  leaderOf(n: number): Node | undefined {
    const leaders = this.up.filter(node => {
      return node.host.groups.get(asGroup(n))?.raft.role === 'leader'
    })
    return leaders.sort((a, b) => b.mustGroup(n).raft.term - a.mustGroup(n).raft.term)[0]
  }

  /** Waits for a leader that has committed in its term. */
  mustLead(n: number): Node {
    for (let i = 0; i < 1000; i++) {
      const leader = this.leaderOf(n)
      const log = leader?.mustGroup(n).raft.log
      if (leader && log && log.commit === log.lastIndex && log.applied > 0) return leader
      this.pass(10)
    }
    throw new Error(`group ${n} has no leader`)
  }

  /** The process is gone and the others hear of it. */
  kill(node: Node): void {
    node.clock.isDead = true
    this.#down.add(node.number)
    this.wires.lose(nodeName(node.number))
  }

  revive(node: Node, keepsState = false): void {
    this.#down.delete(node.number)
    node.start(keepsState)
  }

  /** Proposes at the leader and collects what becomes of it. */
  propose(n: number, text: string): Outcome[] {
    const leader = this.mustLead(n)
    const outcomes: Outcome[] = []
    const group = leader.mustGroup(n)
    group.propose(group.raft.term, new TextEncoder().encode(text), outcome => {
      outcomes.push(outcome)
    })
    return outcomes
  }
}

/**
 * All nodes of a run, who lives where, and how much damage the group may still take: of no set of
 * members that anybody goes by may half or more have lost their log.
 */

import { invariant } from '../../../src/base/errors.ts'
import type { ReplicaId } from '../../../src/base/ids.ts'
import { replicaId } from '../../../src/base/ids.ts'
import type { Prng } from '../../../src/base/prng.ts'
import { isMember, noMembers } from '../../../src/raft/members/members.ts'
import type { Message } from '../../../src/raft/messages.ts'
import type { Members, Stored } from '../../../src/raft/types.ts'
import { SimNode } from '../host/node.ts'
import type { Process, ProcessWorld } from '../host/process.ts'
import type { EventQueue } from '../world/clock.ts'
import { type DiskProfile, SimDisk } from '../world/disk.ts'
import { NODES_MAX, type SimNetwork } from '../world/network.ts'
import type { Tally } from '../world/tally.ts'

export interface ClusterParts {
  readonly queue: EventQueue
  readonly prng: Prng
  readonly tally: Tally
  readonly network: SimNetwork<Message>
  readonly diskProfile: DiskProfile
  readonly world: Omit<ProcessWorld, 'nodeOf'>
  /** A process ended or the run did: its counters are taken. */
  onDeath(process: Process): void
}

/** A replica whose log is gone, and the node on which another is to take its place. */
export interface Loss {
  readonly lost: ReplicaId
  readonly node: SimNode
}

export class Cluster {
  readonly nodes: SimNode[] = []
  /** Losses for which no change of members has been made yet. */
  readonly losses: Loss[] = []
  readonly #parts: ClusterParts
  readonly #homes = new Map<ReplicaId, number>()
  /** Replicas whose log is gone, or may be found damaged. */
  readonly #impaired = new Set<ReplicaId>()
  readonly #flipped = new Set<ReplicaId>()
  #nextId = 1

  constructor(parts: ClusterParts) {
    this.#parts = parts
  }

  /** The first members of the group. */
  found(voters: number, learners: number): void {
    const ids = Array.from({ length: voters + learners }, (_, i) => replicaId(i + 1))
    const members = { voters: ids.slice(0, voters), outgoing: [], learners: ids.slice(voters) }
    for (let i = 0; i < ids.length; i++) {
      this.#addNode().create(newStored(members))
    }
  }

  /** A new replica on a new node, that knows nobody. */
  spawn(): SimNode | undefined {
    if (this.nodes.length === NODES_MAX) return undefined
    const node = this.#addNode()
    node.create(newStored(noMembers))
    return node
  }

  nodeOf(id: ReplicaId): number | undefined {
    return this.#homes.get(id)
  }

  byReplica(id: ReplicaId): SimNode | undefined {
    const index = this.#homes.get(id)
    const node = index === undefined ? undefined : this.nodes[index]
    return node?.replica === id && !node.isGone ? node : undefined
  }

  get present(): readonly SimNode[] {
    return this.nodes.filter(node => !node.isGone)
  }

  get up(): readonly SimNode[] {
    return this.nodes.filter(node => node.process !== undefined)
  }

  get processes(): readonly Process[] {
    const processes: Process[] = []
    for (const { process } of this.nodes) {
      if (process !== undefined) processes.push(process)
    }
    return processes
  }

  /** Whoever leads in the highest term, but for one that does not count. */
  leader(except?: SimNode): SimNode | undefined {
    let leader: SimNode | undefined
    let term = 0
    for (const node of this.nodes) {
      const status = node === except ? undefined : node.process?.raft.status()
      if (status?.role === 'leader' && status.term > term) {
        leader = node
        term = status.term
      }
    }
    return leader
  }

  /** The newest members that anybody knows to be committed. */
  committedMembers(): Members {
    let newest = { members: noMembers, index: -1 }
    for (const node of this.present) {
      const known = node.committedMembers
      if (known.index > newest.index && known.members.voters.length > 0) newest = known
    }
    return newest.members
  }

  /** Every set of members that a member goes by. */
  knownMembers(): readonly Members[] {
    const committed = this.committedMembers()
    return this.present
      .filter(node => isMember(committed, node.replica) || node.members.outgoing.length > 0)
      .map(node => node.members)
      .concat(committed)
  }

  /** May this replica lose its log, and every set of members still has a sound majority? */
  mayImpair(id: ReplicaId): boolean {
    if (this.#impaired.has(id)) return false
    return this.knownMembers().every(members => {
      return this.isSound(members.voters, id) && this.isSound(members.outgoing, id)
    })
  }

  /** Has a majority of these voters its log, even without this one's? */
  isSound(voters: readonly ReplicaId[], without?: ReplicaId): boolean {
    const impaired = voters.filter(id => id === without || this.#impaired.has(id)).length
    return impaired <= Math.max(0, Math.floor((voters.length - 1) / 2))
  }

  isImpaired(id: ReplicaId): boolean {
    return this.#impaired.has(id)
  }

  /**
   * A bit of this replica's disk has turned over: its log may be found damaged when it is next
   * opened.
   */
  markFlipped(id: ReplicaId): void {
    this.#impaired.add(id)
    this.#flipped.add(id)
  }

  /** The node's disk is lost: what lived there is dead, a new replica begins. */
  loseDisk(node: SimNode): void {
    const lost = node.replica
    invariant(this.#impaired.has(lost) || this.mayImpair(lost), 'WORLD a majority stays sound')
    this.#impaired.add(lost)
    this.#flipped.delete(lost)
    const heir = this.#newId(node.index)
    node.reset(heir)
    // The old id still leads to this node: who calls it is told that nobody of that name is here.
    this.losses.push({ lost, node })
    node.create(newStored(noMembers))
  }

  #addNode(): SimNode {
    const { queue, prng, tally, network, diskProfile, world } = this.#parts
    const index = this.nodes.length
    const fork = prng.fork(`node ${index}`)
    const disk = new SimDisk(diskProfile, { queue, prng: fork.fork('disk'), tally })
    const node = new SimNode(
      {
        ...{ index, disk, prng: fork },
        network: network.door(index),
        world: { ...world, nodeOf: id => this.nodeOf(id) },
        onDeath: dead => network.closeConnections(dead.index),
        onProcessEnd: process => this.#parts.onDeath(process),
        onLost: (lost, why) => {
          world.trace.tell(`n${lost.index} r${lost.replica} has lost its log: ${why}`)
          this.loseDisk(lost)
        },
        onOpened: opened => this.#onOpened(opened),
      },
      this.#newId(index),
    )
    this.nodes.push(node)
    return node
  }

  /** A disk that was read without a complaint is sound: all of it was written anew. */
  #onOpened(node: SimNode): void {
    if (this.#flipped.delete(node.replica)) this.#impaired.delete(node.replica)
  }

  #newId(node: number): ReplicaId {
    const id = replicaId(this.#nextId++)
    this.#homes.set(id, node)
    return id
  }
}

function newStored(members: Members): Stored {
  const hardState = { term: 0, vote: 0 as const, commit: 0 }
  const image = { index: 0, term: 0, members, membersIndex: 0, chain: 0 }
  return { hardState, image, entries: [] }
}

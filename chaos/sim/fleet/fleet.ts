/**
 * All nodes of a run, which replica lives where, and how much damage a group may still take: of no
 * set of members that anybody goes by may half or more have lost their log.
 */

import type { GroupId, NodeId, ReplicaId } from '../../../src/base/ids.ts'
import { replicaId } from '../../../src/base/ids.ts'
import { isSame } from '../../../src/raft/links/memory.ts'
import { isMember, noMembers } from '../../../src/raft/members/members.ts'
import { isImage, wholeOf } from '../../../src/raft/store/names.ts'
import type { Members, Stored } from '../../../src/raft/types.ts'
import type { Member, OldDisk } from './member.ts'
import type { Assignment } from './running.ts'
import type { Seat } from './seat.ts'
import type { Steward } from './steward.ts'

/** What is known of one group besides its replicas' own words. */
class Registry {
  /** Where each replica lives or lived. */
  readonly homes = new Map<ReplicaId, Member>()
  /** Replicas whose log is gone, or may be found damaged. */
  readonly impaired = new Set<ReplicaId>()
  /** Who takes the place of a replica that is gone or on its way out. */
  readonly heirs = new Map<ReplicaId, ReplicaId>()
  /** What a replica begins with. */
  readonly first = new Map<ReplicaId, Stored>()
  /** The newest members that a seat was seen with, by replica. */
  readonly lastMembers = new Map<ReplicaId, Members>()
  nextId = 1
}

/** What was done to a disk. */
export type Harm = 'bit-flipped' | 'segment-gone' | 'log-cut' | 'twinned'

/** What is known of it. */
interface Harmed {
  readonly harm: Harm
  readonly file: string
  readonly impaired: readonly (readonly [GroupId, ReplicaId])[]
}

export class Fleet {
  readonly members: readonly Member[]
  readonly groups: readonly GroupId[]
  readonly #registries: ReadonlyMap<GroupId, Registry>
  /** Disks that were harmed, which nobody has found out yet. */
  readonly #harmed = new Map<Member, Harmed>()
  steward: Steward | undefined
  /** No fault does anything from now on, however long ago it began. */
  isHealed = false

  constructor(groups: readonly GroupId[], members: readonly Member[]) {
    this.groups = groups
    this.members = members
    this.#registries = new Map(groups.map(group => [group, new Registry()]))
  }

  /** The first members of a group, on these nodes. */
  found(group: GroupId, nodes: readonly Member[]): void {
    const registry = this.#registry(group)
    const ids = nodes.map(node => this.#newReplica(group, node))
    const members = { voters: ids, outgoing: [], learners: [] }
    for (const id of ids) registry.first.set(id, newStored(members))
  }

  seats(group: GroupId): readonly Seat[] {
    return this.members.flatMap(({ running }) => running?.seats.get(group) ?? [])
  }

  /** Whoever leads in the highest term. */
  leader(group: GroupId): Seat | undefined {
    let leader: Seat | undefined
    for (const seat of this.seats(group)) {
      const { role, term } = seat.status()
      if (role === 'leader' && term > (leader?.status().term ?? 0)) leader = seat
    }
    return leader
  }

  leaderNode(group: GroupId): Member | undefined {
    const leader = this.leader(group)
    return leader && this.#registry(group).homes.get(leader.id)
  }

  nodeOf(group: GroupId, replica: ReplicaId): NodeId | undefined {
    return this.#registry(group).homes.get(replica)?.name
  }

  /** From whom to whom an image is on its way, if one is. */
  imagePath(): { readonly from: Member; readonly to: Member } | undefined {
    for (const group of this.groups) {
      const from = this.leaderNode(group)
      const needy = this.leader(group)
        ?.raft.status()
        .peers.find(({ state }) => state === 'snapshot')
      const to = needy && this.#registry(group).homes.get(needy.id)
      if (from !== undefined && to !== undefined && to !== from) return { from, to }
    }
    return undefined
  }

  /** The replicas that are to live on a node: those that were not given up. */
  assigned(member: Member): readonly Assignment[] {
    const assigned: Assignment[] = []
    for (const [group, { homes, heirs, first }] of this.#registries) {
      for (const [replica, home] of homes) {
        const stored = first.get(replica)
        if (home !== member || heirs.has(replica) || stored === undefined) continue
        assigned.push({ group, replica, stored })
      }
    }
    return assigned
  }

  /** Whoever takes the place of this replica in the end. */
  heirOf(group: GroupId, replica: ReplicaId): ReplicaId | undefined {
    const { heirs } = this.#registry(group)
    let heir = heirs.get(replica)
    for (let next = heir; next !== undefined; next = heirs.get(next)) heir = next
    return heir
  }

  /** May this node lose its log, and every group still has a sound majority? */
  mayImpair(node: Member): boolean {
    return this.groups.every(group => {
      const id = this.#replicaOn(group, node)
      if (id !== undefined && this.#registry(group).impaired.has(id)) return false
      const all = this.#replicasOn(group, node)
      return this.#knownMembers(group).every(({ voters, outgoing }) => {
        return this.isSound(group, voters, all) && this.isSound(group, outgoing, all)
      })
    })
  }

  isSound(
    group: GroupId,
    voters: readonly ReplicaId[],
    without: readonly ReplicaId[] = [],
  ): boolean {
    const { impaired } = this.#registry(group)
    const lost = voters.filter(id => without.includes(id) || impaired.has(id)).length
    return lost <= Math.max(0, Math.floor((voters.length - 1) / 2))
  }

  /** Its disk is not what it was: its log may be found damaged or lost when it is next opened. */
  markHarmed(node: Member, file: string, harm: Harm): void {
    // A part may have its name by the time when it is read.
    this.#harmed.set(node, { harm, file: wholeOf(file), impaired: this.#impair(node) })
  }

  isHarmed(node: Member): boolean {
    return this.#harmed.has(node)
  }

  harmOf(node: Member): Harm | undefined {
    return this.#harmed.get(node)?.harm
  }

  /** A disk was opened without a complaint: it is sound, but for images, which were not read. */
  clearFlipped(node: Member): void {
    const flip = this.#harmed.get(node)
    if (flip?.harm !== 'bit-flipped') return
    if (isImage(flip.file) && node.disk.has(flip.file)) return
    this.#clear(node, flip)
  }

  /** The copy beside the node is gone, and nobody has taken it for the node. */
  clearTwinned(node: Member): void {
    const harmed = this.#harmed.get(node)
    if (harmed?.harm === 'twinned') this.#clear(node, harmed)
  }

  #clear(node: Member, { impaired }: Harmed): void {
    this.#harmed.delete(node)
    for (const [group, id] of impaired) this.#registry(group).impaired.delete(id)
  }

  /** Does everybody else remember this life of the node, and so a later one than the copy's? */
  isPastFor(node: Member, copy: OldDisk): boolean {
    const now = node.running?.self
    if (now === undefined || node.isPast || this.isHarmed(node)) return false
    if (copy.store === now.store && copy.boot >= now.boot) return false
    return this.members.every(({ name, memory }) => {
      const known = memory.peers.get(node.name)
      return name === node.name || (known !== undefined && isSame(known, now))
    })
  }

  /** The node starts on an old disk: it has forgotten what it acknowledged since. */
  putBack(node: Member, copy: OldDisk): void {
    this.#impair(node)
    node.putBack(copy)
  }

  /** The node's disk is lost: what lived there is dead, and new replicas begin. */
  loseDisk(node: Member): void {
    this.#harmed.delete(node)
    this.#impair(node)
    node.reset()
    for (const group of this.groups) {
      const old = this.#replicaOn(group, node)
      if (old !== undefined) this.#succeed(group, old, node)
    }
    node.start()
  }

  /** A replica of this group moves to a node that has none. */
  move(group: GroupId, old: ReplicaId, to: Member): void {
    this.#succeed(group, old, to)
    to.running?.adopt()
  }

  /** The replica of a group that lives on this node, if one does. */
  #replicaOn(group: GroupId, node: Member): ReplicaId | undefined {
    const { homes, heirs } = this.#registry(group)
    for (const [replica, home] of homes) {
      if (home === node && !heirs.has(replica)) return replica
    }
    return undefined
  }

  /** Those too that are on their way out, or were replaced: the group may still count on them. */
  #replicasOn(group: GroupId, node: Member): readonly ReplicaId[] {
    const { homes } = this.#registry(group)
    return [...homes].filter(([, home]) => home === node).map(([id]) => id)
  }

  /** A replica of this group lives here, or did and may not have left. */
  hadReplica(group: GroupId, node: Member): boolean {
    if (this.#replicaOn(group, node) !== undefined) return true
    return node.isPast || (node.running?.seats.has(group) ?? true)
  }

  /** Replicas that were replaced and belong to nobody's group any more leave their nodes. */
  dismiss(): void {
    for (const group of this.groups) {
      const known = this.#knownMembers(group)
      for (const node of this.members) {
        const seat = node.running?.seats.get(group)
        if (seat === undefined || !this.#registry(group).heirs.has(seat.id)) continue
        if (!known.some(members => isMember(members, seat.id))) node.running?.remove(group)
      }
    }
  }

  onOpened(group: GroupId, seat: Seat): void {
    this.#noteMembers(group, seat)
  }

  onEnded(group: GroupId, seat: Seat): void {
    this.#noteMembers(group, seat)
  }

  #noteMembers(group: GroupId, seat: Seat): void {
    this.#registry(group).lastMembers.set(seat.id, seat.raft.log.members)
  }

  /** Every set of members that somebody who matters goes by. */
  #knownMembers(group: GroupId): readonly Members[] {
    const { lastMembers, impaired } = this.#registry(group)
    for (const seat of this.seats(group)) this.#noteMembers(group, seat)
    const leader = this.leader(group)?.raft.log.members ?? noMembers
    const known = [...lastMembers].filter(([id]) => !impaired.has(id)).map(([, own]) => own)
    return [leader, ...known].filter(({ voters }) => voters.length > 0)
  }

  /** Tells whose harm is new. */
  #impair(node: Member): Harmed['impaired'] {
    return this.groups.flatMap(group => {
      const { impaired } = this.#registry(group)
      const fresh = this.#replicasOn(group, node).filter(id => !impaired.has(id))
      for (const id of fresh) impaired.add(id)
      return fresh.map(id => [group, id] as const)
    })
  }

  #succeed(group: GroupId, old: ReplicaId, home: Member): void {
    const registry = this.#registry(group)
    const heir = this.#newReplica(group, home)
    registry.first.set(heir, newStored(noMembers))
    registry.heirs.set(old, heir)
    this.steward?.swap(group, old)
  }

  #newReplica(group: GroupId, home: Member): ReplicaId {
    const registry = this.#registry(group)
    const id = replicaId(registry.nextId++)
    registry.homes.set(id, home)
    return id
  }

  #registry(group: GroupId): Registry {
    return this.#registries.get(group) as Registry
  }
}

function newStored(members: Members): Stored {
  const hardState = { term: 0, vote: 0 as const, commit: 0 }
  const image = { index: 0, term: 0, members, membersIndex: 0, chain: 0 }
  return { hardState, image, entries: [] }
}

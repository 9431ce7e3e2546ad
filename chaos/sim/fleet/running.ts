/**
 * A node process that runs: the real links and the real host around the store that was opened, one
 * seat for each replica that lives here. What it writes, sends and applies is told to the checkers
 * of its group.
 */

import type { Clock, Transport } from '../../../src/base/env.ts'
import type { GroupId, NodeId, ReplicaId } from '../../../src/base/ids.ts'
import type { Prng } from '../../../src/base/prng.ts'
import { segmentOf } from '../../../src/base/segments/names.ts'
import { defaultBounds } from '../../../src/raft/host/bounds.ts'
import type { Group, GroupOptions } from '../../../src/raft/host/group.ts'
import { Host } from '../../../src/raft/host/host.ts'
import { isOldCode } from '../../../src/raft/host/loss.ts'
import type {
  HostLinks,
  HostListener,
  HostStore,
  StoredReplica,
} from '../../../src/raft/host/ports.ts'
import { type HelloSelf, PROTOCOL } from '../../../src/raft/links/hello.ts'
import { Links } from '../../../src/raft/links/links.ts'
import { Raft } from '../../../src/raft/raft.ts'
import type { LogStore } from '../../../src/raft/store/store.ts'
import type { Stored } from '../../../src/raft/types.ts'
import { Violation } from '../checkers/checker.ts'
import type { HostPort } from '../clients/port.ts'
import type { Life } from '../host/life.ts'
import type { Watch } from '../host/watch.ts'
import type { Machine } from '../machine.ts'
import type { EventQueue } from '../world/clock.ts'
import type { SimSpace, SimState } from '../world/state.ts'
import { Book } from './book.ts'
import { FleetMachine } from './machine.ts'
import type { Member } from './member.ts'
import type { FleetProfile } from './scenario.ts'
import { Seat } from './seat.ts'
import { stateRows } from './state-rows.ts'
import { newestSegment } from './vouched.ts'
import { WatchedRaft, WatchedStore } from './watched.ts'

const SYNCED = 'HOST-4 what is reported durable is synced'

/** A replica that is to live on a node, and what it begins with. */
export interface Assignment {
  readonly group: GroupId
  readonly replica: ReplicaId
  readonly stored: Stored
}

/** Whoever looks at the replicas of a group. */
export interface Onlooker {
  readonly watch: Watch
  /** Its machine is at work, or was a moment ago. */
  lookIn(replica: HostPort): void
}

export interface RunningParts {
  readonly cluster: string
  readonly profile: FleetProfile
  readonly queue: EventQueue
  readonly prng: Prng
  readonly member: Member
  readonly life: Life
  readonly store: LogStore
  /** Of this life: no other of this node had it. */
  readonly opening: string
  /** Missing: machines keep nothing over the end of their process. */
  readonly state: SimState | undefined
  readonly clock: Clock
  readonly transport: Transport<string>
  world(group: GroupId): Onlooker
  /** What a replica of the group replicates, as before the first entry. */
  stateOf(group: GroupId, life: Life): Machine
  nodeOf(group: GroupId, replica: ReplicaId): NodeId | undefined
  /** Everybody else, by name and address. */
  peersOf(member: Member): readonly Member[]
  /** The replicas that are to live here. */
  assigned(member: Member): readonly Assignment[]
  onOpened(group: GroupId, seat: Seat): void
  onEnded(group: GroupId, seat: Seat): void
  /** A frame has come from there and was let in; the host is about to read it. */
  onHeard(from: NodeId, bytes: Uint8Array): void
  onMalformed(from: NodeId, message: string): void
}

interface Taken {
  readonly seat: Seat
  readonly machine: FleetMachine
}

export class Running {
  readonly seats = new Map<GroupId, Seat>()
  readonly host: Host
  readonly links: Links
  readonly self: HelloSelf
  /** The segment that was written when something was last reported durable. */
  reportedIn = 0
  readonly #book = new Book()
  /** Groups that are being made or removed. */
  readonly #busy = new Set<GroupId>()
  readonly #parts: RunningParts
  /** As a node, it opens nothing any more. */
  #isStopping = false

  constructor(parts: RunningParts) {
    const { store, clock, prng: random, profile, member, transport, cluster } = parts
    this.#parts = parts
    this.self = {
      protocol: PROTOCOL,
      cluster,
      node: member.name,
      store: store.identity.store,
      boot: store.boot,
      opening: parts.opening,
    }
    const { links: limits } = profile
    const { self } = this
    this.links = new Links({ transport, clock, random, self, memory: member.memory, limits })
    this.host = new Host({
      clock,
      random,
      links: this.#hostLinks(),
      store: member.isPast ? store : this.#watched(store),
      times: profile.times,
      limits: profile.limits,
      bounds: { ...defaultBounds, imageEntriesMax: profile.store.imageEntries },
      listener: this.#listener(),
    })
  }

  /** Opens what the store holds, makes what is assigned and not yet there, calls the others. */
  begin(): void {
    const { store, member } = this.#parts
    const groups = [...store.groups]
    let left = groups.length
    for (const [group] of groups) {
      this.#busy.add(group)
      stateRows.ready(this.#space(group), () => {
        left--
        if (left === 0) this.#openAll(groups)
      })
    }
    for (const peer of this.#parts.peersOf(member)) this.links.setPeer(peer.name, peer.address)
    this.adopt()
  }

  /** All at once, as a node does: a state that is ahead comes first, so that no other is seen. */
  #openAll(groups: readonly (readonly [GroupId, StoredReplica])[]): void {
    const all = groups.map(([group, found]) => ({ group, found, taken: this.#seat(group, found) }))
    const aheadBy = ({ found: { stored }, taken: { machine } }: (typeof all)[number]): number =>
      machine.appliedIndex - (stored.entries.at(-1)?.index ?? stored.image.index)
    all.sort((a, b) => Number(aheadBy(b) > 0) - Number(aheadBy(a) > 0))
    for (const { group, taken } of all) this.#open(group, taken)
  }

  #open(group: GroupId, taken: Taken): void {
    if (this.#parts.life.isDead || this.#isStopping) return
    this.#busy.delete(group)
    const opened = this.host.open(group, this.#options(group, taken))
    if (this.#parts.life.isDead) return
    // What a node of the past says and does is nobody's: it is not looked at, nor asked.
    if (!this.#parts.member.isPast) this.#opened(group, taken.seat, opened)
  }

  /** Makes the replicas that are assigned to this node and not yet here. */
  adopt(): void {
    const { member } = this.#parts
    if (member.isPast) return
    for (const { group, replica, stored } of this.#parts.assigned(member)) {
      if (this.seats.has(group) || this.#busy.has(group)) continue
      this.#busy.add(group)
      this.#emptied(group, () => this.#make(group, { replica, stored }))
    }
  }

  /** Hands leaderships over; then the log is closed, and behind it the state. */
  stop(done: () => void): void {
    this.#isStopping = true
    const { state } = this.#parts
    this.host.stop(() => {
      if (state === undefined) done()
      else state.close(done)
    })
  }

  remove(group: GroupId): void {
    const seat = this.seats.get(group)
    // Another replica of the group may come back to this node before this one is gone.
    this.#busy.add(group)
    this.host.remove(group, () => {
      this.#busy.delete(group)
      this.adopt()
    })
    this.seats.delete(group)
    if (seat !== undefined) this.#parts.onEnded(group, seat)
  }

  end(): void {
    for (const [group, seat] of this.seats) this.#parts.onEnded(group, seat)
    this.seats.clear()
  }

  /** What an earlier replica left in the state is none of the next one's. */
  #emptied(group: GroupId, done: () => void): void {
    const space = this.#space(group)
    if (space === undefined) done()
    else space.clear(done)
  }

  #make(group: GroupId, found: StoredReplica): void {
    if (this.#isStopping) return
    const taken = this.#seat(group, found)
    const { replica, stored } = found
    this.host.create(group, replica, stored, this.#options(group, taken), made => {
      this.#busy.delete(group)
      this.#opened(group, taken.seat, made)
    })
  }

  #space(group: GroupId): SimSpace | undefined {
    return this.#parts.state?.space(group, 0)
  }

  #opened(group: GroupId, seat: Seat, opened: Group): void {
    seat.take(opened)
    this.seats.set(group, seat)
    this.#parts.onOpened(group, seat)
  }

  #seat(group: GroupId, { replica, stored }: StoredReplica): Taken {
    const { store, queue, life, profile, prng, member } = this.#parts
    const durable = this.#book.begin(group, stored)
    const machine = new FleetMachine(profile.machine, {
      ...{ queue, life, prng, space: this.#space(group), state: this.#parts.stateOf(group, life) },
      onApplied: entry => {
        if (!member.isPast) this.#parts.world(group).watch.applied(seat, entry)
      },
      onBusy: forUs => this.#lookIn(group, forUs),
    })
    const { boot } = store
    const startedMs = queue.nowMs
    const seat = new Seat({ id: replica, boot, startedMs, life, machine, durable })
    return { seat, machine }
  }

  /** Soon, when its machine may still be at work. */
  #lookIn(group: GroupId, forUs: number): void {
    const { member, life, queue, prng, profile, world } = this.#parts
    if (member.isPast || !prng.chance(profile.machine.looks)) return
    life.later(queue, prng.below(2 * forUs), () => {
      const seat = this.seats.get(group)
      if (seat !== undefined) world(group).lookIn(seat)
    })
  }

  #options(group: GroupId, { seat, machine }: Taken): GroupOptions {
    const { nodeOf, world, member, life } = this.#parts
    const options = { machine, nodeOf: (replica: ReplicaId) => nodeOf(group, replica) }
    if (member.isPast) return options
    return {
      ...options,
      makeRaft: (options, stored) => {
        // The host has just ended itself, and what it still makes does nothing.
        if (life.isDead) return new Raft(options, stored)
        const { watch } = world(group)
        const raft = new WatchedRaft(options, stored, { seat, watch })
        seat.begin(raft)
        watch.started(seat)
        return raft
      },
    }
  }

  /** What is durable is told to the checkers before the host hears of it. */
  #watched(store: LogStore): HostStore {
    return new WatchedStore(store, this.#book, group => {
      const seat = this.seats.get(group)
      this.reportedIn = segmentOf(newestSegment(this.#parts.member.disk) ?? '') ?? 0
      const unsynced = this.#parts.member.disk.unsyncedBytes(name => segmentOf(name) !== undefined)
      if (unsynced > 0) throw new Violation(SYNCED, `${unsynced} bytes of the log are not`)
      if (seat !== undefined) this.#parts.world(group).watch.durable(seat)
    })
  }

  #listener(): HostListener {
    const { member, life } = this.#parts
    return {
      onFatal: (code, message) => {
        member.onFatal(life, code, message)
      },
      onUnknownGroup: () => {},
      onMalformed: (from, message) => this.#parts.onMalformed(from, message),
    }
  }

  /** What the host hears is told; a node that its peers call old ends. */
  #hostLinks(): HostLinks {
    return {
      send: (to, lane, bytes) => this.links.send(to, lane, bytes),
      listen: host => {
        this.links.listen({
          onFrame: (from, bytes) => {
            this.#parts.onHeard(from, bytes)
            host.onFrame(from, bytes)
          },
          onPeerLost: node => host.onPeerLost(node),
          onPeerUp: node => host.onPeerUp(node),
          onRefused: (node, code, message, isTheirs) => {
            const { member, life } = this.#parts
            host.onRefused(node, code)
            if (isTheirs && isOldCode(code)) member.onFatal(life, code, message)
          },
        })
      },
    }
  }
}

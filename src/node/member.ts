/**
 * A node that belongs to a cluster: its groups on one host, the rosters that say where their other
 * replicas are, and the steps by which groups come to the members that they should have. Everything
 * here is told by calls back; who puts it together and takes it apart is node.ts.
 */

import type { Clock, Random } from '../base/env.ts'
import type { GroupId, NodeId, ReplicaId } from '../base/ids.ts'
import type { Logger } from '../base/log.ts'
import type { StateSpace } from '../base/state.ts'
import { defaultBounds } from '../raft/host/bounds.ts'
import type { Group } from '../raft/host/group.ts'
import { Host } from '../raft/host/host.ts'
import { lossMessage } from '../raft/host/loss.ts'
import type { GroupMachine } from '../raft/host/machine.ts'
import type { HostLinks, HostStore } from '../raft/host/ports.ts'
import { defaultLimits, defaultTimes } from '../raft/options.ts'
import type { Status } from '../raft/status.ts'
import type { Members, Stored } from '../raft/types.ts'
import { NO_ONE } from '../raft/types.ts'
import type { Directory } from './directory.ts'
import { enrolmentRefusal } from './introduction.ts'
import { nextPlaced } from './jobs/members.ts'
import { isPlaced, Placing } from './jobs/placing.ts'
import { LeaderWatch } from './meta/leading.ts'
import type { Meter } from './meter.ts'
import { MeteredMachine } from './metered-machine.ts'
import { Places } from './places.ts'
import { Replica } from './replica.ts'
import type { Hasher } from './roster/digest.ts'
import { keptRoster, RosterMachine } from './roster/machine.ts'
import { nextMembers } from './roster/reconcile.ts'
import { type Enrolled, enrolledAs, type Introduction, isEnrolled } from './roster/roster.ts'

export interface MemberParts<M extends GroupMachine> {
  readonly self: Introduction
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly meter: Meter
  readonly links: HostLinks
  readonly store: HostStore
  readonly directory: Directory
  space(group: GroupId, part: number): StateSpace
  makeMachine(space: StateSpace, done: (machine: M) => void, group: GroupId): void
  makeHasher(): Hasher
  /** Of groups of jobs; missing: there are none. */
  readonly placing?: Placing
  /** Who should lead a group; undefined, or without it: whoever does. */
  leaderWish?(group: GroupId): ReplicaId | undefined
  /** As often as leaders look at their groups, and behind them. */
  onLook?(): void
  /** Another leads it, as far as is known here. */
  onLeader?(group: GroupId): void
  onFatal(code: string, message: string): void
  /** Somebody speaks of a group that is not here. */
  onUnknownGroup(group: GroupId): void
}

/** Parts of a group's rows. */
const INNER = 0
const ROSTER = 1

/** How often leaders look at what the members of their groups should be. */
const RECONCILE_MS = 250

export class Member<M extends GroupMachine> {
  readonly replicas = new Map<GroupId, Replica<M>>()
  /** Those of which this node takes a seat: their rosters say who is in them. */
  readonly seated = new Map<GroupId, Replica<M>>()
  /** Groups of jobs that the log holds, and that are not open: with the replica that lives here. */
  readonly unopened = new Map<GroupId, ReplicaId>()
  readonly host: Host
  leaderChanges = 0
  readonly #parts: MemberParts<M>
  readonly #places = new Map<GroupId, Places>()
  readonly #leaders = new Map<GroupId, ReplicaId | typeof NO_ONE>()
  readonly #watches = new Map<GroupId, LeaderWatch>()
  /** Which was handed over last. */
  #handing: Group | undefined
  readonly #placing: Placing
  #isStopping = false

  constructor(parts: MemberParts<M>) {
    const { clock, random, links, store, logger } = parts
    this.#parts = parts
    this.#placing = parts.placing ?? new Placing()
    this.host = new Host({
      ...{ clock, random, links, store },
      times: defaultTimes,
      limits: defaultLimits,
      bounds: defaultBounds,
      listener: {
        onFatal: (code, message) => parts.onFatal(code, message),
        onUnknownGroup: group => parts.onUnknownGroup(group),
        onLeader: group => parts.onLeader?.(group),
        onMalformed: (from, why) => logger.log('error', 'a frame is malformed', { from, why }),
      },
    })
  }

  get isStopping(): boolean {
    return this.#isStopping
  }

  /**
   * Opens every group that the log holds, all at once: should one's state prove that the log is
   * lost, no other has heard or said anything by then. Those of jobs wait for somebody who knows
   * what they are.
   */
  open(done: () => void): void {
    const opens: (() => void)[] = []
    const make = (group: GroupId, next: () => void) =>
      this.#withMachine(group, (machine, roster) => {
        opens.push(() => this.#open(group, machine, roster))
        next()
      })
    const held = [...this.#parts.store.groups]
    for (const [group, { replica }] of held) if (isPlaced(group)) this.unopened.set(group, replica)
    const own = held.flatMap(([group]) => (isPlaced(group) ? [] : group))
    this.#each(own, make, () => {
      for (const open of opens) open()
      done()
    })
  }

  /** Makes groups of which this replica is the first and only member. */
  found(groups: readonly GroupId[], done: () => void): void {
    const first = 1 as ReplicaId
    const founding = { voters: [first], outgoing: [], learners: [] }
    const missing = groups.filter(group => !this.replicas.has(group))
    this.#each(missing, (group, next) => this.#create(group, first, founding, next), done)
  }

  /**
   * A seat in a group that others founded: what it holds is told by its leader. `done` never comes
   * when the node is stopped before.
   */
  join(group: GroupId, replica: ReplicaId, done: () => void): void {
    if (this.#livedHere(group, replica)) {
      const what = `replica ${replica} of group ${group} lived here, and the log has lost it`
      this.#parts.onFatal('state-ahead-of-log', lossMessage(what))
      return
    }
    this.#create(group, replica, { voters: [], outgoing: [], learners: [] }, done)
  }

  openPlaced(group: GroupId): void {
    this.unopened.delete(group)
    this.#withMachine(group, (machine, roster) => this.#open(group, machine, roster))
  }

  /** `voters`: it begins with these; none: whoever leads it will say who is in it. */
  begin(group: GroupId, replica: ReplicaId, voters: readonly ReplicaId[], done: () => void): void {
    this.#create(group, replica, { voters, outgoing: [], learners: [] }, done)
  }

  /**
   * Nothing of it is left: its rows first, then its log. Whoever is killed in between finds the
   * log, and has it retired again.
   */
  retire(group: GroupId, done: () => void): void {
    const clear = (cleared: () => void) => this.#cleared(group, cleared)
    const isOpen = this.replicas.delete(group)
    this.unopened.delete(group)
    this.#leaders.delete(group)
    this.#watches.delete(group)
    this.#places.delete(group)
    if (isOpen) this.host.remove(group, done, clear)
    else {
      clear(() => {
        // Whoever stops meanwhile closes the log, and finds the group in it at the next start.
        if (!this.#isStopping) this.host.forget(group, done)
      })
    }
  }

  tell(group: GroupId, places: readonly Enrolled[]): void {
    this.#placesOf(group).tell(places)
    this.#parts.directory.learnRoster({ replicas: places, replaced: [] })
  }

  start(): void {
    this.#parts.clock.after(RECONCILE_MS, () => {
      if (this.#isStopping) return
      for (const replica of this.replicas.values()) this.#look(replica)
      this.#parts.onLook?.()
      this.start()
    })
  }

  /** Hands leaderships over, then closes groups and log. */
  stop(done: () => void): void {
    this.#isStopping = true
    this.host.stop(done)
  }

  /** A replica's number is given once; whoever has applied its enrolment had begun. */
  #livedHere(group: GroupId, replica: ReplicaId): boolean {
    const kept = keptRoster(this.#parts.space(group, ROSTER))
    return kept !== undefined && enrolledAs(kept.roster, replica)?.store === this.#parts.self.store
  }

  #open(group: GroupId, machine: M, roster: RosterMachine): void {
    this.#add(this.host.open(group, this.#optionsOf(group, roster)), machine, roster)
  }

  #create(group: GroupId, replica: ReplicaId, members: Members, done: () => void): void {
    this.#cleared(group, () => {
      this.#withMachine(group, (machine, roster) => {
        const options = this.#optionsOf(group, roster)
        this.host.create(group, replica, newborn(members), options, made => {
          this.#add(made, machine, roster)
          done()
        })
      })
    })
  }

  /** A replica that lived here before may have left its rows. */
  #cleared(group: GroupId, done: () => void): void {
    const { space } = this.#parts
    space(group, INNER).clear(() => space(group, ROSTER).clear(done))
  }

  /** Not when the node was stopped meanwhile: nothing is opened any more. */
  #withMachine(group: GroupId, use: (machine: M, roster: RosterMachine) => void): void {
    const { space, makeMachine, makeHasher, directory } = this.#parts
    const onMade = (inner: M) => {
      if (this.#isStopping) return
      const roster = new RosterMachine({
        inner,
        space: space(group, ROSTER),
        makeHasher,
        onRoster: known => directory.learnRoster(known),
        onDigest: index => this.#takeChain(group, index),
      })
      use(inner, roster)
    }
    makeMachine(space(group, INNER), onMade, group)
  }

  #optionsOf(group: GroupId, roster: RosterMachine) {
    const { clock, meter } = this.#parts
    return {
      machine: new MeteredMachine(roster, clock, meter),
      nodeOf: (replica: ReplicaId) => this.#nodeOf(group, roster, replica),
    }
  }

  #nodeOf(group: GroupId, roster: RosterMachine, replica: ReplicaId): NodeId | undefined {
    const log = this.replicas.get(group)?.group.raft.log
    if (isPlaced(group)) return this.#placing.nodeOf(replica)
    return this.#placesOf(group).nodeOf(replica, roster.roster, log)
  }

  #placesOf(group: GroupId): Places {
    const places = this.#places.get(group) ?? new Places()
    this.#places.set(group, places)
    return places
  }

  #add(group: Group, machine: M, roster: RosterMachine): void {
    const { self, directory, clock } = this.#parts
    const own = { node: self.node, placing: this.#placing }
    const replica = new Replica({ ...own, group, roster, machine, directory, clock })
    this.replicas.set(group.id, replica)
    if (!isPlaced(group.id)) this.seated.set(group.id, replica)
  }

  /** The chain at an entry that is about to be applied; asked now, it is told when it is. */
  #takeChain(group: GroupId, index: number): void {
    const replica = this.replicas.get(group)
    replica?.group.chainAt(index, outcome => {
      if (outcome.kind === 'chain') replica.roster.digests.onChain(index, outcome.chain)
    })
  }

  #look(replica: Replica<M>): void {
    this.#countLeader(replica)
    const { roster } = replica.roster
    if (!replica.readiness().votes) replica.maybeCatchUp()
    if (!replica.isLeader || replica.isChanging) return
    const isOwn = !isPlaced(replica.id)
    if (isOwn && isEnrolled(roster, this.#parts.self) === undefined) {
      this.#enrol(replica)
      return
    }
    const status = replica.group.raft.status()
    const wish = isOwn
      ? nextMembers(status, roster)
      : nextPlaced(status, this.#placing.wished(replica.id) ?? [])
    if (wish === undefined) {
      this.#maybeHandOver(replica, status)
      return
    }
    const facts = { voters: wish.voters.map(String), learners: wish.learners.map(String) }
    this.#parts.logger.log('info', 'changing members', { group: replica.name, ...facts })
    replica.changeMembers(wish, status.membersIndex)
  }

  #maybeHandOver({ id, group, name }: Replica<M>, status: Status): void {
    const { leaderWish, clock, logger } = this.#parts
    const watch = this.#watches.get(id) ?? new LeaderWatch()
    this.#watches.set(id, watch)
    // One after the other: what a node leads is not all silent at once.
    const to = this.#isHanding
      ? undefined
      : watch.look(status, leaderWish?.(id), clock.monotonicMs())
    if (to === undefined) return
    logger.log('info', 'handing over to who should lead', { group: name, replica: to })
    this.#handing = group
    group.transfer(to)
  }

  /** Until somebody is known to lead what was handed over last. */
  get #isHanding(): boolean {
    const { transferee = NO_ONE, leader } = this.#handing?.raft.status() ?? {}
    return transferee !== NO_ONE || leader === NO_ONE
  }

  /**
   * Of itself. Its roster refuses it by an entry that a majority has taken, as it would refuse
   * whoever asks to join: nothing that it goes on to do as a leader could be trusted.
   */
  #enrol(replica: Replica<M>): void {
    replica.isChanging = true
    replica.enrol(this.#parts.self, enrolment => {
      if (enrolment === undefined || !('refused' in enrolment)) replica.isChanging = false
      else this.#parts.onFatal(enrolment.refused, enrolmentRefusal(enrolment.refused))
    })
  }

  #countLeader({ id, group }: Replica<M>): void {
    const { leader } = group.raft
    if (leader === NO_ONE || this.#leaders.get(id) === leader) return
    this.#leaders.set(id, leader)
    this.leaderChanges++
  }

  #each(
    groups: readonly GroupId[],
    step: (group: GroupId, next: () => void) => void,
    done: () => void,
  ): void {
    const [group, ...rest] = groups
    if (group === undefined) done()
    else step(group, () => this.#each(rest, step, done))
  }
}

function newborn(members: Members): Stored {
  return {
    hardState: { term: 0, vote: NO_ONE, commit: 0 },
    image: { index: 0, term: 0, members, membersIndex: 0, chain: 0 },
    entries: [],
  }
}

/**
 * Whole nodes that host the groups of one job: wire, disks and fleet as in the scenario `host`, a
 * replica of the product at every seat, and streams between them.
 */

import { type GroupId, nodeId } from '../../../src/base/ids.ts'
import type { Prng } from '../../../src/base/prng.ts'
import { Budget } from '../../../src/journal/budget.ts'
import type { Claim } from '../../../src/journal/types.ts'
import type { Checker } from '../checkers/checker.ts'
import { Violation } from '../checkers/checker.ts'
import { LivingClock } from '../fleet/clock.ts'
import { FleetFaults } from '../fleet/faults.ts'
import { Fleet } from '../fleet/fleet.ts'
import { pick } from '../fleet/injection.ts'
import type { FleetFaultKind } from '../fleet/kinds.ts'
import { Member } from '../fleet/member.ts'
import type { FleetFault } from '../fleet/scenario.ts'
import type { Seat } from '../fleet/seat.ts'
import { Steward } from '../fleet/steward.ts'
import { Strangers } from '../fleet/strangers.ts'
import { Twins } from '../fleet/twins.ts'
import type { Life } from '../host/life.ts'
import { Watch } from '../host/watch.ts'
import { addCounters, type Counts } from '../run/result.ts'
import { type EventQueue, US_PER_MS } from '../world/clock.ts'
import { SimDisk } from '../world/disk.ts'
import type { SimLog } from '../world/log/log.ts'
import { SimRows } from '../world/rows.ts'
import type { Tally } from '../world/tally.ts'
import type { Trace } from '../world/trace.ts'
import type { Job } from './job.ts'
import type { Judge } from './judge.ts'
import { CLAIM, CLUSTER, idOf, partOf } from './names.ts'
import { ClusterNode } from './node.ts'
import { Replica } from './replica.ts'
import type { ClusterScenario } from './scenario.ts'
import { Wires } from './streams.ts'

const TRUSTED = 'CLUSTER-11 nodes keep their logs and understand each other'

/** How often it is known who leads a group. */
const HEAR_MS = 20

export interface World {
  readonly scenario: ClusterScenario
  readonly job: Job
  readonly queue: EventQueue
  readonly prng: Prng
  readonly trace: Trace
  readonly tally: Tally<FleetFaultKind>
  readonly log: SimLog
  readonly judge: Judge
  /** Messages by role, and refusals, of all cores. */
  readonly cells: Counts
  readonly refused: Counts
}

export class Cluster {
  readonly fleet: Fleet
  /** The one that whoever starts now is told of. */
  claim: Claim = CLAIM
  readonly #world: World
  readonly #wire: Wires
  readonly #faults: FleetFaults
  readonly #replicas = new Map<Seat, Replica>()
  readonly #nodes = new WeakMap<Life, ClusterNode>()
  readonly #lives = new Map<Member, Life>()
  readonly #cutOff = new Set<Member>()

  constructor(world: World, faults: readonly FleetFault[]) {
    const { scenario, queue, trace, tally, prng, job } = world
    const { profile, nodes, seed, safetyMs } = scenario
    this.#world = world
    const { wire } = profile.fleet
    const streams = { ...wire, delayMeanUs: profile.streams.delayMeanUs }
    this.#wire = new Wires(
      { wire, streams },
      { queue, wire: prng.fork('wire'), streams: prng.fork('streams') },
    )
    const members = Array.from({ length: nodes }, (_, i) => this.#makeMember(i))
    const groups = Array.from({ length: job.groups }, (_, group) => idOf(group))
    this.fleet = new Fleet(groups, members)
    const steward = new Steward(queue, this.fleet)
    this.fleet.steward = steward
    const names = members.map(({ name }) => name)
    this.#faults = new FleetFaults({
      ...{ queue, trace, tally, wire: this.#wire, fleet: this.fleet, steward },
      strangers: new Strangers(this.#wire, CLUSTER, names),
      twins: new Twins(queue, this.#wire, profile.fleet),
      scenario: {
        ...{ seed, nodes, safetyMs, faults, profile: profile.fleet },
        ...{ groups: job.groups, replication: nodes },
      },
    })
  }

  start(): void {
    for (const group of this.fleet.groups) this.fleet.found(group, this.fleet.members)
    for (const member of this.fleet.members) member.start()
    this.#lookAgain()
    this.#hearAgain()
  }

  heal(): void {
    this.#faults.heal()
    for (const member of this.#cutOff) this.cutOff(member, false)
  }

  /** Whoever leads the group in the highest term. */
  leader(group: number): Replica | undefined {
    const seat = this.fleet.leader(idOf(group))
    return seat === undefined ? undefined : this.#replicas.get(seat)
  }

  get all(): readonly Replica[] {
    return [...this.#replicas.values()]
  }

  replicas(group: number): readonly Replica[] {
    return this.fleet.seats(idOf(group)).flatMap(seat => this.#replicas.get(seat) ?? [])
  }

  /** A node loses the log, or finds it again. */
  cutOff(member: Member, isCutOff = true): void {
    if (isCutOff) this.#cutOff.add(member)
    else this.#cutOff.delete(member)
    const node = this.#nodeOf(member)
    if (node !== undefined) node.client.isCutOff = isCutOff
  }

  /** All streams of a node break, and what was on its way is lost. */
  breakStreams(member: Member): void {
    for (const { index } of this.fleet.members) this.#wire.streams.reset(member.index, index)
  }

  /** The thread of a node is busy with nothing for a while. */
  occupy(member: Member, forMs: number): void {
    const { queue } = this.#world
    this.#lives.get(member)?.occupy(queue, forMs * US_PER_MS)
  }

  /** Whoever leads makes another lead. */
  handOver(group: number, at: number): void {
    const leader = this.fleet.leader(idOf(group))
    if (leader === undefined || leader.life.isPaused) return
    const others = leader.raft.log.members.voters.filter(id => id !== leader.id)
    const to = pick(others, at)
    if (to !== undefined) leader.group.transfer(to)
  }

  /** When all is over: whoever still runs is counted, too. */
  end(): void {
    for (const { counters } of this.#replicas.keys()) {
      addCounters(this.#world.cells, this.#world.refused, counters)
    }
  }

  /** Somebody who asks a node what it has. */
  #lookAgain(): void {
    const { queue, judge, scenario, prng } = this.#world
    queue.after(1 + prng.below(2 * scenario.profile.lookMs * US_PER_MS), {
      fire: () => {
        for (const replica of this.#replicas.values()) {
          judge.onHeld(replica)
          if (prng.chance(0.5)) judge.onLooked(replica.group, replica.work.machine)
        }
        judge.look()
        this.#lookAgain()
      },
    })
  }

  #makeMember(index: number): Member {
    const { queue, trace, tally, scenario, prng: all } = this.#world
    const profile = scenario.profile.fleet
    const prng = all.fork(`node ${index}`)
    const disk = new SimDisk(profile.disk, { queue, prng: prng.fork('disk'), tally })
    const rows = new SimRows({ prng: prng.fork('rows'), tally })
    const watch = new Watch([this.#bell()])
    const objects = (why: string): never => {
      throw new Violation(TRUSTED, why)
    }
    const name = nodeId(`n${index + 1}`)
    const member: Member = new Member(
      {
        ...{ index, disk, rows, wire: this.#wire, queue, trace, profile, prng, cluster: CLUSTER },
        world: () => ({ watch, lookIn: () => {} }),
        stateOf: (group, life) => this.#makeReplica(group, member, life),
        nodeOf: (group, replica) => this.fleet.nodeOf(group, replica),
        peersOf: one => this.fleet.members.filter(other => other !== one),
        assigned: one => this.fleet.assigned(one),
        onOpened: (group, seat) => this.#onOpened(group, seat),
        onEnded: (group, seat) => this.#onEnded(group, seat),
        onLearned: () => {},
        mayRun: () => true,
        onLost: (_, why) => objects(why),
        onHeard: () => {},
        onMalformed: (_, message) => objects(message),
      },
      name,
    )
    return member
  }

  /** Rings whenever something happened to a replica's core. */
  #bell(): Checker {
    const ring = (seat: unknown): void => this.#replicas.get(seat as Seat)?.onStepped()
    return { name: 'bell', checks: 0, stepped: ring }
  }

  #makeReplica(group: GroupId, member: Member, life: Life): Replica {
    const { queue, judge, job, scenario, trace, prng } = this.#world
    const { profile } = scenario
    return new Replica({
      ...{ job, group, member, life, queue, profile, judge },
      random: prng.fork(`replica ${group} ${member.name} ${queue.nowUs}`),
      node: this.#nodeBy(life, member),
      claim: this.claim,
      tell: line => trace.tell(line),
    })
  }

  #onOpened(group: GroupId, seat: Seat): void {
    this.fleet.onOpened(group, seat)
    const replica = seat.machine
    if (!(replica instanceof Replica)) throw new Error('a seat holds a replica')
    this.#replicas.set(seat, replica)
    this.#nodeOf(replica.parts.member)?.attend(replica)
    replica.take(seat)
  }

  #onEnded(group: GroupId, seat: Seat): void {
    this.fleet.onEnded(group, seat)
    addCounters(this.#world.cells, this.#world.refused, seat.counters)
    const replica = this.#replicas.get(seat)
    this.#replicas.delete(seat)
    if (replica === undefined) return
    replica.parts.node.leave(replica)
    replica.close()
  }

  #nodeOf(member: Member): ClusterNode | undefined {
    const life = this.#lives.get(member)
    return life && this.#nodes.get(life)
  }

  #nodeBy(life: Life, member: Member): ClusterNode {
    const known = this.#nodes.get(life)
    if (known !== undefined) return known
    const { log, scenario, job, queue } = this.#world
    const clock = new LivingClock(queue, life, 1)
    const node = new ClusterNode({
      job,
      clock,
      client: log.client(happen => life.admit(happen)),
      budget: new Budget(scenario.profile.bounds.transactionsMax),
      transport: this.#wire.streamsOf(member, life, clock),
    })
    this.#nodes.set(life, node)
    this.#lives.set(member, life)
    node.client.isCutOff = this.#cutOff.has(member)
    return node
  }

  /** Nodes hear who leads what, each a little later. */
  #hearAgain(): void {
    const { queue, prng } = this.#world
    queue.after(HEAR_MS * US_PER_MS, {
      fire: () => {
        for (const group of this.fleet.groups) {
          const address = this.fleet.leaderNode(group)?.address
          for (const life of this.#lives.values()) {
            if (address === undefined || prng.chance(0.3)) continue
            life.admit(() => this.#nodes.get(life)?.hear(partOf(group), address))
          }
        }
        this.#hearAgain()
      },
    })
  }
}

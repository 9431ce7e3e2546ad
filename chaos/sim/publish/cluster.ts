/**
 * One cluster of whole nodes that runs the job under one claim: its own wire, disks and fleet, and
 * a desk beside every replica. Other clusters may run the same job over the same logs.
 */

import { type GroupId, nodeId } from '../../../src/base/ids.ts'
import type { Prng } from '../../../src/base/prng.ts'
import { Budget } from '../../../src/journal/budget.ts'
import type { Claim } from '../../../src/journal/types.ts'
import type { Checker } from '../checkers/checker.ts'
import { Violation } from '../checkers/checker.ts'
import { FleetFaults } from '../fleet/faults.ts'
import { Fleet } from '../fleet/fleet.ts'
import { pick } from '../fleet/injection.ts'
import type { FleetFaultKind } from '../fleet/kinds.ts'
import { Member } from '../fleet/member.ts'
import type { FleetFault, FleetScenario } from '../fleet/scenario.ts'
import type { Seat } from '../fleet/seat.ts'
import { Steward } from '../fleet/steward.ts'
import { Strangers } from '../fleet/strangers.ts'
import { Twins } from '../fleet/twins.ts'
import type { Life } from '../host/life.ts'
import { Watch } from '../host/watch.ts'
import { addCounters, type Counts } from '../run/result.ts'
import type { EventQueue } from '../world/clock.ts'
import { type DiskCopy, SimDisk } from '../world/disk.ts'
import type { SimLogClient } from '../world/log/client.ts'
import type { LogCall, LogFate } from '../world/log/faults.ts'
import type { Fated } from '../world/log/wire.ts'
import { SimRows } from '../world/rows.ts'
import type { Tally } from '../world/tally.ts'
import type { Trace } from '../world/trace.ts'
import { SimWire } from '../world/transport.ts'
import { Desk, type Shared } from './desk.ts'
import type { Beginning } from './entry.ts'
import type { Judge } from './judge.ts'
import { PublishMachine } from './machine.ts'
import type { Moments } from './moments.ts'
import type { PublishScenario } from './scenario.ts'
import type { Logs } from './truth.ts'

const JOB = 'job'
const DEAF_US = 1_000_000
const TRUSTED = 'PUBLISH-11 nodes keep their logs and understand each other'

/** What all clusters of a run share. */
export interface World {
  readonly scenario: PublishScenario
  readonly queue: EventQueue
  readonly trace: Trace
  readonly tally: Tally<FleetFaultKind>
  readonly logs: Logs
  readonly judge: Judge
  readonly moments: Moments
  /** Is the next question to a group lost? */
  isQuestionLost(): boolean
  /** Messages by role, and refusals, of all cores. */
  readonly cells: Counts
  readonly refused: Counts
}

export interface ClusterParts {
  readonly name: string
  /** Ascending; under the last it runs. */
  readonly claims: readonly Claim[]
  readonly prng: Prng
  /** Of the nodes from which this one was cloned. */
  readonly disks?: readonly DiskCopy[]
  /** It does not take again what was taken as it was. */
  readonly isFickle?: boolean
  /** What each group is told first. */
  beginning(group: GroupId): Beginning
}

export class Cluster {
  readonly fleet: Fleet
  readonly parts: ClusterParts
  readonly #world: World
  readonly #wire: SimWire
  readonly #faults: FleetFaults
  readonly #desks = new Map<Seat, Desk>()
  readonly #shared = new WeakMap<Life, Shared>()
  /** By node: those of its newest process. */
  readonly #clients = new Map<Member, readonly SimLogClient[]>()
  /** Nodes that do not reach the logs. */
  readonly #cutOff = new Set<Member>()
  /** Nodes that do not reach their peers. */
  readonly #alone = new Set<Member>()
  readonly #deaf = new Set<Member>()
  /** Nodes whose questions to their groups nobody answers. */
  readonly #ignored = new Set<Member>()
  readonly #claims: Claim[]

  constructor(world: World, parts: ClusterParts, faults: readonly FleetFault[]) {
    const { scenario, queue, trace, tally } = world
    this.#world = world
    this.parts = parts
    this.#claims = [...parts.claims]
    const { prng } = parts
    this.#wire = new SimWire(scenario.profile.fleet.wire, { queue, prng: prng.fork('wire') })
    const members = Array.from({ length: scenario.nodes }, (_, i) => this.#makeMember(i))
    this.fleet = new Fleet(world.judge.truth.groups, members)
    const steward = new Steward(queue, this.fleet)
    this.fleet.steward = steward
    const names = members.map(({ name }) => name)
    const strangers = new Strangers(this.#wire, JOB, names)
    this.#faults = new FleetFaults({
      ...{ scenario: this.#fleetScenario(faults), queue, trace, tally, wire: this.#wire },
      ...{ fleet: this.fleet, steward, strangers },
      twins: new Twins(queue, this.#wire, scenario.profile.fleet),
    })
    for (const group of this.fleet.groups) this.fleet.found(group, members)
  }

  get name(): string {
    return this.parts.name
  }

  /** The claims of all its time: what its groups keep is of one or another. */
  get claims(): readonly Claim[] {
    return this.#claims
  }

  /** The newest. */
  get claim(): Claim {
    return this.#claims.at(-1) as Claim
  }

  /** The same groups go on under another. */
  goOn(claim: Claim): void {
    this.#claims.push(claim)
  }

  start(): void {
    for (const member of this.fleet.members) member.start()
  }

  heal(): void {
    this.#faults.heal()
    this.#alone.clear()
    this.#deaf.clear()
    this.#ignored.clear()
    for (const member of this.#cutOff) this.cutOff(member, false)
  }

  /** The desk of whoever leads the group in the highest term. */
  leader(group: GroupId): Desk | undefined {
    const seat = this.fleet.leader(group)
    return seat === undefined ? undefined : this.#desks.get(seat)
  }

  desks(group: GroupId): readonly Desk[] {
    return this.fleet.seats(group).flatMap(seat => this.#desks.get(seat) ?? [])
  }

  /** Its peers lose a node, and it loses them, so that none answers; until the answer is called. */
  part(member: Member): () => void {
    const others = this.fleet.members.filter(one => one !== member)
    const cut = (by: 1 | -1): void => {
      for (const { index } of others) {
        this.#wire.cut(index, member.index, by)
        this.#wire.cut(member.index, index, by)
      }
    }
    cut(1)
    this.#alone.add(member)
    return () => {
      cut(-1)
      this.#alone.delete(member)
    }
  }

  /** Befalls the next such call of a node to the home log. */
  plan(member: Member, call: LogCall, fate: LogFate | Fated): void {
    const [home] = this.#clients.get(member) ?? []
    if (home !== undefined) this.#world.logs.home.plan(call, fate, home)
  }

  /** Its publishers hear much later than usual; until the answer is called. */
  deafen(member: Member): () => void {
    this.#deaf.add(member)
    return () => void this.#deaf.delete(member)
  }

  /** Nobody answers what its publishers ask their groups; until the answer is called. */
  ignore(member: Member): () => void {
    this.#ignored.add(member)
    return () => void this.#ignored.delete(member)
  }

  /** The newest entry that any replica has applied. */
  lastSeq(group: GroupId): number {
    return Math.max(0, ...this.desks(group).map(({ machine }) => machine.outbox?.lastSeq ?? 0))
  }

  takeImages(group: GroupId): void {
    for (const { seat } of this.desks(group)) seat.life.admit(() => seat.group.takeImage())
  }

  /** Whoever leads makes another lead. */
  handOver(group: GroupId, at: number): void {
    const leader = this.fleet.leader(group)
    if (leader === undefined || leader.life.isPaused) return
    const others = leader.raft.log.members.voters.filter(id => id !== leader.id)
    const to = pick(others, at)
    if (to !== undefined) leader.group.transfer(to)
  }

  /** A node loses both logs, or finds them again. */
  cutOff(member: Member, isCutOff = true): void {
    if (isCutOff) this.#cutOff.add(member)
    else this.#cutOff.delete(member)
    for (const client of this.#clients.get(member) ?? []) client.isCutOff = isCutOff
  }

  #fleetScenario(faults: readonly FleetFault[]): FleetScenario {
    const { seed, nodes, groups, safetyMs, profile } = this.#world.scenario
    return { seed, nodes, groups, replication: nodes, safetyMs, profile: profile.fleet, faults }
  }

  #makeMember(index: number): Member {
    const { queue, trace, tally, scenario } = this.#world
    const profile = scenario.profile.fleet
    const prng = this.parts.prng.fork(`node ${index}`)
    const disk = new SimDisk(profile.disk, { queue, prng: prng.fork('disk'), tally })
    const copy = this.parts.disks?.[index]
    if (copy !== undefined) disk.putBack(copy)
    const rows = new SimRows({ prng: prng.fork('rows'), tally })
    const watch = new Watch([this.#bell()])
    const objects = (why: string): never => {
      throw new Violation(TRUSTED, `${this.name}: ${why}`)
    }
    const name = nodeId(`n${index + 1}`)
    const member: Member = new Member(
      {
        ...{ index, disk, rows, wire: this.#wire, queue, trace, profile, prng, cluster: JOB },
        world: () => ({ watch, lookIn: () => {} }),
        stateOf: group => this.#machine(group),
        nodeOf: (group, replica) => this.fleet.nodeOf(group, replica),
        peersOf: one => this.fleet.members.filter(other => other !== one),
        assigned: one => this.fleet.assigned(one),
        onOpened: (group, seat) => this.#onOpened(group, seat, member),
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

  /** Rings at a desk whenever something happened to its replica. */
  #bell(): Checker {
    const ring = (seat: unknown): void => this.#desks.get(seat as Seat)?.onStepped()
    return { name: 'bell', checks: 0, stepped: ring, applied: ring }
  }

  #machine(group: GroupId): PublishMachine {
    const { judge } = this.#world
    const { claims, isFickle = false } = this.parts
    return new PublishMachine({
      ...{ generation: claims[0]?.generation ?? 0, isFickle },
      onEntry: entry => judge.onEntry(this.name, group, entry),
    })
  }

  #onOpened(group: GroupId, seat: Seat, member: Member): void {
    this.fleet.onOpened(group, seat)
    const { queue, judge, scenario, trace, moments } = this.#world
    const { name, prng } = this.parts
    const isQuestionLost = (): boolean =>
      this.#alone.has(member) || this.#ignored.has(member) || this.#world.isQuestionLost()
    const desk = new Desk({
      ...{ seat, group, cluster: name, queue, judge },
      claimOf: generation => this.#claims.find(one => one.generation === generation),
      random: prng.fork(`desk ${group} ${seat.id} ${seat.boot}`),
      bounds: scenario.profile.bounds,
      hearUs: () => (this.#deaf.has(member) ? DEAF_US : scenario.profile.hearUs),
      isQuestionLost,
      onMoment: (moment, log) => moments.met({ cluster: this, member, group, moment, log }),
      shared: this.#sharedBy(seat.life, member),
      tell: line => trace.tell(line),
    })
    this.#desks.set(seat, desk)
  }

  #onEnded(group: GroupId, seat: Seat): void {
    this.fleet.onEnded(group, seat)
    this.#count(seat)
    this.#desks.delete(seat)
  }

  /** When all is over: whoever still runs is counted, too. */
  end(): void {
    for (const seat of this.#desks.keys()) this.#count(seat)
  }

  #count({ counters }: Seat): void {
    addCounters(this.#world.cells, this.#world.refused, counters)
  }

  #sharedBy(life: Life, member: Member): Shared {
    const known = this.#shared.get(life)
    if (known !== undefined) return known
    const { logs, scenario } = this.#world
    const { transactionsMax } = scenario.profile.bounds
    const admit = (happen: () => void): void => life.admit(happen)
    const clients = { home: logs.home.client(admit), away: logs.away.client(admit) }
    const budgets = { home: new Budget(transactionsMax), away: new Budget(transactionsMax) }
    const shared = { clients, budgets }
    this.#shared.set(life, shared)
    this.#clients.set(member, [clients.home, clients.away])
    if (this.#cutOff.has(member)) this.cutOff(member)
    return shared
  }
}

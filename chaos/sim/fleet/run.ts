/** Runs one scenario of whole nodes from its first event to its last, every checker looking on. */

import { BrokenInvariant } from '../../../src/base/errors.ts'
import { type GroupId, groupId, nodeId } from '../../../src/base/ids.ts'
import { Prng } from '../../../src/base/prng.ts'
import { PROTOCOL, readGreeting } from '../../../src/raft/links/hello.ts'
import type { LinkCounters } from '../../../src/raft/links/links.ts'
import { isMember } from '../../../src/raft/members/members.ts'
import { Violation } from '../checkers/checker.ts'
import { TestMachine } from '../machine.ts'
import { addCounters, addCounts, type Failure, type Result } from '../run/result.ts'
import { EventQueue, US_PER_MS } from '../world/clock.ts'
import { SimDisk } from '../world/disk.ts'
import type { Struck } from '../world/mishaps.ts'
import { SimRows } from '../world/rows.ts'
import { Tally } from '../world/tally.ts'
import { Trace } from '../world/trace.ts'
import { SimWire } from '../world/transport.ts'
import { FleetFaults } from './faults.ts'
import { Fleet } from './fleet.ts'
import { GroupWorld } from './group-world.ts'
import { type FleetFaultKind, fleetFaultKinds } from './kinds.ts'
import { FleetLiveness } from './liveness.ts'
import { Member } from './member.ts'
import type { FleetScenario } from './scenario.ts'
import type { Seat } from './seat.ts'
import { Steward } from './steward.ts'
import { Strangers } from './strangers.ts'
import { Twins } from './twins.ts'

const CLUSTER = 'fleet'
const UNDERSTOOD = 'HOST-2 nodes understand each other'
const UNHARMED = 'HOST-3 a disk that nobody harmed is trusted'
const MISSED = 'HOST-7 a log without its newest segment is not trusted'
const AHEAD = 'HOST-8 no state is ahead of its log'
const PAST = 'HOST-5 whoever comes from the past is not heard'
const STRUCK = 'HOST-6 what no node sends ends its connection, and is counted'

const HEARD = 'HOST-10 a connection that leads nowhere is given up'

export interface FleetOptions {
  /** Lines for people. */
  readonly tell?: (line: string) => void
}

export function runFleet(scenario: FleetScenario, options: FleetOptions = {}): Result {
  const world = new FleetRun(scenario, options)
  const failure = world.play()
  return world.result(failure)
}

class FleetRun {
  readonly #scenario: FleetScenario
  readonly #queue = new EventQueue()
  readonly #tally = new Tally<FleetFaultKind>(fleetFaultKinds)
  readonly #trace: Trace
  readonly #wire: SimWire
  readonly #fleet: Fleet
  readonly #twins: Twins
  readonly #worlds = new Map<GroupId, GroupWorld>()
  readonly #faults: FleetFaults
  readonly #strangers: Strangers
  readonly #liveness: FleetLiveness
  readonly #cells: Record<string, number> = {}
  readonly #refused: Record<string, number> = {}
  /** A frame that no node sends is being handed over. */
  #isStruck = false
  /** The frame that is handed over is no packet, but says why a connection ends. */
  #isLastWord = false

  constructor(scenario: FleetScenario, options: FleetOptions) {
    this.#scenario = scenario
    const { seed, profile, nodes, groups } = scenario
    const prng = new Prng(seed)
    const queue = this.#queue
    this.#trace = new Trace(queue, options.tell)
    this.#wire = new SimWire(profile.wire, {
      ...{ queue, prng: prng.fork('wire') },
      onStruck: struck => this.#onStruck(struck),
    })
    this.#twins = new Twins(queue, this.#wire, profile)
    const ids = Array.from({ length: groups }, (_, i) => groupId(i + 1))
    const members = Array.from({ length: nodes }, (_, i) => this.#makeMember(i, prng))
    this.#fleet = new Fleet(ids, members)
    for (const id of ids) this.#worlds.set(id, this.#makeWorld(id, prng))
    const steward = new Steward(queue, this.#fleet)
    this.#fleet.steward = steward
    const names = members.map(({ name }) => name)
    this.#strangers = new Strangers(this.#wire, CLUSTER, names)
    const strangers = this.#strangers
    const shared = { scenario, queue, trace: this.#trace, fleet: this.#fleet, steward }
    this.#faults = new FleetFaults({
      ...{ ...shared, tally: this.#tally, wire: this.#wire, strangers, twins: this.#twins },
    })
    this.#liveness = new FleetLiveness({ ...shared, worlds: [...this.#worlds.values()] })
  }

  /** Everything in order: faults, healing, demands, the last look. */
  play(): Failure | undefined {
    const { safetyMs, replication } = this.#scenario
    const { members, groups } = this.#fleet
    try {
      for (const [i, group] of groups.entries()) {
        this.#fleet.found(group, around(members, i, replication))
      }
      for (const member of members) member.start()
      for (const { workload } of this.#worlds.values()) workload.start()
      this.#queue.runUntil(safetyMs * US_PER_MS)
      this.#faults.heal()
      this.#strangers.leave()
      this.#liveness.demandAll()
      this.#mustHear()
      for (const world of this.#worlds.values()) world.watch.ended(this.#lastLook(world.id))
      return undefined
    } catch (error) {
      return failureOf(error)
    } finally {
      for (const group of groups) for (const seat of this.#fleet.seats(group)) this.#count(seat)
    }
  }

  result(failure: Failure | undefined): Result {
    const checks: Record<string, number> = {}
    const worlds = [...this.#worlds.values()]
    for (const { watch } of worlds) {
      for (const { name, checks: many } of watch.checkers) addCounts(checks, { [name]: many })
    }
    for (const { name, checks: many } of this.#liveness.demands) addCounts(checks, { [name]: many })
    const { killedMs } = this.#liveness
    return {
      seed: this.#scenario.seed,
      ...(failure && { failure }),
      faults: this.#tally.totals(),
      checks,
      cells: this.#cells,
      refused: this.#refused,
      simulatedMs: this.#queue.nowMs,
      events: this.#queue.fired,
      operations: worlds.reduce((sum, { history }) => sum + history.operations.length, 0),
      undecided: worlds.reduce((sum, { suite }) => sum + suite.linearizability.undecided, 0),
      ...(killedMs !== undefined && { killedMs }),
      traceHash: this.#trace.hash,
    }
  }

  /** Whoever healed has had the time to find out a way that swallows all. */
  #mustHear(): void {
    const { swallowing } = this.#wire
    if (swallowing > 0) throw new Violation(HEARD, `${swallowing} connections lead nowhere`)
  }

  #lastLook(group: GroupId): readonly Seat[] {
    const members = this.#fleet.leader(group)?.raft.log.members
    return this.#fleet.seats(group).filter(({ id }) => members && isMember(members, id))
  }

  #makeMember(index: number, prng: Prng): Member {
    const { profile } = this.#scenario
    const [queue, trace, wire] = [this.#queue, this.#trace, this.#wire]
    const fork = prng.fork(`node ${index}`)
    const disk = new SimDisk(profile.disk, { queue, prng: fork.fork('disk'), tally: this.#tally })
    const rows = new SimRows({ prng: fork.fork('rows'), tally: this.#tally })
    const name = nodeId(`n${index + 1}`)
    return new Member(
      {
        ...{ index, disk, rows, wire, queue, trace, profile, prng: fork, cluster: CLUSTER },
        world: group => this.#worlds.get(group) as GroupWorld,
        stateOf: () => new TestMachine(),
        nodeOf: (group, replica) => this.#fleet.nodeOf(group, replica),
        peersOf: member => this.#fleet.members.filter(other => other !== member),
        assigned: member => this.#fleet.assigned(member),
        onOpened: (group, seat) => {
          const { lastIndex } = seat.raft.log
          if (seat.machine.appliedIndex > lastIndex) throw new Violation(AHEAD, `${name}: ${group}`)
          this.#fleet.onOpened(group, seat)
        },
        onEnded: (group, seat) => this.#onEnded(group, seat),
        onLearned: (by, node, seen) => {
          const found = this.#fleet.members.find(one => one.name === node)
          this.#twins.onLearned(by, found, seen)
        },
        mayRun: (member, isAhead) => this.#mayRun(member, isAhead),
        onLost: (member, why) => {
          this.#trace.tell(`${member.name} has lost its log: ${why}`)
          if (!this.#fleet.isHarmed(member) && !member.isPast) throw new Violation(UNHARMED, why)
          // Of the copy that was believed in its place; it would be believed beside the next, too.
          if (this.#fleet.harmOf(member) === 'twinned') this.#twins.end()
          this.#fleet.loseDisk(member)
        },
        onHeard: (from, bytes) => {
          const isPast = this.#fleet.members.some(one => one.name === from && one.isPast)
          this.#isLastWord = isRefusal(bytes)
          if (isPast && !this.#isLastWord) {
            throw new Violation(PAST, `${name} takes a frame of ${from}`)
          }
        },
        onMalformed: (from, message) => {
          if (this.#isStruck || this.#isLastWord) return
          throw new Violation(UNDERSTOOD, `${from}: ${message}`)
        },
      },
      name,
    )
  }

  /** A log that lost its end is to be found out; where nothing tells it, the run knows itself. */
  #mayRun(member: Member, isAhead: boolean): boolean {
    this.#fleet.clearFlipped(member)
    const harm = this.#fleet.harmOf(member)
    if (harm === 'segment-gone') throw new Violation(MISSED, `${member.name} opens without it`)
    return harm !== 'log-cut' || isAhead
  }

  #makeWorld(id: GroupId, prng: Prng): GroupWorld {
    const { profile } = this.#scenario
    return new GroupWorld(id, {
      ...{ queue: this.#queue, prng: prng.fork(`clients ${id}`) },
      ...{ times: profile.times, limits: profile.limits, workload: profile.workload },
      seats: () => this.#fleet.seats(id),
    })
  }

  /** A frame that was damaged, or a second greeting, must cost its connection. */
  #onStruck(struck: Struck): void {
    const { mishap, to } = struck
    this.#tally.hit(mishap)
    if (this.#trace.isTold) this.#trace.tell(`${mishap} befalls a frame to node ${to}`)
    const links = this.#fleet.members[to]?.running?.links
    const counted = (): number => (links === undefined ? 0 : refusals(links.counters()))
    const before = counted()
    this.#isStruck = true
    struck.hand()
    this.#isStruck = false
    // A node that has stopped reads nothing more while it puts its state away.
    const isOwed = mishap !== 'lost-hello' && this.#fleet.members[to]?.isStopping === false
    if (!isOwed) return
    const isOver = struck.isClosed && counted() > before
    if (!isOver) throw new Violation(STRUCK, `${mishap} was taken by node ${to}`)
  }

  #onEnded(group: GroupId, seat: Seat): void {
    this.#fleet.onEnded(group, seat)
    this.#count(seat)
  }

  #count(seat: Seat): void {
    addCounters(this.#cells, this.#refused, seat.counters)
  }
}

/** So many nodes, counted round from the n-th. */
function around(members: readonly Member[], from: number, many: number): readonly Member[] {
  return Array.from({ length: many }, (_, i) => members[(from + i) % members.length] as Member)
}

/** Every greeting begins so; no packet does. */
const GREETING_FIRST_BYTE = 'W'.charCodeAt(0)

function isRefusal(bytes: Uint8Array): boolean {
  if (bytes[0] !== GREETING_FIRST_BYTE) return false
  try {
    return readGreeting(bytes, PROTOCOL).kind === 'refusal'
  } catch {
    return false
  }
}

/** Connections that ended by somebody's judgement, ours or theirs. */
function refusals({ refused, refusedByPeers }: LinkCounters): number {
  const counts = [...Object.values(refused), ...Object.values(refusedByPeers)]
  return counts.reduce((sum, count) => sum + count, 0)
}

/** Whatever is thrown is a finding: a node that crashes has failed as much as one that lies. */
function failureOf(error: unknown): Failure {
  if (error instanceof Violation) return { checker: error.checker, detail: error.detail }
  if (error instanceof BrokenInvariant) return { checker: 'INVARIANT', detail: error.message }
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return { checker: 'CRASH', detail }
}

/** What healed nodes owe, for every group: a leader, settled members, equal replicas, service. */

import { isJoint, isMember } from '../../../src/raft/members/members.ts'
import { Demand, within } from '../run/demand.ts'
import { type EventQueue, US_PER_MS } from '../world/clock.ts'
import type { Trace } from '../world/trace.ts'
import type { Fleet } from './fleet.ts'
import type { GroupWorld } from './group-world.ts'
import type { FleetScenario } from './scenario.ts'
import type { Seat } from './seat.ts'
import type { Steward } from './steward.ts'

/** An election may fail a few times, each time for up to two election times. */
const LEADER_ELECTIONS = 10
/** Pauses between attempts to connect, and disks that still stand still. */
const RESIDUE_MS = 9000
const MEND_MS = 40_000
const CONVERGE_MS = 40_000
const SWEEP_MS = 40_000
/** Promised: a killed process costs each of its groups less. */
const KILLED_MS = 1000

export interface FleetLivenessParts {
  readonly scenario: FleetScenario
  readonly queue: EventQueue
  readonly trace: Trace
  readonly fleet: Fleet
  readonly steward: Steward
  readonly worlds: readonly GroupWorld[]
}

export class FleetLiveness {
  /** How long some group had no leader after the process that led was killed. */
  killedMs: number | undefined
  readonly #parts: FleetLivenessParts
  readonly #leads = new Demand('LIVE-1 a leader is found')
  readonly #mends = new Demand('LIVE-2 members settle')
  readonly #converges = new Demand('LIVE-3 replicas converge')
  readonly #serves = new Demand('LIVE-4 writes and reads succeed')
  readonly #killed = new Demand('LIVE-5 a killed leader is replaced in time')

  constructor(parts: FleetLivenessParts) {
    this.#parts = parts
  }

  get demands(): readonly Demand[] {
    return [this.#leads, this.#mends, this.#converges, this.#serves, this.#killed]
  }

  demandAll(): void {
    const { worlds, steward, scenario, queue, fleet } = this.#parts
    const { electionMs } = scenario.profile.times
    const healedUs = queue.nowUs
    const electedMs = RESIDUE_MS + LEADER_ELECTIONS * electionMs
    this.#within(electedMs, this.#leads, () => this.#allLed())
    for (const { workload } of worlds) workload.stop()
    const hasPast = (): boolean => fleet.members.some(({ isPast }) => isPast)
    const isMended = (): boolean => !hasPast() && !steward.isBusy && this.#allSettled()
    this.#within(MEND_MS, this.#mends, isMended)
    this.#within(CONVERGE_MS, this.#converges, () => this.#allConverged())
    this.#sweep()
    this.#within(CONVERGE_MS, this.#converges, () => this.#allConverged())
    // Nodes that were kept apart may yet wait to call each other.
    queue.runUntil(Math.max(queue.nowUs, healedUs + RESIDUE_MS * US_PER_MS))
    this.#killLeader()
    this.#within(CONVERGE_MS, this.#converges, () => this.#allConverged())
  }

  #allLed(): boolean {
    return this.#parts.worlds.every(world => this.#readyLeader(world) !== undefined)
  }

  #readyLeader({ id }: GroupWorld): Seat | undefined {
    const leader = this.#parts.fleet.leader(id)
    const log = leader?.raft.log
    return log !== undefined && log.term(log.commit) === leader?.status().term ? leader : undefined
  }

  #allSettled(): boolean {
    return this.#parts.worlds.every(world => {
      const log = this.#readyLeader(world)?.raft.log
      return log !== undefined && !isJoint(log.members) && log.membersIndex <= log.commit
    })
  }

  #allConverged(): boolean {
    return this.#parts.worlds.every(world => this.#hasConverged(world))
  }

  #hasConverged(world: GroupWorld): boolean {
    const log = this.#readyLeader(world)?.raft.log
    if (log === undefined || log.commit !== log.lastIndex || isJoint(log.members)) return false
    const { voters, learners } = log.members
    const seats = this.#parts.fleet.seats(world.id).filter(({ id }) => isMember(log.members, id))
    if (seats.length < voters.length + learners.length) return false
    return seats.every(({ raft, machine }) => {
      const isEven = raft.log.applied === log.commit && raft.log.lastIndex === log.lastIndex
      return isEven && machine.appliedIndex === log.commit
    })
  }

  #sweep(): void {
    let open = this.#parts.worlds.length
    for (const { workload } of this.#parts.worlds) {
      workload.sweep(() => {
        open--
      })
    }
    this.#within(SWEEP_MS, this.#serves, () => open === 0)
  }

  /** The node that leads the first group; others of its groups lose their leader with it. */
  #killLeader(): void {
    const { fleet, worlds } = this.#parts
    const first = worlds[0] as GroupWorld
    const node = fleet.leaderNode(first.id)
    if (node === undefined) return
    node.hold()
    node.kill()
    this.killedMs = this.#within(KILLED_MS, this.#killed, () => this.#allLed())
    node.releaseAll()
  }

  #within(boundMs: number, demand: Demand, holds: () => boolean): number {
    const { queue, trace } = this.#parts
    return within({ queue, trace, told: () => this.#told() }, boundMs, demand, holds)
  }

  #told(): string {
    const { fleet, worlds } = this.#parts
    const lines = worlds.flatMap(({ id }) =>
      fleet.seats(id).map(seat => {
        const { role, term, leader, commit, applied, lastIndex, members } = seat.raft.status()
        const log = `commit ${commit} applied ${applied} last ${lastIndex}`
        const { voters, outgoing, learners } = members
        const of = `${voters.join(' ')} (${outgoing.join(' ')}) + ${learners.join(' ')}`
        return `g${id} r${seat.id} ${role} t${term} leader ${leader} ${log} of ${of}`
      }),
    )
    return lines.join('; ')
  }
}

/**
 * What a healed group owes: LIVE-1 .. LIVE-6. The bounds are generous where the figure is nobody's
 * promise, and the promised ones where it is.
 */

import { isJoint, isMember } from '../../../src/raft/members/members.ts'
import type { Members } from '../../../src/raft/types.ts'
import type { Checker } from '../checkers/checker.ts'
import type { Workload } from '../clients/workload.ts'
import type { SimNode } from '../host/node.ts'
import { type EventQueue, US_PER_MS } from '../world/clock.ts'
import type { Trace } from '../world/trace.ts'
import type { Churn } from './churn.ts'
import type { Cluster } from './cluster.ts'
import { Demand, within } from './demand.ts'

/** After healing, old messages are still said again for so long, and stalled disks stand still. */
const RESIDUE_MS = 9000
/** An election may fail a few times, each time for up to two election times. */
const LEADER_ELECTIONS = 10
/** Lost voters are replaced one by one: a learner catches up, then a joint change. */
const MEND_MS = 30_000
/** Images and whole logs go to all that were away. */
const CONVERGE_MS = 30_000
/** No run asks less, however long its group had no leader. */
const OPERATIONS_MIN = 200
/** Clients that were held up ask the rest of that within so long. */
const QUOTA_MS = 60_000
/**
 * Every key is written and read once, each with retries. Where one voter is left of six, clients
 * ask five replicas that know nothing of their removal, and wait for the answers of each.
 */
const SWEEP_MS = 60_000
/** Promised: a killed process costs less. */
const KILLED_MS = 1000
/** Promised: a silent leader costs less, with election times of up to a second. */
const SILENT_MS = 3000
/** Longer ones may fail once too. */
const SILENT_ELECTIONS = 3
/** Delays of the healed network and disks on top of a promise. */
const MARGIN_MS = 200

export interface LivenessParts {
  readonly queue: EventQueue
  readonly trace: Trace
  readonly cluster: Cluster
  readonly churn: Churn
  readonly workload: Workload
  readonly electionMs: number
}

export class Liveness {
  /** How long nobody served after the leader was killed, and after it fell silent. */
  killedMs: number | undefined
  silentMs: number | undefined
  readonly #parts: LivenessParts
  readonly #leads = new Demand('LIVE-1 a leader is found')
  readonly #mends = new Demand('LIVE-2 members settle')
  readonly #converges = new Demand('LIVE-3 replicas converge')
  readonly #serves = new Demand('LIVE-4 writes and reads succeed')
  readonly #killed = new Demand('LIVE-5 a killed leader is replaced in time')
  readonly #silent = new Demand('LIVE-6 a silent leader is replaced in time')

  constructor(parts: LivenessParts) {
    this.#parts = parts
  }

  get demands(): readonly Checker[] {
    return [this.#leads, this.#mends, this.#converges, this.#serves, this.#killed, this.#silent]
  }

  /** Everything that the healed group owes, in order. */
  demandAll(): void {
    const { electionMs, queue, workload } = this.#parts
    const healedUs = queue.nowUs
    const electedMs = RESIDUE_MS + LEADER_ELECTIONS * electionMs
    this.#within(electedMs, this.#leads, () => this.#readyLeader() !== undefined)
    this.#within(QUOTA_MS, this.#serves, () => workload.settled >= OPERATIONS_MIN)
    workload.stop()
    this.#within(MEND_MS, this.#mends, () => this.#isMended())
    this.demandConvergence()
    this.#sweep()
    this.demandConvergence()
    if (this.#parts.cluster.committedMembers().voters.length >= 3) {
      // An old word of the leader that is killed would keep its followers waiting for it.
      queue.runUntil(Math.max(queue.nowUs, healedUs + RESIDUE_MS * US_PER_MS))
      this.#killLeader()
      this.demandConvergence()
      this.#silenceLeader()
      this.demandConvergence()
    }
  }

  demandConvergence(): void {
    this.#within(CONVERGE_MS, this.#converges, () => this.#hasConverged())
  }

  #readyLeader(): SimNode | undefined {
    const leader = this.#parts.cluster.leader()
    const log = leader?.process?.raft.log
    const term = leader?.process?.raft.status().term
    return log !== undefined && log.term(log.commit) === term ? leader : undefined
  }

  #isMended(): boolean {
    const { churn } = this.#parts
    const log = this.#readyLeader()?.process?.raft.log
    if (churn.isMending || log === undefined) return false
    return !isJoint(log.members) && log.membersIndex <= log.commit
  }

  #hasConverged(): boolean {
    const { cluster } = this.#parts
    const log = this.#readyLeader()?.process?.raft.log
    if (log === undefined || log.commit !== log.lastIndex || isJoint(log.members)) return false
    const members = cluster.present.filter(node => isMember(log.members, node.replica))
    return members.every(({ process }) => {
      const other = process?.raft.log
      return other?.applied === log.commit && other.lastIndex === log.lastIndex
    })
  }

  #sweep(): void {
    let isDone = false
    this.#parts.workload.sweep(() => {
      isDone = true
    })
    this.#within(SWEEP_MS, this.#serves, () => isDone)
  }

  #killLeader(): void {
    const node = this.#readyLeader()
    if (node === undefined) return
    node.hold()
    node.kill()
    this.killedMs = this.#serveAgain(node, KILLED_MS, this.#killed)
    node.releaseAll()
  }

  #silenceLeader(): void {
    const process = this.#readyLeader()?.process
    const node = this.#readyLeader()
    if (process === undefined || node === undefined) return
    process.life.pause()
    const boundMs = Math.max(SILENT_MS, SILENT_ELECTIONS * this.#parts.electionMs) + MARGIN_MS
    this.silentMs = this.#serveAgain(node, boundMs, this.#silent)
    process.resume(true)
  }

  /** A write succeeds at somebody else. Whoever begins to lead is asked once. */
  #serveAgain(lost: SimNode, boundMs: number, demand: Demand): number {
    const { cluster, workload } = this.#parts
    let isServed = false
    let askedTerm = 0
    return this.#within(boundMs, demand, () => {
      const leader = cluster.leader(lost)?.process
      const term = leader?.status().term ?? 0
      if (leader !== undefined && term > askedTerm) {
        askedTerm = term
        workload.probe(leader, ok => {
          isServed ||= ok
          if (!ok) askedTerm = 0
        })
      }
      return isServed
    })
  }

  #within(boundMs: number, demand: Demand, holds: () => boolean): number {
    const { queue, trace } = this.#parts
    return within({ queue, trace, told: () => this.#told() }, boundMs, demand, holds)
  }

  #told(): string {
    const lines = this.#parts.cluster.present.map(({ index, replica, process }) => {
      const status = process?.raft.status()
      if (status === undefined) return `n${index} r${replica} down`
      const { role, term, leader, commit, applied, lastIndex, members } = status
      const log = `commit ${commit} applied ${applied} last ${lastIndex}`
      return `n${index} r${replica} ${role} t${term} leader ${leader} ${log} of ${told(members)}`
    })
    return lines.join('; ')
  }
}

function told({ voters, outgoing, learners }: Members): string {
  return `${voters.join(' ')} (${outgoing.join(' ')}) + ${learners.join(' ')}`
}

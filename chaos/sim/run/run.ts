/** Runs one scenario from its first event to its last, with every checker looking on. */

import { BrokenInvariant } from '../../../src/base/errors.ts'
import { Prng } from '../../../src/base/prng.ts'
import { isMember } from '../../../src/raft/members/members.ts'
import type { Message } from '../../../src/raft/messages.ts'
import type { Checker } from '../checkers/checker.ts'
import { Violation } from '../checkers/checker.ts'
import { raftSuite, type Suite } from '../checkers/suite.ts'
import { History } from '../clients/history.ts'
import { Workload } from '../clients/workload.ts'
import { Watch } from '../host/watch.ts'
import { Injector } from '../inject/injector.ts'
import { TestMachine } from '../machine.ts'
import { EventQueue, SimClock, US_PER_MS } from '../world/clock.ts'
import { SimNetwork } from '../world/network.ts'
import { coreTally } from '../world/tally.ts'
import { Trace } from '../world/trace.ts'
import { BadInput } from './bad-input.ts'
import { Churn } from './churn.ts'
import { Cluster } from './cluster.ts'
import { Liveness } from './liveness.ts'
import type { Failure, Result } from './result.ts'
import { addCounters } from './result.ts'
import type { Scenario } from './scenario.ts'

/** More than any run asks for: the clients rest before. */
const OPERATIONS_MAX = 5000
/** A dropped message is noticed by its sender within so long. */
const NOTICED_US = 20_000

export interface RunOptions {
  /** Lines for people. */
  readonly tell?: (line: string) => void
  /** Beside the suite: what a test wants to see or to object to. */
  readonly checkers?: readonly Checker[]
  readonly onSend?: (message: Message) => void
}

export function run(scenario: Scenario, options: RunOptions = {}): Result {
  const world = new Run(scenario, options)
  const failure = world.play()
  return world.result(failure)
}

class Run {
  readonly #scenario: Scenario
  readonly #queue = new EventQueue()
  readonly #tally = coreTally()
  readonly #trace: Trace
  readonly #history: History
  readonly #suite: Suite
  readonly #watch: Watch
  readonly #badInput = new BadInput()
  readonly #cluster: Cluster
  readonly #workload: Workload
  readonly #injector: Injector
  readonly #liveness: Liveness
  readonly #cells: Record<string, number> = {}
  readonly #refused: Record<string, number> = {}

  constructor(scenario: Scenario, options: RunOptions) {
    this.#scenario = scenario
    const { seed, profile } = scenario
    const prng = new Prng(seed)
    const queue = this.#queue
    this.#trace = new Trace(queue, options.tell)
    this.#history = new History(() => queue.nowMs, OPERATIONS_MAX)
    this.#suite = raftSuite({
      history: this.#history,
      times: profile.times,
      limits: profile.limits,
    })
    this.#watch = new Watch([...this.#suite.checkers, ...(options.checkers ?? [])])
    const network = this.#makeNetwork(prng)
    this.#cluster = this.#makeCluster(prng, network, options)
    const [cluster, tally, trace] = [this.#cluster, this.#tally, this.#trace]
    const churn = new Churn({ queue, prng: prng.fork('churn'), cluster })
    this.#workload = this.#makeWorkload(prng)
    const onBadInput = this.#badInput.judge
    this.#injector = new Injector({
      ...{ scenario, queue, trace, tally, network, cluster, churn, onBadInput },
    })
    const { electionMs } = profile.times
    const workload = this.#workload
    this.#liveness = new Liveness({ queue, trace, cluster, churn, workload, electionMs })
  }

  /** Everything in order: faults, healing, demands, the last look. */
  play(): Failure | undefined {
    const { voters, learners, safetyMs } = this.#scenario
    try {
      this.#cluster.found(voters, learners)
      this.#workload.start()
      this.#queue.runUntil(safetyMs * US_PER_MS)
      this.#injector.heal()
      this.#liveness.demandAll()
      this.#watch.ended(this.#members())
      for (const one of this.#cluster.processes) this.#suite.reads.waiting(one, one.openReads)
      return undefined
    } catch (error) {
      return failureOf(error)
    } finally {
      for (const { raft } of this.#cluster.processes) {
        addCounters(this.#cells, this.#refused, raft.counters)
      }
    }
  }

  result(failure: Failure | undefined): Result {
    const checkers = [...this.#watch.checkers, ...this.#liveness.demands, this.#badInput]
    const { killedMs, silentMs } = this.#liveness
    const { electionMs } = this.#scenario.profile.times
    return {
      seed: this.#scenario.seed,
      ...(failure && { failure }),
      faults: this.#tally.totals(),
      checks: Object.fromEntries(checkers.map(({ name, checks }) => [name, checks])),
      cells: this.#cells,
      refused: this.#refused,
      simulatedMs: this.#queue.nowMs,
      events: this.#queue.fired,
      operations: this.#history.operations.length,
      undecided: this.#suite.linearizability.undecided,
      ...(killedMs !== undefined && { killedMs }),
      ...(silentMs !== undefined && { silentElections: silentMs / electionMs }),
      traceHash: this.#trace.hash,
    }
  }

  #members() {
    const members = this.#cluster.committedMembers()
    return this.#cluster.processes.filter(({ id }) => isMember(members, id))
  }

  #makeNetwork(prng: Prng): SimNetwork<Message> {
    const queue = this.#queue
    return new SimNetwork<Message>(this.#scenario.profile.network, {
      queue,
      prng: prng.fork('network'),
      tally: this.#tally,
      tap: {
        kindOf: message => message.type,
        answerTo: type => `${type}-reply`,
        isStream: message => message.type === 'snapshot',
        onDrop: (from, _to, message) => {
          const process = this.#cluster.nodes[from]?.process
          process?.life.later(queue, NOTICED_US, () => process.unreachable(message.to))
        },
      },
    })
  }

  #makeCluster(prng: Prng, network: SimNetwork<Message>, options: RunOptions): Cluster {
    const { disk, apply, times, limits, tickMs } = this.#scenario.profile
    return new Cluster({
      queue: this.#queue,
      prng: prng.fork('cluster'),
      tally: this.#tally,
      network,
      diskProfile: disk,
      world: {
        ...{ queue: this.#queue, trace: this.#trace, watch: this.#watch },
        ...{ times, limits, apply, tickMs },
        makeMachine: () => new TestMachine(),
        onSend: options.onSend ?? (() => {}),
      },
      onDeath: ({ raft }) => addCounters(this.#cells, this.#refused, raft.counters),
    })
  }

  #makeWorkload(prng: Prng): Workload {
    const clock = new SimClock(this.#queue)
    const port = {
      prng: prng.fork('clients'),
      nowMs: () => clock.monotonicMs(),
      after: (delayMs: number, fire: () => void) => {
        clock.after(delayMs, fire)
      },
      replicas: () => this.#cluster.processes,
    }
    const parts = { history: this.#history, witness: this.#suite.reads }
    return new Workload(port, this.#scenario.profile.workload, parts)
  }
}

/** Whatever is thrown is a finding: a core that crashes has failed as much as one that lies. */
function failureOf(error: unknown): Failure {
  if (error instanceof Violation) return { checker: error.checker, detail: error.detail }
  if (error instanceof BrokenInvariant) return { checker: 'INVARIANT', detail: error.message }
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return { checker: 'CRASH', detail }
}

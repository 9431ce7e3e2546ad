/** Runs one scenario of a cluster from its first event to its last, every checker looking on. */

import { ByteWriter } from '../../../src/base/bytes.ts'
import { BrokenInvariant } from '../../../src/base/errors.ts'
import { Prng } from '../../../src/base/prng.ts'
import { journalTopic } from '../../../src/journal/settings.ts'
import { Violation } from '../checkers/checker.ts'
import { fleetFaultKinds } from '../fleet/kinds.ts'
import type { FleetFault } from '../fleet/scenario.ts'
import { Demand, within } from '../run/demand.ts'
import { addCounts, type Counts, type Failure, type Result } from '../run/result.ts'
import { EventQueue, US_PER_MS } from '../world/clock.ts'
import { calmLog, logFaultKinds } from '../world/log/faults.ts'
import { SimLog } from '../world/log/log.ts'
import { Tally } from '../world/tally.ts'
import { happenings, Trace } from '../world/trace.ts'
import { Cluster, type World } from './cluster.ts'
import { type Scene, schedule } from './faults.ts'
import { Job } from './job.ts'
import { Judge } from './judge.ts'
import { isNodeFault, jobFaultKinds } from './kinds.ts'
import {
  INPUT_TOPIC,
  inputOf,
  JOURNAL_TOPIC,
  nameOf,
  OUTPUT_PARTITIONS,
  OUTPUT_TOPIC,
} from './names.ts'
import { Operator } from './operator.ts'
import type { SourceRecords } from './oracle.ts'
import { LOOK_MS } from './quiet.ts'
import type { Replica } from './replica.ts'
import type { ClusterScenario } from './scenario.ts'

/** The topics are there before the first node starts. */
const COPIES = 3
const TOPICS_MS = 100
/** A stall, a transaction that runs out, a few elections, and pauses between attempts. */
const DRAIN_MS = 40_000
/** Nothing happens for so long, in the end. */
const REST_MS = 1500
/** The last records are put in when all is healed. */
const LATER_SHARE = 0.1
/** How often a record comes that nobody can read. */
const POISON = 0.05
/** Records that are put in at once, at most. */
const BURST_MAX = 6

/** What becomes of the last output, so that the verdict must turn. */
export type Sabotage = 'lose' | 'repeat' | 'alter'

export interface ClusterOptions {
  /** Lines for people. */
  readonly tell?: (line: string) => void
  readonly sabotage?: Sabotage
}

export function runCluster(scenario: ClusterScenario, options: ClusterOptions = {}): Result {
  const run = new ClusterRun(scenario, options)
  const failure = run.play()
  return run.result(failure)
}

class ClusterRun {
  readonly #world: World
  readonly #sabotage: Sabotage | undefined
  readonly #cluster: Cluster
  readonly #scene: Scene
  readonly #logTally = new Tally(logFaultKinds)
  readonly #goesOn = new Demand('CLUSTER-7 no group is stuck when all is healed')
  /** Of the records that were drawn, the next to be put in. */
  #next = 0

  constructor(scenario: ClusterScenario, { tell, sabotage }: ClusterOptions) {
    this.#sabotage = sabotage
    const { seed } = scenario
    const queue = new EventQueue()
    const prng = new Prng(seed)
    const parts = { queue, prng: prng.fork('log'), tally: this.#logTally, profile: calmLog }
    const log = new SimLog(parts)
    const job = new Job(scenario.job)
    this.#world = {
      ...{ scenario, queue, log, job, prng, trace: new Trace(queue, tell) },
      ...{ tally: new Tally(fleetFaultKinds), judge: new Judge(log, job, scenario.profile) },
      ...{ cells: {}, refused: {} },
    }
    const faults = scenario.faults.filter((one): one is FleetFault => isNodeFault(one.kind))
    this.#cluster = new Cluster(this.#world, faults)
    const tally = new Tally(jobFaultKinds)
    const operator = new Operator(this.#world, this.#cluster)
    this.#scene = { world: this.#world, cluster: this.#cluster, operator, tally, isHealed: false }
  }

  /** Everything in order: topics, the job, faults, healing, demands, the last look. */
  play(): Failure | undefined {
    const { queue, scenario, judge, log, job } = this.#world
    const { operator } = this.#scene
    try {
      this.#makeTopics()
      operator.submit()
      this.#within(() => operator.isSubmitted)
      log.profile = scenario.profile.log
      this.#cluster.start()
      schedule(this.#scene)
      operator.begin()
      this.#feedAgain()
      this.#lookAgain()
      queue.runUntil(scenario.safetyMs * US_PER_MS)
      this.#heal()
      this.#within(() => this.#isDone())
      operator.openEpoch()
      this.#within(() => operator.isCut)
      this.#feed(job.arrivals.length)
      this.#within(() => this.#next === job.arrivals.length && this.#isDone())
      // What is due by time alone, when nothing comes and nobody asks.
      queue.runUntil(queue.nowUs + REST_MS * US_PER_MS)
      this.#within(() => this.#isDone())
      if (this.#sabotage !== undefined) judge.sabotage(this.#sabotage)
      judge.end(this.#input())
      return undefined
    } catch (error) {
      return failureOf(error)
    }
  }

  result(failure: Failure | undefined): Result {
    const { scenario, judge, tally, queue, trace, cells, refused } = this.#world
    this.#cluster.end()
    const checks: Counts = {}
    for (const { name, checks: many } of [...judge.demands, this.#goesOn]) {
      addCounts(checks, { [name]: many })
    }
    const faults: Counts = {}
    for (const one of [tally, this.#scene.tally, this.#logTally]) addCounts(faults, one.totals())
    return {
      seed: scenario.seed,
      ...(failure && { failure }),
      ...{ faults, checks, cells, refused, undecided: 0 },
      simulatedMs: queue.nowMs,
      events: queue.fired,
      operations: judge.visible.length,
      traceHash: trace.hash,
    }
  }

  #makeTopics(): void {
    const { log, queue, job } = this.#world
    const client = log.client()
    const topics = [
      [JOURNAL_TOPIC, job.groups] as const,
      [OUTPUT_TOPIC, OUTPUT_PARTITIONS] as const,
      [INPUT_TOPIC, 1 + Math.max(...job.partitions)] as const,
    ]
    for (const [topic, partitions] of topics) {
      client.create(journalTopic(topic, partitions, COPIES), () => {})
    }
    queue.runUntil(TOPICS_MS * US_PER_MS)
  }

  /** Evenly over the time, some at once; whether they arrive, the log knows. */
  #feedAgain(): void {
    const { queue, scenario, job, prng } = this.#world
    const most = Math.floor(job.arrivals.length * (1 - LATER_SHARE))
    const meanMs = (scenario.safetyMs * (BURST_MAX / 2)) / Math.max(1, most)
    queue.after(1 + prng.below(Math.ceil(2 * meanMs * US_PER_MS)), {
      fire: () => {
        if (this.#scene.isHealed) return
        this.#feed(Math.min(most, this.#next + prng.between(1, BURST_MAX)))
        this.#feedAgain()
      },
    })
  }

  #lookAgain(): void {
    const { queue, judge } = this.#world
    judge.quiet.look(queue.nowMs)
    queue.after(LOOK_MS * US_PER_MS, { fire: () => this.#lookAgain() })
  }

  #feed(upTo: number): void {
    const { log, job, trace, prng } = this.#world
    const client = log.client()
    for (; this.#next < upTo; this.#next++) {
      const arrival = job.arrivals[this.#next]
      if (arrival === undefined) continue
      const key = new ByteWriter().uint32(this.#next).finish()
      const value = job.encoded(arrival)
      const record = { key, value, headers: [], timestampMs: arrival.time }
      const poison = { ...record, value: new Uint8Array(0) }
      const records = prng.chance(POISON) ? [poison, record] : [record]
      client.append([{ ...inputOf(arrival.channel), records }], () => {})
      trace.note(happenings.visible, 0, this.#next, arrival.channel)
    }
  }

  #heal(): void {
    this.#scene.operator.closeEpoch()
    const { log } = this.#world
    this.#scene.isHealed = true
    this.#cluster.heal()
    log.profile = calmLog
    log.isDown = false
    log.clearPlans()
  }

  #input(): SourceRecords {
    const { log, job } = this.#world
    return new Map(job.partitions.map(one => [one, log.committed(inputOf(one))]))
  }

  #within(holds: () => boolean): void {
    const { queue, trace } = this.#world
    within({ queue, trace, told: () => this.#told() }, DRAIN_MS, this.#goesOn, holds)
  }

  /** All that lies in the sources is taken, on every replica, and all that came of it is out. */
  #isDone(): boolean {
    const { judge, scenario } = this.#world
    const input = this.#input()
    const areEven = judge.shadows.every((_, group) => {
      const replicas = this.#cluster.replicas(group)
      const leader = this.#cluster.leader(group)
      return (
        leader !== undefined &&
        isAwake(leader) &&
        replicas.length === scenario.nodes &&
        replicas.every(one => this.#isEven(one, input))
      )
    })
    return areEven && this.#scene.operator.isIdle && judge.isComplete()
  }

  #isEven({ group, work }: Replica, input: SourceRecords): boolean {
    const { book, outbox } = work.machine.state
    const areTaken = this.#world.job.waysInto(group).every(way => {
      const cursor = book.channels.get(way.channel)?.cursor ?? 0
      return cursor >= this.#world.judge.endOf(way, input)
    })
    return areTaken && outbox.bytes === 0
  }

  #told(): string {
    const { judge } = this.#world
    const lines = judge.shadows.map(({ state }, group) => {
      const leader = this.#cluster.leader(group)
      const cursors = [...state.book.channels].map(
        ([channel, { cursor }]) => `${channel}:${cursor}`,
      )
      const { journal, runtime } = leader?.work.group ?? {}
      const at = `${journal?.stages.join()} depth ${runtime?.leader?.depth}`
      const log = `batches ${judge.schedules[group]?.length} journaled ${judge.journaled[group]}`
      const { generation, isOpen } = state
      const of = `${generation}${isOpen ? '' : ' ended'}, ${JSON.stringify(leader?.work.facts)}`
      return `${nameOf(group)} ${cursors.join(' ')} ${log} holds ${state.outbox.bytes} ${at} ${of}`
    })
    const ends = [...this.#input()].map(([channel, all]) => `${channel}:${all.length}`)
    return [`input ${ends.join(' ')}`, ...lines].join('; ')
  }
}

/** It leads, owes nothing, and what its operators wanted to be called for is done. */
function isAwake({ work, clock }: Replica): boolean {
  const { leader } = work.group.runtime
  if (leader === undefined || leader.depth > 0) return false
  return leader.wakeAt > clock.wallMs() && leader.dueAtMs > clock.monotonicMs()
}

/** Whatever is thrown is a finding: a node that crashes has failed as much as one that lies. */
function failureOf(error: unknown): Failure {
  if (error instanceof Violation) return { checker: error.checker, detail: error.detail }
  if (error instanceof BrokenInvariant) return { checker: 'INVARIANT', detail: error.message }
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return { checker: 'CRASH', detail }
}

/** Runs one scenario of publishers from its first event to its last, every checker looking on. */

import { BrokenInvariant } from '../../../src/base/errors.ts'
import { groupId } from '../../../src/base/ids.ts'
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
import type { World } from './cluster.ts'
import type { Desk } from './desk.ts'
import { schedule } from './faults.ts'
import { Judge } from './judge.ts'
import { isNodeFault, journalFaultKinds } from './kinds.ts'
import { Moments } from './moments.ts'
import { journalTopicOf } from './names.ts'
import { Operator, type Site } from './operator.ts'
import { LOGS, OUTPUT_PARTITIONS, SINKS, type SinkName, sinksOf } from './output.ts'
import type { PublishScenario } from './scenario.ts'
import type { Scene } from './scene.ts'

/** How often the logs are looked at. */
const LOOK_MS = 100
/** The topics are there before the first claim. */
const COPIES = 3
const TOPICS_MS = 100
/** A stall, a transaction that runs out, a few elections, and pauses between attempts. */
const DRAIN_MS = 40_000
/** How often something new is put in afterwards, until it is out. */
const FEED_MS = 300

export interface PublishOptions {
  /** Lines for people. */
  readonly tell?: (line: string) => void
}

export function runPublish(scenario: PublishScenario, options: PublishOptions = {}): Result {
  const run = new PublishRun(scenario, options)
  const failure = run.play()
  return run.result(failure)
}

class PublishRun {
  readonly #world: World
  readonly #operator: Operator
  readonly #scene: Scene
  readonly #logTally = new Tally(logFaultKinds)
  readonly #drains = new Demand('LIVE-6 all that was committed gets out')
  readonly #goesOn = new Demand('LIVE-7 what is put in afterwards gets out')

  constructor(scenario: PublishScenario, { tell }: PublishOptions) {
    const { seed, groups } = scenario
    const queue = new EventQueue()
    const prng = new Prng(seed)
    const log = (name: string): SimLog => {
      const parts = { queue, prng: prng.fork(name), tally: this.#logTally, profile: calmLog }
      return new SimLog(parts)
    }
    const logs = { home: log('home'), away: log('away') }
    const ids = Array.from({ length: groups }, (_, i) => groupId(i + 1))
    const tally = new Tally(journalFaultKinds)
    const questions = prng.fork('questions')
    const isQuestionLost = (): boolean => {
      if (!questions.chance(scenario.profile.questionsLost) || this.#scene.isHealed) return false
      tally.hit('question-lost')
      return true
    }
    this.#world = {
      ...{ scenario, queue, logs, trace: new Trace(queue, tell) },
      ...{ tally: new Tally(fleetFaultKinds), judge: new Judge(logs, ids) },
      ...{ cells: {}, refused: {}, isQuestionLost, moments: new Moments() },
    }
    const faults = scenario.faults.filter((one): one is FleetFault => isNodeFault(one.kind))
    this.#operator = new Operator(this.#world, prng.fork('operator'), faults)
    this.#scene = { world: this.#world, operator: this.#operator, tally, isHealed: false }
  }

  /** Everything in order: topics, the job, faults, healing, demands, the last look. */
  play(): Failure | undefined {
    const { queue, scenario, judge } = this.#world
    try {
      this.#makeTopics()
      this.#operator.submit()
      schedule(this.#scene)
      this.#lookAgain()
      this.#flushAgain()
      queue.runUntil(scenario.safetyMs * US_PER_MS)
      this.#heal()
      this.#within(this.#drains, () => this.#isDrained())
      const from = this.#operator.nextId
      this.#feedUntilShown(from)
      this.#within(this.#goesOn, () => this.#isShown(from) && this.#isDrained())
      judge.end()
      return undefined
    } catch (error) {
      return failureOf(error)
    }
  }

  result(failure: Failure | undefined): Result {
    const { scenario, judge, tally, queue, trace, cells, refused } = this.#world
    for (const { cluster } of this.#operator.sites) cluster.end()
    const checks: Counts = {}
    for (const { name, checks: many } of [...judge.demands, this.#drains, this.#goesOn]) {
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
      operations: this.#operator.sites.reduce((sum, { feed }) => sum + feed.taken, 0),
      traceHash: trace.hash,
    }
  }

  #makeTopics(): void {
    const { logs, queue, scenario } = this.#world
    for (const name of LOGS) {
      const client = logs[name].client()
      for (const sink of sinksOf[name]) {
        client.create(journalTopic(sink, OUTPUT_PARTITIONS, COPIES), () => {})
      }
      client.create(journalTopic(journalTopicOf[name], scenario.groups, COPIES), () => {})
    }
    queue.runUntil(TOPICS_MS * US_PER_MS)
    for (const name of LOGS) logs[name].profile = scenario.profile.log
  }

  #lookAgain(): void {
    const { queue, judge, trace } = this.#world
    queue.after(LOOK_MS * US_PER_MS, {
      fire: () => {
        judge.look()
        trace.note(happenings.visible, 0, judge.shown, 0)
        this.#lookAgain()
      },
    })
  }

  /** Images of all replicas, of which the leader has put on record what it knows to be out. */
  #flushAgain(): void {
    const { queue, scenario, judge } = this.#world
    queue.after(scenario.profile.flushMs * US_PER_MS, {
      fire: () => {
        for (const { cluster } of this.#operator.sites) {
          for (const group of judge.truth.groups) {
            cluster.leader(group)?.journal?.flush(() => cluster.takeImages(group))
          }
        }
        this.#flushAgain()
      },
    })
  }

  #heal(): void {
    const { logs, moments } = this.#world
    this.#scene.isHealed = true
    moments.clear()
    for (const { cluster } of this.#operator.sites) cluster.heal()
    for (const name of LOGS) {
      logs[name].profile = calmLog
      logs[name].isDown = false
      logs[name].clearPlans()
    }
  }

  #within(demand: Demand, holds: () => boolean): void {
    const { queue, trace } = this.#world
    within({ queue, trace, told: () => this.#told() }, DRAIN_MS, demand, holds)
  }

  /** Whoever has the job has let out all that it committed, and has forgotten it. */
  #isDrained(): boolean {
    const { judge } = this.#world
    // A claim that was under way may have made another site.
    for (const { feed } of this.#operator.sites) feed.stop()
    if (this.#operator.open > 0) return false
    const isOut = judge.truth.groups.every(group => {
      const owners = this.#owners().map(({ cluster }) => cluster.leader(group))
      return owners.some(desk => desk !== undefined && isEmpty(desk))
    })
    return isOut && judge.isComplete()
  }

  /** Again and again: who leads may change, and with it what was on its way is lost. */
  #feedUntilShown(from: number): void {
    if (this.#isShown(from)) return
    for (const { feed } of this.#owners()) {
      for (const group of this.#world.judge.truth.groups) feed.feedAfterwards(group)
    }
    const fire = (): void => this.#feedUntilShown(from)
    this.#world.queue.after(FEED_MS * US_PER_MS, { fire })
  }

  /** Every group has journaled, for the owner, an input that is new, and all it made is visible. */
  #isShown(from: number): boolean {
    const { judge, scenario } = this.#world
    const { homeMax, sideMax, awayMax } = scenario.profile.feed
    const most = { home: homeMax, side: sideMax, away: awayMax }
    if (!judge.isComplete()) return false
    return judge.truth.groups.every(group => {
      const { outputs } = judge.truth.of(group).history
      const isNew = (sink: SinkName): boolean => (outputs[sink].at(-1)?.id ?? 0) >= from
      return SINKS.every(sink => most[sink] === 0 || isNew(sink))
    })
  }

  /** The clusters of the highest claim: more than one where it was cloned. */
  #owners(): readonly Site[] {
    const { sites } = this.#operator
    const claimed = ({ cluster }: Site): number => cluster.claim.generation
    const highest = Math.max(...sites.map(claimed))
    return sites.filter(site => claimed(site) === highest)
  }

  #told(): string {
    const { judge } = this.#world
    const lines = judge.truth.groups.flatMap(group => {
      const { journaled, upTo } = judge.truth.of(group)
      const truth = `group ${group}: journaled ${journaled}, out ${JSON.stringify(upTo)}`
      return [
        truth,
        ...this.#operator.sites.map(({ cluster }) => {
          const desk = cluster.leader(group)
          const outbox = desk?.machine.outbox
          const at = desk?.halted ?? desk?.journal?.stages.join()
          return `${cluster.name} ${at} seq ${outbox?.lastSeq} holds ${outbox?.bytes}`
        }),
      ]
    })
    return [`${this.#operator.open} claims open`, ...lines].join('; ')
  }
}

function isEmpty({ machine, halted }: Desk): boolean {
  const { outbox } = machine
  return halted === undefined && outbox !== undefined && outbox.bytes === 0
}

/** Whatever is thrown is a finding: a node that crashes has failed as much as one that lies. */
function failureOf(error: unknown): Failure {
  if (error instanceof Violation) return { checker: error.checker, detail: error.detail }
  if (error instanceof BrokenInvariant) return { checker: 'INVARIANT', detail: error.message }
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return { checker: 'CRASH', detail }
}
